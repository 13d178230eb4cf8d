import type { Ledger, MemberStore } from '../../core/ports.ts';
import { listTransactions } from '../../core/use-cases/list-transactions.ts';
import { transactionAnswer } from '../contract/answers.ts';
import { noMember } from '../contract/found.ts';
import { badCursor, cursorOf, readPage } from '../contract/page.ts';
import { memberIdSchema } from '../contract/request-schemas.ts';
import { validate } from '../contract/validate.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(ports: { ledger: Ledger; members: MemberStore; keys: ApiKeySource }, clock?: () => number) {
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async ({ params, query }) => {
      const memberId = validate({ schema: memberIdSchema, value: params.memberId, at: 'memberId' });
      const page = await listTransactions(ports, memberId, readPage(query));
      if (!page) throw noMember(memberId);
      if (page === 'noSuchCursor') throw badCursor();
      const items = page.items.map(transactionAnswer);
      return { status: 200, body: page.next === undefined ? { items } : { items, nextCursor: cursorOf(page.next) } };
    },
    clock,
  );
}
