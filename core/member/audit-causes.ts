/** What an audit finds, and why as far as that can be told. */

/** What is wrong, as far as it can be told: whoever mends the cause has to know where to look. */
export const DRIFT_CAUSES = [
  /** The ledger holds entries that the sums lack, and the stream no longer has them. */
  'entriesNotCounted',
  /** The sums hold one entry twice. */
  'countedTwice',
  /** The list of what was counted lately is not what the sums hold: what comes again would count again, or never. */
  'windowBroken',
  /** A sum that none of these explains. */
  'figure',
  /** The grants are not what the actions gave. */
  'grants',
  /** Whoever looks for members of whom something is due does not find it, or not then. */
  'timer',
  /** Promotions fired, and nobody decided what comes of them. */
  'promotionUndecided',
  /** The sums are right, and the tier is not what they give. */
  'tierStale',
  /** The changes that were written down do not lead to what the member has. */
  'historyBroken',
  /** It was enrolled, and its ledger never counted. */
  'enrolmentUnfinished',
] as const;

/** Why a member cannot be proved today, and nothing is wrong. */
export const WAITING_CAUSES = [
  /** The rules were edited: that reaches a member with its next transaction, or with a recalculation (R10). */
  'rulebookEdited',
  /** So much was taken within a day that the item cannot tell what of it the stream has yet to bring. */
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
