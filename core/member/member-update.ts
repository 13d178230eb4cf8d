import type { ActionRecord } from '../actions/action-record.ts';
import type { AnnouncementPolicy } from '../notifications/announcement-table.ts';
import type { Member } from './member.ts';
import { announce, type TierChange, type TierNotice, type TierTransition } from './tier-change.ts';

/** A member after a decision, with everything that the decision gives to record. Nothing is written or announced yet. */
export interface MemberUpdate {
  member: Member;
  transitions: TierTransition[];
  notices: TierNotice[];
  actions: ActionRecord[];
}

/** An update as it is written: each transition became a change that is announced or silent. */
export interface WrittenUpdate extends Omit<MemberUpdate, 'transitions'> {
  changes: TierChange[];
}

export function announced({ transitions, ...update }: MemberUpdate, policy: AnnouncementPolicy): WrittenUpdate {
  return { ...update, changes: transitions.map((transition) => announce(transition, policy)) };
}

export function unchanged(member: Member): MemberUpdate {
  return { member, transitions: [], notices: [], actions: [] };
}

/** Two steps that one write takes together. */
export function andThen(first: MemberUpdate, next: (member: Member) => MemberUpdate): MemberUpdate {
  const second = next(first.member);
  return {
    member: second.member,
    transitions: [...first.transitions, ...second.transitions],
    notices: [...first.notices, ...second.notices],
    actions: [...first.actions, ...second.actions],
  };
}

/** The member after a notice about it, if there is one. */
export function withNotice(member: Member, notice: TierNotice | undefined): MemberUpdate {
  if (!notice) return unchanged(member);
  return { ...unchanged({ ...member, changes: notice.sequence }), notices: [notice] };
}
