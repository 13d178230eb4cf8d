/**
 * What a member has, written once more and as simply as possible from the rules' text alone: every figure by its own pass over all
 * entries, exact fractions, cycles by comparing calendar dates. Slow, without shortcuts, and sharing no code with the engine that it judges.
 */
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import type { ConditionFile, ProgramFile, TierFile } from '../../core/program/brand.ts';
import type { TransactionFilter } from '../../core/program/transaction-filter.ts';
import { dateIn } from './local-date.ts';

export interface ReferenceFigures {
  /** Tier points: of this cycle and the one before, of this one, of the one before. In points, or minor units. */
  both: number;
  carry: number;
  previous: number;
  lifetimePoints: number;
  lifetimeSpendMinor: number;
  orders: number;
  balance: number;
  /** In thousandths. */
  trackers: Record<string, { lifetime: number; both: number; carry: number; previous: number }>;
}

interface Contribution {
  /** The moment whose cycle it belongs to (R6). */
  at: number;
  points: number;
  spendMinor: number;
  balance: number;
  orders: number;
  /** The transactions that a tracker may look at. */
  seen: LedgerEntry[];
}

export function referenceFigures(
  ledger: readonly LedgerEntry[],
  program: ProgramFile,
  enrolledAt: number,
  now: number,
): ReferenceFigures {
  const cycleOf = (moment: number) => cycleNumber(moment, program, enrolledAt);
  const contributions = [...orderContributions(ledger), ...otherContributions(ledger)].map((contribution) => ({
    ...contribution,
    cycle: cycleOf(contribution.at),
  }));
  const thisCycle = cycleOf(now);
  const sum = (figure: (contribution: Contribution) => number, inCycle: (cycle: number) => boolean = () => true) =>
    contributions.filter(({ cycle }) => inCycle(cycle)).reduce((total, one) => total + figure(one), 0);
  const ofThis = (cycle: number) => cycle === thisCycle;
  const ofLast = (cycle: number) => cycle === thisCycle - 1;
  const spans = (figure: (contribution: Contribution) => number) => ({
    both: sum(figure, (cycle) => ofThis(cycle) || ofLast(cycle)),
    carry: sum(figure, ofThis),
    previous: sum(figure, ofLast),
  });
  const trackers = Object.entries(program.trackers ?? {}).map(([name, tracker]) => {
    const amount = (entry: LedgerEntry) => {
      if (!matches(entry, tracker.of)) return 0;
      if (tracker.measure === 'count') return 1000;
      const value = entry.fields?.[tracker.measure.sum];
      return typeof value === 'number' ? Math.round(value * 1000) : 0;
    };
    const figure = ({ seen }: Contribution) => seen.reduce((total, entry) => total + amount(entry), 0);
    return [name, { lifetime: sum(figure), ...spans(figure) }] as const;
  });
  return {
    ...spans(({ points, spendMinor }) => (program.basis === 'points' ? points : spendMinor)),
    lifetimePoints: sum(({ points }) => points),
    lifetimeSpendMinor: sum(({ spendMinor }) => spendMinor),
    orders: sum(({ orders }) => orders),
    balance: sum(({ balance }) => balance),
    trackers: Object.fromEntries(trackers),
  };
}

/** R3, for each order that has come: what its refunds leave of it. */
function orderContributions(ledger: readonly LedgerEntry[]): Contribution[] {
  const purchases = ledger.filter(({ type }) => type === 'purchase');
  const keys = [...new Set(purchases.map(orderOf))];
  return keys.map((key) => {
    const parts = purchases.filter((entry) => orderOf(entry) === key);
    const refunds = ledger.filter((entry) => entry.type === 'refund' && orderOf(entry) === key);
    const currencies = new Set(
      parts.filter(({ amountMinor }) => amountMinor !== undefined).map(({ currency }) => currency),
    );
    const inOwn = (entry: LedgerEntry) => BigInt(entry.amountMinor ?? 0);
    const inProgram = (entry: LedgerEntry) => BigInt(entry.spendMinor ?? 0);
    const total = (entries: LedgerEntry[], of: (entry: LedgerEntry) => bigint) =>
      entries.reduce((all, one) => all + of(one), 0n);
    const amount = total(parts, currencies.size <= 1 ? inOwn : inProgram);
    const worth = total(parts, inProgram);
    const refunded = total(refunds, (refund) => {
      if (currencies.size === 1 && currencies.has(refund.currency)) return inOwn(refund);
      return worth === 0n ? 0n : (amount * inProgram(refund)) / worth;
    });
    const left = refunded > amount ? 0n : amount - refunded;
    const share = (figure: number) => (amount === 0n ? figure : Number((BigInt(figure) * left) / amount));

    const awarded = parts.reduce((total, part) => total + (part.awardedPoints ?? 0), 0);
    const spent = parts.reduce((total, part) => total + (part.spendMinor ?? 0), 0);
    const pointsOnly = refunds.filter(({ amountMinor }) => amountMinor === undefined);
    const taken = pointsOnly.reduce((total, refund) => total + (refund.points ?? 0), 0);
    const points = Math.max(0, share(awarded) - taken);
    const gone = refunds.length > 0 && (amount === 0n ? points === 0 : left === 0n);
    return {
      at: Math.min(...parts.map(({ occurredAt }) => occurredAt)),
      points,
      spendMinor: share(spent),
      balance: points,
      orders: gone ? 0 : 1,
      seen: gone ? [] : parts,
    };
  });
}

function otherContributions(ledger: readonly LedgerEntry[]): Contribution[] {
  return ledger
    .filter(({ type }) => type !== 'purchase' && type !== 'refund')
    .map((entry) => {
      const { type, occurredAt: at, points = 0, spendMinor = 0 } = entry;
      const one = { at, points: 0, spendMinor: 0, balance: 0, orders: 0, seen: [entry] };
      switch (type) {
        case 'bonus':
          return { ...one, points, balance: points };
        case 'adjustment':
          return { ...one, points: entry.excludeFromTier ? 0 : points, balance: points };
        case 'tierAdjustment':
          return { ...one, points, spendMinor };
        case 'redemption':
          return { ...one, balance: -points };
        case 'redemptionReversal':
          return { ...one, balance: points };
        default:
          return { ...one, at: earnedAt(entry, ledger) ?? at, points: -points, balance: -points };
      }
    });
}

/** When the transaction that an expiry names happened: the order's first part, or the transaction of that id. */
function earnedAt(expiry: LedgerEntry, ledger: readonly LedgerEntry[]): number | undefined {
  if (expiry.orderId === undefined) return undefined;
  const named = `${expiry.source}#${expiry.orderId}`;
  const order = ledger.filter((entry) => entry.type === 'purchase' && orderOf(entry) === named);
  if (order.length > 0) return Math.min(...order.map(({ occurredAt }) => occurredAt));
  return ledger.find((entry) => `${entry.source}#${entry.id}` === named)?.occurredAt;
}

function orderOf(entry: LedgerEntry): string {
  return `${entry.source}#${entry.orderId ?? entry.id}`;
}

/** A cycle's number is the year in which it begins: by the date on a wall calendar, compared as text. */
function cycleNumber(moment: number, { cycle, timeZone }: ProgramFile, enrolledAt: number): number {
  if (cycle.type === 'none') return 0;
  const first = cycle.type === 'calendar' ? (cycle.startsOn ?? '01-01') : dateIn(timeZone, enrolledAt).slice(5);
  const date = dateIn(timeZone, moment);
  const year = Number(date.slice(0, 4));
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return date.slice(5) >= (first === '02-29' && !leap ? '02-28' : first) ? year : year - 1;
}

function matches(entry: LedgerEntry, filter: TransactionFilter): boolean {
  if ('all' in filter) return filter.all.every((part) => matches(entry, part));
  if ('any' in filter) return filter.any.some((part) => matches(entry, part));
  if ('type' in filter) return entry.type === filter.type;
  if ('equals' in filter) return entry.fields?.[filter.field] === filter.equals;
  throw new Error('The reference knows no such filter yet.');
}

/**
 * R8: the id of the earned tier at a moment, told as a story from the first fact to that moment: each step by figures of its own. What is
 * dated later is judged in that moment's cycle.
 */
export function referenceEarned(
  ledger: readonly LedgerEntry[],
  program: ProgramFile,
  enrolledAt: number,
  at: number,
): string {
  const { timing = 'realtime', target = 'qualified' } = program.downgrade ?? {};
  const figuresAt = (known: readonly LedgerEntry[], moment: number) =>
    referenceFigures(known, program, enrolledAt, moment);
  // By default the points alone say it, whatever the way.
  if (timing === 'realtime' && target === 'qualified') return referenceTier(figuresAt(ledger, at), program);

  const rankOf = (figures: ReferenceFigures) =>
    program.tiers.findIndex(({ id }) => id === referenceTier(figures, program));
  const land = (from: number, points: number) => {
    if (target === 'base') return 0;
    return target === 'oneBelow' ? Math.max(points, from - 1) : points;
  };
  const moments = [...new Set(ledger.map(({ occurredAt }) => occurredAt))].sort((a, b) => a - b);
  let known: LedgerEntry[] = [];
  let earned = 0;
  let cycle = cycleNumber(Math.min(moments[0] ?? at, at), program, enrolledAt);

  const endCyclesBefore = (moment: number) => {
    while (cycle < cycleNumber(moment, program, enrolledAt)) {
      cycle += 1;
      const points = rankOf(figuresAt(known, middleOf(cycle, program, enrolledAt)));
      earned = points >= earned ? points : land(earned, points);
    }
  };
  for (const moment of moments) {
    const judgedAt = Math.min(moment, at);
    endCyclesBefore(judgedAt);
    const before = figuresAt(known, judgedAt);
    known = ledger.filter(({ occurredAt }) => occurredAt <= moment);
    const after = figuresAt(known, judgedAt);
    const [had, has] = [rankOf(before), rankOf(after)];
    if (has < had) {
      if (has < earned && timing === 'realtime') earned = land(earned, has);
    } else if (has > earned && (has > had || isMore(before, after, program))) {
      earned = has;
    }
  }
  endCyclesBefore(at);
  return program.tiers[earned]!.id;
}

/** A moment that lies in the cycle of that number, and near neither of its ends. */
function middleOf(cycle: number, { cycle: rule, timeZone }: ProgramFile, enrolledAt: number): number {
  const first = rule.type === 'calendar' ? (rule.startsOn ?? '01-01') : dateIn(timeZone, enrolledAt).slice(5);
  const [month, day] = first.split('-').map(Number);
  return Date.UTC(cycle, month! - 1, day! + 180);
}

/** Whether there is more of anything that a tier asks for. */
function isMore(before: ReferenceFigures, after: ReferenceFigures, program: ProgramFile): boolean {
  return program.tiers.some(({ threshold, qualification }, rank) => {
    if (rank > 0 && threshold !== undefined && after.both > before.both) return true;
    const further = qualification === undefined ? [] : 'all' in qualification ? qualification.all : qualification.of;
    return further.some((condition) => {
      if ('lifetimePoints' in condition) return after.lifetimePoints > before.lifetimePoints;
      if ('lifetimeSpend' in condition) return after.lifetimeSpendMinor > before.lifetimeSpendMinor;
      if ('orders' in condition) return after.orders > before.orders;
      const span = program.trackers![condition.tracker]!.over === 'lifetime' ? 'lifetime' : 'both';
      return after.trackers[condition.tracker]![span] > before.trackers[condition.tracker]![span];
    });
  });
}

/** R5 and R7: the id of the tier that the figures give by themselves. */
export function referenceTier(figures: ReferenceFigures, program: ProgramFile): string {
  const rankBy = (span: 'both' | 'carry' | 'previous') => {
    const ranks = program.tiers.map((tier, rank) => (rank === 0 || reaches(tier, figures, program, span) ? rank : 0));
    return Math.max(...ranks);
  };
  const rank = program.upgradeBasis === 'carry' ? Math.max(rankBy('previous'), rankBy('carry')) : rankBy('both');
  return program.tiers[rank]!.id;
}

function reaches(
  tier: TierFile,
  figures: ReferenceFigures,
  program: ProgramFile,
  span: 'both' | 'carry' | 'previous',
): boolean {
  const money = (amount: number | string) => Math.round(Number(amount) * 100);
  const holds = (condition: ConditionFile) => {
    if ('lifetimePoints' in condition) return figures.lifetimePoints >= condition.lifetimePoints;
    if ('lifetimeSpend' in condition) return figures.lifetimeSpendMinor >= money(condition.lifetimeSpend);
    if ('orders' in condition) return figures.orders >= condition.orders;
    const over = program.trackers![condition.tracker]!.over === 'lifetime' ? 'lifetime' : span;
    return figures.trackers[condition.tracker]![over] >= Math.round(condition.atLeast * 1000);
  };
  const threshold = tier.threshold ?? 0;
  const outcomes =
    tier.threshold === undefined
      ? []
      : [figures[span] >= (program.basis === 'spend' ? money(threshold) : Number(threshold))];
  const { qualification } = tier;
  if (!qualification) return outcomes.every(Boolean);
  if ('all' in qualification) return [...outcomes, ...qualification.all.map(holds)].every(Boolean);
  return [...outcomes, ...qualification.of.map(holds)].filter(Boolean).length >= qualification.any;
}
