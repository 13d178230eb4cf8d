import { Construct } from 'constructs';
import type { CycleRecalculation } from './cycle-recalculation.ts';
import type { DriftAudit } from './drift-audit.ts';
import type { FrontDoor } from './front-door.ts';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { LaurelFunction } from './parts/laurel-function.ts';
import type { TierActions } from './tier-actions.ts';

export interface RunsProps {
  readonly brand: DeployedBrand;
  readonly frontDoor: FrontDoor;
  readonly members: Members;
  readonly actions: TierActions;
  readonly recalculation: CycleRecalculation;
  readonly audit: DriftAudit;
}

/** The calls about runs over many members, of whatever kind: how far one is, and what it did. */
export class Runs extends Construct {
  constructor(scope: Construct, id: string, { brand, frontDoor, members, actions, recalculation, audit }: RunsProps) {
    super(scope, id);
    const ofMembers = { MEMBERS_TABLE: members.table.tableName };

    const readRun = new LaurelFunction(this, 'ReadRun', {
      brand,
      environment: {
        ...ofMembers,
        GROUP_ACTIONS_STATE_MACHINE: actions.runs.machine.stateMachineArn,
        RECALCULATIONS_STATE_MACHINE: recalculation.runs.machine.stateMachineArn,
        AUDITS_STATE_MACHINE: audit.runs.machine.stateMachineArn,
      },
    });
    members.table.grant(readRun, 'dynamodb:GetItem');
    actions.runs.letDescribe(readRun);
    recalculation.runs.letDescribe(readRun);
    audit.runs.letDescribe(readRun);
    frontDoor.openToKeyHolders('GET /v1/runs/{runId}', readRun);

    const listChanges = new LaurelFunction(this, 'ListRunChanges', { brand, environment: ofMembers });
    members.table.grant(listChanges, 'dynamodb:GetItem', 'dynamodb:Query');
    frontDoor.openToKeyHolders('GET /v1/runs/{runId}/changes', listChanges);

    const listOutcomes = new LaurelFunction(this, 'ListRunOutcomes', { brand, environment: ofMembers });
    members.table.grant(listOutcomes, 'dynamodb:GetItem', 'dynamodb:Query');
    frontDoor.openToKeyHolders('GET /v1/runs/{runId}/outcomes', listOutcomes);
  }
}
