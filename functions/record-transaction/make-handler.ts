import type { Ledger, MemberStore } from '../../core/ports.ts';
import type { Program } from '../../core/program/program.ts';
import { formatInstant } from '../../core/time.ts';
import { recordTransaction } from '../../core/use-cases/record-transaction.ts';
import { count } from '../metrics.ts';
import { type ApiKeySource, httpHandler, jsonBody } from '../runtime/http.ts';
import { Problem } from '../runtime/problem.ts';
import { readTransaction } from './request.ts';

export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; keys: ApiKeySource },
  program: Program,
  clock?: () => number,
) {
  return httpHandler(
    { role: 'intake', keys: ports.keys },
    async (call) => {
      const { memberId, transaction } = readTransaction(call.params.memberId, jsonBody(call), program, call.now);
      const { status, entry } = await recordTransaction(ports, program, memberId, transaction, call.now);
      switch (status) {
        case 'accepted':
          count('TransactionAccepted');
          return { status: 202, body: { status } };
        case 'duplicate':
          count('TransactionDuplicate');
          return { status: 200, body: { status } };
        case 'conflict':
          count('TransactionConflict');
          throw new Problem(
            409,
            `The transaction ${entry.id} of ${entry.source} was taken at ${formatInstant(entry.recordedAt)} with other content. ` +
              'Nothing was changed. Give a new transaction an id of its own; correct an old one by a refund or an adjustment.',
          );
      }
    },
    clock,
  );
}
