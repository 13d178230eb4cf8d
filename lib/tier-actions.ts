import { Duration } from 'aws-cdk-lib';
import { Choice, Condition, type IChainable, Succeed } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { LaurelHttpApi } from './http-api.ts';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { HOT_PATH_MEMORY_MIB, LaurelFunction } from './parts/laurel-function.ts';
import { fieldInvalidAlarms, type Monitored } from './parts/monitored.ts';
import { RunMachine, stepOf } from './parts/run-machine.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierClock } from './tier-clock.ts';

export interface TierActionsProps {
  readonly brand: DeployedBrand;
  readonly httpApi: LaurelHttpApi;
  readonly ledger: PointsLedger;
  readonly members: Members;
  readonly clock: TierClock;
}

/** Tiers that are given and taken by hand: a member's at once, a group's by a run over its members. */
export class TierActions extends Construct {
  readonly takeTierActions: LaurelFunction;
  readonly changeGroupTiers: LaurelFunction;
  /** Carries an action on a group through its pages. */
  readonly runs: RunMachine;

  constructor(scope: Construct, id: string, { brand, httpApi, ledger, members, clock }: TierActionsProps) {
    super(scope, id);
    const ofMembers = { MEMBERS_TABLE: members.table.tableName };
    const ofMembersAndPoints = { ...ofMembers, POINTS_TABLE: ledger.table.tableName };

    const joinOrLeave = new LaurelFunction(this, 'JoinOrLeaveGroup', { brand, environment: ofMembers });
    members.table.grant(joinOrLeave, 'dynamodb:UpdateItem');
    httpApi.openToKeyHolders('PUT /v1/groups/{groupId}/members/{memberId}', joinOrLeave);
    httpApi.openToKeyHolders('DELETE /v1/groups/{groupId}/members/{memberId}', joinOrLeave);

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
    this.runs = new RunMachine(this, 'Runs', {
      comment: 'Takes a tier action on a group from page to page.',
      workers: [this.changeGroupTiers],
      definition: this.pageAfterPage(),
    });

    this.takeTierActions = new LaurelFunction(this, 'TakeTierActions', {
      brand,
      environment: { ...ofMembersAndPoints, GROUP_ACTIONS_STATE_MACHINE: this.runs.machine.stateMachineArn },
    });
    clock.openTo(this.takeTierActions);
    ledger.table.grant(this.takeTierActions, 'dynamodb:Query');
    members.table.grant(this.takeTierActions, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query');
    this.runs.letStart(this.takeTierActions);
    httpApi.openToKeyHolders('POST /v1/members/{memberId}/tier-actions', this.takeTierActions);
    httpApi.openToKeyHolders('POST /v1/groups/{groupId}/tier-actions', this.takeTierActions);
  }

  /** The function does a page and returns what the next one begins with, until it says that it is done. Nothing is caught. */
  private pageAfterPage(): IChainable {
    const changePage = stepOf(this, 'ChangePage', this.changeGroupTiers);
    const isDone = new Choice(this, 'IsDone')
      .when(Condition.booleanEquals('$.done', true), new Succeed(this, 'Done'))
      .otherwise(changePage);
    return changePage.next(isDone);
  }

  get monitored(): Monitored {
    const { takeTierActions, changeGroupTiers, runs } = this;
    const ofBoth = (name: string) =>
      [takeTierActions, changeGroupTiers].map((each) => each.count(name).with({ label: `${each.folder}: ${name}` }));
    return {
      functions: [
        {
          reporter: takeTierActions,
          failure: 'CallFailed',
          impact: 'Staff cannot change the tiers of members and groups. Some calls of the tier actions fail.',
        },
        {
          reporter: changeGroupTiers,
          failure: 'MemberFailed',
          impact:
            'Some members of a group did not get the group’s tier. GET /v1/runs/<run>/outcomes lists these members.',
        },
      ],
      alarms: {
        ...fieldInvalidAlarms(takeTierActions, changeGroupTiers),
        ...runs.alarms(
          'Runs',
          'A group action stopped, and some members did not get their tier. It continues once an operator redrives the run.',
        ),
      },
      row: {
        title: 'tiers that staff change',
        graphs: [
          ['Tier actions', ['ActionApplied', 'ActionRefused', 'FieldInvalid'].flatMap(ofBoth)],
          ['Actions on groups', runs.metrics],
          ['Members of groups that could not be written', changeGroupTiers.counts('MemberFailed')],
        ],
      },
    };
  }
}
