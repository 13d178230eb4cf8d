import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DeployedBrand } from './deployed-brand.ts';

const DEFAULT_RETENTION_DAYS = 90;

/** A log that is kept for as long as the brand says, and goes with its stack: what has to last is in the tables. */
export class LaurelLog extends LogGroup {
  constructor(scope: Construct, id: string, brand: DeployedBrand) {
    super(scope, id, {
      retention: brand.settings.operations?.logRetentionDays ?? DEFAULT_RETENTION_DAYS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
