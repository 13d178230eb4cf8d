import { Duration } from 'aws-cdk-lib';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Choice, Condition, type IChainable, JsonPath, Succeed, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { LaurelHttpApi } from './http-api.ts';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { everySegment } from './parts/every-segment.ts';
import { feedFromQueue } from './parts/feed-from-queue.ts';
import { HOT_PATH_MEMORY_MIB, LaurelFunction } from './parts/laurel-function.ts';
import { LaurelQueue } from './parts/laurel-queue.ts';
import { fieldInvalidAlarms, type Monitored } from './parts/monitored.ts';
import { RunMachine, stepOf } from './parts/run-machine.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierAnnouncements } from './tier-announcements.ts';
import type { TierClock } from './tier-clock.ts';

export interface CycleRecalculationProps {
  readonly brand: DeployedBrand;
  readonly httpApi: LaurelHttpApi;
  readonly ledger: PointsLedger;
  readonly members: Members;
  readonly clock: TierClock;
  readonly announcements: TierAnnouncements;
}

/** What happens where cycles end: members are judged by the cycle that ended, and hear of it where their tier moves. */
export class CycleRecalculation extends Construct {
  readonly startRecalculation: LaurelFunction;
  readonly recalculateCycle: LaurelFunction;
  readonly weighPreview: LaurelFunction;
  readonly finishRecalculation: LaurelFunction;
  /** Carries a recalculation through its pages. */
  readonly runs: RunMachine;
  /** What looks every night whether a cycle has ended; none where cycles never end. */
  readonly nightly:
    | { readonly endCycle: LaurelFunction; readonly nights: LaurelQueue; readonly deadLetters: LaurelQueue }
    | undefined;

  constructor(scope: Construct, id: string, props: CycleRecalculationProps) {
    super(scope, id);
    const { brand, httpApi, ledger, members, clock, announcements } = props;
    const ofMembers = { MEMBERS_TABLE: members.table.tableName };

    this.recalculateCycle = new LaurelFunction(this, 'RecalculateCycle', {
      brand,
      environment: { ...ofMembers, POINTS_TABLE: ledger.table.tableName },
      memoryMib: HOT_PATH_MEMORY_MIB,
      timeout: Duration.minutes(5),
    });
    clock.openTo(this.recalculateCycle);
    ledger.table.grant(this.recalculateCycle, 'dynamodb:Query');
    members.table.grant(
      this.recalculateCycle,
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:Query',
      'dynamodb:Scan',
    );
    members.table.grantQueryOfIndex(this.recalculateCycle, 'Anniversary');

    this.weighPreview = new LaurelFunction(this, 'WeighPreview', { brand, environment: ofMembers });
    members.table.grant(this.weighPreview, 'dynamodb:GetItem', 'dynamodb:UpdateItem');

    this.finishRecalculation = new LaurelFunction(this, 'FinishRecalculation', {
      brand,
      environment: { ...ofMembers, EVENT_BUS: announcements.bus.eventBusName },
    });
    members.table.grant(this.finishRecalculation, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
    announcements.bus.grantPutEventsTo(this.finishRecalculation);

    this.runs = new RunMachine(this, 'Runs', {
      comment: 'Looks at every member, then recalculates each, segment beside segment, page after page.',
      workers: [this.recalculateCycle, this.weighPreview, this.finishRecalculation],
      definition: this.previewThenWrite(),
    });

    const ofRuns = { ...ofMembers, RECALCULATIONS_STATE_MACHINE: this.runs.machine.stateMachineArn };
    this.startRecalculation = new LaurelFunction(this, 'StartRecalculation', { brand, environment: ofRuns });
    members.table.grant(this.startRecalculation, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem');
    this.runs.letStart(this.startRecalculation);
    httpApi.openToKeyHolders('POST /v1/recalculations', this.startRecalculation);

    this.nightly = brand.settings.program.cycle.type === 'none' ? undefined : this.lookEveryNight(props, ofRuns);
  }

  /**
   * A dry run over all segments, whose result decides whether anything is written; then the same with the writes. A run that is a dry run
   * itself has none before it.
   */
  private previewThenWrite(): IChainable {
    const write = everySegment(this, 'Recalculate', this.recalculateCycle, '$.runId');
    const runId = { runId: JsonPath.stringAt('$.runId') };
    const finish = stepOf(this, 'Finish', this.finishRecalculation, { payload: TaskInput.fromObject(runId) });
    write.next(finish).next(new Succeed(this, 'Done'));

    const weigh = stepOf(this, 'Weigh', this.weighPreview, {
      payload: TaskInput.fromObject(runId),
      resultPath: '$.weighed',
    });
    const preview = everySegment(this, 'Preview', this.recalculateCycle, '$.previewRunId');
    preview.next(weigh).next(
      new Choice(this, 'MayGoOn')
        .when(Condition.booleanEquals('$.weighed.goesOn', true), write)
        // Nothing failed: whoever looks at the preview decides, and starts the run by hand.
        .otherwise(new Succeed(this, 'Aborted')),
    );
    return new Choice(this, 'HasPreview').when(Condition.isPresent('$.previewRunId'), preview).otherwise(write);
  }

  /** In the brand's zone, just after midnight. A night that is missed is made up for by the next one. */
  private lookEveryNight({ brand, members, clock }: CycleRecalculationProps, environment: Record<string, string>) {
    const endCycle = new LaurelFunction(this, 'EndCycle', { brand, environment, timeout: Duration.minutes(1) });
    members.table.grant(endCycle, 'dynamodb:GetItem', 'dynamodb:PutItem');
    this.runs.letStart(endCycle);

    const deadLetters = clock.deadLettersIn(this, 'NightDeadLetters');
    const nights = new LaurelQueue(this, 'Nights', {
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
      visibilityTimeout: Duration.seconds(endCycle.timeout.toSeconds() * 6),
    });
    feedFromQueue(endCycle, nights, 1);
    clock.letSendTo(nights, deadLetters);
    const schedule = new CfnSchedule(this, 'Nightly', {
      description: 'Looks whether a cycle has ended whose members were not recalculated yet.',
      groupName: clock.groupName,
      // Some minutes for the stream to bring the last purchases.
      scheduleExpression: 'cron(5 0 * * ? *)',
      scheduleExpressionTimezone: brand.settings.program.timeZone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: nights.queueArn,
        roleArn: clock.role.roleArn,
        input: JSON.stringify({ night: true }),
        deadLetterConfig: { arn: deadLetters.queueArn },
      },
    });
    schedule.node.addDependency(clock.role);
    return { endCycle, nights, deadLetters };
  }

  get monitored(): Monitored {
    const { runs, recalculateCycle, weighPreview, nightly } = this;
    return {
      functions: [{ reporter: recalculateCycle, failure: 'MemberFailed' }],
      alarms: {
        ...runs.alarms(
          'Recalculations',
          'A recalculation stopped. Members and other systems do not hear of tiers that the cycle’s end changed. ' +
            'The recalculation continues once an operator redrives the run.',
        ),
        RecalculationAborted: weighPreview.alarmFromFirst(
          'RecalculationAborted',
          'A recalculation stopped before its first write, because it would downgrade more members than the brand allows. ' +
            'Members hear of the cycle’s end once an operator checks the preview and starts the recalculation.',
        ),
        RecalculateCycleMemberFailures: recalculateCycle.alarmFromFirst(
          'MemberFailed',
          'Laurel could not recalculate some members. They do not hear of the cycle’s end. GET /v1/runs/<run>/outcomes lists them.',
        ),
        ...fieldInvalidAlarms(recalculateCycle),
        ...(nightly && {
          NightDeadLetters: nightly.deadLetters.alarmFromFirst(
            'The nightly recalculation did not start. If a cycle ended, its members hear of it only if one of the next six nights succeeds.',
          ),
        }),
      },
      row: {
        title: 'cycles that end',
        graphs: [
          [
            'Recalculations',
            [...runs.metrics, weighPreview.count('RecalculationAborted').with({ label: 'stopped by the limit' })],
          ],
          ['Members that recalculations move', recalculateCycle.counts('MemberUp', 'MemberDown')],
          ['Members that recalculations could not judge', recalculateCycle.counts('MemberFailed', 'FieldInvalid')],
        ],
      },
    };
  }
}
