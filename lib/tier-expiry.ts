import { Duration } from 'aws-cdk-lib';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { feedFromQueue } from './parts/feed-from-queue.ts';
import type { LaurelAlarmProps } from './parts/laurel-alarm.ts';
import { HOT_PATH_MEMORY_MIB, LaurelFunction } from './parts/laurel-function.ts';
import { fieldInvalidAlarms, type Monitored } from './parts/monitored.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierClock } from './tier-clock.ts';

export interface TierExpiryProps {
  readonly brand: DeployedBrand;
  readonly ledger: PointsLedger;
  readonly members: Members;
  readonly clock: TierClock;
}

/**
 * What happens when a moment has come: of the members of whom something is due, it is written down. Reading a member tells its tier
 * at that very moment without this; with it, others hear of it.
 */
export class TierExpiry extends Construct {
  readonly expireTiers: LaurelFunction;

  constructor(scope: Construct, id: string, { brand, ledger, members, clock }: TierExpiryProps) {
    super(scope, id);
    this.expireTiers = new LaurelFunction(this, 'ExpireTiers', {
      brand,
      environment: { POINTS_TABLE: ledger.table.tableName, MEMBERS_TABLE: members.table.tableName },
      timeout: clock.timeout,
      // Ten members side by side, each with its whole ledger.
      memoryMib: HOT_PATH_MEMORY_MIB,
    });
    clock.openTo(this.expireTiers);
    ledger.table.grant(this.expireTiers, 'dynamodb:Query');
    members.table.grant(this.expireTiers, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query');
    members.table.grantQueryOfIndex(this.expireTiers, 'Due');

    // A moment may be that of a million members: it has an invocation to itself.
    feedFromQueue(this.expireTiers, clock.due, 1);
    this.sweepEvery(Duration.minutes(5), clock);
  }

  /** For whomever a schedule missed: one that was lost, or came before the index knew of the member. */
  private sweepEvery(interval: Duration, clock: TierClock): void {
    const sweep = new CfnSchedule(this, 'Sweep', {
      description: 'Looks for members of whom something is due, whatever became of the schedule for its moment.',
      groupName: clock.groupName,
      scheduleExpression: `rate(${interval.toMinutes()} minutes)`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: clock.due.queueArn,
        roleArn: clock.role.roleArn,
        input: JSON.stringify({ sweep: true }),
        deadLetterConfig: { arn: clock.deadLetters.queueArn },
        // By then the next one is on its way.
        retryPolicy: { maximumEventAgeInSeconds: interval.toSeconds() },
      },
    });
    // With the role goes what it may do: the first one is not to be refused.
    sweep.node.addDependency(clock.role);
  }

  get monitored(): Monitored {
    const { expireTiers } = this;
    const failures = {
      Errors: expireTiers.lambda.metricErrors(),
      Failures: expireTiers.count('MessageFailed'),
      MemberFailures: expireTiers.count('MemberFailed'),
      LeftOver: expireTiers.count('DueLeftOver'),
    };
    const goesOn = Object.entries(failures).map(([name, metric]): [string, LaurelAlarmProps] => [
      `ExpireTiers${name}`,
      {
        // The sweep mends within minutes what failed once. Ten minutes hold a sweep at least, however late it comes.
        metric: metric.with({ period: Duration.minutes(10) }),
        from: 1,
        periods: 2,
        impact:
          'Members and other systems do not hear that some tiers have ended. The API still answers with the right tier.',
      },
    ]);
    return {
      functions: [{ reporter: expireTiers, failure: 'MessageFailed' }],
      alarms: { ...Object.fromEntries(goesOn), ...fieldInvalidAlarms(expireTiers) },
      row: {
        title: 'tiers that end',
        graphs: [
          [
            'Grants that ended, and reminders',
            expireTiers.counts('TierDowngraded', 'TierUpgraded', 'ReminderGiven', 'FieldInvalid'),
          ],
          ['Members that could not be written', expireTiers.counts('MemberFailed', 'DueLeftOver')],
        ],
      },
    };
  }
}
