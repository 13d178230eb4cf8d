import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SubscriptionFilter } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { feedFromQueue } from './parts/feed-from-queue.ts';
import { LaurelFunction } from './parts/laurel-function.ts';
import { LaurelQueue } from './parts/laurel-queue.ts';
import type { Monitored } from './parts/monitored.ts';
import type { TierAnnouncements } from './tier-announcements.ts';

export interface MemberNotificationsProps {
  readonly brand: DeployedBrand;
  readonly members: Members;
  readonly announcements: TierAnnouncements;
}

/**
 * The messages that members get: a queue and a function for each channel that the brand's file configures. Whether a channel is
 * switched on is read when a message is sent, so that switching it off keeps its queue.
 */
export class MemberNotifications extends Construct {
  readonly email: Channel | undefined;
  readonly sms: Channel | undefined;

  constructor(scope: Construct, id: string, props: MemberNotificationsProps) {
    super(scope, id);
    const { email, sms } = props.brand.settings.notifications;

    if (email) {
      this.email = new Channel(this, 'Email', props);
      this.email.send.grantPrincipal.addToPrincipalPolicy(this.maySendMailFrom(email.from));
      Validations.of(this.email.send).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${this.sesArn('configuration-set', '*')}]`,
        reason:
          'An identity’s default configuration set has a name that only SES knows, and SES authorises it too. It is of use only ' +
          'with an identity, and those are named; the sender is fixed to the brand’s address.',
      });
    }
    if (sms) {
      this.sms = new Channel(this, 'Sms', props);
      this.sms.send.grantPrincipal.addToPrincipalPolicy(this.mayTextPhones());
    }
  }

  get channels(): Channel[] {
    return [this.email, this.sms].filter((channel) => channel !== undefined);
  }

  /**
   * SES judges by the narrowest identity that the brand has verified: the address itself, its domain, or a domain above that. It
   * judges by the identity's default configuration set as well, where somebody gave it one.
   */
  private maySendMailFrom(sender: string): PolicyStatement {
    const address = /<(.+)>$/.exec(sender)?.[1] ?? sender;
    const [name, domain] = address.split('@') as [string, string];
    // SES keeps domains in lower case, and to IAM the case matters.
    const labels = domain.toLowerCase().split('.');
    const domains = labels.slice(0, -1).map((_, place) => labels.slice(place).join('.'));
    return new PolicyStatement({
      actions: ['ses:SendEmail'],
      resources: [
        ...[`${name}@${domains[0]}`, ...domains].map((identity) => this.sesArn('identity', identity)),
        this.sesArn('configuration-set', '*'),
      ],
      conditions: { StringEqualsIgnoreCase: { 'ses:FromAddress': address } },
    });
  }

  private sesArn(resource: string, resourceName: string): string {
    // The partition is written out (cdk.json deploys to no other): an acknowledgement's id has to be plain text.
    return Stack.of(this).formatArn({ partition: 'aws', service: 'ses', resource, resourceName });
  }

  /** A phone number has no ARN that a policy could name. All that SNS publishes to besides has one: so everything but those. */
  private mayTextPhones(): PolicyStatement {
    const topicsAndApps = Stack.of(this).formatArn({ service: 'sns', region: '*', account: '*', resource: '*' });
    return new PolicyStatement({ actions: ['sns:Publish'], notResources: [topicsAndApps] });
  }

  get monitored(): Monitored {
    const senders = this.channels.map(({ send }) => send);
    return {
      functions: this.channels.map((channel) => ({
        reporter: channel.send,
        failure: 'MessageFailed',
        impact: `Members’ tiers change, but members get the ${channel.message} about it late or never.`,
      })),
      alarms: Object.fromEntries(
        this.channels.map(({ node, deadLetters, message }) => [
          `${node.id}DeadLetters`,
          deadLetters.alarmFromFirst(
            `Some members have a new tier and got no ${message} about it. They get it once an operator replays the messages.`,
          ),
        ]),
      ),
      felt: [['Messages sent', senders.map((send) => send.named(send.count('MessageSent')))]],
      row: {
        title: 'messages to members',
        graphs: [
          ['Messages that may not have arrived', senders.map((send) => send.named(send.count('MessageUnsure')))],
          [
            'Dead letters',
            this.channels.map(({ node, deadLetters }) => deadLetters.depth.with({ label: node.id.toLowerCase() })),
          ],
        ],
      },
    };
  }
}

/**
 * One way to reach members, which its construct id names. A message that can't be sent holds up no other: it ends in the dead
 * letters, for the operator.
 */
export class Channel extends Construct {
  readonly send: LaurelFunction;
  readonly queue: LaurelQueue;
  readonly deadLetters: LaurelQueue;

  constructor(scope: Construct, id: 'Email' | 'Sms', { brand, members, announcements }: MemberNotificationsProps) {
    super(scope, id);
    this.send = new LaurelFunction(this, `Send${id}`, {
      brand,
      environment: { MEMBERS_TABLE: members.table.tableName },
      timeout: Duration.seconds(30),
    });
    members.table.grant(this.send, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem');

    this.deadLetters = new LaurelQueue(this, 'DeadLetters');
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue: what lies in it rings an alarm, and an operator redrives it.',
    });
    this.queue = new LaurelQueue(this, 'Queue', {
      // Half an hour of attempts: what SES or SNS only put off, because too much came at once, is good mail.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 10 },
      // Six times the function's timeout, as AWS advises: no message comes back while it is still being sent.
      visibilityTimeout: Duration.seconds(this.send.timeout.toSeconds() * 6),
    });
    announcements.topic.addSubscription(
      new SqsSubscription(this.queue, {
        filterPolicy: { channels: SubscriptionFilter.stringFilter({ allowlist: [id.toLowerCase()] }) },
        rawMessageDelivery: true,
        deadLetterQueue: this.deadLetters,
      }),
    );
    feedFromQueue(this.send, this.queue, 10);
  }

  /** What members get by the channel, in words. */
  get message(): string {
    return this.node.id === 'Sms' ? 'text message' : this.node.id.toLowerCase();
  }
}
