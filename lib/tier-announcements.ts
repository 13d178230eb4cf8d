import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import type { Monitored } from './parts/monitored.ts';
import { StreamFunction } from './parts/stream-function.ts';

export interface TierAnnouncementsProps {
  readonly brand: DeployedBrand;
  readonly members: Members;
}

/**
 * How a tier change gets known, and what there is to tell of a tier that stays: to the brand's other systems over the bus, to the
 * member's channels over the topic.
 */
export class TierAnnouncements extends Construct {
  readonly announceTierChange: StreamFunction;
  readonly bus: EventBus;
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { brand, members }: TierAnnouncementsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'Tier changes, for whoever wants to know. Nothing personal.' });
    this.topic = new Topic(this, 'Topic', {
      enforceSSL: true,
      // AWS's key for SNS costs nothing a month, and lets in every role of the account that may publish here.
      masterKey: Alias.fromAliasName(this, 'TopicKey', 'alias/aws/sns'),
    });

    this.announceTierChange = new StreamFunction(this, 'AnnounceTierChange', {
      brand,
      table: members.table,
      sortKeyPrefixes: ['CHANGE#', 'NOTICE#'],
      environment: { EVENT_BUS: this.bus.eventBusName, ANNOUNCEMENTS_TOPIC: this.topic.topicArn },
    });
    this.bus.grantPutEventsTo(this.announceTierChange);
    // `grantPublish` would open every key of the account: it knows the topic's by its alias only, whose policy lets the role in already.
    this.announceTierChange.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['sns:Publish'], resources: [this.topic.topicArn] }),
    );
  }

  get monitored(): Monitored {
    const { announceTierChange } = this;
    return {
      functions: [
        {
          reporter: announceTierChange,
          failure: 'RecordFailed',
          impact: 'Members’ tiers change, but some members and other systems do not hear of it.',
        },
      ],
      alarms: {
        AnnouncementsAge: {
          metric: announceTierChange.age,
          from: Duration.minutes(5).toMilliseconds(),
          periods: 3,
          impact:
            'Members and other systems hear of a new tier more than five minutes late. The tiers themselves are right.',
        },
        ParkedTierChanges: announceTierChange.parked.alarmFromFirst(
          'Some members and other systems do not hear of a new tier. They hear once an operator replays the parked changes.',
        ),
      },
      felt: [['How long news waits (ms)', [announceTierChange.named(announceTierChange.age)]]],
      row: {
        title: 'tier changes that are announced',
        graphs: [
          [
            'Parked tier changes',
            [announceTierChange.parked.depth.with({ label: 'waiting' }), ...announceTierChange.counts('RecordParked')],
          ],
        ],
      },
    };
  }
}
