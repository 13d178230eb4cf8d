import type { MemberStore, PassRegistrations, PassTokens, ProfileStore } from '../../core/ports.ts';
import { formatInstant, HOUR_MS } from '../../core/time.ts';
import { hasPass } from '../../core/use-cases/has-pass.ts';
import { noPass } from '../contract/found.ts';
import { memberIdSchema, noQuerySchema } from '../contract/request-schemas.ts';
import { validate } from '../contract/validate.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

/** Long enough for a mail to be read on the train home the next day, and short for whoever finds it forwarded. */
export const LINK_HOURS = 48;

export function makeHandler(
  ports: {
    members: MemberStore;
    profiles: ProfileStore;
    registrations: PassRegistrations;
    tokens: PassTokens;
    keys: ApiKeySource;
  },
  settings: { url: string },
  clock?: () => number,
) {
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async ({ params, query, now }) => {
      validate({ schema: noQuerySchema, value: query });
      const memberId = validate({ schema: memberIdSchema, value: params.memberId, at: 'memberId' });
      if (!(await hasPass(ports, memberId))) throw noPass(memberId);
      const expiresAt = now + LINK_HOURS * HOUR_MS;
      const token = await ports.tokens.linkTo(memberId, expiresAt);
      return {
        status: 200,
        body: { url: `${settings.url}/v1/passes/${token}`, expiresAt: formatInstant(expiresAt) },
      };
    },
    clock,
  );
}
