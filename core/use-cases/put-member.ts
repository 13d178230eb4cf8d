import type { ActionRecord } from '../actions/action-record.ts';
import { NOTHING_COUNTED } from '../member/counted-window.ts';
import type { Member } from '../member/member.ts';
import { unchanged } from '../member/member-update.ts';
import { rebuildMember } from '../member/rebuild-member.ts';
import type { TierChange } from '../member/tier-change.ts';
import type { ProfileChanges, ProfileStore } from '../ports.ts';
import type { Program } from '../program/program.ts';
import { anniversaryOf } from '../rules/cycle-ends.ts';
import { emptyTally } from '../rules/tally.ts';
import type { Instant } from '../time.ts';
import { loadHistory } from './load-history.ts';
import type { Rules } from './rules.ts';
import { type MemberPorts, writeMember } from './write-member.ts';

export interface MemberRequest {
  /** Now, if a new member's request has none. */
  enrolledAt?: Instant;
  blocked?: boolean;
  profile: ProfileChanges;
}

/**
 * Enrolls a member, or changes one. What the request leaves out stays as it is.
 *
 * A new member is written first, and then rebuilt from the ledger. In that order no entry is lost: the rebuild reads the entries recorded
 * before the write, and the stream delivers later ones to a member that exists. If this call ends between the two, the stored `rebuildDue`
 * makes the next writer finish the rebuild.
 */
export async function putMember(
  ports: MemberPorts & { profiles: ProfileStore },
  { program, announcementPolicy }: Rules,
  memberId: string,
  request: MemberRequest,
  now: Instant,
): Promise<{ status: 'created' | 'updated'; member: Member; changes: TierChange[]; actions: ActionRecord[] }> {
  if (Object.keys(request.profile).length > 0) await ports.profiles.merge(memberId, request.profile);

  let member: Member | undefined;
  const created = await writeMember(ports, announcementPolicy, memberId, async (existing) => {
    member = existing;
    return existing ? undefined : unchanged(newMember(memberId, request, program, now));
  });

  const updated = await writeMember(ports, announcementPolicy, memberId, async (existing) => {
    if (!existing) throw new Error(`Member ${memberId} was there a moment ago, and members are never deleted.`);
    member = existing;
    const enrolledAt = request.enrolledAt ?? existing.enrolledAt;
    const blocked = request.blocked ?? existing.blocked;
    const moved = enrolledAt !== existing.enrolledAt;
    if (!existing.rebuildDue && !existing.undecided && !moved) {
      return blocked === existing.blocked ? undefined : unchanged({ ...existing, blocked });
    }
    // Anniversaries count from the enrollment: another date gives other cycles.
    const history = await loadHistory(ports, memberId);
    const since = moved && existing.changes === 0 ? { tier: { ...existing.tier, since: enrolledAt } } : {};
    const edited: Member = { ...existing, ...since, enrolledAt, blocked, rebuildDue: true };
    return rebuildMember(edited, history, program, { cause: 'enrolment' }, now);
  });
  return {
    status: created ? 'created' : 'updated',
    member: (updated?.member ?? member)!,
    changes: updated?.changes ?? [],
    actions: updated?.actions ?? [],
  };
}

function newMember(memberId: string, request: MemberRequest, program: Program, now: Instant): Member {
  const enrolledAt = request.enrolledAt ?? now;
  const fired = program.promotions.filter(({ matches }) => !matches).map(({ id }) => id);
  return {
    memberId,
    enrolledAt,
    blocked: request.blocked ?? false,
    version: 0,
    tier: { id: program.tiers[0].id, since: enrolledAt },
    changes: 0,
    tally: emptyTally(program, enrolledAt, now),
    countedUnder: program.countingRule,
    counted: NOTHING_COUNTED,
    rebuildDue: true,
    ...anniversaryOf(enrolledAt, program),
    ...(fired.length > 0 && { welcome: { promotions: fired, at: now } }),
  };
}
