import { Construct } from 'constructs';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { HOT_PATH_MEMORY_MIB } from './parts/laurel-function.ts';
import { StreamFunction } from './parts/stream-function.ts';
import type { PointsLedger } from './points-ledger.ts';

export interface TierRecalculationProps {
  readonly brand: DeployedBrand;
  readonly ledger: PointsLedger;
  readonly members: Members;
}

/** What the ledger's new entries do to a member's points and tier. */
export class TierRecalculation extends Construct {
  readonly recalculateTier: StreamFunction;

  constructor(scope: Construct, id: string, { brand, ledger, members }: TierRecalculationProps) {
    super(scope, id);
    this.recalculateTier = new StreamFunction(this, 'RecalculateTier', {
      brand,
      table: ledger.table,
      sortKeyPrefix: 'TX#',
      environment: { POINTS_TABLE: ledger.table.tableName, MEMBERS_TABLE: members.table.tableName },
      memoryMib: HOT_PATH_MEMORY_MIB,
    });
    ledger.table.grant(this.recalculateTier, 'dynamodb:Query');
    members.table.grant(this.recalculateTier, 'dynamodb:GetItem', 'dynamodb:PutItem');
  }
}
