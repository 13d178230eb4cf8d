import type { WrittenUpdate } from '../member/member-update.ts';
import { rebuildMember } from '../member/rebuild-member.ts';
import type { Instant } from '../time.ts';
import { loadHistory } from './load-history.ts';
import type { Rules } from './rules.ts';
import { type MemberPorts, writeMember } from './write-member.ts';

/** What was written. `actions` are those that promotions fired, whatever came of them. */
export type Expiring = Omit<WrittenUpdate, 'member'>;

/**
 * Writes what has become due for a member: the end of a grant, or a reminder of it. If the timer was too early, or another writer was
 * first, there is nothing to write (E42).
 */
export async function expireTier(
  ports: MemberPorts,
  { program, announcementPolicy }: Rules,
  memberId: string,
  now: Instant,
): Promise<Expiring> {
  const written = await writeMember(ports, announcementPolicy, memberId, async (member) => {
    if (member?.nextDueAt === undefined || member.nextDueAt > now) return undefined;
    // Entries recorded before that moment count before it. The stream may not have delivered them yet; only the ledger holds them all.
    return rebuildMember(member, await loadHistory(ports, memberId), program, { cause: 'transaction' }, now);
  });
  return { changes: written?.changes ?? [], notices: written?.notices ?? [], actions: written?.actions ?? [] };
}
