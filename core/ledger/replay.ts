import type { Program } from '../program/program.ts';
import { type Cycle, cycleAt } from '../rules/cycle.ts';
import { type CycleSums, MAX_AWAITED, type Tally, zeroes } from '../rules/tally.ts';
import type { Instant } from '../time.ts';
import { type Effect, effectOf, minus, NO_EFFECT, orderEffect, tierPointsOf } from './effect.ts';
import { entryKey, type LedgerEntry, orderKey } from './transaction.ts';

/** The effect of one more entry, for an explanation. */
export interface Step {
  entry: LedgerEntry;
  effect: Effect;
  /** The moment whose cycle the effect belongs to (R6). */
  countsAt: Instant;
  /** The missing key of a refund's order, or of the transaction that an expiry names. */
  waitsFor?: string;
}

/** An effect in its present cycle. A later entry may move it. */
interface Booking {
  at: Instant;
  effect: Effect;
}

interface Order {
  purchases: LedgerEntry[];
  refunds: LedgerEntry[];
  booked?: Booking;
}

interface Expiry {
  entry: LedgerEntry;
  booked: Booking;
}

/**
 * The ledger replayed from its first entry: the sums of every cycle. The result does not depend on the order of adding (R4). The member
 * item is a shortcut to it, and is checked against it.
 */
export class Replay {
  readonly #program: Program;
  readonly #enrolledAt: Instant;
  readonly #sums = new Map<Instant, { tier: number; trackers: number[] }>();
  readonly #orders = new Map<string, Order>();
  readonly #expiries = new Map<string, Expiry[]>();
  readonly #taken = new Map<string, Instant>();
  readonly #lifetime = { points: 0, spendMinor: 0, orders: 0, balance: 0 };
  readonly #lifetimeTrackers: number[];
  #lastCycle: Cycle | undefined;

  constructor(program: Program, enrolledAt: Instant) {
    this.#program = program;
    this.#enrolledAt = enrolledAt;
    this.#lifetimeTrackers = zeroes(program.trackers.length);
  }

  add(entry: LedgerEntry): Step {
    const key = entryKey(entry);
    const step = this.#count(entry);
    this.#taken.set(key, entry.occurredAt);
    this.#moveExpiriesOf(key);
    return step;
  }

  #count(entry: LedgerEntry): Step {
    if (entry.type === 'purchase' || entry.type === 'refund') return this.#countOrderEntry(entry, orderKey(entry)!);
    if (entry.type === 'expiry' && entry.orderId !== undefined) return this.#countExpiry(entry, orderKey(entry)!);
    const effect = effectOf(entry, this.#program);
    this.#book({ at: entry.occurredAt, effect }, 1);
    return { entry, effect, countsAt: entry.occurredAt };
  }

  #countOrderEntry(entry: LedgerEntry, key: string): Step {
    const order = this.#orders.get(key) ?? { purchases: [], refunds: [] };
    this.#orders.set(key, order);
    (entry.type === 'purchase' ? order.purchases : order.refunds).push(entry);
    if (order.purchases.length === 0) return { entry, effect: NO_EFFECT, countsAt: entry.occurredAt, waitsFor: key };
    const before = order.booked;
    const after: Booking = {
      at: Math.min(...order.purchases.map((purchase) => purchase.occurredAt)),
      effect: orderEffect(order.purchases, order.refunds, this.#program),
    };
    if (before) this.#book(before, -1);
    this.#book(after, 1);
    order.booked = after;
    this.#moveExpiriesOf(key);
    return { entry, effect: minus(after.effect, before?.effect ?? NO_EFFECT), countsAt: after.at };
  }

  #countExpiry(entry: LedgerEntry, key: string): Step {
    const moment = this.#momentOf(key);
    const booked: Booking = { at: moment ?? entry.occurredAt, effect: effectOf(entry, this.#program) };
    this.#book(booked, 1);
    const expiries = this.#expiries.get(key);
    if (expiries) expiries.push({ entry, booked });
    else this.#expiries.set(key, [{ entry, booked }]);
    const step: Step = { entry, effect: booked.effect, countsAt: booked.at };
    return moment === undefined ? { ...step, waitsFor: key } : step;
  }

  /** When the transaction that an expiry names happened: the first part of an order, or the entry of that id. */
  #momentOf(key: string): Instant | undefined {
    return this.#orders.get(key)?.booked?.at ?? this.#taken.get(key);
  }

  /** Moves an expiry that arrived before its transaction into the transaction's cycle (R6). */
  #moveExpiriesOf(key: string): void {
    for (const expiry of this.#expiries.get(key) ?? []) {
      const at = this.#momentOf(key) ?? expiry.entry.occurredAt;
      if (at === expiry.booked.at) continue;
      this.#book(expiry.booked, -1);
      expiry.booked = { at, effect: expiry.booked.effect };
      this.#book(expiry.booked, 1);
    }
  }

  #book({ at, effect }: Booking, sign: 1 | -1): void {
    const sums = this.#sumsOf(this.#cycleAt(at).start);
    sums.tier += sign * tierPointsOf(effect, this.#program);
    this.#lifetime.points += sign * effect.points;
    this.#lifetime.spendMinor += sign * effect.spendMinor;
    this.#lifetime.orders += sign * effect.orders;
    this.#lifetime.balance += sign * effect.balance;
    effect.trackers.forEach((amount, place) => {
      sums.trackers[place]! += sign * amount;
      this.#lifetimeTrackers[place]! += sign * amount;
    });
  }

  #sumsOf(cycleStart: Instant): { tier: number; trackers: number[] } {
    let sums = this.#sums.get(cycleStart);
    if (!sums) {
      sums = { tier: 0, trackers: zeroes(this.#program.trackers.length) };
      this.#sums.set(cycleStart, sums);
    }
    return sums;
  }

  /** Neighboring entries mostly share a cycle, and the calendar is the slow part. */
  #cycleAt(at: Instant): Cycle {
    const last = this.#lastCycle;
    if (last && at >= last.start && at < last.end) return last;
    this.#lastCycle = cycleAt(this.#program.cycle, this.#program.timeZone, this.#enrolledAt, at);
    return this.#lastCycle;
  }

  /** The sums at a moment as a member carries them: of its cycle, and of the one before. */
  tallyAt(at: Instant): Tally {
    const awaited = this.#awaited();
    const isMany = awaited.length > MAX_AWAITED;
    return { ...this.sumsAt(at), awaited: isMany ? [] : awaited, awaitsMany: isMany };
  }

  /** The same without the awaited keys, which take a pass over all orders. */
  sumsAt(at: Instant): Tally {
    const cycle = this.#cycleAt(at);
    // With the cycle type `none` there is one cycle only, and nothing came before it.
    const isFirst = cycle.previousStart === cycle.start;
    return {
      cycle,
      previous: isFirst ? this.#copyOf(undefined) : this.#copyOf(cycle.previousStart),
      current: this.#copyOf(cycle.start),
      lifetimePoints: this.#lifetime.points,
      lifetimeSpendMinor: this.#lifetime.spendMinor,
      orders: this.#lifetime.orders,
      lifetimeTrackers: [...this.#lifetimeTrackers],
      balance: this.#lifetime.balance,
      awaited: [],
      awaitsMany: false,
    };
  }

  #copyOf(cycleStart: Instant | undefined): CycleSums {
    const sums = cycleStart === undefined ? undefined : this.#sums.get(cycleStart);
    return { tier: sums?.tier ?? 0, trackers: sums ? [...sums.trackers] : zeroes(this.#program.trackers.length) };
  }

  /** Keys that entries refer to and that no entry has. An entry with such a key changes what is counted already. */
  #awaited(): string[] {
    const referred = new Set(this.#expiries.keys());
    for (const [key, order] of this.#orders) {
      const standsAlone = order.refunds.length === 0 && order.purchases.every((purchase) => entryKey(purchase) === key);
      if (!standsAlone) referred.add(key);
    }
    return [...referred].filter((key) => !this.#taken.has(key)).sort();
  }
}
