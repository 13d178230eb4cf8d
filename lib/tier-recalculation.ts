import { Construct } from 'constructs';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { HOT_PATH_MEMORY_MIB } from './parts/laurel-function.ts';
import { StreamFunction } from './parts/stream-function.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierClock } from './tier-clock.ts';

export interface TierRecalculationProps {
  readonly brand: DeployedBrand;
  readonly ledger: PointsLedger;
  readonly members: Members;
  readonly clock: TierClock;
}

/** What the ledger's new entries do to a member's points and tier. */
export class TierRecalculation extends Construct {
  readonly recalculateTier: StreamFunction;

  constructor(scope: Construct, id: string, { brand, ledger, members, clock }: TierRecalculationProps) {
    super(scope, id);
    this.recalculateTier = new StreamFunction(this, 'RecalculateTier', {
      brand,
      table: ledger.table,
      sortKeyPrefixes: ['TX#'],
      environment: { POINTS_TABLE: ledger.table.tableName, MEMBERS_TABLE: members.table.tableName },
      memoryMib: HOT_PATH_MEMORY_MIB,
    });
    clock.openTo(this.recalculateTier);
    ledger.table.grant(this.recalculateTier, 'dynamodb:Query');
    members.table.grant(this.recalculateTier, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query');
  }
}
