import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type CfnStateMachine,
  Choice,
  Condition,
  DefinitionBody,
  Errors,
  StateMachine,
  StateMachineType,
  Succeed,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { FrontDoor } from './front-door.ts';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { HOT_PATH_MEMORY_MIB, LaurelFunction } from './parts/laurel-function.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierClock } from './tier-clock.ts';

export interface TierActionsProps {
  readonly brand: DeployedBrand;
  readonly frontDoor: FrontDoor;
  readonly ledger: PointsLedger;
  readonly members: Members;
  readonly clock: TierClock;
}

/** Tiers that are given and taken by hand: a member's at once, a group's by a run over its members. */
export class TierActions extends Construct {
  readonly manageTier: LaurelFunction;
  readonly changeGroupTiers: LaurelFunction;
  /** Carries a run through its pages. */
  readonly runs: StateMachine;

  constructor(scope: Construct, id: string, { brand, frontDoor, ledger, members, clock }: TierActionsProps) {
    super(scope, id);
    const ofMembers = { MEMBERS_TABLE: members.table.tableName };
    const ofMembersAndPoints = { ...ofMembers, POINTS_TABLE: ledger.table.tableName };

    this.manageTier = new LaurelFunction(this, 'ManageTier', { brand, environment: ofMembersAndPoints });
    clock.openTo(this.manageTier);
    ledger.table.grant(this.manageTier, 'dynamodb:Query');
    members.table.grant(this.manageTier, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query');
    frontDoor.openToKeyHolders('POST /v1/members/{memberId}/tier-actions', this.manageTier);

    const join = new LaurelFunction(this, 'JoinGroup', { brand, environment: ofMembers });
    members.table.grant(join, 'dynamodb:UpdateItem');
    frontDoor.openToKeyHolders('PUT /v1/groups/{groupId}/members/{memberId}', join);

    const leave = new LaurelFunction(this, 'LeaveGroup', { brand, environment: ofMembers });
    members.table.grant(leave, 'dynamodb:UpdateItem');
    frontDoor.openToKeyHolders('DELETE /v1/groups/{groupId}/members/{memberId}', leave);

    this.changeGroupTiers = new LaurelFunction(this, 'ChangeGroupTiers', {
      brand,
      environment: ofMembersAndPoints,
      memoryMib: HOT_PATH_MEMORY_MIB,
      timeout: Duration.minutes(5),
    });
    clock.openTo(this.changeGroupTiers);
    ledger.table.grant(this.changeGroupTiers, 'dynamodb:Query');
    members.table.grant(
      this.changeGroupTiers,
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:Query',
    );
    this.runs = this.pageAfterPage(this.changeGroupTiers);
    const ofRuns = { ...ofMembers, RUNS_STATE_MACHINE: this.runs.stateMachineArn };

    const manageGroup = new LaurelFunction(this, 'ManageGroupTier', { brand, environment: ofRuns });
    members.table.grant(manageGroup, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query');
    this.runs.grantStartExecution(manageGroup);
    // A run that was given up is brought on its way again when its action is posted again.
    this.letDescribeRuns(manageGroup);
    frontDoor.openToKeyHolders('POST /v1/groups/{groupId}/tier-actions', manageGroup);

    const readRun = new LaurelFunction(this, 'ReadRun', { brand, environment: ofRuns });
    members.table.grant(readRun, 'dynamodb:GetItem');
    this.letDescribeRuns(readRun);
    frontDoor.openToKeyHolders('GET /v1/runs/{runId}', readRun);

    const listChanges = new LaurelFunction(this, 'ListRunChanges', { brand, environment: ofMembers });
    members.table.grant(listChanges, 'dynamodb:GetItem', 'dynamodb:Query');
    frontDoor.openToKeyHolders('GET /v1/runs/{runId}/changes', listChanges);

    const listOutcomes = new LaurelFunction(this, 'ListRunOutcomes', { brand, environment: ofMembers });
    members.table.grant(listOutcomes, 'dynamodb:GetItem', 'dynamodb:Query');
    frontDoor.openToKeyHolders('GET /v1/runs/{runId}/outcomes', listOutcomes);
  }

  /**
   * The function does a page and returns what the next one begins with, until it says that it is done. Nothing is caught: a run that
   * can't go on stays where it is, and can be redriven from there.
   */
  private pageAfterPage(worker: LaurelFunction): StateMachine {
    const { account } = Stack.of(this);
    const role = new Role(this, 'RunsRole', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          // Any machine of the account: this one has no name before it has its role.
          ArnLike: { 'aws:SourceArn': this.statesArn('stateMachine', '*') },
        },
      }),
    });
    Grant.addToPrincipal({
      grantee: role,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [worker.lambda.functionArn],
    });

    const changePage = new LambdaInvoke(this, 'ChangePage', {
      stateName: worker.node.id,
      lambdaFunction: worker.lambda,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
    });
    // Some eight minutes of attempts: longer than most failures of a service, and a page can be done again (R19).
    changePage.addRetry({
      errors: [Errors.ALL],
      interval: Duration.seconds(2),
      backoffRate: 2,
      maxAttempts: 8,
      maxDelay: Duration.minutes(5),
    });
    const isDone = new Choice(this, 'IsDone')
      .when(Condition.booleanEquals('$.done', true), new Succeed(this, 'Done'))
      .otherwise(changePage);

    const machine = new StateMachine(this, 'Runs', {
      comment: 'Takes a run over many members from page to page.',
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(changePage.next(isDone)),
      // Much longer than any run takes: one that goes in circles ends here, and rings.
      timeout: Duration.days(1),
      // CDK would let it invoke every version of the function besides.
      role: role.withoutPolicyUpdates(),
    });
    machine.node.addDependency(role);

    const toldByRun = 'What a run did is in the table, for each member, and what went wrong is in the function’s log. ';
    const noTrace = 'A trace would end at the table, and would cost the role a permission on all resources.';
    Validations.of(machine).acknowledge(
      {
        id: 'AwsSolutions-SF1',
        reason:
          `${toldByRun}Step Functions keeps each step of a run for 90 days. Its logs would repeat that, and would let the role ` +
          'change every log delivery of the account.',
      },
      { id: 'AwsSolutions-SF2', reason: toldByRun + noTrace },
      { id: 'Serverless-StepFunctionStateMachineXray', reason: toldByRun + noTrace },
    );
    return machine;
  }

  private letDescribeRuns(reader: LaurelFunction): void {
    const machine = this.runs.node.defaultChild as CfnStateMachine;
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

  private statesArn(resource: string, resourceName: string): string {
    // The partition is written out (cdk.json deploys to no other): an acknowledgement's id has to be plain text.
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    return Stack.of(this).formatArn({ partition: 'aws', service: 'states', resource, resourceName, arnFormat });
  }
}
