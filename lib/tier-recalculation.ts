import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { HOT_PATH_MEMORY_MIB } from './parts/laurel-function.ts';
import { fieldInvalidAlarms, type Monitored } from './parts/monitored.ts';
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

  get monitored(): Monitored {
    const { recalculateTier } = this;
    return {
      functions: [
        {
          reporter: recalculateTier,
          failure: 'RecordFailed',
          impact:
            'Laurel accepts purchases but fails to count some. The points and tiers of these members stay as they were.',
        },
      ],
      alarms: {
        PointsAge: {
          metric: recalculateTier.age,
          from: Duration.minutes(5).toMilliseconds(),
          periods: 3,
          impact: 'Members wait more than five minutes for their points to count and their tier to change.',
        },
        ParkedTransactions: recalculateTier.parked.alarmFromFirst(
          'Some purchases do not count for their members’ tiers. They count once an operator replays the parked transactions.',
        ),
        ...fieldInvalidAlarms(recalculateTier),
      },
      felt: [
        ['Tiers that moved', recalculateTier.counts('TierUpgraded', 'TierDowngraded')],
        ['How long points wait (ms)', [recalculateTier.named(recalculateTier.age)]],
      ],
      row: {
        title: 'purchases that are counted',
        graphs: [
          ['Counting', recalculateTier.counts('TransactionCounted', 'MemberRebuilt', 'TransactionWithoutMember')],
          ['Promotions', recalculateTier.counts('PromotionFired', 'ActionApplied', 'ActionRefused', 'FieldInvalid')],
          [
            'Parked transactions',
            [recalculateTier.parked.depth.with({ label: 'waiting' }), ...recalculateTier.counts('RecordParked')],
          ],
        ],
      },
    };
  }
}
