import type { ApplePush } from '../../core/ports.ts';
import type { AppleSettings, DrawingPorts } from '../../core/use-cases/draw-pass.ts';
import { refreshPass } from '../../core/use-cases/refresh-pass.ts';
import { newsOf } from '../adapters/dynamo-member-store.ts';
import { count } from '../metrics.ts';
import { queueHandler } from '../runtime/queue.ts';

/** Every change and notice comes here, announced or not: the pass is refreshed by all of them, and says itself what it tells. */
export function makeHandler(ports: DrawingPorts & { push: ApplePush }, settings: AppleSettings, clock?: () => number) {
  return queueHandler({
    read: newsOf,
    atOnce: true,
    ...(clock ? { clock } : {}),
    async handle({ memberId, sequence }, now) {
      const { pushed, gone } = await refreshPass(ports, settings, memberId, now);
      if (pushed > 0) count('PassPushed', pushed);
      if (gone > 0) count('DeviceForgotten', gone);
      return { memberId, sequence, channel: 'push', pushed, gone };
    },
  });
}
