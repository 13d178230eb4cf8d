import type { Ledger, MemberStore } from '../../core/ports.ts';
import type { Program } from '../../core/program/program.ts';
import { formatInstant } from '../../core/time.ts';
import { explainTier } from '../../core/use-cases/read-member.ts';
import { actionHistoryAnswer, memberAnswer } from '../contract/answers.ts';
import { found } from '../contract/found.ts';
import { readMoment } from '../contract/moment.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

/** An answer fits into one response, whatever the member's history. */
const MAX_LISTED = 500;

export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; keys: ApiKeySource },
  program: Program,
  clock?: () => number,
) {
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async ({ params, query, now }) => {
      const { memberId, at = now } = readMoment(params, query);
      const explanation = found(await explainTier(ports, program, memberId, at, now), memberId);
      const { transactions } = explanation;
      return {
        status: 200,
        body: {
          memberId,
          at: formatInstant(at),
          summary: explanation.summary,
          member: memberAnswer(explanation.view),
          conditions: explanation.conditions,
          transactions: transactions.slice(0, MAX_LISTED).map(({ entry, ...rest }) => ({
            id: entry.id,
            source: entry.source,
            type: entry.type,
            occurredAt: formatInstant(entry.occurredAt),
            ...rest,
          })),
          actions: explanation.actions.slice(0, MAX_LISTED).map(actionHistoryAnswer),
          omitted: Math.max(0, transactions.length - MAX_LISTED),
        },
      };
    },
    clock,
  );
}
