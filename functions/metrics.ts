import { count as countByName, log, measure as measureByName } from './runtime/log.ts';

/** What the business counts. The runtime counts by itself what fails. */
type CountName =
  | 'TransactionAccepted'
  | 'TransactionDuplicate'
  | 'TransactionConflict'
  | 'TransactionCounted'
  | 'TransactionWithoutMember'
  | 'MemberRebuilt'
  | 'TierUpgraded'
  | 'TierDowngraded'
  | 'ActionApplied'
  /** Decided, and nothing was given. */
  | 'ActionRefused'
  /** A transaction's field told no end, so a promotion or an action gave nothing (R16). */
  | 'FieldInvalid'
  | 'PromotionFired'
  | 'ReminderGiven'
  /** More members were due than one call could write; the next sweep goes on. */
  | 'DueLeftOver'
  /** Moved by a recalculation, or in a dry run of one. */
  | 'MemberUp'
  | 'MemberDown'
  /** More members would have gone down than may. */
  | 'RecalculationAborted'
  /** One of many members could not be written. */
  | 'MemberFailed'
  /** Its figures are not what its ledger gives; an audit put them right, or the brand does not let it. */
  | 'MemberDiffers'
  | 'MemberHealed'
  /** An audit could not prove it today, and nothing is wrong. */
  | 'MemberUnproved'
  | 'MessageSent'
  | 'MessageUnsure'
  /** Left unsaid, as Google tells a pass's owner three times a day at most. The pass shows it. */
  | 'MessageTooOften'
  | 'PassUpdated'
  | 'PassMade'
  /** A phone asked, and has the pass as it is. */
  | 'PassNotModified'
  /** Certificates or images have to be put right by an operator. */
  | 'PassNotPossible'
  | 'PassPushed'
  | 'DeviceRegistered'
  | 'DeviceForgotten'
  /** A phone told of something that went wrong on its side. */
  | 'PhoneComplained'
  | 'WebhookRefused';

export const count: (name: CountName, amount?: number) => void = countByName;

/** A figure of this moment, for alarms and the dashboard. */
export const measure: (name: 'CertificateDaysLeft', value: number) => void = measureByName;

/** What became of a tier action. */
export function countAction(outcome: string): void {
  if (outcome === 'APPLIED' || outcome === 'EXTENDED') count('ActionApplied');
  else count(outcome === 'FIELD_INVALID' ? 'FieldInvalid' : 'ActionRefused');
}

/** A promotion that fired, and what became of it. */
export function countPromotion(memberId: string, { key, outcome }: { key: string; outcome: string }): void {
  count('PromotionFired');
  countAction(outcome);
  // Why a field told no end is in the member's explanation: fields may hold anything.
  log.info('A promotion fired', { memberId, key, outcome });
}

/** A visible tier that moved. */
export function countMove(move: {
  memberId: string;
  sequence: number;
  from: { id: string };
  to: { id: string };
  direction: 'up' | 'down';
  cause: string;
}): void {
  const { memberId, sequence, from, to, direction, cause } = move;
  count(direction === 'up' ? 'TierUpgraded' : 'TierDowngraded');
  log.info('A tier moved', { memberId, sequence, from: from.id, to: to.id, cause });
}
