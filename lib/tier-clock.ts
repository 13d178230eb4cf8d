import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { LaurelFunction } from './parts/laurel-function.ts';
import { LaurelQueue } from './parts/laurel-queue.ts';
import type { Monitored } from './parts/monitored.ts';

const SCHEDULER = 'scheduler.amazonaws.com';

/**
 * Wakes Laurel up at the moments when something is due: one schedule for each moment, made by the functions that write members. A
 * schedule puts its moment in a queue, which keeps it until the work is done; a function that it called itself could lose it.
 */
export class TierClock extends Construct {
  /** The group in which the functions may make schedules. */
  readonly groupName: string;
  readonly groupArn: string;
  readonly role: Role;
  /** The moments that have come. */
  readonly due: LaurelQueue;
  /** Moments that could not be put in the queue, and those that nothing could be made of. */
  readonly deadLetters: LaurelQueue;
  /** How long the function may take that works the queue off. */
  readonly timeout = Duration.minutes(5);

  private readonly schedules: { arn: string; asNagTells: string };

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // CDK's `ScheduleGroup` would name it for good.
    const group = new CfnScheduleGroup(this, 'Group');
    this.groupName = group.ref;
    this.groupArn = group.attrArn;
    this.schedules = {
      arn: this.arnOfSchedules(group.ref),
      asNagTells: this.arnOfSchedules(`<${Stack.of(this).getLogicalId(group)}>`),
    };

    this.deadLetters = this.deadLettersIn(this, 'DeadLetters');
    this.due = new LaurelQueue(this, 'Due', {
      // No more attempts than it takes to see that it is no passing failure: the sweep comes by for whoever a moment was for.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
      // Six times the function's timeout, as AWS advises: no moment comes back while it is still being worked on.
      visibilityTimeout: Duration.seconds(this.timeout.toSeconds() * 6),
    });

    this.role = new Role(this, 'Role', {
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal(SCHEDULER, {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': group.attrArn },
        },
      }),
    });
    this.letSendTo(this.due, this.deadLetters);
  }

  /** Where a moment ends that nothing could be made of. */
  deadLettersIn(scope: Construct, id: string): LaurelQueue {
    const deadLetters = new LaurelQueue(scope, id);
    Validations.of(deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue: what lies in it rings an alarm, and an operator redrives it.',
    });
    return deadLetters;
  }

  /** Lets the group's schedules put their moments in a queue. */
  letSendTo(...queues: LaurelQueue[]): void {
    for (const queue of queues) queue.grant(this.role, 'sqs:SendMessage');
  }

  /** Lets a function set the clock: it is told where, and may make schedules in the group. It may neither read nor delete them. */
  openTo(setter: LaurelFunction): void {
    setter.lambda.addEnvironment('SCHEDULE_GROUP', this.groupName);
    setter.lambda.addEnvironment('DUE_QUEUE_ARN', this.due.queueArn);
    setter.lambda.addEnvironment('SCHEDULER_ROLE_ARN', this.role.roleArn);
    setter.lambda.addEnvironment('DUE_DEAD_LETTERS_ARN', this.deadLetters.queueArn);

    // `ScheduleGroup.grant` names the group's ARN, which is no schedule's.
    Grant.addToPrincipal({
      grantee: setter,
      actions: ['scheduler:CreateSchedule'],
      resourceArns: [this.schedules.arn],
    });
    Validations.of(setter).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${this.schedules.asNagTells}]`,
      reason:
        'A schedule is named after its moment, and nobody knows today which moments will be due. The group is Laurel’s own, and ' +
        'whatever is made in it can only send to the two queues that the role names.',
    });
    Grant.addToPrincipal({
      grantee: setter,
      actions: ['iam:PassRole'],
      resourceArns: [this.role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': SCHEDULER } },
    });
  }

  private arnOfSchedules(group: string): string {
    // The partition is written out (cdk.json deploys to no other): an acknowledgement's id has to be plain text.
    return Stack.of(this).formatArn({
      partition: 'aws',
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${group}/*`,
    });
  }

  get monitored(): Monitored {
    return {
      alarms: {
        DueDeadLetters: this.deadLetters.alarmFromFirst(
          'Members and other systems hear late, or never, that a tier has ended. The API still answers with the right tier.',
        ),
        DueAge: {
          metric: this.due.oldestAge,
          from: Duration.minutes(15).toSeconds(),
          impact: 'Members and other systems hear more than 15 minutes late that a tier has ended or will end soon.',
        },
      },
      row: {
        title: 'moments at which something is due',
        graphs: [
          [
            'Moments that have come',
            [
              this.due.depth.with({ label: 'waiting' }),
              this.due.metricNumberOfMessagesReceived({ statistic: Stats.SUM, label: 'taken up' }),
              this.deadLetters.depth.with({ label: 'dead letters' }),
            ],
          ],
          ['How long a moment waits (s)', [this.due.oldestAge.with({ label: 'the oldest' })]],
        ],
      },
    };
  }
}
