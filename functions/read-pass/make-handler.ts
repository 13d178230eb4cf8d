import type { AppleSettings, DrawingPorts } from '../../core/use-cases/draw-pass.ts';
import { makePass } from '../../core/use-cases/make-pass.ts';
import { noPass } from '../contract/found.ts';
import { ifPossible, passAnswer } from '../contract/pass-answer.ts';
import { memberIdSchema, noQuerySchema } from '../contract/request-schemas.ts';
import { validate } from '../contract/validate.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(
  ports: DrawingPorts & { keys: ApiKeySource },
  settings: AppleSettings,
  clock?: () => number,
) {
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async ({ params, query, now }) => {
      validate({ schema: noQuerySchema, value: query });
      const memberId = validate({ schema: memberIdSchema, value: params.memberId, at: 'memberId' });
      const made = await ifPossible(makePass(ports, settings, memberId, now), 'shop');
      if (!made || made === 'notModified') throw noPass(memberId);
      return passAnswer(made);
    },
    clock,
  );
}
