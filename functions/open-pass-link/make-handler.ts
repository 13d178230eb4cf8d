import { formatInstant } from '../../core/time.ts';
import type { AppleSettings, DrawingPorts } from '../../core/use-cases/draw-pass.ts';
import { makePass } from '../../core/use-cases/make-pass.ts';
import { ifPossible, passAnswer } from '../contract/pass-answer.ts';
import { httpHandler } from '../runtime/http.ts';
import { Problem } from '../runtime/problem.ts';

export function makeHandler(ports: DrawingPorts, settings: AppleSettings, clock?: () => number) {
  return httpHandler(
    'public',
    async ({ params, now }) => {
      const link = await ports.tokens.readLink(params.token ?? '');
      if (!link) throw new Problem(401, 'The link is not one of ours. Ask the shop for another.');
      if (link.expiresAt <= now) {
        throw new Problem(401, `The link ended at ${formatInstant(link.expiresAt)}. Ask the shop for another.`);
      }
      const made = await ifPossible(makePass(ports, settings, link.memberId, now), 'phone');
      if (!made || made === 'notModified') throw new Problem(404, 'There is no such pass any more.');
      return passAnswer(made);
    },
    clock,
    { scheme: 'Link' },
  );
}
