import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import { HOUR_MS } from '../../core/time.ts';
import { diceOf } from '../../proof/simulation/dice.ts';
import { redelivering } from '../support/redelivery.ts';
import { TROUBLES, type TroubleKind, troubleAt } from '../support/trouble.ts';
import { makeWorld, type World } from '../support/world.ts';

const NOW = '2026-05-02T10:00:00Z';
const RUNS = { numRuns: 150 };
const LAW_TIMEOUT = { timeout: 60_000 };

type Posted = {
  id: string;
  type: string;
  points?: number;
  amount?: string;
  orderId?: string;
  occurredAt: string;
  excludeFromTier?: boolean;
};

const cents = (minor: number) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
const minorOf = (amount: string | undefined) => Math.round(Number(amount ?? 0) * 100);

/** Three-year histories. Their refunds and expiries name orders that come earlier, later, in parts, or never. */
const historyArbitrary: fc.Arbitrary<Posted[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom(
        ...[
          'purchase',
          'purchase',
          'purchase',
          'refund',
          'refund',
          'bonus',
          'adjustment',
          'tierAdjustment',
          'redemption',
          'expiry',
        ],
      ),
      points: fc.integer({ min: 1, max: 3000 }),
      minor: fc.integer({ min: 1, max: 300_000 }),
      order: fc.constantFrom('t-0', 't-1', 't-2', 't-3', 'lost', undefined),
      minutesAgo: fc.integer({ min: 0, max: 3 * 366 * 24 * 60 }),
      flag: fc.boolean(),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((specs) =>
    specs.map(({ type, points, minor, order, minutesAgo, flag }, place): Posted => {
      const posted = {
        id: `t-${place}`,
        type,
        occurredAt: new Date(Date.parse(NOW) - minutesAgo * 60_000).toISOString(),
      };
      const ofOrder = order === undefined ? {} : { orderId: order };
      switch (type) {
        case 'purchase':
          return { ...posted, points, amount: cents(minor), ...(flag ? ofOrder : {}) };
        case 'refund':
          return { ...posted, amount: cents(minor), orderId: order ?? 't-0' };
        case 'adjustment':
          return { ...posted, points: flag ? points : -points, ...(minor % 2 ? { excludeFromTier: true } : {}) };
        case 'tierAdjustment':
          return { ...posted, points: flag ? points : -points, amount: cents(minor) };
        case 'expiry':
          return { ...posted, points, ...ofOrder };
        default:
          return { ...posted, points };
      }
    }),
  );

const worldArbitrary = fc.record({
  basis: fc.constantFrom('points' as const, 'spend' as const),
  cycle: fc.constantFrom({ type: 'calendar' as const }, { type: 'none' as const }),
});
type Rules = { basis: 'points' | 'spend'; cycle: { type: 'calendar' | 'none' } };

/** A plain second implementation of sections 2 to 4 of docs/rules.md. The handlers must give the same figures. */
function figuresByTheRules(history: Posted[], { basis, cycle }: Rules) {
  const sums = new Map<number, number>();
  const total = { lifetime: 0, balance: 0 };
  // Madrid's year begins an hour before UTC's.
  const cycleOf = (moment: string) =>
    cycle.type === 'none' ? 0 : new Date(Date.parse(moment) + HOUR_MS).getUTCFullYear();
  const book = (moment: string, effect: { points: number; spend: number; balance: number }) => {
    const counted = basis === 'points' ? effect.points : effect.spend;
    sums.set(cycleOf(moment), (sums.get(cycleOf(moment)) ?? 0) + counted);
    total.lifetime += effect.points;
    total.balance += effect.balance;
  };
  const sum = (entries: Posted[], of: (entry: Posted) => number) => entries.reduce((all, entry) => all + of(entry), 0);
  const partsOf = (order: string) =>
    history.filter(({ type, id, orderId }) => type === 'purchase' && (orderId ?? id) === order);
  const earliest = (entries: Posted[]) => entries.map(({ occurredAt }) => occurredAt).sort()[0]!;

  for (const order of new Set(
    history.filter(({ type }) => type === 'purchase').map(({ orderId, id }) => orderId ?? id),
  )) {
    const parts = partsOf(order);
    const amount = sum(parts, (part) => minorOf(part.amount));
    const refunded = sum(
      history.filter(({ type, orderId }) => type === 'refund' && orderId === order),
      (refund) => minorOf(refund.amount),
    );
    const left = BigInt(Math.max(0, amount - refunded));
    const share = (whole: number) => Number((BigInt(whole) * left) / BigInt(amount));
    const points = share(sum(parts, (part) => part.points ?? 0));
    book(earliest(parts), { points, spend: share(amount), balance: points });
  }
  for (const entry of history) {
    const points = entry.points ?? 0;
    switch (entry.type) {
      case 'bonus':
        book(entry.occurredAt, { points, spend: 0, balance: points });
        break;
      case 'adjustment':
        book(entry.occurredAt, { points: entry.excludeFromTier ? 0 : points, spend: 0, balance: points });
        break;
      case 'tierAdjustment':
        book(entry.occurredAt, { points, spend: minorOf(entry.amount), balance: 0 });
        break;
      case 'redemption':
        book(entry.occurredAt, { points: 0, spend: 0, balance: -points });
        break;
      case 'expiry': {
        const parts = entry.orderId === undefined ? [] : partsOf(entry.orderId);
        const named = history.find(({ id }) => id === entry.orderId);
        const moment = parts.length > 0 ? earliest(parts) : (named ?? entry).occurredAt;
        book(moment, { points: -points, spend: 0, balance: -points });
      }
    }
  }
  const thisCycle = cycleOf(NOW);
  const carry = sums.get(thisCycle) ?? 0;
  const both = cycle.type === 'none' ? carry : carry + (sums.get(thisCycle - 1) ?? 0);
  const units = basis === 'spend' ? 100 : 1;
  const reached = [10_000, 5000, 1000, 0].findIndex((threshold) => both >= threshold * units);
  return {
    tier: ['platinum', 'gold', 'silver', 'bronze'].at(reached)!,
    points: {
      current: Math.max(0, both) / units,
      carry: Math.max(0, carry) / units,
      lifetime: Math.max(0, total.lifetime),
      balance: total.balance,
    },
  };
}

async function figuresOf(world: World, at?: string) {
  const { tier, points, earnedTier } = await world.read('m-1', at);
  expect(earnedTier).toBe(tier.id);
  return { tier: tier.id, points };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(Math.floor(random() * rest.length), 1)[0]!);
}

/** Seeded random numbers, so that a counterexample can be repeated. */
const diceArbitrary = fc.integer().map((seed) => {
  const dice = diceOf(seed);
  return () => dice.below(2 ** 32) / 2 ** 32;
});

/** Delivers records in batches of random size, some of them again. */
async function bringAtRandom(world: World, records: readonly LedgerEntry[], dice: () => number) {
  const rest = shuffled(records, dice);
  const before: LedgerEntry[] = [];
  while (rest.length > 0) {
    const batch = rest.splice(0, 1 + Math.floor(dice() * 4));
    const again = before.filter(() => dice() < 0.3);
    await world.recalculate(shuffled([...batch, ...again, ...batch.filter(() => dice() < 0.2)], dice));
    before.push(...batch);
  }
}

test('any history, delivered in its order, gives the figures of the rules', LAW_TIMEOUT, async () => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary, worldArbitrary, async (history, rules) => {
      const world = makeWorld({ program: rules, now: NOW });
      await world.enrol('m-1', { enrolledAt: '2022-01-01T00:00:00Z' });
      for (const transaction of history) {
        await world.post('m-1', transaction);
        await world.deliver();
      }
      expect(await figuresOf(world)).toEqual(figuresByTheRules(history, rules));
      expect(await figuresOf(world, NOW)).toEqual(figuresByTheRules(history, rules));
    }),
    RUNS,
  );
});

test(
  'R2: a transaction counts once, however often it is posted and whatever other content is posted under its id',
  LAW_TIMEOUT,
  async () => {
    await fc.assert(
      fc.asyncProperty(historyArbitrary, worldArbitrary, diceArbitrary, async (history, rules, dice) => {
        const world = makeWorld({ program: rules, now: NOW });
        await world.enrol('m-1', { enrolledAt: '2022-01-01T00:00:00Z' });
        const taken = new Set<string>();
        const attempts = shuffled([...history, ...history, ...history.filter(() => dice() < 0.5)], dice);
        for (const attempt of attempts) {
          const tamper = taken.has(attempt.id) && dice() < 0.3;
          const { status } = await world.post('m-1', tamper ? { ...attempt, reason: 'tampered' } : attempt);
          expect(status).toBe(tamper ? 409 : taken.has(attempt.id) ? 200 : 202);
          taken.add(attempt.id);
          if (dice() < 0.3) await world.deliver();
        }
        await world.deliver();
        expect(await figuresOf(world)).toEqual(figuresByTheRules(history, rules));
        expect(await world.ports.ledger.entriesOf('m-1')).toHaveLength(history.length);
      }),
      RUNS,
    );
  },
);

test(
  'R3: an order gives its points times the share not refunded, rounded down, never below 0, in any order of arrival',
  LAW_TIMEOUT,
  async () => {
    const orderArbitrary = fc.record({
      points: fc.integer({ min: 0, max: 1_000_000 }),
      amount: fc.integer({ min: 1, max: 10_000_000 }),
      refunds: fc.array(fc.integer({ min: 1, max: 5_000_000 }), { maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(orderArbitrary, diceArbitrary, async ({ points, amount, refunds }, dice) => {
        const world = makeWorld({ now: NOW });
        await world.enrol('m-1');
        const entries = [
          { id: 'order', points, amount: cents(amount) },
          ...refunds.map((minor, n) => ({ id: `r-${n}`, type: 'refund', orderId: 'order', amount: cents(minor) })),
        ];
        for (const entry of shuffled(entries, dice)) {
          await world.post('m-1', entry);
          if (dice() < 0.5) await world.deliver();
        }
        await bringAtRandom(world, world.ledgerStream.splice(0), dice);

        const left = Math.max(0, amount - refunds.reduce((sum, refund) => sum + refund, 0));
        const expected = Number((BigInt(points) * BigInt(left)) / BigInt(amount));
        expect((await world.read('m-1')).points).toEqual({
          current: expected,
          carry: expected,
          lifetime: expected,
          balance: expected,
        });
      }),
      RUNS,
    );
  },
);

test(
  'R4: the same transactions give the same member, in any order and with any repeats of the stream',
  LAW_TIMEOUT,
  async () => {
    await fc.assert(
      fc.asyncProperty(historyArbitrary, worldArbitrary, diceArbitrary, async (history, rules, dice) => {
        const world = makeWorld({ program: rules, now: NOW });
        const enrolFirst = dice() < 0.8;
        const enrol = () => world.enrol('m-1', { enrolledAt: '2022-01-01T00:00:00Z' });
        if (enrolFirst) await enrol();
        for (const transaction of shuffled(history, dice)) {
          // Time passes between posts, so that the window of counted entries moves on.
          if (dice() < 0.3) world.pass(Math.floor(dice() * 40) * HOUR_MS);
          await world.post('m-1', transaction);
          if (dice() < 0.3) await bringAtRandom(world, world.ledgerStream.splice(0), dice);
        }
        if (!enrolFirst) await enrol();
        const everything = await world.ports.ledger.entriesOf('m-1');
        await bringAtRandom(world, everything, dice);

        expect(await figuresOf(world)).toEqual(figuresByTheRules(history, rules));
        expect(await figuresOf(world, new Date(world.now()).toISOString())).toEqual(figuresByTheRules(history, rules));
      }),
      RUNS,
    );
  },
);

describe('R21: at most one message for each tier change and channel', () => {
  const crashArbitrary = fc.record({
    nth: fc.integer({ min: 0, max: 120 }),
    kind: fc.constantFrom<TroubleKind>(...TROUBLES),
  });

  test('holds for any history, repeated and reordered, whatever call crashes', LAW_TIMEOUT, async () => {
    await fc.assert(
      fc.asyncProperty(historyArbitrary, diceArbitrary, crashArbitrary, async (history, dice, { nth, kind }) => {
        const trouble = troubleAt(nth, kind);
        const world = makeWorld({
          now: NOW,
          reach: trouble.reach,
          notifications: {
            notifyOnRealtimeDowngrade: true,
            texts: [{ text: '{{previousTierStatus}} to {{tierStatus}} with {{points}}' }],
          },
        });
        const { insist, drain, again, deadLetters, everyChange } = redelivering(world, trouble);
        await insist(() => world.enrol('m-1', { enrolledAt: '2022-01-01T00:00:00Z' }));
        for (const transaction of shuffled([...history, ...history], dice)) {
          await insist(() => world.post('m-1', transaction));
          if (dice() < 0.5) await drain();
        }
        await drain();
        await again();
        trouble.end();

        expect(await figuresOf(world)).toEqual(
          figuresByTheRules(history, { basis: 'points', cycle: { type: 'calendar' } }),
        );
        const announced = everyChange.filter((change) => change.announced);
        const { sent: mails } = world.ports.mailer;
        const { sent: texts } = world.ports.texter;
        for (const sent of [mails, texts]) expect(sent.length).toBeLessThanOrEqual(announced.length);
        // Every unsent message waits in the dead-letter queue.
        const missing = 2 * announced.length - mails.length - texts.length;
        expect(missing).toBeLessThanOrEqual(
          new Set(deadLetters.map(({ change, channel }) => `${change.sequence} ${channel}`)).size,
        );
        expect(missing).toBeLessThanOrEqual(1);
        expect(countsOf(texts.map(({ text }) => text))).toEqual(
          missing === 0 ? countsOf(announced.map(textOf)) : expect.anything(),
        );
        // Each change starts from the tier that the change before it reached.
        const ladder = everyChange.map(({ sequence, from, to }) => ({ sequence, from: from.id, to: to.id }));
        ladder.forEach(({ sequence, from }, place) => {
          expect([sequence, from]).toEqual([place + 1, ladder[place - 1]?.to ?? 'bronze']);
        });
      }),
      RUNS,
    );
  });

  const textOf = (change: { from: { name: string }; to: { name: string }; points: number }) =>
    `${change.from.name} to ${change.to.name} with ${new Intl.NumberFormat('en').format(change.points)}`;

  function countsOf(texts: string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
    return counts;
  }
});
