import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoClient } from '../functions/adapters/dynamo-client.ts';
import { startLocalCloud } from '../local/local-cloud.ts';
import type { LocalCloudAddress } from '../local/observations.ts';
import { waitFor } from '../local/wait-for.ts';
import { type BareFunction, deployBareFunction } from './bare-function.ts';
import { LOOKS_EVERY_MS, watchChanges } from './change-watch.ts';
import { atLeast, atMost, median, type OnProgress, type Report, rounded, sum, table, whole } from './report.ts';

interface Distribution extends Record<'count' | 'p50' | 'p90' | 'p99' | 'highest', number> {
  /** How many took less than each of `BUCKETS_MS`, and not less than the bound before; the last holds the others. */
  buckets: number[];
}

const BUCKETS_MS = [50, 100, 250, 500, 750, 1000, 1250, 1500, 2000];
const AT_ONCE = 8;
const ROUNDS = 5;
const ROUND_MS = 3_000;
const BUYERS = 50;
/** One after the other, so far apart that each finds the emulator idle, and never in step with its look at the streams once a second. */
const CHANGES = 100;
const APART_MS = 370;
const APART_MORE_MS = 190;
/** The least share of the rate of a function that does nothing. */
const SHARE_OF_BARE = 0.25;
/** What Laurel may add to the time until a stream calls a function. */
const CHANGE_AFTER_STREAM_MS = 250;

const HOW = [
  'On the local AWS, deployed as “npm start” does: an emulator in one process of this machine. The figures say what Laurel adds to a cloud of this',
  `speed, and nothing about AWS. Orders of ${BUYERS} members arrive over HTTP, ${AT_ONCE} at once. Accepted means answered with 202: the entry is in the ledger.`,
  `The peer is a function that answers 202 and does nothing, behind an API of the same kind. Both take turns: ${ROUNDS} rounds of ${ROUND_MS / 1000} s each, the median.`,
  `The time to the change: ${CHANGES} orders of ${CHANGES} members, each across the threshold of Silver, one every ${APART_MS} to ${APART_MS + APART_MORE_MS} ms. It runs from the answer`,
  `until the change is in the members table’s stream, which is read every ${LOOKS_EVERY_MS} ms. Its peer runs from a bare write until the stream has called a`,
  'function that does nothing. The idle emulator reads streams once a second, so most of both is that wait. Lambda reads them several times a second.',
];

/** Both clocks are this machine's. */
export async function measureOrders(onProgress: OnProgress): Promise<Report> {
  // Starts a local AWS of its own, even if another one runs.
  const { AWS_ENDPOINT_URL: _, ...env } = process.env;
  const onStep: Parameters<typeof startLocalCloud>[0]['onProgress'] = (progress) =>
    progress.kind === 'step' && onProgress(progress.title);
  const cloud = await startLocalCloud({ brand: 'demo', env, onProgress: onStep });
  try {
    onProgress('a function that does nothing');
    const bare = await deployBareFunction(cloud.address.client);
    return await measure(cloud.address, bare, onProgress).finally(bare.stop);
  } finally {
    await cloud.stop();
  }
}

async function measure(address: LocalCloudAddress, bare: BareFunction, onProgress: OnProgress): Promise<Report> {
  const shop = shopAt(address);
  onProgress('members');
  const buyers = await inTurns(BUYERS, () => shop.enrol());
  const changing = await inTurns(CHANGES, () => shop.enrol());

  const answers: number[] = [];
  let bought = 0;
  const buy = async () => {
    const start = performance.now();
    await shop.order(buyers[bought++ % BUYERS]!, '1.00');
    answers.push(performance.now() - start);
  };
  const callBare = () => call('POST', `${bare.url}/bare`, 'none', {}, 202);
  // The first calls start the functions.
  for (const each of [buy, callBare]) await inTurns(AT_ONCE * 4, each);
  answers.length = 0;
  const rates: { ours: number; bare: number }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    onProgress(`orders, round ${round} of ${ROUNDS}`);
    rates.push({ bare: await rateOf(callBare), ours: await rateOf(buy) });
  }
  onProgress('what is still to be counted');
  await shop.untilCounted(buyers, bought);

  onProgress('writes that a function is told of');
  const bareMs = await measureStream(address, bare);
  onProgress('orders that change a tier');
  const changeMs = await measureChanges(address, shop, changing);
  const answerMs = distributionOf(answers);
  const [accepted, empty] = [median(rates.map(({ ours }) => ours)), median(rates.map((rate) => rate.bare))];
  const cells = ({ p50, p90, p99, highest, count }: Distribution) => [p50, p90, p99, highest, count];
  const share = rounded(accepted / empty, 2);
  const later = changeMs.p50 - bareMs.p50;
  return {
    title: 'Orders',
    how: HOW,
    lines: [
      table(
        ['', 'per second', 'p50 ms', 'p90 ms', 'p99 ms', 'highest', 'of'],
        [
          [`orders accepted, ${AT_ONCE} at once`, whole(accepted), ...cells(answerMs)],
          ['peer: a function that does nothing', whole(empty), '', '', '', '', ''],
          ['from the answer to the tier change', '', ...cells(changeMs)],
          ['peer: from a write to a function told of it', '', ...cells(bareMs)],
        ],
      ),
      ...waitLines(changeMs, bareMs),
    ],
    limits: [
      atLeast(SHARE_OF_BARE, share, '', 'orders accepted, of the calls of a function that does nothing'),
      atMost(CHANGE_AFTER_STREAM_MS, later, 'ms', 'half of all tier changes, after the stream told of the order'),
    ],
    figures: { acceptedPerSecond: accepted, barePerSecond: empty, answerMs, changeMs, bareMs },
  };
}

/** The distribution of the changes, one line for each span of time. */
function waitLines(changeMs: Distribution, bareMs: Distribution): string[] {
  const last = changeMs.buckets.findLastIndex((count) => count > 0);
  return [
    'From the answer to the tier change (in brackets the peer):',
    ...changeMs.buckets.slice(0, last + 1).map((count, place) => {
      const [from, to] = [BUCKETS_MS[place - 1] ?? 0, BUCKETS_MS[place]];
      const span = to === undefined ? `${from} ms or more` : `${from} to ${to} ms`;
      return `${span.padStart(16)}  ${'█'.repeat(count)} ${count} (${bareMs.buckets[place]})`;
    }),
  ];
}

/** Calls a second, so many at once. */
async function rateOf(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let done = 0;
  const work = async () => {
    while (performance.now() - start < ROUND_MS) {
      await call();
      done++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done / ((performance.now() - start) / 1000);
}

async function measureChanges(
  { client, outputs }: LocalCloudAddress,
  shop: ReturnType<typeof shopAt>,
  memberIds: string[],
): Promise<Distribution> {
  const watch = await watchChanges(client, outputs.MembersStream!);
  try {
    const answeredAt = await paced(memberIds, (memberId) => shop.order(memberId, '150.00'));
    return await whenAllCame('every tier change', answeredAt, watch.seenAt);
  } finally {
    await watch.stop();
  }
}

async function measureStream({ client }: LocalCloudAddress, { table, heardAt }: BareFunction): Promise<Distribution> {
  const dynamoDb = dynamoClient(structuredClone(client));
  const keys = Array.from({ length: CHANGES }, () => randomUUID());
  const put = (pk: string) => dynamoDb.send(new PutCommand({ TableName: table, Item: { pk } }));
  const writtenAt = await paced(keys, put);
  dynamoDb.destroy();
  return whenAllCame('every write', writtenAt, heardAt);
}

/** @returns when the work for each key was done */
async function paced(keys: string[], work: (key: string) => Promise<unknown>): Promise<Map<string, number>> {
  const doneAt = new Map<string, number>();
  for (const key of keys) {
    await work(key);
    doneAt.set(key, Date.now());
    await wait(APART_MS + Math.random() * APART_MORE_MS);
  }
  return doneAt;
}

/** An effect may be seen before the answer: then it took no time. */
async function whenAllCame(
  what: string,
  from: ReadonlyMap<string, number>,
  until: ReadonlyMap<string, number>,
): Promise<Distribution> {
  const left = () => [...from.keys()].filter((key) => !until.has(key));
  await waitFor(what, () => left().length === 0 || undefined, { withinMs: 60_000, seen: () => left().length });
  return distributionOf([...from].map(([key, at]) => Math.max(0, until.get(key)! - at)));
}

/** A shop of the demo brand with its own member ids. */
function shopAt({ url, keys }: LocalCloudAddress) {
  const path = (memberId: string) => `${url}/v1/members/${memberId}`;
  const lifetimePointsOf = async (memberId: string) => {
    const answer = await fetch(path(memberId), { headers: { authorization: `Bearer ${keys.read}` } });
    return ((await answer.json()) as { points: { lifetime: number } }).points.lifetime;
  };
  return {
    async enrol(): Promise<string> {
      const memberId = `bench-${randomUUID()}`;
      await call('PUT', path(memberId), keys.intake, {}, 201);
      return memberId;
    },
    order: (memberId: string, amount: string): Promise<void> => {
      const order = {
        id: randomUUID(),
        type: 'purchase',
        amount,
        currency: 'EUR',
        occurredAt: new Date().toISOString(),
      };
      return call('POST', `${path(memberId)}/transactions`, keys.intake, order, 202);
    },
    /** Waits until all orders of 1 EUR are in the members' points. */
    async untilCounted(memberIds: readonly string[], orders: number): Promise<void> {
      let before = -1;
      // A member that became Silver earns more for an order. So the sum is final when it no longer changes.
      const look = async () => {
        const all = sum(await Promise.all(memberIds.map(lifetimePointsOf)));
        const isFinal = all === before && all >= orders * 10;
        before = all;
        return isFinal || undefined;
      };
      await waitFor('every order to be counted', look, { withinMs: 120_000, everyMs: 2_000, seen: () => before });
    },
  };
}

async function call(method: string, url: string, key: string, body: object, expected: number): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (answer.status !== expected) throw new Error(`${method} ${url} was answered with ${answer.status}: ${text}`);
}

async function inTurns<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const workOff = async () => {
    while (next++ < count) results.push(await work());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, workOff));
  return results;
}

function distributionOf(figures: readonly number[]): Distribution {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1]!);
  const bounds = [0, ...BUCKETS_MS, Number.POSITIVE_INFINITY];
  return {
    count: sorted.length,
    ...{ p50: at(0.5), p90: at(0.9), p99: at(0.99), highest: at(1) },
    buckets: bounds.slice(1).map((bound, place) => sorted.filter((ms) => ms >= bounds[place]! && ms < bound).length),
  };
}
