import { type Explanation, explain } from '../member/explanation.ts';
import { type MemberView, replayTo, viewNow } from '../member/member-view.ts';
import type { Ledger, MemberStore } from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { loadHistory } from './load-history.ts';

/** The answer, no member of that id, or a member who did not exist yet at that moment. */
export type Reading<T> =
  | { status: 'found'; found: T }
  | { status: 'noMember' }
  | { status: 'notYet'; enrolledAt: Instant };

type Ports = { members: MemberStore; ledger: Ledger };

/**
 * The member now, by one read; or at any other moment, from the ledger.
 * @param at undefined for now
 */
export async function readMember(
  ports: Ports,
  program: Program,
  memberId: string,
  at: Instant | undefined,
  now: Instant,
): Promise<Reading<MemberView>> {
  const member = await ports.members.load(memberId);
  if (!member) return { status: 'noMember' };
  const view = at === undefined ? viewNow(member, program, now) : undefined;
  if (view) return { status: 'found', found: view };
  const replayed = replayTo(at ?? now, member, await loadHistory(ports, memberId), program, now);
  return replayed ? { status: 'found', found: replayed.view } : { status: 'notYet', enrolledAt: member.enrolledAt };
}

/** Why the member has its tier at that moment. */
export async function explainTier(
  ports: Ports,
  program: Program,
  memberId: string,
  at: Instant,
  now: Instant,
): Promise<Reading<Explanation>> {
  const member = await ports.members.load(memberId);
  if (!member) return { status: 'noMember' };
  const explanation = explain(at, member, await loadHistory(ports, memberId), program, now);
  return explanation ? { status: 'found', found: explanation } : { status: 'notYet', enrolledAt: member.enrolledAt };
}
