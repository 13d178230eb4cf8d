import { Construct } from 'constructs';
import type { CycleRecalculation } from './cycle-recalculation.ts';
import type { DriftAudit } from './drift-audit.ts';
import type { LaurelHttpApi } from './http-api.ts';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { LaurelFunction } from './parts/laurel-function.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierActions } from './tier-actions.ts';

export interface QueriesProps {
  readonly brand: DeployedBrand;
  readonly httpApi: LaurelHttpApi;
  readonly ledger: PointsLedger;
  readonly members: Members;
  readonly actions: TierActions;
  readonly cycles: CycleRecalculation;
  readonly audit: DriftAudit;
}

/** The calls that only read: about a member, a run, the program and the API itself. One function answers them (decision 23). */
export class Queries extends Construct {
  constructor(scope: Construct, id: string, { brand, httpApi, ledger, members, ...runners }: QueriesProps) {
    super(scope, id);
    const [groupActions, recalculations, audits] = [runners.actions.runs, runners.cycles.runs, runners.audit.runs];

    const answer = new LaurelFunction(this, 'AnswerQueries', {
      brand,
      environment: {
        POINTS_TABLE: ledger.table.tableName,
        MEMBERS_TABLE: members.table.tableName,
        GROUP_ACTIONS_STATE_MACHINE: groupActions.machine.stateMachineArn,
        RECALCULATIONS_STATE_MACHINE: recalculations.machine.stateMachineArn,
        AUDITS_STATE_MACHINE: audits.machine.stateMachineArn,
      },
    });
    members.table.grant(answer, 'dynamodb:GetItem', 'dynamodb:Query');
    ledger.table.grant(answer, 'dynamodb:Query');
    for (const runs of [groupActions, recalculations, audits]) runs.letDescribe(answer);

    httpApi.openToKeyHolders('GET /v1/members/{memberId}', answer);
    httpApi.openToKeyHolders('GET /v1/members/{memberId}/explanation', answer);
    httpApi.openToKeyHolders('GET /v1/members/{memberId}/transactions', answer);
    httpApi.openToKeyHolders('GET /v1/members/{memberId}/tier-changes', answer);
    httpApi.openToKeyHolders('GET /v1/runs/{runId}', answer);
    httpApi.openToKeyHolders('GET /v1/runs/{runId}/changes', answer);
    httpApi.openToKeyHolders('GET /v1/runs/{runId}/outcomes', answer);
    httpApi.openToKeyHolders('GET /v1/program', answer);
    httpApi.openToAnyone('GET /v1/openapi.json', answer);
  }
}
