import { AttributeType, Billing, StreamViewType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { keepForever } from './keep-forever.ts';

/**
 * A table of items under `pk` and `sk`, with a stream of what was written. Grant with `grant(function, 'dynamodb:…')`: it opens
 * those calls on this table only, where `grantReadData` and its like open a dozen.
 */
export class LaurelTable extends TableV2 {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      dynamoStream: StreamViewType.NEW_IMAGE,
      // AWS's key for the account: its uses are in CloudTrail, and no role needs a permission on it.
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
    });
    keepForever(this);
  }
}
