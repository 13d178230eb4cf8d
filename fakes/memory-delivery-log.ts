import type { Delivery, DeliveryLog } from '../core/ports.ts';
import type { Instant } from '../core/time.ts';

export class MemoryDeliveryLog implements DeliveryLog {
  readonly #deliveries = new Map<string, 'claimed' | 'sent'>();

  async claim(delivery: Delivery, _now: Instant): ReturnType<DeliveryLog['claim']> {
    const state = this.#deliveries.get(keyOf(delivery));
    if (state) return state === 'sent' ? 'alreadySent' : 'claimedBefore';
    this.#deliveries.set(keyOf(delivery), 'claimed');
    return 'claimed';
  }

  async markSent(delivery: Delivery, _now: Instant): Promise<void> {
    this.#deliveries.set(keyOf(delivery), 'sent');
  }

  async release(delivery: Delivery): Promise<void> {
    this.#deliveries.delete(keyOf(delivery));
  }
}

function keyOf({ memberId, sequence, channel }: Delivery): string {
  return `${memberId}#${sequence}#${channel}`;
}
