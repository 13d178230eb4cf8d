import { tallyOf } from '../ledger/ledger-tally.ts';
import { entryKey, type LedgerEntry } from '../ledger/transaction.ts';
import type { Member } from '../member/member.ts';
import type { Program, Promotion } from '../program/program.ts';
import { earnedTier } from '../rules/qualification.ts';
import { visibleTier } from '../rules/visible-tier.ts';
import type { Instant } from '../time.ts';
import type { ActionRecord } from './action-record.ts';
import { decideAction, type Present, recordOf } from './decide-action.ts';
import { grantHistory, grantsAt } from './grant-history.ts';
import { actionKey, promotionActionId, type TierAction } from './tier-action.ts';

/** One write holds at most 100 items, with the member and its changes. The next write decides the rest. */
export const MAX_DECIDED_AT_ONCE = 40;

/** The ids of the promotions that a transaction triggers: decided at intake, and a fact from then on. */
export function promotionsOf(entry: LedgerEntry, program: Program): string[] {
  return program.promotions.filter(({ matches }) => matches?.(entry)).map(({ id }) => id);
}

interface Firing {
  promotion: Promotion;
  at: Instant;
  entry?: LedgerEntry;
}

/**
 * Decides the promotions that fired and are undecided, once for each promotion and transaction. Each is judged by what was recorded before
 * its transaction, so neither the order of arrival nor a delay changes the result.
 */
export function decidePromotions(
  member: Member,
  history: { entries: readonly LedgerEntry[]; actions: readonly ActionRecord[] },
  program: Program,
): { taken: ActionRecord[]; unfinished: boolean } {
  const decided = new Set(history.actions.map(({ key }) => key));
  const fired = firings(member, history.entries, program).filter((firing) => !decided.has(keyOf(firing)));
  if (fired.length === 0) return { taken: [], unfinished: false };

  const taken: ActionRecord[] = [];
  for (const firing of fired.slice(0, MAX_DECIDED_AT_ONCE)) {
    const { at, entry } = firing;
    const isBefore = ({ recordedAt }: { recordedAt: Instant }) => recordedAt < at;
    // The order of entries recorded at the same moment is unknown, so a firing knows only its own transaction.
    const known = history.entries.filter((other) => isBefore(other) || other === entry);
    const grants = grantsAt(grantHistory([...history.actions, ...taken].filter(isBefore), known, program), at);
    const earned = earnedTier(program, tallyOf(known, program, member.enrolledAt, at));
    const visible = visibleTier(earned, grants, at, program);
    const { enrolledAt, blocked } = member;
    const present: Present = { at, earned, visible, grants, enrolledAt, blocked };
    taken.push(decide(firing, present, member, program));
  }
  return { taken, unfinished: fired.length > MAX_DECIDED_AT_ONCE };
}

function firings({ welcome }: Member, entries: readonly LedgerEntry[], program: Program): Firing[] {
  const promotionById = (id: string) => program.promotions.find((promotion) => promotion.id === id) ?? [];
  const byEntries = entries.flatMap((entry) =>
    (entry.promotions ?? []).flatMap(promotionById).map((promotion) => ({ promotion, at: entry.recordedAt, entry })),
  );
  const byEnrollment = (welcome?.promotions ?? [])
    .flatMap(promotionById)
    .map((promotion) => ({ promotion, at: welcome!.at }));
  return [...byEnrollment, ...byEntries].sort((a, b) => a.at - b.at || (keyOf(a) < keyOf(b) ? -1 : 1));
}

function decide(firing: Firing, present: Present, member: Member, program: Program): ActionRecord {
  const { promotion, at, entry } = firing;
  const action: TierAction = { ...promotion.action, id: idOf(firing), ...(entry && { transactionId: entry.id }) };
  const origin = { type: 'promotion' as const, promotion: promotion.id };
  const decision = decideAction({ action, origin, entry }, present, at, program);
  const grants = decision.grant ? [...present.grants, decision.grant] : present.grants;
  const visibleAfter = visibleTier(present.earned, grants, at, program);
  return recordOf(member.memberId, { action, origin }, decision, at, { before: present.visible, after: visibleAfter });
}

function idOf({ promotion, entry }: Firing): string {
  return promotionActionId(promotion.id, entry && entryKey(entry));
}

function keyOf(firing: Firing): string {
  return actionKey(idOf(firing), { type: 'promotion', promotion: firing.promotion.id });
}
