import { TooManyConflicts } from '../failures.ts';
import type { Member } from '../member/member.ts';
import type { Settled } from '../member/settle.ts';
import type { MemberStore, TierClock } from '../ports.ts';

/** Writers of one member meet rarely; this many in a row means that something is wrong. */
export const MAX_ATTEMPTS = 10;

/**
 * Load, decide, save: again from the start whenever somebody else wrote in between. Nothing is decided on a member that has
 * changed since, and nothing is written twice. What will be due is on the clock before it is written: a timer too many does no harm, and
 * where there can be none, nothing is written.
 * @param decide what to write, or undefined for nothing; it may be called several times, and is told what was written already
 * @returns the member as it was written last, with all that was written of it on the way; or undefined
 */
export async function writeMember<T extends Settled>(
  ports: { members: MemberStore; clock: TierClock },
  memberId: string,
  decide: (member: Member | undefined, written: T | undefined) => Promise<T | undefined>,
): Promise<T | undefined> {
  let written: T | undefined;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const member = await ports.members.load(memberId);
    const decided = await decide(member, written);
    if (!decided) return written;
    const readVersion = member?.version ?? 0;
    const next = { ...decided, member: { ...decided.member, version: readVersion + 1 } };
    const { nextDueAt } = next.member;
    if (nextDueAt !== undefined && nextDueAt !== member?.nextDueAt) await ports.clock.wakeAt(nextDueAt);
    const records = [...next.changes, ...next.notices, ...next.actions];
    if ((await ports.members.save(next.member, readVersion, records)) === 'conflict') continue;
    written = written ? { ...next, ...joined(written, next) } : next;
    // More was to be decided than one write holds.
    if (!next.member.undecided) return written;
    attempt = 0;
  }
  throw new TooManyConflicts(`Member ${memberId}`, MAX_ATTEMPTS);
}

function joined(before: Settled, next: Settled): Omit<Settled, 'member'> {
  return {
    changes: [...before.changes, ...next.changes],
    notices: [...before.notices, ...next.notices],
    actions: [...before.actions, ...next.actions],
  };
}
