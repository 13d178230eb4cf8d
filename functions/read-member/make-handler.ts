import type { Ledger, MemberStore } from '../../core/ports.ts';
import type { Program } from '../../core/program/program.ts';
import { readMember } from '../../core/use-cases/read-member.ts';
import { memberAnswer } from '../contract/answers.ts';
import { found } from '../contract/found.ts';
import { readMoment } from '../contract/moment.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; keys: ApiKeySource },
  program: Program,
  clock?: () => number,
) {
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async ({ params, query, now }) => {
      const { memberId, at } = readMoment(params, query);
      const view = found(await readMember(ports, program, memberId, at, now), memberId);
      return { status: 200, body: memberAnswer(view) };
    },
    clock,
  );
}
