import { Duration, Validations } from 'aws-cdk-lib';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { LaurelHttpApi } from './http-api.ts';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { feedFromQueue } from './parts/feed-from-queue.ts';
import { LaurelFunction } from './parts/laurel-function.ts';
import { LaurelQueue } from './parts/laurel-queue.ts';
import type { Monitored } from './parts/monitored.ts';
import { OperatorSecret } from './parts/operator-secret.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierAnnouncements } from './tier-announcements.ts';

export interface GooglePassesProps {
  readonly brand: DeployedBrand;
  readonly httpApi: LaurelHttpApi;
  readonly ledger: PointsLedger;
  readonly members: Members;
  readonly announcements: TierAnnouncements;
}

/**
 * The members' passes in Google Wallet: the link by which one is taken, and a queue that brings every change of tier, told or not, as
 * every one of them changes the pass.
 */
export class GooglePasses extends Construct {
  readonly key: OperatorSecret;
  readonly linkGooglePass: LaurelFunction;
  readonly updateGooglePass: LaurelFunction;
  readonly queue: LaurelQueue;
  readonly deadLetters: LaurelQueue;

  constructor(scope: Construct, id: string, props: GooglePassesProps) {
    super(scope, id);
    const { brand, httpApi, ledger, members, announcements } = props;
    this.key = new OperatorSecret(this, 'Key', {
      description: 'The service account that writes to Google Wallet: {"keys": [a key file of Google’s]}.',
      list: 'keys',
    });
    const environment = {
      POINTS_TABLE: ledger.table.tableName,
      MEMBERS_TABLE: members.table.tableName,
      GOOGLE_KEY_SECRET: this.key.secretArn,
    };

    this.linkGooglePass = new LaurelFunction(this, 'LinkGooglePass', { brand, environment });
    members.table.grant(this.linkGooglePass, 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query');
    ledger.table.grant(this.linkGooglePass, 'dynamodb:Query');
    this.key.grantValue(this.linkGooglePass);
    httpApi.openToKeyHolders('GET /v1/members/{memberId}/google-pass', this.linkGooglePass);

    // Five members with all that Google may put off, and its pauses, have a minute.
    this.updateGooglePass = new LaurelFunction(this, 'UpdateGooglePass', {
      brand,
      environment,
      timeout: Duration.minutes(1),
    });
    members.table.grant(
      this.updateGooglePass,
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:Query',
    );
    ledger.table.grant(this.updateGooglePass, 'dynamodb:Query');
    this.key.grantValue(this.updateGooglePass);

    this.deadLetters = new LaurelQueue(this, 'DeadLetters');
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue: what lies in it rings an alarm, and an operator redrives it.',
    });
    const visibilityTimeout = Duration.seconds(this.updateGooglePass.timeout.toSeconds() * 6);
    this.queue = new LaurelQueue(this, 'Queue', {
      // An hour of attempts: what Google only puts off is a good change.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 10 },
      visibilityTimeout,
    });
    announcements.topic.addSubscription(
      new SqsSubscription(this.queue, { rawMessageDelivery: true, deadLetterQueue: this.deadLetters }),
    );
    feedFromQueue(this.updateGooglePass, this.queue, 5);

    // Erasing a person reaches Google by the same queue.
    members.table.grant(members.eraseProfile, 'dynamodb:UpdateItem');
    members.eraseProfile.lambda.addEnvironment('GOOGLE_PASS_QUEUE_URL', this.queue.queueUrl);
    this.queue.grant(members.eraseProfile, 'sqs:SendMessage');
  }

  get monitored(): Monitored {
    const { linkGooglePass, updateGooglePass, queue, deadLetters } = this;
    const late = 'Some members’ passes in Google Wallet show an old tier';
    return {
      functions: [
        {
          reporter: updateGooglePass,
          failure: 'MessageFailed',
          impact: `${late}. Laurel tries the failed updates again.`,
        },
        {
          reporter: linkGooglePass,
          failure: 'CallFailed',
          impact: 'Members cannot save their pass to Google Wallet, because the API does not give the shop the link.',
        },
      ],
      alarms: {
        GooglePassDeadLetters: deadLetters.alarmFromFirst(
          `${late}, or did not notify their owners. An operator has to replay the messages.`,
        ),
        GooglePassAge: {
          metric: queue.oldestAge,
          from: Duration.minutes(15).toSeconds(),
          impact: `${late} for more than 15 minutes.`,
        },
      },
      row: {
        title: 'passes in Google Wallet',
        graphs: [
          [
            'Passes written, and what was told',
            updateGooglePass.counts('PassUpdated', 'MessageSent', 'MessageTooOften', 'MessageUnsure'),
          ],
          [
            'Changes that wait for Google',
            [queue.depth.with({ label: 'waiting' }), deadLetters.depth.with({ label: 'dead letters' })],
          ],
          ['How long a change waits for Google (s)', [queue.oldestAge.with({ label: 'the oldest' })]],
          [
            'What Google did not take',
            [...updateGooglePass.counts('MessageFailed'), ...linkGooglePass.counts('CallFailed')],
          ],
        ],
      },
    };
  }
}
