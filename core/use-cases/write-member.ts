import { TooManyConflicts } from '../failures.ts';
import type { Member } from '../member/member.ts';
import { announced, type MemberUpdate, type WrittenUpdate } from '../member/member-update.ts';
import type { AnnouncementPolicy } from '../notifications/announcement-table.ts';
import type { Ledger, MemberStore, WakeUpTimers } from '../ports.ts';

/** What it takes to decide on a member and to write it. */
export interface MemberPorts {
  ledger: Ledger;
  members: MemberStore;
  timers: WakeUpTimers;
}

/** Two writers of one member rarely meet. This many conflicts in a row are a sign of a fault. */
export const MAX_ATTEMPTS = 10;

/**
 * Loads, decides and saves, again from the start after each conflict with another writer. So no decision is based on an outdated member,
 * and nothing is written twice. The timer for the next due moment is set before the write: a superfluous timer does no harm.
 * @param decide what to write, or undefined for nothing. It may be called several times, with what was written so far
 * @returns the member as last written, with everything that was written on the way; undefined if nothing was
 */
export async function writeMember(
  ports: Pick<MemberPorts, 'members' | 'timers'>,
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
    written = {
      member: next.member,
      changes: [...(written?.changes ?? []), ...next.changes],
      notices: [...(written?.notices ?? []), ...next.notices],
      actions: [...(written?.actions ?? []), ...next.actions],
    };
    // One write cannot hold everything that is left to decide.
    if (!next.member.undecided) return written;
    attempt = 0;
  }
  throw new TooManyConflicts(`Member ${memberId}`, MAX_ATTEMPTS);
}
