import type { Ledger, MemberStore, WakeUpTimers } from '../../core/ports.ts';
import { formatInstant } from '../../core/time.ts';
import { manageTier } from '../../core/use-cases/manage-tier.ts';
import type { Rules } from '../../core/use-cases/rules.ts';
import { actionAnswer } from '../contract/answers.ts';
import { memberIdSchema } from '../contract/request-schemas.ts';
import { readActionOn } from '../contract/tier-action.ts';
import { countAction, countMove, countPromotion } from '../metrics.ts';
import { type ApiKeySource, httpHandler, jsonBody } from '../runtime/http.ts';
import { log } from '../runtime/log.ts';
import { Problem } from '../runtime/problem.ts';

export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; timers: WakeUpTimers; keys: ApiKeySource },
  rules: Rules,
  clock?: () => number,
) {
  return httpHandler(
    { role: 'admin', keys: ports.keys },
    async (call) => {
      const whom = { at: 'memberId', value: call.params.memberId, schema: memberIdSchema };
      const { id: memberId, action } = readActionOn(whom, jsonBody(call), call.now);
      const staff = { type: 'staff' as const };
      const managing = await manageTier(ports, rules, memberId, { action, origin: staff }, call.now);
      const { status, record } = managing;
      if (status === 'conflict') {
        throw new Problem(
          409,
          `The action ${action.id} was taken at ${formatInstant(record.recordedAt)} with other content. Nothing was changed. ` +
            'Give a new action an id of its own.',
        );
      }
      if (managing.status === 'decided') {
        for (const promotion of managing.promotions) countPromotion(memberId, promotion);
        countAction(record.outcome);
        for (const change of managing.changes) countMove(change);
        log.info('A tier action was decided', { memberId, actionId: action.id, outcome: record.outcome });
      }
      return { status: 200, body: actionAnswer(record) };
    },
    clock,
  );
}
