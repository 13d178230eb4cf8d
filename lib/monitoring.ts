import { Duration, Validations } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, GraphWidget, type IWidget, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { LaurelAlarm, type LaurelAlarmProps } from './parts/laurel-alarm.ts';
import { FAILURES, type Graph, type Monitored, type MonitoredFunction } from './parts/monitored.ts';

export interface MonitoringProps {
  readonly brand: DeployedBrand;
  /** In the order in which the dashboard shows them. */
  readonly capabilities: readonly Monitored[];
}

/** The alarms and the dashboard, composed of what each capability declares. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, { brand, capabilities }: MonitoringProps) {
    super(scope, id);
    const functions = capabilities.flatMap((capability) => capability.functions ?? []);
    const declared = [...capabilities.map(({ alarms = {} }) => alarms), ...functions.map(functionAlarms)];
    const alarms = declared
      .flatMap((some) => Object.entries(some))
      .map(([name, props]) => new LaurelAlarm(this, name, props));

    const { alarmEmail } = brand.settings.operations ?? {};
    if (alarmEmail) this.tell(alarmEmail, alarms);

    const rows = capabilities.flatMap(({ row }) => row ?? []);
    new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [
        [heading(`${brand.settings.name}: what members feel`)],
        graphs(capabilities.flatMap(({ felt = [] }) => felt)),
        [new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 4 })],
        ...rows.flatMap((row) => [[heading(`Why: ${row.title}`)], graphs(row.graphs)]),
        [heading('Why: what it runs on')],
        graphs(sharedGraphs(capabilities, functions)),
      ],
    });
  }

  private tell(alarmEmail: string, alarms: readonly LaurelAlarm[]): void {
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
    for (const alarm of alarms) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
  }
}

/** Lambda's own errors are crashes and timeouts only. A function that can say what failed has answered, so it counts that itself. */
function functionAlarms({ reporter, failure, impact }: MonitoredFunction): Record<string, LaurelAlarmProps> {
  if (impact === undefined) return {};
  const { node, lambda } = reporter;
  return {
    [`${node.id}Errors`]: { metric: lambda.metricErrors(), from: 5, impact },
    [`${node.id}Failures`]: { metric: reporter.count(failure), from: FAILURES[failure], impact },
    [`${node.id}Throttles`]: { metric: lambda.metricThrottles(), from: 10, impact },
  };
}

function sharedGraphs(capabilities: readonly Monitored[], functions: readonly MonitoredFunction[]): Graph[] {
  const reporters = functions.map(({ reporter }) => reporter);
  const tables = capabilities.flatMap((capability) => capability.tables ?? []);
  return [
    ['Errors: crashes and timeouts', reporters.map((each) => each.named(each.lambda.metricErrors()))],
    ['What failed and was told', functions.map(({ reporter, failure }) => reporter.named(reporter.count(failure)))],
    ['Throttles', reporters.map((each) => each.named(each.lambda.metricThrottles()))],
    [
      'How long functions take (ms, 99 of 100)',
      reporters.map((each) => each.named(each.lambda.metricDuration({ statistic: Stats.p(99) }))),
    ],
    [
      'Requests that tables held back',
      tables.flatMap((table) => [table.throttledRequests('Read'), table.throttledRequests('Write')]),
    ],
  ];
}

function heading(text: string): IWidget {
  return new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });
}

/** Three or four side by side. */
function graphs(all: readonly Graph[]): IWidget[] {
  const width = all.length % 4 === 0 ? 6 : 8;
  return all.map(
    ([title, left]) =>
      new GraphWidget({ title, left: [...left], width, height: 6, leftYAxis: { min: 0, showUnits: false } }),
  );
}
