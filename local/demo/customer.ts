import { randomBytes, randomInt } from 'node:crypto';
import { styleText } from 'node:util';
import { formatAmount } from '../../core/money.ts';
import { type BusEvent, eventsAbout, mailsTo, textMessagesTo } from '../observations.ts';
import { inSeconds } from '../progress.ts';
import { waitFor } from '../wait-for.ts';
import type { MemberAnswer } from './calls.ts';
import { fact, quote, whileSpinning } from './screen.ts';
import type { ProgramAnswer, Stage } from './stage.ts';

const MOVED_WITHIN_MS = 60_000;
const TOLD_WITHIN_MS = 60_000;

type Channel = 'event' | 'mail' | 'text';

/** A customer of the shop, with the visible effects of their purchases. */
export class Customer {
  readonly name: string;
  /** A shop's customers are members under the shop's own customer id. */
  readonly id = randomInt(6_000_000_000_000, 7_000_000_000_000);
  readonly memberId = String(this.id);
  readonly path = `/v1/members/${this.memberId}`;
  readonly email: string;
  readonly phone: string;
  /** The member as it was answered last; undefined before it joined. */
  member: MemberAnswer | undefined;

  readonly #stage: Stage;
  readonly #shown: Record<Channel, number> = { event: 0, mail: 0, text: 0 };

  constructor(name: string, phone: string, stage: Stage) {
    this.name = name;
    this.email = `${name.toLowerCase()}.${randomBytes(3).toString('hex')}@example.com`;
    this.phone = phone;
    this.#stage = stage;
  }

  /** "Silver, 1300 points" */
  get standing(): string {
    if (this.member === undefined) return 'no member yet';
    return `${this.member.tier.name}, ${pointsOf(this.member, this.#stage.program)}`;
  }

  async join(): Promise<void> {
    const { call, cloud } = this.#stage;
    const body = { name: this.name, email: this.email, phone: this.phone, locale: 'en' };
    this.member = await call<MemberAnswer>('PUT', this.path, { key: cloud.keys.intake, body, expected: 201 });
    fact('tier', this.standing);
  }

  async order(id: string, amount: string, fields?: Record<string, string>): Promise<object> {
    const occurredAt = new Date().toISOString();
    const order = { id, type: 'purchase', amount, currency: 'EUR', occurredAt, ...(fields && { fields }) };
    await this.post(order, 202);
    return order;
  }

  async post(order: object, expected: number): Promise<void> {
    const { call, cloud } = this.#stage;
    await call('POST', `${this.path}/transactions`, { key: cloud.keys.intake, body: order, expected });
  }

  async read(): Promise<MemberAnswer> {
    const { call, cloud } = this.#stage;
    this.member = await call<MemberAnswer>('GET', this.path, { key: cloud.keys.read, expected: 200, silent: true });
    return this.member;
  }

  async explanation(): Promise<string[]> {
    const { call, cloud } = this.#stage;
    const request = { key: cloud.keys.read, expected: 200 };
    return (await call<{ summary: string[] }>('GET', `${this.path}/explanation`, request)).summary;
  }

  /** Waits until the points are others than they were, and shows what that did to the tier. */
  async showMove(): Promise<void> {
    const { signal, tierNames } = this.#stage;
    const before = this.member!;
    const startedAt = Date.now();
    const look = async () => {
      const now = await this.read();
      return now.points.current === before.points.current ? undefined : now;
    };
    const after = await whileSpinning('the stream of the ledger triggers the recalculation', () =>
      waitFor('the points to move', look, { withinMs: MOVED_WITHIN_MS, signal }),
    );
    const { next } = after.progress;
    const missing = next === null ? '' : `, ${next.missing} to ${tierNames.get(next.tier) ?? next.tier}`;
    const moved = moveOf(before, after);
    fact(
      'tier',
      `${moved}, ${pointsOf(after, this.#stage.program)}${missing}`,
      `${inSeconds(Date.now() - startedAt)} later`,
    );
  }

  /** Shows the next message on each of these channels. */
  async showWhatIsTold(...channels: Channel[]): Promise<void> {
    const { cloud } = this.#stage;
    const startedAt = Date.now();
    const later = () => `${inSeconds(Date.now() - startedAt)} later`;
    if (channels.includes('event')) {
      const event = await this.#next('event', 'the event on the bus', () => eventsAbout(this.memberId, cloud));
      fact(
        'event',
        `${event.type}, from ${tierIn(event, 'from')} to ${tierIn(event, 'to')}, on the event bus`,
        later(),
      );
    }
    if (channels.includes('mail')) {
      const mail = await this.#next('mail', 'the mail', () => mailsTo(this.email, cloud));
      fact('mail', `to ${mail.to.join(', ')} from ${mail.from}`, later());
      quote(mail.subject, ...mail.text.split('\n').slice(0, 4));
    }
    if (channels.includes('text')) {
      const text = await this.#next('text', 'the text message', () => textMessagesTo(this.phone, cloud));
      fact('text', `to ${text.phone}`, later());
      quote(text.text);
    }
  }

  async #next<T>(channel: Channel, what: string, look: () => Promise<T[]>): Promise<T> {
    const place = this.#shown[channel]++;
    const options = { withinMs: TOLD_WITHIN_MS, signal: this.#stage.signal };
    return whileSpinning(`waiting for ${what}`, () => waitFor(what, async () => (await look())[place], options));
  }
}

/** "Bronze → Silver", or "Bronze stays Bronze" */
export function moveOf(before: MemberAnswer, after: MemberAnswer): string {
  const [from, to] = [before.tier, after.tier];
  return from.id === to.id ? `${from.name} stays ${to.name}` : styleText('bold', `${from.name} → ${to.name}`);
}

/** "1300 points", or "810.00 EUR spent" */
export function pointsOf({ points }: MemberAnswer, { basis, currency }: ProgramAnswer): string {
  return basis === 'spend' ? `${formatAmount(points.current, currency)} ${currency} spent` : `${points.current} points`;
}

function tierIn(event: BusEvent, side: 'from' | 'to'): string {
  const tier = event.detail[side] as { name?: string } | null | undefined;
  return tier?.name ?? 'none';
}
