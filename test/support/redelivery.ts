import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import type { TierChange, TierNotice } from '../../core/member/tier-change.ts';
import type { Channel } from '../../core/program/brand.ts';
import type { Trouble } from './trouble.ts';
import { queueRecord, type Response, type World } from './world.ts';

/** As the queues are deployed: a message that fails this often waits as a dead letter. */
const RECEIVES = 5;
/** Trouble strikes once, so the second delivery goes through: more than a few mean that something never ends. */
const MAX_DELIVERIES = 10;

interface Message {
  channel: Channel;
  change: TierChange | TierNotice;
}

/**
 * Delivers again after a failure, as AWS and the shop do. Streams repeat a batch, queues repeat a message, the shop repeats a request
 * without an answer. Every delivery may be repeated.
 */
export function redelivering(world: World, trouble: Trouble) {
  const everyEntry: LedgerEntry[] = [];
  const everyChange: (TierChange | TierNotice)[] = [];
  const everyMessage: Message[] = [];
  const deadLetters: Message[] = [];

  /** Sends the same request until it is answered. */
  async function insist(request: () => Promise<Response>): Promise<Response> {
    for (let attempt = 0; attempt < MAX_DELIVERIES; attempt++) {
      const response = await request();
      const died = trouble.restart();
      if (!died && response.status < 500) return response;
    }
    throw new Error('The request was never answered.');
  }

  /** Delivers a stream's batch until no record is reported as failed. */
  async function batch(deliver: () => Promise<{ batchItemFailures: unknown[] }>): Promise<void> {
    for (let attempt = 0; attempt < MAX_DELIVERIES; attempt++) {
      const { batchItemFailures } = await deliver();
      const died = trouble.restart();
      if (!died && batchItemFailures.length === 0) return;
    }
    throw new Error('The batch never went through.');
  }

  async function receive(message: Message): Promise<void> {
    const handle = message.channel === 'email' ? world.sendEmail : world.sendSms;
    for (let receives = 0; receives < RECEIVES; receives++) {
      const { batchItemFailures } = await handle({ Records: [queueRecord(message.change)] });
      const died = trouble.restart();
      if (!died && batchItemFailures.length === 0) return;
    }
    deadLetters.push(message);
  }

  async function drain(): Promise<void> {
    const { published } = world.ports.announcements;
    while (world.ledgerStream.length + world.changeStream.length + published.length > 0) {
      const entries = world.ledgerStream.splice(0);
      everyEntry.push(...entries);
      if (entries.length > 0) await batch(() => world.recalculate(entries));
      const changes = world.changeStream.splice(0);
      everyChange.push(...changes);
      if (changes.length > 0) await batch(() => world.announce(changes));
      const messages = published
        .splice(0)
        .flatMap(({ change, channels }) =>
          channels.filter((channel) => channel !== 'push').map((channel): Message => ({ channel, change })),
        );
      everyMessage.push(...messages);
      for (const message of messages) await receive(message);
    }
  }

  /** Delivers everything once more, the newest first. */
  async function again(): Promise<void> {
    if (everyEntry.length > 0) await batch(() => world.recalculate([...everyEntry].reverse()));
    if (everyChange.length > 0) await batch(() => world.announce([...everyChange].reverse()));
    for (const message of [...everyMessage].reverse()) await receive(message);
    await drain();
  }

  return { insist, drain, again, deadLetters, everyEntry, everyChange };
}
