import { viewNow } from '../../core/member/member-view.ts';
import type { Ledger, MemberStore, ProfileStore, WakeUpTimers } from '../../core/ports.ts';
import { putMember } from '../../core/use-cases/put-member.ts';
import { readMember } from '../../core/use-cases/read-member.ts';
import type { Rules } from '../../core/use-cases/rules.ts';
import { memberAnswer } from '../contract/answers.ts';
import { countMove, countPromotion } from '../metrics.ts';
import { type ApiKeySource, httpHandler, jsonBody } from '../runtime/http.ts';
import { readMemberRequest } from './request.ts';

export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; profiles: ProfileStore; timers: WakeUpTimers; keys: ApiKeySource },
  rules: Rules,
  clock?: () => number,
) {
  return httpHandler(
    { role: 'intake', keys: ports.keys },
    async (call) => {
      const { memberId, request } = readMemberRequest(call.params.memberId, jsonBody(call), call.now);
      const { status, member, changes, actions } = await putMember(ports, rules, memberId, request, call.now);
      for (const change of changes) countMove(change);
      for (const record of actions) countPromotion(memberId, record);
      let view = viewNow(member, rules.program, call.now);
      if (!view) {
        const reading = await readMember(ports, rules.program, memberId, undefined, call.now);
        if (reading.status !== 'found') throw new Error(`Member ${memberId} was written and is not there.`);
        view = reading.found;
      }
      return { status: status === 'created' ? 201 : 200, body: memberAnswer(view) };
    },
    clock,
  );
}
