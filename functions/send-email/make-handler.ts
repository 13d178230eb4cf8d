import { OutcomeUnknown } from '../../core/failures.ts';
import type { DeliveryLog, Mailer, ProfileStore } from '../../core/ports.ts';
import type { Brand } from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import { sendEmail } from '../../core/use-cases/send-notification.ts';
import { newsOf } from '../adapters/dynamo-member-store.ts';
import { count } from '../metrics.ts';
import { queueHandler } from '../runtime/queue.ts';

export function makeHandler(
  ports: { profiles: ProfileStore; deliveries: DeliveryLog; mailer: Mailer },
  brand: Brand,
  program: Program,
  clock?: () => number,
) {
  return queueHandler({
    read: newsOf,
    ...(clock ? { clock } : {}),
    async handle(change, now) {
      try {
        const sending = await sendEmail(ports, brand, program, change, now);
        if (sending.status === 'sent') count('MessageSent');
        return { memberId: change.memberId, sequence: change.sequence, channel: 'email', ...sending };
      } catch (error) {
        if (error instanceof OutcomeUnknown) count('MessageUnsure');
        throw error;
      }
    },
  });
}
