import { describe, expect, test } from 'vitest';
import type { ActionRecord } from '../../../core/actions/action-record.ts';
import type { Grant } from '../../../core/actions/grant.ts';
import type { TierAction } from '../../../core/actions/tier-action.ts';
import { advanceMember, withGrants } from '../../../core/member/advance-member.ts';
import type { Member } from '../../../core/member/member.ts';
import { reminderOf, renewalOf } from '../../../core/member/notices.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, entry, newMember, purchase, written } from '../members.ts';
import { actionThatGave, cap, floor, memberGiven } from './given.ts';

const PROGRAM = exampleProgram();
const MAY = at('2026-05-03T10:00:00Z');
const AUGUST = '2026-07-31T22:00:00Z';
const SEPTEMBER = '2026-08-31T22:00:00Z';
const GOLD = { id: 'gold', name: 'Gold', rank: 2 };

/** Somebody without points, who is Gold by what was given. */
function goldBy(...grants: Grant[]): Member {
  const member = { ...newMember(PROGRAM), tier: { id: 'gold', since: MAY }, changes: 1 };
  return withGrants(member, grants, MAY, PROGRAM);
}

describe('a tier is said to be renewed', () => {
  const until = { until: AUGUST };
  const renewed = (what: Partial<ActionRecord>, action: Partial<TierAction> = {}, grant = floor('r', 'gold', until)) =>
    renewalOf(goldBy(grant), actionThatGave(grant, { ...what, action }), PROGRAM, at('2026-05-04T10:00:00Z'));

  test.each<[string, boolean, Partial<ActionRecord>, Partial<TierAction>, Grant?]>([
    ['when a renewal was applied', true, {}, { action: 'renew' }],
    ['when a renewal extended it', true, { outcome: 'EXTENDED' }, { action: 'renew' }],
    ['when another upgrade to it ends later', true, { outcome: 'EXTENDED' }, {}],
    ['but not when an upgrade has just given it', false, {}, {}],
    ['but not when nothing came of the action', false, { outcome: 'NO_CHANGE' }, { action: 'upgrade' }],
    [
      'but not when what it has ends later anyway',
      false,
      { outcome: 'EXTENDED', grant: undefined as never },
      { action: 'renew' },
    ],
    [
      'but not when another tier was extended, below it',
      false,
      { outcome: 'EXTENDED' },
      {},
      floor('r', 'silver', until),
    ],
    ['but not when a downgrade to it lasts longer', false, { outcome: 'EXTENDED' }, {}, cap('r', 'gold', until)],
  ])('%s', (_, isSaid, what, action, grant) => {
    expect(renewed(what, action, grant)?.kind).toBe(isSaid ? 'renewed' : undefined);
  });

  test('with its new end, as of the moment of the action, and nobody is told where the action names no channel', () => {
    expect(renewed({}, { action: 'renew' })).toStrictEqual({
      memberId: 'm-1',
      sequence: 2,
      kind: 'renewed',
      from: GOLD,
      to: GOLD,
      occurredAt: MAY,
      recordedAt: at('2026-05-04T10:00:00Z'),
      expiresAt: at(AUGUST),
      programVersion: PROGRAM.version,
      actionId: 'r',
      points: 0,
      next: { id: 'platinum', name: 'Platinum', rank: 3, missing: 10_000 },
      announced: false,
    });
  });

  test('as the promotion’s and the transaction’s that renewed it, by the channels that it names', () => {
    const grant = floor('promotion#stay#api#o-1', 'gold', { ...until, promotion: 'stay', transactionId: 'o-1' });
    expect(renewed({}, { action: 'renew', notify: { channels: ['email'] } }, grant)).toMatchObject({
      actionId: 'stay#api#o-1',
      promotion: 'stay',
      transactionId: 'o-1',
      announced: true,
      channels: ['email'],
    });
  });

  test('to nobody where it names a list of channels without any', () => {
    const notice = renewed({}, { action: 'renew', notify: { channels: [] } });
    expect(notice).toMatchObject({ announced: false });
    expect(notice).not.toHaveProperty('channels');
  });

  test('without an end where it was renewed for good', () => {
    expect(renewed({}, { action: 'renew' }, floor('r', 'gold'))).toMatchObject({ kind: 'renewed', expiresAt: null });
  });

  test('not later than it is written down, by a clock that is behind', () => {
    const behind = MAY - 2000;
    const grant = floor('r', 'gold', until);
    const record = actionThatGave(grant, { action: { action: 'renew' } });
    expect(renewalOf(goldBy(grant), record, PROGRAM, behind)).toMatchObject({
      occurredAt: behind,
      recordedAt: behind,
    });
  });
});

describe('a warning of an end that is near', () => {
  /** Thirty and seven days of Madrid before the first of August. */
  const FIRST = at('2026-07-01T22:00:00Z');
  const LAST = at('2026-07-24T22:00:00Z');
  const vip = floor('vip', 'gold', { until: AUGUST });

  test.each([
    ['the first', FIRST, LAST - 1, true],
    ['the first, once the last has come', FIRST, LAST, false],
    ['the last', LAST, at(AUGUST) - 1, true],
    ['the last, once the tier has ended', LAST, at(AUGUST), false],
  ])('%s', (_, due, moment, isSaid) => {
    const notice = reminderOf(goldBy(vip), PROGRAM, { at: due, upTo: moment, recordedAt: moment });
    expect(notice?.kind).toBe(isSaid ? 'expiring' : undefined);
  });

  test('names the tier, what comes after it, and the action that gave it', () => {
    const { notices } = written(advanceMember(goldBy(vip), PROGRAM, FIRST));
    expect(notices).toMatchObject([
      {
        kind: 'expiring',
        sequence: 2,
        from: GOLD,
        to: GOLD,
        after: { id: 'bronze', name: 'Bronze', rank: 0 },
        occurredAt: FIRST,
        expiresAt: at(AUGUST),
        actionId: 'vip',
        announced: false,
      },
    ]);
  });

  test('is about the tier that shows, though a lower one ends on the same day', () => {
    const lower = floor('lower', 'silver', { until: AUGUST });
    expect(reminderOf(goldBy(lower, vip), PROGRAM, { at: FIRST, upTo: FIRST, recordedAt: FIRST })).toMatchObject({
      actionId: 'vip',
      after: { id: 'bronze' },
    });
  });

  test('is given to who has the tier by visits of this cycle and the last as well, where those are over by then', () => {
    const program = exampleProgram({
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'gold', name: 'Gold', qualification: { all: [{ tracker: 'visits', atLeast: 1 }] } },
      ],
      trackers: { visits: { measure: 'count', of: { type: 'purchase' }, over: 'cycle' } },
    });
    const visits = ['2025-05-02T10:00:00Z', '2026-05-02T10:00:00Z'].map((when) =>
      entry(purchase(when, 0), when, program),
    );
    const member = memberGiven([floor('vip', 'gold', { until: '2029-07-31T22:00:00Z' })], visits, program, MAY);
    const due = at('2029-07-01T22:00:00Z');
    expect(reminderOf(member, program, { at: due, upTo: due, recordedAt: due })).toMatchObject({
      from: { id: 'gold' },
      after: { id: 'bronze' },
    });
  });

  test('is no moment to find that thresholds were lowered (R10): nothing has ended, and the points give more than what will', () => {
    const easier = exampleProgram({
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'gold', name: 'Gold', threshold: 500 },
        { id: 'platinum', name: 'Platinum', threshold: 1000 },
      ],
    });
    const tally = { ...newMember(PROGRAM).tally, current: { tier: 1300, trackers: [] } };
    const { member, changes, notices } = written(advanceMember({ ...goldBy(vip), tally }, easier, FIRST));
    expect({ tier: member.tier.id, changes, notices }).toEqual({ tier: 'gold', changes: [], notices: [] });
  });

  test('is not given of a lower tier, which does not show', () => {
    const lower = floor('lower', 'silver', { until: AUGUST });
    const member = goldBy(lower, floor('vip', 'gold', { until: SEPTEMBER }));
    expect(reminderOf(member, PROGRAM, { at: FIRST, upTo: FIRST, recordedAt: FIRST })).toBeUndefined();
  });
});
