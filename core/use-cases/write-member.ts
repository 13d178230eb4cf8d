import { TooManyConflicts } from '../failures.ts';
import type { Member } from '../member/member.ts';
import { announced, type MemberUpdate, type WrittenUpdate } from '../member/member-update.ts';
import type { AnnouncementPolicy } from '../notifications/announcement-table.ts';
import type { MemberStore, WakeUpTimers } from '../ports.ts';

/** Two writers of one member rarely meet. This many conflicts in a row are a sign of a fault. */
export const MAX_ATTEMPTS = 10;

/**
 * Loads, decides and saves, again from the start after each conflict with another writer. So no decision is based on an outdated member,
 * and nothing is written twice. The timer for the next due moment is set before the write: a superfluous timer does no harm.
 * @param decide what to write, or undefined for nothing. It may be called several times, with what was written so far
 * @returns the member as last written, with everything that was written on the way; undefined if nothing was
 */
export async function writeMember(
  ports: { members: MemberStore; timers: WakeUpTimers },
  policy: AnnouncementPolicy,
  memberId: string,
  decide: (member: Member | undefined, written: WrittenUpdate | undefined) => Promise<MemberUpdate | undefined>,
): Promise<WrittenUpdate | undefined> {
  let written: WrittenUpdate | undefined;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const member = await ports.members.load(memberId);
    const update = await decide(member, written);
    if (!update) return written;
    const readVersion = member?.version ?? 0;
    const decided = announced(update, policy);
    const next = { ...decided, member: { ...decided.member, version: readVersion + 1 } };
    const { nextDueAt } = next.member;
    if (nextDueAt !== undefined && nextDueAt !== member?.nextDueAt) await ports.timers.wakeAt(nextDueAt);
    const records = [...next.changes, ...next.notices, ...next.actions];
    if ((await ports.members.save(next.member, readVersion, records)) === 'conflict') continue;
    written = written ? joined(written, next) : next;
    // One write cannot hold everything that is left to decide.
    if (!next.member.undecided) return written;
    attempt = 0;
  }
  throw new TooManyConflicts(`Member ${memberId}`, MAX_ATTEMPTS);
}

function joined(before: WrittenUpdate, next: WrittenUpdate): WrittenUpdate {
  return {
    member: next.member,
    changes: [...before.changes, ...next.changes],
    notices: [...before.notices, ...next.notices],
    actions: [...before.actions, ...next.actions],
  };
}
