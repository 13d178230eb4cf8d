import { hasSameContent } from '../../program/fingerprint.ts';

/** What is wrong with a member, as far as it can be told. The cause says where to look. */
export const DRIFT_CAUSES = [
  /** The ledger holds entries that the sums lack, and the stream no longer has them. */
  'entriesNotCounted',
  /** The sums hold one entry twice. */
  'countedTwice',
  /** The list of recently counted entries differs from the sums: a redelivered entry could be counted twice, or never. */
  'windowBroken',
  /** A sum that none of these explains. */
  'figure',
  /** The grants are not what the actions gave. */
  'grants',
  /** A search for due members does not find the member, or not at the right moment. */
  'timer',
  /** Promotions fired, and nobody decided them. */
  'promotionUndecided',
  /** The sums are right, and the tier is not what they give. */
  'tierStale',
  /** The recorded changes do not lead to what the member has. */
  'historyBroken',
  /** The member was enrolled, and its ledger never counted. */
  'enrolmentUnfinished',
] as const;

/** Why a member cannot be proved today, and nothing is wrong. */
export const WAITING_CAUSES = [
  /** The rules were edited. The edit reaches a member with its next transaction, or with a recalculation (R10). */
  'rulebookEdited',
  /** So many entries were recorded within a day that the item cannot tell which of them the stream has yet to deliver. */
  'inFlight',
] as const;

export type AuditCause = (typeof DRIFT_CAUSES)[number] | (typeof WAITING_CAUSES)[number];

export interface Difference {
  figure: string;
  stored: unknown;
  ledger: unknown;
}

export interface Finding extends Difference {
  cause: AuditCause;
}

export function isDrift({ cause }: Pick<Finding, 'cause'>): boolean {
  return (DRIFT_CAUSES as readonly string[]).includes(cause);
}

/** The findings of one audit, in the order in which they were found. */
export class Findings {
  readonly all: Finding[] = [];

  add(cause: AuditCause, differences: readonly Difference[]): void {
    this.all.push(...differences.map((difference) => ({ ...difference, cause })));
  }

  compare(cause: AuditCause, figure: string, stored: unknown, ledger: unknown): void {
    // Nearly every figure is right, and most are numbers.
    if ((stored ?? null) === (ledger ?? null)) return;
    if (hasSameContent({ value: stored ?? null }, { value: ledger ?? null })) return;
    this.add(cause, [{ figure, stored: stored ?? null, ledger: ledger ?? null }]);
  }
}
