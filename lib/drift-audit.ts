import { Duration } from 'aws-cdk-lib';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { JsonPath, Succeed, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { AuditSettings } from '../core/program/brand.ts';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { everySegment } from './parts/every-segment.ts';
import { feedFromQueue } from './parts/feed-from-queue.ts';
import { HOT_PATH_MEMORY_MIB, LaurelFunction } from './parts/laurel-function.ts';
import { LaurelQueue } from './parts/laurel-queue.ts';
import type { Monitored } from './parts/monitored.ts';
import { RunMachine, stepOf } from './parts/run-machine.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierAnnouncements } from './tier-announcements.ts';
import type { TierClock } from './tier-clock.ts';

export interface DriftAuditProps {
  readonly brand: DeployedBrand;
  readonly ledger: PointsLedger;
  readonly members: Members;
  readonly clock: TierClock;
  readonly announcements: TierAnnouncements;
}

/** In the early morning of the brand, when few buy: an hour that no zone's clocks skip. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based */
const MORNINGS: Record<Exclude<AuditSettings['every'], 'never' | undefined>, string> = {
  day: 'cron(30 4 * * ? *)',
  week: 'cron(30 4 ? * SUN *)',
  month: 'cron(30 4 1 * ? *)',
};

/** What proves, off the way of purchases, that every member is what its ledger gives. */
export class DriftAudit extends Construct {
  readonly auditMembers: LaurelFunction;
  readonly finishAudit: LaurelFunction;
  /** Carries an audit through its pages. */
  readonly runs: RunMachine;
  /** What starts it again and again; none where the brand wants none. */
  readonly recurring:
    | { readonly startAudit: LaurelFunction; readonly audits: LaurelQueue; readonly deadLetters: LaurelQueue }
    | undefined;

  constructor(scope: Construct, id: string, props: DriftAuditProps) {
    super(scope, id);
    const { brand, ledger, members, clock, announcements } = props;
    const ofMembers = { MEMBERS_TABLE: members.table.tableName };

    this.auditMembers = new LaurelFunction(this, 'AuditMembers', {
      brand,
      environment: { ...ofMembers, POINTS_TABLE: ledger.table.tableName },
      memoryMib: HOT_PATH_MEMORY_MIB,
      timeout: Duration.minutes(5),
    });
    clock.openTo(this.auditMembers);
    ledger.table.grant(this.auditMembers, 'dynamodb:Query');
    members.table.grant(
      this.auditMembers,
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:Query',
      'dynamodb:Scan',
    );

    this.finishAudit = new LaurelFunction(this, 'FinishAudit', {
      brand,
      environment: { ...ofMembers, EVENT_BUS: announcements.bus.eventBusName },
    });
    members.table.grant(this.finishAudit, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
    announcements.bus.grantPutEventsTo(this.finishAudit);

    const runId = { runId: JsonPath.stringAt('$.runId') };
    this.runs = new RunMachine(this, 'Runs', {
      comment: 'Compares every member with its ledger, segment beside segment, page after page.',
      workers: [this.auditMembers, this.finishAudit],
      definition: everySegment(this, 'Audit', this.auditMembers, '$.runId')
        .next(stepOf(this, 'Finish', this.finishAudit, { payload: TaskInput.fromObject(runId) }))
        .next(new Succeed(this, 'Done')),
    });

    const { every = 'week' } = brand.settings.audit ?? {};
    this.recurring = every === 'never' ? undefined : this.startAgainAndAgain(props, MORNINGS[every]);
  }

  private startAgainAndAgain({ brand, members, clock }: DriftAuditProps, scheduleExpression: string) {
    const startAudit = new LaurelFunction(this, 'StartAudit', {
      brand,
      environment: {
        MEMBERS_TABLE: members.table.tableName,
        AUDITS_STATE_MACHINE: this.runs.machine.stateMachineArn,
      },
      timeout: Duration.minutes(1),
    });
    members.table.grant(startAudit, 'dynamodb:GetItem', 'dynamodb:PutItem');
    this.runs.letStart(startAudit);

    const deadLetters = clock.deadLettersIn(this, 'AuditDeadLetters');
    const audits = new LaurelQueue(this, 'Audits', {
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
      visibilityTimeout: Duration.seconds(startAudit.timeout.toSeconds() * 6),
    });
    feedFromQueue(startAudit, audits, 1);
    clock.letSendTo(audits, deadLetters);
    const schedule = new CfnSchedule(this, 'Recurring', {
      description: 'Starts the audit that compares every member with its ledger.',
      groupName: clock.groupName,
      scheduleExpression,
      scheduleExpressionTimezone: brand.settings.program.timeZone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: audits.queueArn,
        roleArn: clock.role.roleArn,
        input: JSON.stringify({ audit: true }),
        deadLetterConfig: { arn: deadLetters.queueArn },
      },
    });
    schedule.node.addDependency(clock.role);
    return { startAudit, audits, deadLetters };
  }

  get monitored(): Monitored {
    const { runs, auditMembers, recurring } = this;
    const listsThem = 'GET /v1/runs/<run>/outcomes lists these members, with each figure and its cause.';
    return {
      alarms: {
        MembersDiffer: auditMembers.alarmFromFirst(
          'MemberDiffers',
          `Some members have points or a tier that differ from their ledger. An operator has to correct them. ${listsThem}`,
        ),
        // What the audit corrected was wrong until then, and its cause may return.
        MembersHealed: auditMembers.alarmFromFirst(
          'MemberHealed',
          `Some members had points or a tier that differed from their ledger. The audit corrected them. ${listsThem}`,
        ),
        AuditMembersMemberFailures: auditMembers.alarmFromFirst(
          'MemberFailed',
          `The audit could not check some members. Their points or tier may be wrong. ${listsThem}`,
        ),
        ...runs.alarms(
          'Audits',
          'An audit stopped. Members with wrong points or a wrong tier stay undetected. The audit continues once an operator redrives the run.',
        ),
        ...(recurring && {
          AuditDeadLetters: recurring.deadLetters.alarmFromFirst(
            'An audit was due and did not start. Members with wrong points or a wrong tier stay undetected until the next audit.',
          ),
        }),
      },
      row: {
        title: 'audits',
        graphs: [
          ['Audits', runs.metrics],
          [
            'Members that audits could not prove',
            auditMembers.counts('MemberDiffers', 'MemberHealed', 'MemberUnproved', 'MemberFailed'),
          ],
        ],
      },
    };
  }
}
