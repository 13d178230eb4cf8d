import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type Attribute,
  AttributeType,
  Billing,
  type ITableV2,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { RestoredTable } from './deployed-brand.ts';
import type { LaurelAlarmProps } from './laurel-alarm.ts';
import { retainOnDelete } from './retain-on-delete.ts';

export interface LaurelTableProps {
  /** Further orders in which items can be found. Each holds the items that have both its keys, and of them the keys alone. */
  readonly indexes?: readonly TableIndex[];
  /** The table to use in place of one of the stack's own: it was restored, and no stack owns it yet (decision 21). */
  readonly restored?: RestoredTable | undefined;
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
export class LaurelTable extends Construct {
  /** As CDK knows it. */
  readonly resource: ITableV2;
  readonly tableName: string;
  readonly tableArn: string;
  readonly tableStreamArn: string;

  private readonly indexNames: readonly string[];

  constructor(scope: Construct, id: string, { indexes = [], restored }: LaurelTableProps = {}) {
    super(scope, id);
    // A child of the name Default leaves no trace in a logical id: what hangs on the table keeps its own, whosever the table is.
    this.resource = restored
      ? TableV2.fromTableAttributes(this, 'Default', { tableName: restored.table, tableStreamArn: restored.streamArn })
      : ownTable(this, 'Default', indexes);
    this.tableName = this.resource.tableName;
    this.tableArn = this.resource.tableArn;
    this.tableStreamArn = this.resource.tableStreamArn!;
    this.indexNames = indexes.map(({ name }) => name);
  }

  /** The table alone, where CDK's own would open every index as well. */
  grant(grantee: IGrantable, ...actions: string[]): Grant {
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

  throttledRequests(kind: 'Read' | 'Write'): Metric {
    return this.resource.metric(`${kind}ThrottleEvents`, { statistic: Stats.SUM });
  }

  /** Ring while DynamoDB throttles requests. */
  alarms(name: string, impact: { read: string; write: string }): Record<string, LaurelAlarmProps> {
    return {
      [`${name}ReadThrottles`]: { metric: this.throttledRequests('Read'), from: 10, impact: impact.read },
      [`${name}WriteThrottles`]: { metric: this.throttledRequests('Write'), from: 10, impact: impact.write },
    };
  }
}

function ownTable(scope: Construct, id: string, indexes: readonly TableIndex[]): TableV2 {
  const table = new TableV2(scope, id, {
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
  retainOnDelete(table);
  return table;
}
