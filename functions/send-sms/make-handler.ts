import { OutcomeUnknown } from '../../core/failures.ts';
import type { DeliveryLog, ProfileStore, Texter } from '../../core/ports.ts';
import type { Brand } from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import { sendSms } from '../../core/use-cases/send-notification.ts';
import { newsOf } from '../adapters/dynamo-member-store.ts';
import { count } from '../metrics.ts';
import { queueHandler } from '../runtime/queue.ts';

export function makeHandler(
  ports: { profiles: ProfileStore; deliveries: DeliveryLog; texter: Texter },
  brand: Brand,
  program: Program,
  clock?: () => number,
) {
  return queueHandler({
    read: newsOf,
    ...(clock ? { clock } : {}),
    async handle(change, now) {
      try {
        const sending = await sendSms(ports, brand, program, change, now);
        if (sending.status === 'sent') count('MessageSent');
        return { memberId: change.memberId, sequence: change.sequence, channel: 'sms', ...sending };
      } catch (error) {
        if (error instanceof OutcomeUnknown) count('MessageUnsure');
        throw error;
      }
    },
  });
}
