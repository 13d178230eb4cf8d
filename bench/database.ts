import { randomUUID } from 'node:crypto';
import { HOUR_MS } from '../core/time.ts';
import type { DynamoDbLocal } from '../local/dynamodb-local.ts';
import type { Consumption } from './capacity-meter.ts';
import { demoBrand } from './demo-program.ts';
import { captureLog } from './logged-bytes.ts';
import { type MeasuredShop, openShop } from './measured-shop.ts';
import {
  atMost,
  limitsIn,
  median,
  type OnProgress,
  processorMs,
  type Report,
  type Row,
  rounded,
  sum,
  table,
} from './report.ts';

export interface DatabaseFigures {
  transactions: TransactionFigures[];
  actions: ActionFigures[];
  /** One email about a change of tier: the address, the claim, the mark. */
  email: Consumption;
  invocations: { intake: InvocationFigures; recalculation: InvocationFigures; email: InvocationFigures };
  /** The ledger's entry of a purchase. The member's item is overwritten, so a purchase adds nothing to it. */
  entryBytes: number;
}

interface TransactionFigures {
  kind: string;
  intake: Consumption;
  recalculation: Consumption;
  tripsAtMost: number | undefined;
  /** One query of the member's ledger: the least reads of a rebuild. */
  query: Consumption;
}

/** A tier action, or its later end. */
interface ActionFigures {
  what: string;
  consumption: Consumption;
  /** Round trips to EventBridge for a schedule, which `consumption` does not include. */
  scheduleCalls: number;
  limits: [readUnits: number, roundTrips: number, scheduleCalls: number];
}

export interface InvocationFigures {
  /** Processor time of one invocation of the warm handler, the SDK included. */
  cpuMs: number;
  /** The bytes of its log, metrics included. */
  logBytes: number;
}

const HOW = [
  'The real handlers run with the events that AWS sends, over the real adapters, on DynamoDB Local, with the program of brands/demo.json. An SDK',
  'middleware asks for ReturnConsumedCapacity and counts every request; reading a secret is not counted. The meter corrects what DynamoDB Local',
  'reports wrongly: of the equally large items of a transaction it reports one alone, and a write whose condition failed not at all. Ids of',
  'members, transactions and actions are UUIDs. A batch of the stream has one entry. Schedules are made by the real adapter, over a stub.',
];

const WRITE_UNITS_OF_A_PURCHASE = 2;
const BY_TIER = { amount: '12.50' };
const LEDGER = 300;

export const PLAIN_PURCHASE = 'purchase, points by tier';
export const MOVING_PURCHASE = 'purchase that moves the tier';

type Body = Record<string, unknown>;
/** Sets a member up. @returns the transaction that is measured then */
type Prepare = (shop: MeasuredShop, memberId: string) => Promise<Body>;

/** Those with a limit of their round trips at intake have one of their write units in all, too. */
const SCENARIOS: [kind: string, tripsAtMost: number | undefined, prepare: Prepare][] = [
  ['purchase, points given', 1, (shop, memberId) => shop.enrol(memberId).then(() => ({ ...BY_TIER, points: 12 }))],
  [PLAIN_PURCHASE, 2, (shop, memberId) => shop.enrol(memberId).then(() => BY_TIER)],
  [
    'purchase, Silver, 16 others within 26 hours, ids of 128 characters',
    2,
    async (shop, memberId) => {
      const long = () => ({ id: randomUUID().padEnd(128, '-') });
      await becomeSilver(shop, memberId);
      await buyAndCount(shop, memberId, long);
      return { ...BY_TIER, ...long() };
    },
  ],
  [
    'purchase, 16 others within 26 hours, with a tier that staff gave',
    2,
    async (shop, memberId) => {
      await becomeSilver(shop, memberId);
      await shop.act(memberId, anUpgrade());
      await buyAndCount(shop, memberId);
      return BY_TIER;
    },
  ],
  [
    MOVING_PURCHASE,
    undefined,
    async (shop, memberId) => {
      await shop.enrol(memberId);
      await shop.post(memberId, { points: 900, amount: '90.00' });
      await shop.recalculate();
      return { points: 200, amount: '20.00' };
    },
  ],
  [
    `refund, ledger of ${LEDGER}`,
    undefined,
    async (shop, memberId) => {
      const orderId = await shop.fillLedger(memberId, LEDGER);
      await shop.enrol(memberId, { enrolledAt: '2026-01-10T10:00:00Z' });
      return { type: 'refund', orderId, amount: '5.00' };
    },
  ],
];

async function becomeSilver(shop: MeasuredShop, memberId: string): Promise<void> {
  await shop.enrol(memberId, { enrolledAt: new Date(shop.now() - 100 * 24 * HOUR_MS).toISOString() });
  await shop.post(memberId, { points: 1300, amount: '130.00' });
  await shop.recalculate();
  shop.pass(48 * HOUR_MS);
}

async function buyAndCount(shop: MeasuredShop, memberId: string, more = () => ({})): Promise<void> {
  for (let n = 0; n < 16; n++) {
    shop.pass(HOUR_MS / 16);
    await shop.post(memberId, { ...BY_TIER, ...more() });
    await shop.recalculate();
  }
}

function anUpgrade(expiry?: Body): Body {
  const strategy = { type: 'specific', tier: 'gold' };
  return { id: randomUUID(), action: 'upgrade', strategy, ...(expiry && { expiry }) };
}

/** One after the other: a later action may need an earlier one. */
async function measureActions(shop: MeasuredShop): Promise<ActionFigures[]> {
  const figures: ActionFigures[] = [];
  async function measure(what: string, limits: ActionFigures['limits'], act: () => Promise<void>): Promise<void> {
    const callsBefore = shop.scheduleCalls();
    const consumption = await shop.meter(act);
    figures.push({ what, consumption, scheduleCalls: shop.scheduleCalls() - callsBefore, limits });
  }

  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  await shop.fillLedger(third, 100);
  for (const memberId of [first, second, third]) await becomeSilver(shop, memberId);
  const inTwoHours = { type: 'instant', at: new Date(shop.now() + 2 * HOUR_MS).toISOString() };
  const upgrade = anUpgrade(inTwoHours);
  await measure('upgrade with an end', [2, 3, 1], () => shop.act(first, upgrade));
  await measure('the same for another member', [2, 3, 0], () => shop.act(second, anUpgrade(inTwoHours)));
  await measure('the very same action again', [2, 2, 0], () => shop.act(first, upgrade));
  await shop.act(third, anUpgrade(inTwoHours));
  shop.pass(2 * HOUR_MS);
  // The member, its ledger and its actions: some entries or actions together are one unit.
  await measure('the end of a grant', [3, 4, 0], () => shop.expire(second));
  await measure('the same, ledger of 100', [10, 4, 0], () => shop.expire(third));
  // Writes the other members that have become due.
  await shop.sweep();
  await measure('the sweep, if no member is due', [4, 8, 0], () => shop.sweep());
  return figures;
}

export async function measureDatabase(
  dynamoDb: DynamoDbLocal,
  onProgress: OnProgress,
): Promise<Report<DatabaseFigures>> {
  const shop = await openShop(demoBrand(), dynamoDb);
  try {
    const transactions: TransactionFigures[] = [];
    for (const [kind, tripsAtMost, prepare] of SCENARIOS) {
      onProgress(kind);
      const memberId = randomUUID();
      const { result } = await captureLog(async () => {
        const body = await prepare(shop, memberId);
        const query = await shop.meter(() => shop.readLedger(memberId));
        const intake = await shop.meter(() => shop.post(memberId, body));
        const recalculation = await shop.meter(() => shop.recalculate());
        return { kind, intake, recalculation, tripsAtMost, query };
      });
      transactions.push(result);
    }
    onProgress('tier actions');
    const { result: actions } = await captureLog(() => measureActions(shop));
    onProgress('an email about a change');
    await moveATier(shop);
    const { result: email } = await captureLog(() => shop.meter(() => shop.emailLastChange()));
    onProgress('processor time and log of a purchase');
    return reportOf({ transactions, actions, email, ...(await measureInvocations(shop)) });
  } finally {
    shop.close();
  }
}

async function moveATier(shop: MeasuredShop): Promise<void> {
  const memberId = randomUUID();
  await captureLog(async () => {
    await shop.enrol(memberId, { email: 'ada@mail.example', name: 'Ada' });
    await shop.post(memberId, { points: 1300, amount: '130.00' });
    await shop.recalculate();
  });
}

const WARM_UP = 100;
const SAMPLES = 200;
const EMAILS = 20;

/** Purchases one after the other, each of another member, on warm handlers. */
async function measureInvocations(shop: MeasuredShop): Promise<Pick<DatabaseFigures, 'invocations' | 'entryBytes'>> {
  const memberIds = Array.from({ length: 20 }, () => randomUUID());
  await captureLog(async () => {
    for (const memberId of memberIds) await shop.enrol(memberId);
  });
  const [intake, recalculation, email] = [new Sampled(), new Sampled(), new Sampled()];
  for (let n = 0; n < WARM_UP + SAMPLES; n++) {
    shop.pass(HOUR_MS);
    const memberId = memberIds[n % memberIds.length]!;
    await intake.sample(n >= WARM_UP, () => shop.post(memberId, BY_TIER));
    await recalculation.sample(n >= WARM_UP, () => shop.recalculate());
  }
  for (let n = 0; n < EMAILS; n++) {
    await moveATier(shop);
    await email.sample(n >= EMAILS / 2, () => shop.emailLastChange());
  }
  return {
    invocations: { intake: intake.figures(), recalculation: recalculation.figures(), email: email.figures() },
    entryBytes: await shop.entryBytes(memberIds[0]!),
  };
}

class Sampled {
  readonly #cpuMs: number[] = [];
  readonly #logBytes: number[] = [];

  async sample(counts: boolean, act: () => Promise<void>): Promise<void> {
    let logged = 0;
    const cpuMs = await processorMs(async () => {
      logged = (await captureLog(act)).bytes;
    });
    if (!counts) return;
    this.#cpuMs.push(cpuMs);
    this.#logBytes.push(logged);
  }

  figures(): InvocationFigures {
    const logBytes = Math.round(sum(this.#logBytes) / this.#logBytes.length);
    return { cpuMs: rounded(median(this.#cpuMs), 2), logBytes };
  }
}

function reportOf(figures: DatabaseFigures): Report<DatabaseFigures> {
  const { transactions, actions, email, invocations, entryBytes } = figures;
  const unitsOf = ({ writeUnits, readUnits, roundTrips }: Consumption) => [writeUnits, readUnits, roundTrips];
  const rows = transactions.map(({ kind, intake, recalculation, tripsAtMost }): Row => {
    const writeUnits = intake.writeUnits + recalculation.writeUnits;
    const [trips, units] =
      tripsAtMost === undefined
        ? ['', '']
        : [
            atMost(tripsAtMost, intake.roundTrips, 'round trips at intake', kind),
            atMost(WRITE_UNITS_OF_A_PURCHASE, writeUnits, 'write units in all', kind),
          ];
    return [kind, ...unitsOf(intake), trips, ...unitsOf(recalculation), writeUnits, units];
  });
  rows.push(['  peer: one query of that ledger', '', '', '', '', ...unitsOf(transactions.at(-1)!.query), '', '']);
  rows.push(['an email about a change', ...unitsOf(email), '', '', '', '', email.writeUnits, '']);
  const ofActions = actions.map(({ what, consumption, scheduleCalls, limits: [reads, trips, schedules] }): Row => {
    const { writeUnits, readUnits, roundTrips } = consumption;
    return [
      ...[what, writeUnits, readUnits, atMost(reads, readUnits, 'read units', what)],
      ...[roundTrips, atMost(trips, roundTrips, 'round trips', what)],
      ...[scheduleCalls, atMost(schedules, scheduleCalls, 'calls for a schedule', what)],
    ];
  });
  const ofInvocations = Object.entries(invocations).map(([what, { cpuMs, logBytes }]) => [
    ...[what, cpuMs.toFixed(2), logBytes],
  ]);
  const head = ['', 'intake\nwrite', '\nread', '\ntrips', '\nlimit', 'recalculation\nwrite', '\nread', '\ntrips'];
  const lines = [
    table([...head, 'all\nwrite', '\nlimit'], rows),
    table(['', 'write', 'read', 'limit', 'trips', 'limit', 'schedule calls', 'limit'], ofActions),
    table(['one warm invocation', 'processor ms', 'log bytes'], ofInvocations),
    `The ledger’s entry of a purchase takes ${entryBytes} bytes.`,
  ];
  return { title: 'Database', how: HOW, lines, limits: limitsIn([...rows, ...ofActions]), figures };
}
