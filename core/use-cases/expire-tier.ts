import type { ActionRecord } from '../actions/tier-action.ts';
import { rebuildMember } from '../member/count-entries.ts';
import type { TierChange, TierNotice } from '../member/member.ts';
import type { Announcing, Settled } from '../member/settle.ts';
import type { Ledger, MemberStore, TierClock } from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { historyOf } from './history.ts';
import { writeMember } from './write-member.ts';

export interface Expiring {
  changes: TierChange[];
  notices: TierNotice[];
  /** Those that promotions fired, whatever came of them. */
  actions: ActionRecord[];
}

/**
 * Writes down what has become due for a member: the end of a grant, or a reminder of it. Somebody else may have come first, or the
 * timer too early: then there is nothing to do (E42).
 */
export async function expireTier(
  ports: { ledger: Ledger; members: MemberStore; clock: TierClock },
  program: Program,
  announcing: Announcing,
  memberId: string,
  now: Instant,
): Promise<Expiring> {
  const written = await writeMember<Settled>(ports, memberId, async (member) => {
    if (member?.nextDueAt === undefined || member.nextDueAt > now) return undefined;
    // What was taken before that moment counts before it, and the stream may have yet to bring it: only the ledger holds it all.
    const history = await historyOf(ports, memberId);
    return rebuildMember(member, history, program, announcing, { cause: 'transaction' }, now);
  });
  return { changes: written?.changes ?? [], notices: written?.notices ?? [], actions: written?.actions ?? [] };
}
