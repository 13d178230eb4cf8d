import { randomUUID } from 'node:crypto';
import { HOUR_MS } from '../core/time.ts';
import type { DynamoDbLocal } from '../local/dynamodb-local.ts';
import { shopifyPaidOrder } from '../local/shopify-webhook.ts';
import type { Consumption } from './capacity-meter.ts';
import { demoBrand } from './demo-program.ts';
import type { Limit } from './limit.ts';
import { captureLog } from './logged-bytes.ts';
import { type MeasuredShop, openShop } from './measured-shop.ts';

export interface DatabaseFigures {
  transactions: TransactionFigures[];
  actions: ActionFigures[];
  /** One email about a change of tier: who it goes to, the claim, the mark. */
  email: Consumption;
  invocations: { intake: InvocationFigures; recalculation: InvocationFigures; email: InvocationFigures };
  /** The ledger's entry of a purchase. The member's item is written over, so that a purchase adds nothing to it. */
  entryBytes: number;
}

export interface TransactionFigures {
  kind: string;
  intake: Consumption;
  recalculation: Consumption;
  /** The member's item afterwards. */
  memberBytes: number;
  /** The least that it could be done with. */
  peer?: { what: string; consumption: Consumption };
}

/** A tier action, or what comes of one later. */
export interface ActionFigures {
  what: string;
  consumption: Consumption;
  /** How often EventBridge was asked for a schedule: a round trip each, which is not among the others. */
  scheduleCalls: number;
  memberBytes?: number;
  atMost?: { readUnits: number; roundTrips: number; scheduleCalls: number };
}

export interface InvocationFigures {
  /** Processor time of one invocation of the warm handler, the SDK included. */
  cpuMs: number;
  /** What it logs, metrics included. */
  logBytes: number;
  logLines: number;
}

export const HOW_DATABASE = [
  'The real handlers are called with the events that AWS sends, over the real adapters, on DynamoDB Local 3.3.0, with the program of',
  'brands/demo.json. An SDK middleware asks for ReturnConsumedCapacity and counts every request that leaves; reading a secret is none.',
  '† Of the items of a transaction that cost the same, DynamoDB Local reports one alone, so each is looked at: twice its size is charged, and what',
  'it changes in the index; a write whose condition failed is charged by AWS and reported by neither, so it is added. Ids of members,',
  'transactions and actions are UUIDs. One entry of one member in a batch of the stream. Schedules are those of the real clock, over a stub.',
];

export const WRITE_UNITS_OF_A_PURCHASE = 2;

type Scenario = (
  shop: MeasuredShop,
  memberId: string,
) => Promise<{ post: () => Promise<void>; peer?: TransactionFigures['peer'] }>;

const POINTS_GIVEN = { points: 12, amount: '12.50' };
const POINTS_BY_TIER = { amount: '12.50' };

/** Each sets its member up, and says what is measured then. */
const SCENARIOS: Record<string, Scenario> = {
  'purchase, points given': async (shop, memberId) => {
    await shop.enrol(memberId);
    return { post: () => shop.post(memberId, POINTS_GIVEN) };
  },
  'purchase, points by tier': async (shop, memberId) => {
    await shop.enrol(memberId);
    return { post: () => shop.post(memberId, POINTS_BY_TIER) };
  },
  'purchase, Silver, an ordinary week behind': async (shop, memberId) => {
    await becomeSilver(shop, memberId);
    for (let day = 0; day < 7; day++) await buyAndCount(shop, memberId, 24 * HOUR_MS, day % 3 === 0 ? 2 : 1);
    return { post: () => shop.post(memberId, POINTS_BY_TIER) };
  },
  'purchase, Silver, 16 others within 26 hours': async (shop, memberId) => {
    await becomeSilver(shop, memberId);
    await buyAndCount(shop, memberId, HOUR_MS, 16);
    return { post: () => shop.post(memberId, POINTS_BY_TIER) };
  },
  'purchase, the same, ids of 128 characters': async (shop, memberId) => {
    await becomeSilver(shop, memberId);
    const long = () => ({ id: randomUUID().padEnd(128, '-') });
    await buyAndCount(shop, memberId, HOUR_MS, 16, long);
    return { post: () => shop.post(memberId, { ...POINTS_BY_TIER, ...long() }) };
  },
  'purchase, with a tier that staff gave': async (shop, memberId) => {
    await becomeSilver(shop, memberId);
    await shop.act(memberId, anUpgrade('gold'), 'APPLIED');
    await buyAndCount(shop, memberId, HOUR_MS, 16);
    return { post: () => shop.post(memberId, POINTS_BY_TIER) };
  },
  'purchase that moves the tier': async (shop, memberId) => {
    await shop.enrol(memberId);
    await shop.post(memberId, { points: 900, amount: '90.00' });
    await shop.recalculate();
    return { post: () => shop.post(memberId, { points: 200, amount: '20.00' }) };
  },
  'order that fires a promotion, ledger of 10': (shop, memberId) => fireAmong(shop, memberId, 10),
  'order that fires a promotion, ledger of 100': (shop, memberId) => fireAmong(shop, memberId, 100),
  bonus: async (shop, memberId) => {
    await becomeSilver(shop, memberId);
    return { post: () => shop.post(memberId, { type: 'bonus', points: 50, reason: 'Birthday' }) };
  },
  adjustment: async (shop, memberId) => {
    await becomeSilver(shop, memberId);
    return { post: () => shop.post(memberId, { type: 'adjustment', points: -5, reason: 'Counted twice at the till' }) };
  },
  redemption: async (shop, memberId) => {
    await becomeSilver(shop, memberId);
    return { post: () => shop.post(memberId, { type: 'redemption', points: 100 }) };
  },
  'expiry of points': async (shop, memberId) => {
    await becomeSilver(shop, memberId);
    return { post: () => shop.post(memberId, { type: 'expiry', points: 100 }) };
  },
  'refund, ledger of 10': (shop, memberId) => refundAmong(shop, memberId, 10),
  'refund, ledger of 100': (shop, memberId) => refundAmong(shop, memberId, 100),
  'refund, ledger of 1000': (shop, memberId) => refundAmong(shop, memberId, 1000),
  'duplicate post': async (shop, memberId) => {
    const transaction = { id: randomUUID(), occurredAt: new Date(shop.now()).toISOString(), ...POINTS_BY_TIER };
    await shop.enrol(memberId);
    await shop.post(memberId, transaction);
    await shop.recalculate();
    return { post: () => shop.post(memberId, transaction, 200) };
  },
  'Shopify order paid': async (shop, memberId) => {
    await shop.enrol(memberId);
    return { post: () => shop.postShopify('orders/paid', anOrder(shop, memberId, 1)) };
  },
  'Shopify order, the same message again': async (shop, memberId) => {
    await shop.enrol(memberId);
    const order = anOrder(shop, memberId, 2);
    await shop.postShopify('orders/paid', order);
    await shop.recalculate();
    return { post: () => shop.postShopify('orders/updated', order) };
  },
  'Shopify refund, ledger of 10': async (shop, memberId) => {
    await shop.fillLedger(memberId, 9);
    await shop.enrol(memberId, { enrolledAt: '2026-01-10T10:00:00Z' });
    await shop.postShopify('orders/paid', anOrder(shop, memberId, 3));
    await shop.recalculate();
    return { post: () => shop.postShopify('refunds/create', aShopifyRefund(shop, 3)) };
  },
};

async function becomeSilver(shop: MeasuredShop, memberId: string): Promise<void> {
  await shop.enrol(memberId, { enrolledAt: new Date(shop.now() - 100 * 24 * HOUR_MS).toISOString() });
  await shop.post(memberId, { points: 1300, amount: '130.00' });
  await shop.recalculate();
  shop.pass(48 * HOUR_MS);
}

async function buyAndCount(
  shop: MeasuredShop,
  memberId: string,
  every: number,
  times: number,
  more: () => Record<string, unknown> = () => ({}),
): Promise<void> {
  for (let n = 0; n < times; n++) {
    shop.pass(every / times);
    await shop.post(memberId, { ...POINTS_BY_TIER, ...more() });
    await shop.recalculate();
  }
}

async function refundAmong(shop: MeasuredShop, memberId: string, entries: number) {
  const orderId = await shop.fillLedger(memberId, entries);
  await shop.enrol(memberId, { enrolledAt: '2026-01-10T10:00:00Z' });
  return {
    post: () => shop.post(memberId, { type: 'refund', orderId, amount: '5.00' }),
    peer: { what: 'one query of that ledger', consumption: await shop.meter(() => shop.readLedger(memberId)) },
  };
}

/** The promotion `hotel-stay` of the demo. */
async function fireAmong(shop: MeasuredShop, memberId: string, entries: number) {
  await shop.fillLedger(memberId, entries);
  await shop.enrol(memberId, { enrolledAt: '2026-01-10T10:00:00Z' });
  const fields = {
    partner: 'hotel',
    CheckOutDate: new Date(shop.now() + 14 * 24 * HOUR_MS).toISOString().slice(0, 10),
  };
  return {
    post: () => shop.post(memberId, { ...POINTS_BY_TIER, fields }),
    peer: { what: 'one query of that ledger', consumption: await shop.meter(() => shop.readLedger(memberId)) },
  };
}

const ACTION_AT_MOST = { readUnits: 2, roundTrips: 3, scheduleCalls: 0 };

function anUpgrade(tier: string, expiry?: Record<string, unknown>): Record<string, unknown> {
  return { id: randomUUID(), action: 'upgrade', strategy: { type: 'specific', tier }, ...(expiry && { expiry }) };
}

/** One after the other, of which each may need what came before. */
async function measureActions(shop: MeasuredShop): Promise<ActionFigures[]> {
  const figures: ActionFigures[] = [];
  async function measure(
    what: string,
    act: () => Promise<void>,
    more: Pick<ActionFigures, 'atMost'> & { memberId?: string } = {},
  ): Promise<void> {
    const { memberId, ...rest } = more;
    const callsBefore = shop.scheduleCalls();
    const consumption = await shop.meter(act);
    const scheduleCalls = shop.scheduleCalls() - callsBefore;
    const memberBytes = memberId === undefined ? {} : { memberBytes: await shop.memberBytes(memberId) };
    figures.push({ what, consumption, scheduleCalls, ...memberBytes, ...rest });
  }

  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  for (const memberId of [first, second, third]) {
    if (memberId === third) await shop.fillLedger(memberId, 100);
    await becomeSilver(shop, memberId);
  }
  const inTwoHours = { type: 'instant', at: new Date(shop.now() + 2 * HOUR_MS).toISOString() };
  const upgrade = anUpgrade('gold', inTwoHours);
  await measure('upgrade with an end', () => shop.act(first, upgrade, 'APPLIED'), {
    ...{ memberId: first, atMost: { ...ACTION_AT_MOST, scheduleCalls: 1 } },
  });
  await measure('the same for another member', () => shop.act(second, anUpgrade('gold', inTwoHours), 'APPLIED'), {
    ...{ memberId: second, atMost: ACTION_AT_MOST },
  });
  await shop.act(third, anUpgrade('gold', inTwoHours), 'APPLIED');
  await measure('the very same action again', () => shop.act(first, upgrade, 'APPLIED'), {
    atMost: { ...ACTION_AT_MOST, roundTrips: 2 },
  });
  await measure('upgrade that changes nothing', () => shop.act(first, anUpgrade('silver'), 'TARGET_NOT_HIGHER'), {
    atMost: ACTION_AT_MOST,
  });
  const inThreeHours = { type: 'instant', at: new Date(shop.now() + 3 * HOUR_MS).toISOString() };
  await measure(
    'renewal, to a later end',
    () => shop.act(first, { ...anUpgrade('gold', inThreeHours), action: 'renew' }, 'EXTENDED'),
    {
      ...{ memberId: first, atMost: { ...ACTION_AT_MOST, scheduleCalls: 1 } },
    },
  );
  await measure(
    'downgrade until the cycle ends',
    () => shop.act(first, { ...anUpgrade('bronze'), action: 'downgrade' }, 'APPLIED'),
    {
      ...{ memberId: first, atMost: ACTION_AT_MOST },
    },
  );
  shop.pass(2 * HOUR_MS);
  // The member, its ledger, its actions: a few of both are a unit each.
  await measure('the end of a grant', () => shop.expire(second), {
    ...{ memberId: second, atMost: { readUnits: 3, roundTrips: 4, scheduleCalls: 0 } },
  });
  await measure('the same, ledger of 100', () => shop.expire(third), {
    ...{ memberId: third, atMost: { readUnits: 10, roundTrips: 4, scheduleCalls: 0 } },
  });
  // Whoever else has become due meanwhile.
  await shop.sweep();
  await measure('the sweep, where nobody is due', () => shop.sweep(), {
    atMost: { readUnits: 4, roundTrips: 8, scheduleCalls: 0 },
  });
  return figures;
}

/** Shopify's ids are numbers, and its customer is our member. */
function anOrder(shop: MeasuredShop, memberId: string, orderId: number): string {
  return shopifyPaidOrder({
    orderId: 5_870_000_000_000 + orderId,
    customerId: Number(memberId),
    email: 'ada@mail.example',
    price: '20.00',
    currency: 'EUR',
    paidAt: new Date(shop.now()),
  });
}

function aShopifyRefund(shop: MeasuredShop, orderId: number): string {
  const at = new Date(shop.now()).toISOString();
  return JSON.stringify({
    id: 929_361_464,
    order_id: 5_870_000_000_000 + orderId,
    created_at: at,
    processed_at: at,
    refund_line_items: [{ id: 1, quantity: 1, subtotal: '5.00', total_tax: '0.87', line_item: { id: 2 } }],
    order_adjustments: [],
    transactions: [],
  });
}

export async function measureDatabase(
  dynamoDb: DynamoDbLocal,
  onProgress: (what: string) => void,
): Promise<DatabaseFigures> {
  const shop = await openShop(demoBrand(), dynamoDb);
  try {
    const transactions: TransactionFigures[] = [];
    for (const [kind, scenario] of Object.entries(SCENARIOS)) {
      onProgress(kind);
      const memberId = kind.startsWith('Shopify') ? String(7_000_000_000 + transactions.length) : randomUUID();
      const { result } = await captureLog(async () => {
        const { post, peer } = await scenario(shop, memberId);
        const intake = await shop.meter(post);
        const recalculation = await shop.meter(() => shop.recalculate());
        return { kind, intake, recalculation, ...(peer ? { peer } : {}) };
      });
      transactions.push({ ...result, memberBytes: await shop.memberBytes(memberId) });
    }
    onProgress('tier actions');
    const { result: actions } = await captureLog(() => measureActions(shop));
    onProgress('an email about a change');
    const email = await measureEmail(shop);
    onProgress('processor time and log of a purchase');
    return { transactions, actions, email, ...(await measureInvocations(shop)) };
  } finally {
    shop.close();
  }
}

async function measureEmail(shop: MeasuredShop): Promise<Consumption> {
  await moveATier(shop);
  const { result } = await captureLog(() => shop.meter(() => shop.emailLastChange()));
  return result;
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

/** Purchases one after the other, each of another member, on handlers that are warm. */
async function measureInvocations(shop: MeasuredShop): Promise<Pick<DatabaseFigures, 'invocations' | 'entryBytes'>> {
  const memberIds = Array.from({ length: 20 }, () => randomUUID());
  await captureLog(async () => {
    for (const memberId of memberIds) await shop.enrol(memberId);
  });
  const intake = new Sampled();
  const recalculation = new Sampled();
  for (let n = 0; n < WARM_UP + SAMPLES; n++) {
    shop.pass(HOUR_MS);
    const memberId = memberIds[n % memberIds.length]!;
    const warm = n >= WARM_UP;
    await intake.sample(warm, () => shop.post(memberId, POINTS_BY_TIER));
    await recalculation.sample(warm, () => shop.recalculate());
  }
  const email = new Sampled();
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
  #cpuMs: number[] = [];
  #logBytes = 0;
  #logLines = 0;

  async sample(counts: boolean, act: () => Promise<void>): Promise<void> {
    const start = process.cpuUsage();
    const { bytes, lines } = await captureLog(act);
    const { user, system } = process.cpuUsage(start);
    if (!counts) return;
    this.#cpuMs.push((user + system) / 1000);
    this.#logBytes += bytes;
    this.#logLines += lines;
  }

  figures(): InvocationFigures {
    const { length } = this.#cpuMs;
    const median = this.#cpuMs.sort((a, b) => a - b)[Math.floor(length / 2)]!;
    return {
      cpuMs: Number(median.toFixed(2)),
      logBytes: Math.round(this.#logBytes / length),
      logLines: Number((this.#logLines / length).toFixed(2)),
    };
  }
}

export function limitsOfDatabase({ transactions, actions }: DatabaseFigures): Limit[] {
  return [...limitsOfPurchases(transactions), ...actions.flatMap(limitsOfAction)];
}

function limitsOfAction({ what, consumption, scheduleCalls, atMost }: ActionFigures): Limit[] {
  if (!atMost) return [];
  const sense = 'at most';
  return [
    { what, unit: 'read units', measured: consumption.readUnits, sense, bound: atMost.readUnits },
    { what, unit: 'round trips', measured: consumption.roundTrips, sense, bound: atMost.roundTrips },
    { what, unit: 'calls for a schedule', measured: scheduleCalls, sense, bound: atMost.scheduleCalls },
  ];
}

function limitsOfPurchases(transactions: readonly TransactionFigures[]): Limit[] {
  return transactions
    .filter(({ kind }) => kind.startsWith('purchase') && kind !== 'purchase that moves the tier')
    .flatMap(({ kind, intake, recalculation }): Limit[] => [
      {
        what: kind,
        unit: 'write units in all',
        measured: intake.writeUnits + recalculation.writeUnits,
        sense: 'at most',
        bound: WRITE_UNITS_OF_A_PURCHASE,
      },
      {
        what: kind,
        unit: 'round trips at intake',
        measured: intake.roundTrips,
        sense: 'at most',
        bound: kind === 'purchase, points given' ? 1 : 2,
      },
    ]);
}
