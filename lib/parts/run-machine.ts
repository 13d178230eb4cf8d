import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type CfnStateMachine,
  DefinitionBody,
  Errors,
  type IChainable,
  StateMachine,
  StateMachineType,
  type TaskStateBase,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, type LambdaInvokeJsonPathProps } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { LaurelAlarmProps } from './laurel-alarm.ts';
import type { LaurelFunction } from './laurel-function.ts';

export interface RunMachineProps {
  readonly comment: string;
  /** The functions that do the work: it may invoke these, and do nothing else. */
  readonly workers: readonly LaurelFunction[];
  readonly definition: IChainable;
}

/**
 * Carries runs over many members through their pages. Nothing that fails is dropped: a run that can't go on stays where it is, and can be
 * redriven from there.
 */
export class RunMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { comment, workers, definition }: RunMachineProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          // Any machine of the account: this one has no name before it has its role.
          ArnLike: { 'aws:SourceArn': this.statesArn('stateMachine', '*') },
        },
      }),
    });
    Grant.addToPrincipal({
      grantee: role,
      actions: ['lambda:InvokeFunction'],
      resourceArns: workers.map(({ lambda }) => lambda.functionArn),
    });
    this.machine = new StateMachine(this, 'Machine', {
      comment,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(definition),
      // Much longer than any run takes: one that goes in circles ends here, and rings.
      timeout: Duration.days(1),
      // CDK would let it invoke every version of the functions besides.
      role: role.withoutPolicyUpdates(),
    });
    this.machine.node.addDependency(role);

    const toldByRun = 'What a run did is in the table, for each member, and what went wrong is in the function’s log. ';
    const noTrace = 'A trace would end at the table, and would cost the role a permission on all resources.';
    Validations.of(this.machine).acknowledge(
      {
        id: 'AwsSolutions-SF1',
        reason:
          `${toldByRun}Step Functions keeps each step of a run for 90 days. Its logs would repeat that, and would let the role ` +
          'change every log delivery of the account.',
      },
      { id: 'AwsSolutions-SF2', reason: toldByRun + noTrace },
      { id: 'Serverless-StepFunctionStateMachineXray', reason: toldByRun + noTrace },
    );
  }

  /** Lets a function start runs, and see whether one was given up: then it is brought on its way again. */
  letStart(starter: LaurelFunction): void {
    this.machine.grantStartExecution(starter);
    this.letDescribe(starter);
  }

  letDescribe(reader: LaurelFunction): void {
    const machine = this.machine.node.defaultChild as CfnStateMachine;
    Grant.addToPrincipal({
      grantee: reader,
      actions: ['states:DescribeExecution'],
      resourceArns: [this.statesArn('execution', `${machine.attrName}:*`)],
    });
    const asNagTells = this.statesArn('execution', `<${Stack.of(this).getLogicalId(machine)}.Name>:*`);
    Validations.of(reader).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${asNagTells}]`,
      reason:
        'An execution is named after its run, and runs are still to come. It is those of Laurel’s own machine only.',
    });
  }

  /** Ring for a run that stands still. */
  alarms(name: string, impact: string): Record<string, LaurelAlarmProps> {
    return {
      [`${name}Failed`]: { metric: this.machine.metricFailed({ statistic: Stats.SUM }), from: 1, impact },
      [`${name}TimedOut`]: { metric: this.machine.metricTimedOut({ statistic: Stats.SUM }), from: 1, impact },
    };
  }

  get metrics(): Metric[] {
    return [
      this.machine.metricStarted({ statistic: Stats.SUM, label: 'started' }),
      this.machine.metricSucceeded({ statistic: Stats.SUM, label: 'done' }),
      this.machine.metricFailed({ statistic: Stats.SUM, label: 'failed' }),
      this.machine.metricTimedOut({ statistic: Stats.SUM, label: 'timed out' }),
    ];
  }

  private statesArn(resource: string, resourceName: string): string {
    // The partition is written out (cdk.json deploys to no other): an acknowledgement's id has to be plain text.
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    return Stack.of(this).formatArn({ partition: 'aws', service: 'states', resource, resourceName, arnFormat });
  }
}

/**
 * A step that a function does. What fails is tried again for some eight minutes, which is longer than most failures of a service last;
 * whatever runs call can be done again.
 */
export function stepOf(
  scope: Construct,
  stateName: string,
  worker: LaurelFunction,
  props: Pick<LambdaInvokeJsonPathProps, 'payload' | 'resultPath'> = {},
): LambdaInvoke & TaskStateBase {
  const step = new LambdaInvoke(scope, stateName, {
    ...props,
    stateName,
    lambdaFunction: worker.lambda,
    payloadResponseOnly: true,
    retryOnServiceExceptions: false,
  });
  step.addRetry({
    errors: [Errors.ALL],
    interval: Duration.seconds(2),
    backoffRate: 2,
    maxAttempts: 8,
    maxDelay: Duration.minutes(5),
  });
  return step;
}
