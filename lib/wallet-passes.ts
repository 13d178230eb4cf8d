import { dirname, resolve } from 'node:path';
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { LaurelHttpApi } from './http-api.ts';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { feedFromQueue } from './parts/feed-from-queue.ts';
import { GeneratedSecret } from './parts/generated-secret.ts';
import { LaurelFunction } from './parts/laurel-function.ts';
import { LaurelQueue } from './parts/laurel-queue.ts';
import type { Monitored } from './parts/monitored.ts';
import { OperatorSecret } from './parts/operator-secret.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierAnnouncements } from './tier-announcements.ts';
import type { TierClock } from './tier-clock.ts';

export interface WalletPassesProps {
  readonly brand: DeployedBrand;
  readonly httpApi: LaurelHttpApi;
  readonly ledger: PointsLedger;
  readonly members: Members;
  readonly announcements: TierAnnouncements;
  readonly clock: TierClock;
}

/** The address in passes and links: the local proxy's, else the brand's own domain, else the API's own. */
function phonesUrl({ brand, httpApi }: WalletPassesProps): string {
  return brand.proxyUrl ?? brand.settings.wallet?.url ?? httpApi.url;
}

const ON_DEVICE = '/v1/wallet/apple/v1/devices/{deviceId}/registrations/{passTypeId}' as const;

/**
 * Members' passes in Apple Wallet: handed out by key or by link, fetched by phones, and pushed when a tier has changed. It is there where
 * the brand's file has `wallet.apple`.
 */
export class WalletPasses extends Construct {
  /** What passes are signed with and pushed by. */
  readonly certificates: OperatorSecret;
  readonly handOutPasses: LaurelFunction;
  readonly serveWallet: LaurelFunction;
  readonly sendPush: LaurelFunction;
  readonly checkCertificates: LaurelFunction;
  readonly queue: LaurelQueue;
  readonly deadLetters: LaurelQueue;

  private readonly tokens: GeneratedSecret;

  constructor(scope: Construct, id: string, props: WalletPassesProps) {
    super(scope, id);
    const { brand, httpApi, members, announcements, clock } = props;

    this.certificates = new OperatorSecret(this, 'Certificates', {
      description:
        'What passes are signed with: {"certificates": [{"signerCert", "signerKey", "wwdr"}]}, in PEM. `npm run wallet:certificates` fills it.',
      list: 'certificates',
    });
    this.tokens = new GeneratedSecret(this, 'Tokens', {
      description: 'What phones prove with that they hold a pass is computed from this. Nobody needs to see it.',
      whyForGood:
        'Each pass on a phone carries a token that was computed from it: with another value no phone could update its pass any more.',
    });

    this.handOutPasses = this.drawing('HandOutPasses', props);
    httpApi.openToKeyHolders('GET /v1/members/{memberId}/pass', this.handOutPasses);
    httpApi.openToKeyHolders('GET /v1/members/{memberId}/pass-link', this.handOutPasses);
    httpApi.openToAnyone('GET /v1/passes/{token}', this.handOutPasses);

    this.serveWallet = this.drawing('ServeWallet', props);
    members.table.grant(this.serveWallet, 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem');
    httpApi.openToAnyone(`POST ${ON_DEVICE}/{serialNumber}`, this.serveWallet);
    httpApi.openToAnyone(`DELETE ${ON_DEVICE}/{serialNumber}`, this.serveWallet);
    httpApi.openToAnyone(`GET ${ON_DEVICE}`, this.serveWallet);
    httpApi.openToAnyone('GET /v1/wallet/apple/v1/passes/{passTypeId}/{serialNumber}', this.serveWallet);
    httpApi.openToAnyone('POST /v1/wallet/apple/v1/log', this.serveWallet);

    this.sendPush = this.drawing('SendPush', props, Duration.seconds(60));
    members.table.grant(this.sendPush, 'dynamodb:DeleteItem');
    this.deadLetters = new LaurelQueue(this, 'DeadLetters');
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue: what lies in it rings an alarm, and an operator redrives it.',
    });
    this.queue = new LaurelQueue(this, 'Queue', {
      // An hour of attempts: what Apple puts off is a good push, and a repeat does no harm.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 10 },
      // Six times the function's timeout, as AWS advises: no message comes back while it is still being sent.
      visibilityTimeout: Duration.seconds(this.sendPush.timeout.toSeconds() * 6),
    });
    // Every change and notice, whatever channels it names: the pass shows it in any case, and says itself what the phone tells.
    announcements.topic.addSubscription(
      new SqsSubscription(this.queue, { rawMessageDelivery: true, deadLetterQueue: this.deadLetters }),
    );
    // Apple takes as much as comes; each instance has one connection, and ten members' phones in flight on it.
    feedFromQueue(this.sendPush, this.queue, 10, 10);

    this.checkCertificates = new LaurelFunction(this, 'CheckCertificates', {
      brand,
      environment: { PASS_CERTIFICATES_SECRET: this.certificates.secretArn },
    });
    this.certificates.grantValue(this.checkCertificates);
    this.lookEvery(Duration.hours(12), clock);
  }

  /** A function that draws passes: it reads members, keeps which version of its pass each has, and carries the designs' images. */
  private drawing(id: string, props: WalletPassesProps, timeout?: Duration) {
    const { brand, ledger, members } = props;
    const folders = Object.values(brand.settings.wallet?.designs ?? {}).map(({ images }) => ({
      from: resolve(dirname(brand.file), images),
      to: images,
    }));
    const drawer = new LaurelFunction(this, id, {
      brand,
      environment: {
        POINTS_TABLE: ledger.table.tableName,
        MEMBERS_TABLE: members.table.tableName,
        PASS_CERTIFICATES_SECRET: this.certificates.secretArn,
        PASS_TOKENS_SECRET: this.tokens.secretArn,
        API_URL: phonesUrl(props),
      },
      folders,
      ...(timeout && { timeout }),
    });
    ledger.table.grant(drawer, 'dynamodb:Query');
    members.table.grant(drawer, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query');
    this.certificates.grantValue(drawer);
    this.tokens.grantValue(drawer);
    return drawer;
  }

  private lookEvery(interval: Duration, clock: TierClock): void {
    const role = new Role(this, 'Role', {
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': clock.groupArn },
        },
      }),
    });
    Grant.addToPrincipal({
      grantee: role,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [this.checkCertificates.lambda.functionArn],
    });
    const look = new CfnSchedule(this, 'Look', {
      description: 'Looks how many days the certificates of the passes have left.',
      groupName: clock.groupName,
      scheduleExpression: `rate(${interval.toHours()} hours)`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.checkCertificates.lambda.functionArn,
        roleArn: role.roleArn,
        input: '{}',
        // By then the next one is on its way.
        retryPolicy: { maximumEventAgeInSeconds: interval.toSeconds() },
      },
    });
    // With the role goes what it may do: the first one is not to be refused.
    look.node.addDependency(role);
  }

  get monitored(): Monitored {
    const { handOutPasses, serveWallet, sendPush, checkCertificates, deadLetters } = this;
    const late =
      'Members’ tiers change, but their passes show the old tier until the phone refreshes the pass by itself.';
    const makers = [handOutPasses, serveWallet];
    const daysLeft = checkCertificates
      .count('CertificateDaysLeft')
      .with({ statistic: Stats.MINIMUM, period: Duration.days(1) });
    return {
      functions: [
        { reporter: sendPush, failure: 'MessageFailed', impact: late },
        { reporter: serveWallet, failure: 'CallFailed', impact: late },
      ],
      alarms: {
        PushDeadLetters: deadLetters.alarmFromFirst(
          'Some members’ passes show an old tier until the phone refreshes the pass by itself, or an operator replays the push.',
        ),
        ...Object.fromEntries(
          makers.map((maker) => [
            `${maker.node.id}NotPossible`,
            maker.alarmFromFirst(
              'PassNotPossible',
              'Members get no pass, and phones cannot update theirs, because of the certificates or the images. The function’s log ' +
                'says which of them to correct.',
            ),
          ]),
        ),
        ...Object.fromEntries(
          [60, 30, 7].map((days) => [
            `CertificatesEndIn${days}Days`,
            {
              metric: daysLeft,
              downTo: days,
              impact:
                `In ${days} days or less, members get no new passes, and no phone hears of a new tier. ` +
                'The pass certificate or the WWDR certificate expires, or is missing. docs/wallet.md says how to renew it.',
            },
          ]),
        ),
        CheckCertificatesErrors: {
          metric: checkCertificates.lambda.metricErrors().with({ period: Duration.days(1) }),
          from: 1,
          impact: 'Laurel cannot check the certificates of the passes. Once they expire, members get no passes.',
        },
      },
      row: {
        title: 'passes in Apple Wallet',
        graphs: [
          [
            'Passes made, and not',
            [
              ...makers.map((each) => each.named(each.count('PassMade'))),
              ...serveWallet.counts('PassNotModified'),
              ...makers.map((each) => each.count('PassNotPossible').with({ label: `${each.folder}: not possible` })),
            ],
          ],
          [
            'Phones',
            [
              ...serveWallet.counts('DeviceRegistered'),
              ...sendPush.counts('DeviceForgotten'),
              ...serveWallet.counts('PhoneComplained'),
            ],
          ],
          [
            'Pushes',
            [...sendPush.counts('PassPushed', 'MessageFailed'), deadLetters.depth.with({ label: 'dead letters' })],
          ],
          ['Days that the certificates have left', [daysLeft.with({ label: 'the first to end' })]],
        ],
      },
    };
  }
}
