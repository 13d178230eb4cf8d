/** What a member's actions come to at a moment, from their records alone and as simply as possible; shares no code with the engine. */
import type { ActionRecord } from '../../core/actions/action-record.ts';
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import type { ProgramFile } from '../../core/program/brand.ts';
import { referenceEarned } from './reference-member.ts';

export interface ReferenceGrant {
  kind: 'floor' | 'cap';
  rank: number;
  from: number;
  until: number;
}

/** R13, R14, R17: everything that was ever given, each with the end that it really has. */
export function referenceGrants(
  records: readonly ActionRecord[],
  ledger: readonly LedgerEntry[],
  program: ProgramFile,
): ReferenceGrant[] {
  return records.flatMap(({ grant, action, recordedAt }) => {
    if (!grant) return [];
    const ends = [grant.until ?? Infinity];
    for (const other of records) if (other.lifted?.includes(grant.key)) ends.push(other.recordedAt);
    if (action.reassess && grant.kind === 'cap') {
      // What an action comes from may be recorded at one moment with it, and does not lift it: what comes next is later.
      const comesFrom = ({ id, source, recordedAt: at }: LedgerEntry) =>
        [id, `${source}#${id}`].includes(action.transactionId ?? '') && at <= recordedAt;
      const from = ledger.some(comesFrom) ? recordedAt + 1 : recordedAt;
      const next = ledger.filter((entry) => entry.recordedAt >= from && givesTierPoints(entry, program));
      ends.push(...next.map((entry) => entry.recordedAt));
    }
    const rank = program.tiers.findIndex(({ id }) => id === grant.tier);
    return [{ kind: grant.kind, rank, from: grant.from, until: Math.min(...ends) }];
  });
}

/** R17: whether the transaction gives tier points of its own. */
export function givesTierPoints(entry: LedgerEntry, { basis }: ProgramFile): boolean {
  const { type, points = 0, awardedPoints = 0, spendMinor = 0, excludeFromTier } = entry;
  if (basis === 'spend') return (type === 'purchase' || type === 'tierAdjustment') && spendMinor > 0;
  if (type === 'purchase') return awardedPoints > 0;
  if (type === 'adjustment') return points > 0 && !excludeFromTier;
  return (type === 'bonus' || type === 'tierAdjustment') && points > 0;
}

/** The id of the tier that a member shows at a moment, if nothing more is taken until then. */
export function referenceVisible(
  records: readonly ActionRecord[],
  ledger: readonly LedgerEntry[],
  program: ProgramFile,
  enrolledAt: number,
  at: number,
): string {
  return referenceTierOf(referenceGrants(records, ledger, program), ledger, program, enrolledAt, at);
}

/** min(max(earned, live floors), lowest live cap) */
export function referenceTierOf(
  grants: readonly ReferenceGrant[],
  ledger: readonly LedgerEntry[],
  program: ProgramFile,
  enrolledAt: number,
  at: number,
): string {
  const earned = referenceEarned(ledger, program, enrolledAt, at);
  const live = grants.filter(({ from, until }) => from <= at && at < until);
  const ranks = (kind: string) => live.filter((grant) => grant.kind === kind).map(({ rank }) => rank);
  const raised = Math.max(
    program.tiers.findIndex(({ id }) => id === earned),
    ...ranks('floor'),
  );
  return program.tiers[Math.min(raised, ...ranks('cap'))]!.id;
}
