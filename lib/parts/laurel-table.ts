import {
  type Attribute,
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { keepForever } from './keep-forever.ts';

export interface LaurelTableProps {
  /** Further orders in which items can be found. Each holds the items that have both its keys, and of them the keys alone. */
  readonly indexes?: readonly TableIndex[];
}

export interface TableIndex {
  readonly name: string;
  readonly partitionKey: Attribute;
  readonly sortKey: Attribute;
}

/**
 * A table of items under `pk` and `sk`, with a stream of what was written. Grant with `grant(function, 'dynamodb:…')`: it opens
 * those calls on this table only, where `grantReadData` and its like open a dozen.
 */
export class LaurelTable extends TableV2 {
  private readonly indexNames: readonly string[];

  constructor(scope: Construct, id: string, { indexes = [] }: LaurelTableProps = {}) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      ...(indexes.length > 0 && {
        globalSecondaryIndexes: indexes.map(({ name, ...keys }) => ({
          indexName: name,
          ...keys,
          projectionType: ProjectionType.KEYS_ONLY,
        })),
      }),
      billing: Billing.onDemand(),
      dynamoStream: StreamViewType.NEW_IMAGE,
      // AWS's key for the account: its uses are in CloudTrail, and no role needs a permission on it.
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
    });
    this.indexNames = indexes.map(({ name }) => name);
    keepForever(this);
  }

  /** The table alone, where CDK's own would open every index as well. */
  override grant(grantee: IGrantable, ...actions: string[]): Grant {
    return Grant.addToPrincipal({ grantee, actions, resourceArns: [this.tableArn] });
  }

  /** Opens an index to be asked. It need not be asked together with the table. */
  grantQueryOfIndex(grantee: IGrantable, name: string): Grant {
    if (!this.indexNames.includes(name)) throw new Error(`The table ${this.node.path} has no index ${name}.`);
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:Query'],
      resourceArns: [`${this.tableArn}/index/${name}`],
    });
  }
}
