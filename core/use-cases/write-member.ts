import { TooManyConflicts } from '../failures.ts';
import type { Member } from '../member/member.ts';
import type { Settled } from '../member/settle.ts';
import type { MemberStore } from '../ports.ts';

/** Writers of one member meet rarely; this many in a row means that something is wrong. */
export const MAX_ATTEMPTS = 10;

/**
 * Load, decide, save: again from the start whenever somebody else wrote in between. Nothing is decided on a member that has
 * changed since, and nothing is written twice.
 * @param decide what to write, or undefined for nothing; it may be called several times
 * @returns what was written, or undefined
 */
export async function writeMember<T extends Settled>(
  members: MemberStore,
  memberId: string,
  decide: (member: Member | undefined) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const member = await members.load(memberId);
    const decided = await decide(member);
    if (!decided) return undefined;
    const readVersion = member?.version ?? 0;
    const written = { ...decided, member: { ...decided.member, version: readVersion + 1 } };
    if ((await members.save(written.member, readVersion, written.changes)) === 'saved') return written;
  }
  throw new TooManyConflicts(memberId, MAX_ATTEMPTS);
}
