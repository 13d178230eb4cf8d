import { effectOf, tierPointsOf } from '../ledger/effect.ts';
import type { LedgerEntry } from '../ledger/transaction.ts';
import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import type { ActionRecord } from './action-record.ts';
import { endOf, type Grant, isLive, withGrant } from './grant.ts';

/** Every grant that actions ever gave, each with its real end. A transaction (R17) or a later upgrade by staff may have lifted a cap early. */
export function grantHistory(
  actions: readonly ActionRecord[],
  ledger: readonly LedgerEntry[],
  program: Program,
): Grant[] {
  const lifts = new Map<string, Instant>();
  for (const { lifted, recordedAt } of actions) for (const key of lifted ?? []) lifts.set(key, recordedAt);
  return inOrderOfRecording(actions).flatMap(({ grant }) => {
    if (!grant) return [];
    const reassessedAt =
      grant.reassessFrom === undefined ? undefined : firstToReassess(grant.reassessFrom, ledger, program);
    const end = Math.min(endOf(grant), lifts.get(grant.key) ?? Infinity, reassessedAt ?? Infinity);
    return end === endOf(grant) ? [grant] : [{ ...grant, until: end }];
  });
}

/** The grants that are live at a moment. */
export function grantsAt(history: readonly Grant[], at: Instant): Grant[] {
  let grants: Grant[] = [];
  for (const grant of history) if (isLive(grant, at)) grants = withGrant(grants, grant);
  return grants;
}

/** R17: whether a transaction lifts a cap to be reassessed: it gives tier points, and was recorded since `reassessFrom`. */
export function reassesses(entry: LedgerEntry, reassessFrom: Instant, program: Program): boolean {
  return entry.recordedAt >= reassessFrom && tierPointsOf(effectOf(entry, program), program) > 0;
}

function firstToReassess(from: Instant, ledger: readonly LedgerEntry[], program: Program): Instant | undefined {
  const moments = ledger.filter((entry) => reassesses(entry, from, program)).map(({ recordedAt }) => recordedAt);
  return moments.length === 0 ? undefined : Math.min(...moments);
}

function inOrderOfRecording(actions: readonly ActionRecord[]): ActionRecord[] {
  return [...actions].sort((a, b) => a.recordedAt - b.recordedAt || (a.key < b.key ? -1 : 1));
}

/** R17: the grants without the caps that a transaction lifts; the same list if it lifts none. */
export function withoutReassessed(
  grants: readonly Grant[] | undefined,
  entry: LedgerEntry,
  program: Program,
): readonly Grant[] | undefined {
  const isLifted = ({ reassessFrom }: Grant) => reassessFrom !== undefined && reassesses(entry, reassessFrom, program);
  return grants?.some(isLifted) ? grants.filter((grant) => !isLifted(grant)) : grants;
}
