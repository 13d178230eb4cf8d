import { randomBytes, randomInt } from 'node:crypto';
import { styleText } from 'node:util';
import ora from 'ora';
import {
  type BusEvent,
  eventsAbout,
  type LocalCloudAddress,
  type Mail,
  mailsTo,
  textMessagesTo,
} from './observations.ts';
import { inSeconds } from './progress.ts';
import { shopifyHeaders, shopifyPaidOrder } from './shopify-webhook.ts';
import { WaitedInVain, waitFor } from './wait-for.ts';

export interface DemoOutcome {
  ok: boolean;
  memberId: string;
  /** One sentence about how it ended. */
  seen: string;
}

interface MemberAnswer {
  tier: { id: string; name: string };
  points: { current: number };
  progress: { next: { tier: string; missing: number } | null };
}

const MOVED_WITHIN_MS = 60_000;
const TOLD_WITHIN_MS = 60_000;

/** Does the main job over HTTP, and prints each step as it happens: a member joins, buys, and becomes Silver. */
export async function runDemo(cloud: LocalCloudAddress, signal: AbortSignal): Promise<DemoOutcome> {
  const tag = randomBytes(3).toString('hex');
  const customerId = randomInt(6_000_000_000_000, 7_000_000_000_000);
  const ada = {
    // A shop's customers are members under the shop's own customer id.
    memberId: String(customerId),
    email: `ada.${tag}@example.com`,
    phone: '+34600000001',
  };
  const call = callerOf(cloud, signal);
  const memberPath = `/v1/members/${ada.memberId}`;
  let tierNames = new Map<string, string>();
  let member = { tier: { id: '', name: 'no tier' }, points: { current: 0 }, progress: { next: null } } as MemberAnswer;

  try {
    const program = await call<{ tiers: { id: string; name: string }[] }>('GET', '/v1/program', {
      key: cloud.keys.read,
      expected: 200,
      silent: true,
    });
    tierNames = new Map(program.tiers.map(({ id, name }) => [id, name]));

    heading('Ada joins');
    const profile = { name: 'Ada', email: ada.email, phone: ada.phone, locale: 'en' };
    member = await call<MemberAnswer>('PUT', memberPath, { key: cloud.keys.intake, body: profile, expected: 201 });
    fact('tier', `${member.tier.name}, ${points(member)}`);

    heading('Ada buys for 80.00 EUR');
    await postOrder('order-1', '80.00', 202);
    await showMove();

    heading('Ada buys for 50.00 EUR');
    const second = await postOrder('order-2', '50.00', 202);
    await showMove();
    await showMessages();

    heading('The shop sends that order once more');
    await call('POST', `${memberPath}/transactions`, { key: cloud.keys.intake, body: second, expected: 200 });
    member = await readMember();
    fact('tier', `${member.tier.name}, still ${points(member)}: it counts once`);

    heading('Shopify reports that Ada paid 20.00 EUR, in a signed webhook');
    const body = shopifyPaidOrder({
      orderId: customerId + 1,
      customerId,
      email: ada.email,
      price: '20.00',
      currency: 'EUR',
      paidAt: new Date(),
    });
    const headers = shopifyHeaders('orders/paid', body, cloud.shopifySecret);
    await call('POST', '/v1/webhooks/shopify', { headers, body, expected: 202 });
    await showMove();

    heading(`Why ${member.tier.name}?`);
    const { summary } = await call<{ summary: string[] }>('GET', `${memberPath}/explanation`, {
      key: cloud.keys.read,
      expected: 200,
    });
    for (const sentence of summary) console.log(`      ${sentence}`);
  } catch (error) {
    if (!(error instanceof WaitedInVain || error instanceof UnexpectedAnswer)) throw error;
    return {
      ok: false,
      memberId: ada.memberId,
      seen: `${error.message} Ada was last seen as ${member.tier.name}, with ${points(member)}.`,
    };
  }
  const ok = member.tier.id === 'silver';
  return {
    ok,
    memberId: ada.memberId,
    seen: ok
      ? `Ada is Silver, with ${points(member)}.`
      : `Ada should be Silver by now, and is ${member.tier.name}, with ${points(member)}.`,
  };

  async function readMember(): Promise<MemberAnswer> {
    return call<MemberAnswer>('GET', memberPath, { key: cloud.keys.read, expected: 200, silent: true });
  }

  async function postOrder(id: string, amount: string, expected: number): Promise<object> {
    const order = { id, type: 'purchase', amount, currency: 'EUR', occurredAt: new Date().toISOString() };
    await call('POST', `${memberPath}/transactions`, { key: cloud.keys.intake, body: order, expected });
    return order;
  }

  async function showMove(): Promise<void> {
    const before = member;
    const startedAt = Date.now();
    member = await whileSpinning('the stream of the ledger triggers the recalculation', () =>
      waitFor(
        'the points to move',
        async () => {
          const now = await readMember();
          return now.points.current === before.points.current ? undefined : now;
        },
        { withinMs: MOVED_WITHIN_MS, signal },
      ),
    );
    const moved = before.tier.id !== member.tier.id;
    const tiers = moved
      ? styleText('bold', `${before.tier.name} → ${member.tier.name}`)
      : `${before.tier.name} stays ${member.tier.name}`;
    const { next } = member.progress;
    const missing = next === null ? '' : `, ${next.missing} to ${tierNames.get(next.tier) ?? next.tier}`;
    fact('tier', `${tiers}, ${points(member)}${missing}`, `${inSeconds(Date.now() - startedAt)} later`);
  }

  async function showMessages(): Promise<void> {
    const startedAt = Date.now();
    const later = () => `${inSeconds(Date.now() - startedAt)} later`;
    const options = { withinMs: TOLD_WITHIN_MS, signal };
    const first = <T>(what: string, look: () => Promise<T[]>) =>
      whileSpinning(`waiting for ${what}`, () => waitFor(what, async () => (await look())[0], options));
    const event: BusEvent = await first('the event on the bus', () => eventsAbout(ada.memberId, cloud));
    fact('event', `${event.type}, from ${tierIn(event, 'from')} to ${tierIn(event, 'to')}, on the event bus`, later());
    const mail: Mail = await first('the mail', () => mailsTo(ada.email, cloud));
    fact('mail', `to ${mail.to.join(', ')} from ${mail.from}`, later());
    quote(mail.subject, ...mail.text.split('\n'));
    if (cloud.logPath !== undefined) {
      const message = await first('the text message', () => textMessagesTo(ada.phone, cloud));
      fact('text', `to ${message.phone}`, later());
      quote(message.text);
    }
  }
}

/** The API answered something else than the demo is about. */
class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

interface Call {
  key?: string;
  headers?: Record<string, string>;
  body?: object | string;
  expected: number;
  silent?: boolean;
}

function callerOf(cloud: LocalCloudAddress, signal: AbortSignal) {
  return async <T>(method: string, path: string, { key, headers, body, expected, silent }: Call): Promise<T> => {
    const startedAt = performance.now();
    const answer = await fetch(`${cloud.url}${path}`, {
      method,
      signal,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const ms = Math.round(performance.now() - startedAt);
    if (answer.status !== expected) {
      throw new UnexpectedAnswer(
        `${method} ${path} should have answered ${expected}, and answered ${answer.status}: ${text.slice(0, 500)}`,
      );
    }
    const json = text === '' ? {} : JSON.parse(text);
    if (!silent) {
      const status = typeof json.status === 'string' ? ` ${json.status}` : '';
      fact('http', `${method} ${path}  ${styleText('green', `${answer.status}${status}`)}`, `${ms} ms`);
    }
    return json as T;
  };
}

function heading(text: string): void {
  console.log(`\n  ${styleText(['bold', 'cyan'], text)}`);
}

function fact(name: string, text: string, when = ''): void {
  console.log(`      ${styleText('dim', name.padEnd(7))}${text}${when && `  ${styleText('dim', when)}`}`);
}

function quote(...lines: string[]): void {
  for (const line of lines.filter((text) => text.trim() !== '').slice(0, 4)) {
    console.log(`             ${styleText('dim', '│')} ${line.trim()}`);
  }
}

function points(member: MemberAnswer): string {
  return `${member.points.current} points`;
}

function tierIn(event: BusEvent, side: 'from' | 'to'): string {
  const tier = event.detail[side] as { name?: string } | null | undefined;
  return tier?.name ?? 'none';
}

async function whileSpinning<T>(text: string, work: () => Promise<T>): Promise<T> {
  if (!process.stdout.isTTY) return work();
  const spinner = ora({ text: styleText('dim', text), indent: 6, discardStdin: false, stream: process.stdout }).start();
  try {
    return await work();
  } finally {
    spinner.stop();
  }
}
