import type { Groups } from '../../core/ports.ts';
import { groupIdSchema, memberIdSchema } from '../contract/request-schemas.ts';
import { validateIds } from '../contract/validate.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(ports: { groups: Groups; keys: ApiKeySource }, clock?: () => number) {
  return httpHandler(
    { role: 'intake', keys: ports.keys },
    async ({ params, now }) => {
      const { groupId, memberId } = validateIds(params, { groupId: groupIdSchema, memberId: memberIdSchema });
      await ports.groups.join(groupId, memberId, now);
      return { status: 204 };
    },
    clock,
  );
}
