import { Duration, Validations } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  type Metric,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { CycleRecalculation } from './cycle-recalculation.ts';
import type { DriftAudit } from './drift-audit.ts';
import type { FrontDoor } from './front-door.ts';
import type { GooglePasses } from './google-passes.ts';
import type { MemberNotifications } from './member-notifications.ts';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { LaurelAlarm, type LaurelAlarmProps } from './parts/laurel-alarm.ts';
import type { LaurelFunction } from './parts/laurel-function.ts';
import type { LaurelQueue } from './parts/laurel-queue.ts';
import type { LaurelTable } from './parts/laurel-table.ts';
import type { RunMachine } from './parts/run-machine.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierActions } from './tier-actions.ts';
import type { TierAnnouncements } from './tier-announcements.ts';
import type { TierClock } from './tier-clock.ts';
import type { TierExpiry } from './tier-expiry.ts';
import type { TierRecalculation } from './tier-recalculation.ts';
import type { TransactionIntake } from './transaction-intake.ts';
import type { WalletPasses } from './wallet-passes.ts';

export interface WatchProps {
  readonly brand: DeployedBrand;
  readonly frontDoor: FrontDoor;
  readonly ledger: PointsLedger;
  readonly members: Members;
  readonly intake: TransactionIntake;
  readonly recalculation: TierRecalculation;
  readonly clock: TierClock;
  readonly actions: TierActions;
  readonly expiry: TierExpiry;
  readonly cycles: CycleRecalculation;
  readonly audit: DriftAudit;
  readonly announcements: TierAnnouncements;
  readonly notifications: MemberNotifications;
  /** Where the brand has Google's wallet. */
  readonly googlePasses: GooglePasses | undefined;
  /** Where the brand has passes. */
  readonly passes?: WalletPasses;
}

/**
 * What a function counts when it fails without crashing: the answer 500, a record or a message that has to come again, a member among
 * many. And from how many in five minutes on somebody is woken.
 */
const FAILURES = {
  CallFailed: 5,
  RecordFailed: 5,
  // Mail that SES puts off for a moment fails too: more of it is needed.
  MessageFailed: 20,
  // It was tried several times, and nothing tries it again.
  MemberFailed: 1,
};

/** What wakes somebody up, and the page to look at then. */
export class Watch extends Construct {
  private readonly alarms: LaurelAlarm[] = [];

  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id);
    this.watchWaiting(props);
    this.watchCalls(props);
    this.watchFunctions(props);
    this.watchActions(props);
    this.watchExpiry(props);
    this.watchCycles(props);
    this.watchAudit(props);
    this.watchTables(props);
    if (props.googlePasses) this.watchGooglePasses(props.googlePasses);
    if (props.passes) this.watchPasses(props.passes);

    const { alarmEmail } = props.brand.settings.operations ?? {};
    if (alarmEmail) this.tell(alarmEmail);

    new Dashboard(this, 'Dashboard', { defaultInterval: Duration.hours(3), widgets: this.rows(props) });
  }

  /** What waits where it should not: in a stream for too long, or in a queue that nothing empties. */
  private watchWaiting({ recalculation, announcements, notifications }: WatchProps): void {
    const { recalculateTier } = recalculation;
    const { announceTierChange } = announcements;
    this.ring('PointsAge', {
      metric: age(recalculateTier),
      from: Duration.minutes(5).toMilliseconds(),
      periods: 3,
      impact: 'Members wait more than five minutes for their points to count and their tier to change.',
    });
    this.ring('AnnouncementsAge', {
      metric: age(announceTierChange),
      from: Duration.minutes(5).toMilliseconds(),
      periods: 3,
      impact:
        'Members and other systems hear of a new tier more than five minutes late. The tiers themselves are right.',
    });
    this.ring('ParkedTransactions', {
      metric: depth(recalculateTier.parked),
      from: 1,
      impact:
        'Some purchases do not count for their members’ tiers. They count once an operator replays the parked transactions.',
    });
    this.ring('ParkedTierChanges', {
      metric: depth(announceTierChange.parked),
      from: 1,
      impact:
        'Some members and other systems do not hear of a new tier. They hear once an operator replays the parked changes.',
    });
    for (const channel of notifications.channels) {
      this.ring(`${channel.node.id}DeadLetters`, {
        metric: depth(channel.deadLetters),
        from: 1,
        impact: `Some members have a new tier and got no ${messageOf(channel)} about it. They get it once an operator replays the messages.`,
      });
    }
  }

  /** The functions behind the API are watched together here, as none of them fails without the caller being told so. */
  private watchCalls({ frontDoor }: WatchProps): void {
    this.ring('FailedCalls', {
      metric: frontDoor.api.metricServerError({ statistic: Stats.SUM }),
      from: 5,
      impact:
        'Some of the shop’s API calls fail with a server error. The shop cannot post purchases or show members their tier.',
    });
  }

  /**
   * The functions on a purchase's way, and those that move tiers by hand, each by itself: what fails here has a cost of its own.
   * Lambda's own errors are crashes and timeouts only, as a function that can say what failed has answered; so it counts that itself.
   */
  private watchFunctions({ intake, recalculation, actions, announcements, notifications }: WatchProps): void {
    const functions: [LaurelFunction, keyof typeof FAILURES, string][] = [
      [
        intake.recordTransaction,
        'CallFailed',
        'Laurel does not accept some purchases. The shop has to post them again, which is safe.',
      ],
      [
        intake.receiveShopifyOrder,
        'CallFailed',
        'Laurel does not accept some orders from Shopify. Shopify sends each order again for about four hours, and then gives up.',
      ],
      [
        recalculation.recalculateTier,
        'RecordFailed',
        'Laurel accepts purchases but fails to count some. The points and tiers of these members stay as they were.',
      ],
      [
        actions.takeTierActions,
        'CallFailed',
        'Staff cannot change the tiers of members and groups. Some calls of the tier actions fail.',
      ],
      [
        actions.changeGroupTiers,
        'MemberFailed',
        'Some members of a group did not get the group’s tier. GET /v1/runs/<run>/outcomes lists these members.',
      ],
      [
        announcements.announceTierChange,
        'RecordFailed',
        'Members’ tiers change, but some members and other systems do not hear of it.',
      ],
      ...notifications.channels.map((channel): [LaurelFunction, keyof typeof FAILURES, string] => [
        channel.send,
        'MessageFailed',
        `Members’ tiers change, but members get the ${messageOf(channel)} about it late or never.`,
      ]),
    ];
    for (const [reporter, failure, impact] of functions) {
      const { node, lambda } = reporter;
      this.ring(`${node.id}Errors`, { metric: lambda.metricErrors(), from: 5, impact });
      this.ring(`${node.id}Failures`, { metric: reporter.count(failure), from: FAILURES[failure], impact });
      this.ring(`${node.id}Throttles`, { metric: lambda.metricThrottles(), from: 10, impact });
    }
    this.ring('RefusedWebhooks', {
      metric: intake.receiveShopifyOrder.count('WebhookRefused'),
      from: 1,
      impact:
        'Laurel refuses orders from Shopify, so they give no points. Shopify tries each order for four hours, and may then stop ' +
        'sending orders.',
    });
  }

  private watchActions({ members, recalculation, actions, expiry, cycles }: WatchProps): void {
    const { takeTierActions, changeGroupTiers } = actions;
    const { recalculateTier } = recalculation;
    const deciders = [
      ...[recalculateTier, members.putMember, takeTierActions, changeGroupTiers],
      ...[expiry.expireTiers, cycles.recalculateCycle],
    ];
    for (const reporter of deciders) {
      this.ring(`${reporter.node.id}FieldInvalid`, {
        metric: reporter.count('FieldInvalid'),
        from: 1,
        impact:
          'A member did not get a tier, because a field of the transaction does not give a valid end date. ' +
          'Marketing has to compare the promotion with the fields that the shop sends.',
      });
    }
    this.watchRuns(
      'Runs',
      actions.runs,
      'A group action stopped, and some members did not get their tier. It continues once an operator redrives the run.',
    );
  }

  private watchRuns(id: string, { machine }: RunMachine, impact: string): void {
    this.ring(`${id}Failed`, { metric: machine.metricFailed({ statistic: Stats.SUM }), from: 1, impact });
    this.ring(`${id}TimedOut`, { metric: machine.metricTimedOut({ statistic: Stats.SUM }), from: 1, impact });
  }

  /** At the end of a cycle, too, reading a member tells its tier: what it costs is the news. */
  private watchCycles({ cycles }: WatchProps): void {
    const { runs, recalculateCycle, weighPreview, nightly } = cycles;
    this.watchRuns(
      'Recalculations',
      runs,
      'A recalculation stopped. Members and other systems do not hear of tiers that the cycle’s end changed. ' +
        'The recalculation continues once an operator redrives the run.',
    );
    this.ring('RecalculationAborted', {
      metric: weighPreview.count('RecalculationAborted'),
      from: 1,
      impact:
        'A recalculation stopped before its first write, because it would downgrade more members than the brand allows. ' +
        'Members hear of the cycle’s end once an operator checks the preview and starts the recalculation.',
    });
    this.ring('RecalculateCycleMemberFailures', {
      metric: recalculateCycle.count('MemberFailed'),
      from: 1,
      impact:
        'Laurel could not recalculate some members. They do not hear of the cycle’s end. GET /v1/runs/<run>/outcomes lists them.',
    });
    if (!nightly) return;
    this.ring('NightDeadLetters', {
      metric: depth(nightly.deadLetters),
      from: 1,
      impact:
        'The nightly recalculation did not start. If a cycle ended, its members hear of it only if one of the next six nights succeeds.',
    });
  }

  /** Rings for what was put right as well: it was wrong until then, and whatever made it so may do it again. */
  private watchAudit({ audit }: WatchProps): void {
    const { runs, auditMembers, recurring } = audit;
    const listsThem = 'GET /v1/runs/<run>/outcomes lists these members, with each figure and its cause.';
    this.ring('MembersDiffer', {
      metric: auditMembers.count('MemberDiffers'),
      from: 1,
      impact: `Some members have points or a tier that differ from their ledger. An operator has to correct them. ${listsThem}`,
    });
    this.ring('MembersHealed', {
      metric: auditMembers.count('MemberHealed'),
      from: 1,
      impact: `Some members had points or a tier that differed from their ledger. The audit corrected them. ${listsThem}`,
    });
    this.ring('AuditMembersMemberFailures', {
      metric: auditMembers.count('MemberFailed'),
      from: 1,
      impact: `The audit could not check some members. Their points or tier may be wrong. ${listsThem}`,
    });
    this.watchRuns(
      'Audits',
      runs,
      'An audit stopped. Members with wrong points or a wrong tier stay undetected. The audit continues once an operator redrives the run.',
    );
    if (!recurring) return;
    this.ring('AuditDeadLetters', {
      metric: depth(recurring.deadLetters),
      from: 1,
      impact:
        'An audit was due and did not start. Members with wrong points or a wrong tier stay undetected until the next audit.',
    });
  }

  /** Reading a member tells its tier at the moment, whatever rings here: what it costs is the news. */
  private watchExpiry({ clock, expiry }: WatchProps): void {
    this.ring('DueDeadLetters', {
      metric: depth(clock.deadLetters),
      from: 1,
      impact:
        'Members and other systems hear late, or never, that a tier has ended. The API still answers with the right tier.',
    });
    this.ring('DueAge', {
      metric: waiting(clock.due),
      from: Duration.minutes(15).toSeconds(),
      impact: 'Members and other systems hear more than 15 minutes late that a tier has ended or will end soon.',
    });
    // The sweep mends within minutes what failed once: somebody is woken by what goes on for twenty.
    const { node, lambda } = expiry.expireTiers;
    const failures = {
      Errors: lambda.metricErrors(),
      Failures: expiry.expireTiers.count('MessageFailed'),
      MemberFailures: expiry.expireTiers.count('MemberFailed'),
      LeftOver: expiry.expireTiers.count('DueLeftOver'),
    };
    for (const [name, metric] of Object.entries(failures)) {
      this.ring(`${node.id}${name}`, {
        // Each holds a sweep at least, however late it comes.
        metric: metric.with({ period: Duration.minutes(10) }),
        from: 1,
        periods: 2,
        impact:
          'Members and other systems do not hear that some tiers have ended. The API still answers with the right tier.',
      });
    }
  }

  private watchTables({ ledger, members }: WatchProps): void {
    const tables: [string, LaurelTable, string, string][] = [
      [
        'Points',
        ledger.table,
        'The shop waits longer for members’ explanations and transactions, or gets an error.',
        'Laurel accepts purchases slowly, or not at all.',
      ],
      [
        'Members',
        members.table,
        'The shop waits longer when it reads members’ tiers.',
        'Members’ points and tiers change late.',
      ],
    ];
    for (const [name, table, readImpact, writeImpact] of tables) {
      this.ring(`${name}ReadThrottles`, { metric: heldBack(table, 'Read'), from: 10, impact: readImpact });
      this.ring(`${name}WriteThrottles`, {
        metric: heldBack(table, 'Write'),
        from: 10,
        impact: writeImpact,
      });
    }
  }

  /** Google's side may be away, slow, or closed to a key: then passes stand still, and nothing else does. */
  private watchGooglePasses({ deadLetters, queue, linkGooglePass, updateGooglePass }: GooglePasses): void {
    const late = 'Some members’ passes in Google Wallet show an old tier';
    this.ring('GooglePassDeadLetters', {
      metric: depth(deadLetters),
      from: 1,
      impact: `${late}, or did not notify their owners. An operator has to replay the messages.`,
    });
    this.ring('GooglePassAge', {
      metric: waiting(queue),
      from: Duration.minutes(15).toSeconds(),
      impact: `${late} for more than 15 minutes.`,
    });
    const functions: [LaurelFunction, keyof typeof FAILURES, string][] = [
      [updateGooglePass, 'MessageFailed', `${late}. Laurel tries the failed updates again.`],
      [
        linkGooglePass,
        'CallFailed',
        'Members cannot save their pass to Google Wallet, because the API does not give the shop the link.',
      ],
    ];
    for (const [reporter, failure, impact] of functions) {
      const { node, lambda } = reporter;
      this.ring(`${node.id}Errors`, { metric: lambda.metricErrors(), from: 5, impact });
      this.ring(`${node.id}Failures`, { metric: reporter.count(failure), from: FAILURES[failure], impact });
      this.ring(`${node.id}Throttles`, { metric: lambda.metricThrottles(), from: 10, impact });
    }
  }

  private watchPasses(passes: WalletPasses): void {
    const { handOutPasses, serveWallet, sendPush, checkCertificates, deadLetters } = passes;
    this.ring('PushDeadLetters', {
      metric: depth(deadLetters),
      from: 1,
      impact:
        'Some members’ passes show an old tier until the phone refreshes the pass by itself, or an operator replays the push.',
    });
    const late =
      'Members’ tiers change, but their passes show the old tier until the phone refreshes the pass by itself.';
    this.ring('SendPushErrors', { metric: sendPush.lambda.metricErrors(), from: 5, impact: late });
    this.ring('SendPushFailures', {
      metric: sendPush.count('MessageFailed'),
      from: FAILURES.MessageFailed,
      impact: late,
    });
    this.ring('SendPushThrottles', { metric: sendPush.lambda.metricThrottles(), from: 10, impact: late });
    for (const maker of [handOutPasses, serveWallet]) {
      this.ring(`${maker.node.id}NotPossible`, {
        metric: maker.count('PassNotPossible'),
        from: 1,
        impact:
          'Members get no pass, and phones cannot update theirs, because of the certificates or the images. The function’s log ' +
          'says which of them to correct.',
      });
    }
    this.ring('ServeWalletErrors', { metric: serveWallet.lambda.metricErrors(), from: 5, impact: late });
    this.ring('ServeWalletFailures', {
      metric: serveWallet.count('CallFailed'),
      from: FAILURES.CallFailed,
      impact: late,
    });
    this.ring('ServeWalletThrottles', { metric: serveWallet.lambda.metricThrottles(), from: 10, impact: late });

    for (const days of [60, 30, 7]) {
      this.ring(`CertificatesEndIn${days}Days`, {
        metric: daysLeft(checkCertificates),
        downTo: days,
        impact:
          `In ${days} days or less, members get no new passes, and no phone hears of a new tier. ` +
          'The pass certificate or the WWDR certificate expires, or is missing. docs/wallet.md says how to renew it.',
      });
    }
    this.ring('CheckCertificatesErrors', {
      metric: checkCertificates.lambda.metricErrors().with({ period: Duration.days(1) }),
      from: 1,
      impact: 'Laurel cannot check the certificates of the passes. Once they expire, members get no passes.',
    });
  }

  private ring(id: string, props: LaurelAlarmProps): void {
    this.alarms.push(new LaurelAlarm(this, id, props));
  }

  private tell(alarmEmail: string): void {
    // Not encrypted with AWS's key for SNS, to which CloudWatch has no access. An alarm says nothing about any one member.
    const topic = new Topic(this, 'AlarmTopic', { enforceSSL: true });
    // A topic with a policy of its own no longer lets the account's services in by itself.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': topic.env.account } },
      }),
    );
    const subscription = topic.addSubscription(new EmailSubscription(alarmEmail));
    Validations.of(subscription).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason: 'SNS redrives no mail. An alarm that went unseen is still red on the dashboard.',
    });
    for (const alarm of this.alarms) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
  }

  /** From what members feel, at the top, to why. */
  private rows(props: WatchProps): IWidget[][] {
    const { brand, frontDoor, ledger, members, intake, recalculation, clock, announcements, notifications } = props;
    const { recordTransaction, receiveShopifyOrder } = intake;
    const { recalculateTier } = recalculation;
    const { takeTierActions, changeGroupTiers, runs } = props.actions;
    const { recalculateCycle, weighPreview, runs: recalculations } = props.cycles;
    const { expireTiers } = props.expiry;
    const { announceTierChange } = announcements;
    const senders = notifications.channels.map(({ send }) => send);
    const ofTiers = [recalculateTier, takeTierActions, changeGroupTiers, expireTiers, recalculateCycle];
    const { googlePasses, passes } = props;
    const ofPasses = [
      ...(passes ? [passes.serveWallet, passes.sendPush] : []),
      ...(googlePasses ? [googlePasses.updateGooglePass, googlePasses.linkGooglePass] : []),
    ];
    const functions = [recordTransaction, receiveShopifyOrder, ...ofTiers, announceTierChange, ...senders, ...ofPasses];
    const ofIntake = (name: string) =>
      [recordTransaction, receiveShopifyOrder].map((each) => named(each, each.count(name)));

    return [
      [heading(`${brand.settings.name}: what members feel`)],
      [
        graph('Purchases taken', ofIntake('TransactionAccepted')),
        graph('Tiers that moved', [
          counted(recalculateTier, 'TierUpgraded'),
          counted(recalculateTier, 'TierDowngraded'),
        ]),
        graph(
          'How long points and news wait (ms)',
          [recalculateTier, announceTierChange].map((each) => named(each, age(each))),
        ),
        graph(
          'Messages sent',
          senders.map((send) => named(send, send.count('MessageSent'))),
        ),
      ],
      [new AlarmStatusWidget({ title: 'Alarms', alarms: this.alarms, width: 24, height: 4 })],
      [heading('Why: what is handed to us')],
      [
        graph('Calls', [
          frontDoor.api.metricCount({ statistic: Stats.SUM, label: 'all' }),
          frontDoor.api.metricClientError({ statistic: Stats.SUM, label: 'refused (4xx)' }),
          frontDoor.api.metricServerError({ statistic: Stats.SUM, label: 'failed (5xx)' }),
        ]),
        graph('How long calls take (ms)', [
          frontDoor.api.metricLatency({ statistic: Stats.p(50), label: 'half' }),
          frontDoor.api.metricLatency({ statistic: Stats.p(99), label: '99 of 100' }),
        ]),
        graph('Posted again', [...ofIntake('TransactionDuplicate'), ...ofIntake('TransactionConflict')]),
        graph('Webhooks refused', [counted(receiveShopifyOrder, 'WebhookRefused')]),
      ],
      [heading('Why: what we do with it')],
      [
        graph('Counting', [
          counted(recalculateTier, 'TransactionCounted'),
          counted(recalculateTier, 'MemberRebuilt'),
          counted(recalculateTier, 'TransactionWithoutMember'),
        ]),
        graph('Parked, and dead letters', [
          depth(recalculateTier.parked).with({ label: 'parked transactions' }),
          depth(announceTierChange.parked).with({ label: 'parked tier changes' }),
          depth(clock.deadLetters).with({ label: 'dead letters: due' }),
          ...notifications.channels.map(({ node, deadLetters }) =>
            depth(deadLetters).with({ label: `dead letters: ${node.id.toLowerCase()}` }),
          ),
        ]),
        graph(
          'Records parked',
          [recalculateTier, announceTierChange].map((each) => named(each, each.count('RecordParked'))),
        ),
        graph(
          'Messages that may not have arrived',
          senders.map((send) => named(send, send.count('MessageUnsure'))),
        ),
      ],
      [heading('Why: tiers that are given, and that end')],
      [
        graph(
          'Tier actions',
          [takeTierActions, changeGroupTiers].flatMap((each) =>
            ['ActionApplied', 'ActionRefused'].map((name) =>
              each.count(name).with({ label: `${each.folder}: ${name}` }),
            ),
          ),
        ),
        graph('Promotions', [
          counted(recalculateTier, 'PromotionFired'),
          counted(recalculateTier, 'ActionApplied'),
          counted(recalculateTier, 'ActionRefused'),
        ]),
        graph(
          'Fields of transactions that told no end',
          [recalculateTier, members.putMember, takeTierActions, changeGroupTiers, expireTiers, recalculateCycle].map(
            (each) => named(each, each.count('FieldInvalid')),
          ),
        ),
        graph('Grants that ended, and reminders', [
          counted(expireTiers, 'TierDowngraded'),
          counted(expireTiers, 'TierUpgraded'),
          counted(expireTiers, 'ReminderGiven'),
        ]),
      ],
      [
        graph('Moments that have come', [
          depth(clock.due).with({ label: 'waiting' }),
          clock.due.metricNumberOfMessagesReceived({ statistic: Stats.SUM, label: 'taken up' }),
        ]),
        graph('How long a moment waits (s)', [waiting(clock.due).with({ label: 'the oldest' })]),
        graph('Members that could not be written', [
          ...[changeGroupTiers, expireTiers, recalculateCycle].map((each) => named(each, each.count('MemberFailed'))),
          counted(expireTiers, 'DueLeftOver'),
        ]),
        graph('Actions on groups', runMetrics(runs)),
      ],
      [
        graph('Recalculations', [
          ...runMetrics(recalculations),
          weighPreview.count('RecalculationAborted').with({ label: 'stopped at the brake' }),
        ]),
        graph('Members that recalculations move', [
          counted(recalculateCycle, 'MemberUp'),
          counted(recalculateCycle, 'MemberDown'),
        ]),
        graph('Audits', runMetrics(props.audit.runs)),
        graph('Members that audits could not prove', [
          counted(props.audit.auditMembers, 'MemberDiffers'),
          counted(props.audit.auditMembers, 'MemberHealed'),
          counted(props.audit.auditMembers, 'MemberUnproved'),
          counted(props.audit.auditMembers, 'MemberFailed'),
        ]),
      ],
      ...(googlePasses ? googleRows(googlePasses) : []),
      ...(props.passes ? passRows(props.passes) : []),
      [heading('Why: what it runs on')],
      [
        graph(
          'Errors: crashes and timeouts',
          functions.map((each) => named(each, each.lambda.metricErrors())),
        ),
        graph('What failed and was told', [
          ...[recordTransaction, receiveShopifyOrder, takeTierActions].map((each) =>
            named(each, each.count('CallFailed')),
          ),
          ...[recalculateTier, announceTierChange].map((each) => named(each, each.count('RecordFailed'))),
          ...[expireTiers, ...senders].map((each) => named(each, each.count('MessageFailed'))),
        ]),
        graph(
          'Throttles',
          functions.map((each) => named(each, each.lambda.metricThrottles())),
        ),
        graph(
          'How long functions take (ms, 99 of 100)',
          functions.map((each) => named(each, each.lambda.metricDuration({ statistic: Stats.p(99) }))),
        ),
        graph(
          'Requests that tables held back',
          [ledger.table, members.table].flatMap((table) =>
            (['Read', 'Write'] as const).map((kind) => heldBack(table, kind)),
          ),
        ),
      ],
    ];
  }
}

function googleRows({ updateGooglePass, linkGooglePass, queue, deadLetters }: GooglePasses): IWidget[][] {
  return [
    [heading('Why: passes in Google Wallet')],
    [
      graph('Passes written, and what was told', [
        counted(updateGooglePass, 'PassUpdated'),
        counted(updateGooglePass, 'MessageSent'),
        counted(updateGooglePass, 'MessageTooOften'),
        counted(updateGooglePass, 'MessageUnsure'),
      ]),
      graph('Changes that wait for Google', [
        depth(queue).with({ label: 'waiting' }),
        depth(deadLetters).with({ label: 'dead letters' }),
      ]),
      graph('How long a change waits for Google (s)', [waiting(queue).with({ label: 'the oldest' })]),
      graph('What Google did not take', [
        counted(updateGooglePass, 'MessageFailed'),
        counted(linkGooglePass, 'CallFailed'),
      ]),
    ],
  ];
}

function passRows({ handOutPasses, serveWallet, sendPush, checkCertificates, deadLetters }: WalletPasses) {
  const makers = [handOutPasses, serveWallet];
  return [
    [heading('Why: passes')],
    [
      graph('Passes made, and not', [
        ...makers.map((each) => named(each, each.count('PassMade'))),
        counted(serveWallet, 'PassNotModified'),
        ...makers.map((each) => each.count('PassNotPossible').with({ label: `${each.folder}: not possible` })),
      ]),
      graph('Phones', [
        counted(serveWallet, 'DeviceRegistered'),
        counted(sendPush, 'DeviceForgotten'),
        counted(serveWallet, 'PhoneComplained'),
      ]),
      graph('Pushes', [
        counted(sendPush, 'PassPushed'),
        counted(sendPush, 'MessageFailed'),
        depth(deadLetters).with({ label: 'dead letters' }),
      ]),
      graph('Days that the certificates have left', [daysLeft(checkCertificates).with({ label: 'the first to end' })]),
    ],
  ];
}

/** What members get by a channel, in words. */
function messageOf({ node }: Construct): string {
  return node.id === 'Sms' ? 'text message' : node.id.toLowerCase();
}

function daysLeft(checker: LaurelFunction): Metric {
  return checker.count('CertificateDaysLeft').with({ statistic: Stats.MINIMUM, period: Duration.days(1) });
}

function heldBack(table: LaurelTable, kind: 'Read' | 'Write'): Metric {
  return table.metric(`${kind}ThrottleEvents`, { statistic: Stats.SUM });
}

function runMetrics({ machine }: RunMachine): Metric[] {
  return [
    machine.metricStarted({ statistic: Stats.SUM, label: 'started' }),
    machine.metricSucceeded({ statistic: Stats.SUM, label: 'done' }),
    machine.metricFailed({ statistic: Stats.SUM, label: 'failed' }),
    machine.metricTimedOut({ statistic: Stats.SUM, label: 'timed out' }),
  ];
}

/** How long the oldest record that the function was given had waited in the stream. */
function age(reader: LaurelFunction): Metric {
  return reader.lambda.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(1) });
}

function depth(queue: LaurelQueue): Metric {
  return queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM });
}

/** How long the oldest message has been in the queue, whether it waits or is worked on. */
function waiting(queue: LaurelQueue): Metric {
  return queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM });
}

function counted(reporter: LaurelFunction, name: string): Metric {
  return reporter.count(name).with({ label: name });
}

function named(reporter: LaurelFunction, metric: Metric): Metric {
  return metric.with({ label: reporter.folder });
}

function heading(text: string): IWidget {
  return new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });
}

function graph(title: string, left: IMetric[]): IWidget {
  return new GraphWidget({ title, left, width: 6, height: 6, leftYAxis: { min: 0, showUnits: false } });
}
