import { randomUUID } from 'node:crypto';
import type { LedgerEntry } from '../core/ledger/transaction.ts';
import { NOTHING_COUNTED } from '../core/member/counted-window.ts';
import type { Member } from '../core/member/member.ts';
import { announced } from '../core/member/member-update.ts';
import { rebuildMember } from '../core/member/rebuild-member.ts';
import type { TierChange } from '../core/member/tier-change.ts';
import type { Program } from '../core/program/program.ts';
import { emptyTally } from '../core/rules/tally.ts';
import { NO_COUNTS, type RecalculationRun } from '../core/runs/run.ts';
import type { Segment } from '../core/runs/segment.ts';
import { type Instant, MINUTE_MS } from '../core/time.ts';

/** 1 January in Madrid: a cycle of the demo ends. */
export const YEAR_END: Instant = Date.UTC(2026, 11, 31, 23);
export const NIGHT: Instant = YEAR_END + 5 * MINUTE_MS;

/** The points of each purchase, ten in the cycle before and ten in the cycle that ended. */
const LIVES = { falls: [90, 30], staysBronze: [30, 20], staysSilver: [60, 120] } as const;
type Life = keyof typeof LIVES;

export function memberIdOf(number: number): string {
  return `m-${String(number).padStart(9, '0')}`;
}

export function numberOf(memberId: string): number {
  return Number(memberId.slice('m-'.length));
}

const PURCHASES_OF_A_CYCLE = 10;
export const ENTRIES_OF_A_MEMBER = 2 * PURCHASES_OF_A_CYCLE;
/** So many different members of each kind, with different ids of their purchases. */
const VARIANTS = 16;

/** A member after its last purchase was counted, with its ledger. */
export interface Sample {
  member: Member;
  entries: readonly LedgerEntry[];
  /** The changes beside it. */
  news: readonly TierChange[];
}

/** Any number of members on the night after a cycle. Of every ten, so many go down, and the others stay. */
export class YearEnd {
  readonly #downOfTen: number;
  readonly #samples: Record<Life, Sample[]>;

  constructor(program: Program, downOfTen: number) {
    this.#downOfTen = downOfTen;
    const samples = (life: Life) => Array.from({ length: VARIANTS }, () => sampleOf(life, program));
    const [falls, staysBronze, staysSilver] = [samples('falls'), samples('staysBronze'), samples('staysSilver')];
    this.#samples = { falls, staysBronze, staysSilver };
  }

  get samples(): Sample[] {
    return Object.values(this.#samples).flat();
  }

  /** The sample of which a member is a copy, with another id. */
  sample(number: number): Sample {
    const variant = number % VARIANTS;
    if (this.falls(number)) return this.#samples.falls[variant]!;
    return this.#samples[Math.floor(number / 10) % 3 === 0 ? 'staysSilver' : 'staysBronze'][variant]!;
  }

  falls(number: number): boolean {
    return number % 10 < this.#downOfTen;
  }
}

function sampleOf(life: Life, program: Program): Sample {
  const memberId = memberIdOf(0);
  const entries = LIVES[life].flatMap((points, place) =>
    Array.from({ length: PURCHASES_OF_A_CYCLE }, (_, month) =>
      purchaseOf(memberId, points, Date.UTC(2025 + place, month, 10, 10)),
    ),
  );
  const enrolledAt = Date.UTC(2024, 6, 1);
  const lastPurchaseAt = entries.at(-1)!.recordedAt;
  const enrolled: Member = {
    ...{ memberId, enrolledAt, blocked: false, version: ENTRIES_OF_A_MEMBER, changes: 0 },
    tier: { id: program.tiers[0].id, since: enrolledAt },
    tally: emptyTally(program, enrolledAt, lastPurchaseAt),
    countedUnder: program.countingRule,
    counted: NOTHING_COUNTED,
  };
  const history = { entries, actions: [] };
  const rebuilt = rebuildMember(enrolled, history, program, { cause: 'rebuild' }, lastPurchaseAt + 1000);
  const { member, changes } = announced(rebuilt, { notifyOnRealtimeDowngrade: false });
  return { member, entries, news: changes };
}

function purchaseOf(memberId: string, points: number, at: Instant): LedgerEntry {
  const money = { amountMinor: points * 10, spendMinor: points * 10, currency: 'EUR' };
  return {
    ...{ memberId, id: randomUUID(), source: 'api', type: 'purchase', ...money, awardedPoints: points },
    ...{ occurredAt: at - 40, recordedAt: at },
  };
}

/** The record of a run of that night. */
export function runOfTheNight(runId: string, dryRun: boolean, segments: readonly Segment[]): RecalculationRun {
  return {
    ...{ runId, kind: 'recalculation', occasion: 'cycleEnd', at: YEAR_END, dryRun, notify: !dryRun, segments },
    ...{ startedAt: NIGHT, counts: NO_COUNTS },
  };
}
