/** What staff and promotions gave a member, said in as few words as possible. */

import type { ActionRecord } from '../../../core/actions/action-record.ts';
import type { Grant } from '../../../core/actions/grant.ts';
import type { TierAction } from '../../../core/actions/tier-action.ts';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { Member } from '../../../core/member/member.ts';
import { rebuildMember } from '../../../core/member/rebuild-member.ts';
import type { Program } from '../../../core/program/program.ts';
import type { Instant } from '../../../core/time.ts';
import { MEMBER_ID } from '../histories.ts';
import { at, newMember } from '../members.ts';

type Given = Omit<Partial<Grant>, 'from' | 'until'> & { from?: string; until?: string };

const grantOf =
  (kind: Grant['kind']) =>
  (key: string, tier: string, { from = '2026-05-03T10:00:00Z', until, ...more }: Given = {}): Grant => ({
    key,
    kind,
    tier,
    from: at(from),
    ...(until !== undefined && { until: at(until) }),
    ...more,
  });

export const floor = grantOf('floor');
export const cap = grantOf('cap');

/** The record of the action that gave a grant: an upgrade, or a downgrade, that was applied as soon as it was decided. */
export function actionThatGave(
  grant: Grant,
  { action, ...more }: Omit<Partial<ActionRecord>, 'action'> & { action?: Partial<TierAction> } = {},
): ActionRecord {
  return {
    memberId: MEMBER_ID,
    key: grant.key,
    action: {
      id: grant.key,
      action: grant.kind === 'floor' ? 'upgrade' : 'downgrade',
      strategy: { type: 'specific', tier: grant.tier },
      ...action,
    },
    origin: grant.promotion === undefined ? { type: 'staff' } : { type: 'promotion', promotion: grant.promotion },
    outcome: 'APPLIED',
    recordedAt: grant.from,
    from: null,
    to: null,
    until: grant.until ?? null,
    grant,
    ...more,
  };
}

/** A member with these entries, all counted, and these grants. */
export function memberGiven(
  grants: readonly Grant[],
  entries: readonly LedgerEntry[],
  program: Program,
  now: Instant,
  member: Member = newMember(program),
): Member {
  const history = { entries, actions: grants.map((grant) => actionThatGave(grant)) };
  const due = { ...member, rebuildDue: true };
  return rebuildMember(due, history, program, { cause: 'enrolment' }, now).member;
}
