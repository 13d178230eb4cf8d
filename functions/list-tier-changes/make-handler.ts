import type { MemberStore } from '../../core/ports.ts';
import { tierChangeAnswer } from '../contract/answers.ts';
import { noMember } from '../contract/found.ts';
import { badCursor, cursorOf, readPage } from '../contract/page.ts';
import { memberIdSchema } from '../contract/request-schemas.ts';
import { validate } from '../contract/validate.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(ports: { members: MemberStore; keys: ApiKeySource }, clock?: () => number) {
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async ({ params, query }) => {
      const memberId = validate({ schema: memberIdSchema, value: params.memberId, at: 'memberId' });
      const { limit, after } = readPage(query);
      if (after !== undefined && !/^[1-9]\d{0,9}$/.test(after)) throw badCursor();
      if (!(await ports.members.load(memberId))) throw noMember(memberId);
      const before = after === undefined ? {} : { before: Number(after) };
      const changes = await ports.members.changesOf(memberId, { limit, ...before });
      const items = changes.map(tierChangeAnswer);
      const last = changes.at(-1);
      const more = last && last.sequence > 1 && changes.length === limit;
      return { status: 200, body: more ? { items, nextCursor: cursorOf(String(last.sequence)) } : { items } };
    },
    clock,
  );
}
