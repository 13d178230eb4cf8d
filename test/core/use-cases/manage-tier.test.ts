import { describe, expect, test } from 'vitest';
import type { ActionRecord } from '../../../core/actions/action-record.ts';
import { MAX_DECIDED_AT_ONCE } from '../../../core/actions/promotions.ts';
import type { TierAction } from '../../../core/actions/tier-action.ts';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import { auditMember } from '../../../core/member/audit/audit-member.ts';
import type { Member } from '../../../core/member/member.ts';
import { isNotice } from '../../../core/member/tier-change.ts';
import { countTransactions } from '../../../core/use-cases/count-transactions.ts';
import { manageTier } from '../../../core/use-cases/manage-tier.ts';
import { rebuildStoredMember } from '../../../core/use-cases/rebuild-member.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { EXAMPLE_PROGRAM, exampleProgram } from '../../support/program.ts';
import { MEMBER_ID } from '../histories.ts';
import { at, bonus, entry, memberWith, newMember, SILENT } from '../members.ts';

const PROGRAM = exampleProgram();
const NOW = '2026-06-01T10:00:00Z';
const NEXT_YEAR = '2027-01-10T10:00:00Z';
const [BRONZE, SILVER, GOLD] = PROGRAM.tiers.map(({ id, name, rank }) => ({ id, name, rank }));
const STAFF = { type: 'staff' } as const;

const to = (tier: string) => ({ strategy: { type: 'specific', tier } }) as const;
const BY_PROGRAM = { strategy: { type: 'program' } } as const;
const until = (moment: string) => ({ expiry: { type: 'instant', at: at(moment) } }) as const;
const forDays = (amount: number) => ({ expiry: { type: 'duration', amount, unit: 'days' } }) as const;

async function portsWith(member: Member | undefined, entries: readonly LedgerEntry[] = []) {
  const ports = { ledger: new MemoryLedger(), members: new MemoryMemberStore(), timers: new MemoryWakeUpTimers() };
  if (member) await ports.members.save(member, 0, []);
  for (const one of entries) await ports.ledger.record(one);
  return ports;
}

type Ports = Awaited<ReturnType<typeof portsWith>>;

/** What is left out is an upgrade to Gold for good, by the name of `a-1`. */
function act(ports: Ports, action: Partial<TierAction>, when = NOW, program = PROGRAM) {
  const whole: TierAction = { id: 'a-1', action: 'upgrade', ...to('gold'), ...action };
  return manageTier(
    ports,
    { program, announcementPolicy: SILENT },
    MEMBER_ID,
    { action: whole, origin: STAFF },
    at(when),
  );
}

const newsOf = async ({ members }: Ports) => (await members.recordsOf(MEMBER_ID))!.news;

describe('staff are answered', () => {
  test('with the action as it is kept, and with the move that it made', async () => {
    const ports = await portsWith(newMember(PROGRAM));
    const managing = await act(ports, until('2026-07-01T10:00:00Z'));
    const [change] = await newsOf(ports);
    const [record] = await ports.members.actionsOf(MEMBER_ID);
    expect(managing).toEqual({ status: 'decided', record, changes: [change], promotions: [] });
    expect(record).toMatchObject({ outcome: 'APPLIED', from: BRONZE, to: GOLD, until: at('2026-07-01T10:00:00Z') });
    expect(change).toMatchObject({ from: BRONZE, to: GOLD, cause: 'tierAction', actionId: 'a-1' });
  });

  test('whether the action was taken before, and whether another has its id', async () => {
    const ports = await portsWith(newMember(PROGRAM));
    const { record } = await act(ports, {});
    expect(await act(ports, {})).toEqual({ status: 'repeated', record });
    expect(await act(ports, to('silver'))).toEqual({ status: 'conflict', record });
  });

  test('that nobody of that id is enrolled', async () => {
    const ports = await portsWith(undefined);
    const action = { id: 'a-1', action: 'upgrade', ...to('gold') };
    expect(await act(ports, {})).toEqual({
      status: 'decided',
      record: {
        memberId: MEMBER_ID,
        key: 'a-1',
        action,
        origin: STAFF,
        outcome: 'MEMBER_NOT_FOUND',
        recordedAt: at(NOW),
        from: null,
        to: null,
      },
      changes: [],
      promotions: [],
    });
  });

  test.each([
    ['the same action', 'repeated', {}],
    ['another action of that id', 'conflict', to('platinum')],
  ] as const)('rightly where %s comes at the same time, and neither does anything', async (_, status, other) => {
    for (const member of [undefined, memberWith([entry(bonus('b', 5000), NOW, PROGRAM)], PROGRAM, at(NOW))]) {
      const ports = await portsWith(member);
      const nothing = { expiry: { type: 'date', date: '2026-05-01' } } as const;
      const answers = await Promise.all([act(ports, nothing), act(ports, { ...nothing, ...other })]);
      expect(answers.map((answer) => answer.status)).toEqual(['decided', status]);
      expect(await ports.members.actionsOf(MEMBER_ID)).toEqual([answers[0].record]);
      expect(answers[1].record).toEqual(answers[0].record);
    }
  });
});

describe('what happened before the action is taken in first', () => {
  test.each([
    ['an enrollment that nobody finished', { rebuildDue: true }, { cause: 'enrolment', announced: false }],
    ['an order that the stream has yet to bring', {}, { cause: 'transaction', announced: true, transactionId: 'b' }],
  ])('%s', async (_, due, expected) => {
    const earned = entry(bonus('b', 1200), '2026-12-30T10:00:00Z', PROGRAM);
    const ports = await portsWith({ ...newMember(PROGRAM), ...due }, [earned]);
    const managing = await act(ports, {}, NEXT_YEAR);
    const news = await newsOf(ports);
    expect(news).toMatchObject([
      { from: BRONZE, to: SILVER, ...expected },
      { from: SILVER, to: GOLD, cause: 'tierAction' },
    ]);
    expect(managing).toMatchObject({ status: 'decided', record: { from: SILVER, to: GOLD }, changes: news });
  });

  test('a tier that ends at that very moment is gone, and cannot be renewed', async () => {
    const ports = await portsWith(newMember(PROGRAM));
    await act(ports, { id: 'g', ...until('2026-06-03T10:00:00Z') });
    expect(await act(ports, { action: 'renew', ...BY_PROGRAM }, '2026-06-03T10:00:00Z')).toMatchObject({
      record: { outcome: 'ALREADY_BASE', from: BRONZE, to: BRONZE },
    });
    expect(await newsOf(ports)).toMatchObject([{ to: GOLD }, { from: GOLD, to: BRONZE, cause: 'grantEnd' }]);
  });

  test('a tier that the program no longer has gives way to what the points give, before the action counts', async () => {
    const member = memberWith([entry(bonus('b', 1200), NOW, PROGRAM)], PROGRAM, at(NOW));
    const ports = await portsWith({ ...member, tier: { ...member.tier, id: 'emerald' }, changes: 0 });
    const managing = await act(ports, {}, '2026-06-02T10:00:00Z');
    const news = await newsOf(ports);
    const edit = { cause: 'programEdit', announced: false, occurredAt: at('2026-06-02T10:00:00Z') };
    expect(news).toMatchObject([
      { from: { id: 'emerald' }, to: SILVER, ...edit },
      { from: SILVER, to: GOLD, cause: 'tierAction' },
    ]);
    expect(managing).toMatchObject({ changes: news });
  });

  test('an end and a warning that came since are written down, though the action itself changes nothing', async () => {
    const ports = await portsWith(newMember(PROGRAM));
    await act(ports, { id: 'p', ...to('platinum'), ...until('2026-07-01T10:00:00Z') }, '2026-06-20T10:00:00Z');
    await act(ports, { id: 'g', ...until('2026-07-15T10:00:00Z') }, '2026-06-20T10:00:00Z');
    const managing = await act(ports, BY_PROGRAM, '2026-07-10T10:00:00Z');
    expect(managing).toEqual({
      status: 'decided',
      record: expect.objectContaining({ outcome: 'NO_CHANGE', from: GOLD, to: GOLD }),
      changes: [(await newsOf(ports))[1]],
      promotions: [],
    });
    expect(await newsOf(ports)).toMatchObject([
      { from: BRONZE, to: { id: 'platinum' } },
      { from: { id: 'platinum' }, to: GOLD, cause: 'grantEnd' },
      { kind: 'expiring', to: GOLD, after: BRONZE },
    ]);
  });
});

describe('promotions that fired before', () => {
  /** Every bonus renews what the member has: nothing, with so few points. */
  const PROMOTING = exampleProgram({
    promotions: [
      { id: 'gift', trigger: { on: 'transaction', where: { type: 'bonus' } }, action: 'renew', ...BY_PROGRAM },
    ],
  });
  const fired = (count: number) =>
    Array.from({ length: count }, (_, place) => ({
      ...entry(bonus(`b-${place}`, 1), '2026-05-20T10:00:00Z', PROMOTING),
      promotions: ['gift'],
    }));

  test('are decided and kept with an action that changes nothing, though they change nothing either', async () => {
    const ports = await portsWith({ ...newMember(PROMOTING), rebuildDue: true }, fired(1));
    const managing = await act(ports, { action: 'renew', ...BY_PROGRAM }, NOW, PROMOTING);
    const kept = await ports.members.actionsOf(MEMBER_ID);
    expect(kept.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['promotion#gift#api#b-0', 'ALREADY_BASE'],
      ['a-1', 'ALREADY_BASE'],
    ]);
    expect(managing).toEqual({ status: 'decided', record: kept[1], changes: [], promotions: [kept[0]] });
    expect(await ports.members.load(MEMBER_ID)).not.toHaveProperty('rebuildDue');
  });

  test('and are more than one write holds are decided, all of them, before the action is', async () => {
    const ports = await portsWith({ ...newMember(PROMOTING), undecided: true }, fired(2 * MAX_DECIDED_AT_ONCE + 5));
    const managing = await act(ports, {}, NOW, PROMOTING);
    const kept = await ports.members.actionsOf(MEMBER_ID);
    expect(managing).toMatchObject({ status: 'decided', record: kept.at(-1), changes: [{ to: GOLD }] });
    expect(managing).toHaveProperty('promotions', kept.slice(0, -1));
    expect(kept).toHaveLength(2 * MAX_DECIDED_AT_ONCE + 6);
    expect(await ports.members.load(MEMBER_ID)).not.toHaveProperty('undecided');
    expect(await act(ports, {}, NOW, PROMOTING)).toMatchObject({ status: 'repeated' });
  });

  test('and raise to Gold are no answer to the downgrade that staff takes after them', async () => {
    const generous = exampleProgram({
      promotions: [
        { id: 'gift', trigger: { on: 'transaction', where: { type: 'bonus' } }, action: 'upgrade', ...to('gold') },
      ],
    });
    const ports = await portsWith({ ...newMember(generous), undecided: true }, fired(MAX_DECIDED_AT_ONCE + 5));
    const managing = await act(ports, { action: 'downgrade', ...to('silver') }, NOW, generous);
    expect(managing).toMatchObject({
      changes: [
        { from: BRONZE, to: GOLD },
        { from: GOLD, to: SILVER },
      ],
    });
    expect(await ports.members.load(MEMBER_ID)).toMatchObject({ tier: { id: 'silver' } });
  });
});

test('an upgrade to a tier that was given for good lifts what was taken, though it gives nothing anew', async () => {
  const ports = await portsWith(newMember(PROGRAM));
  await act(ports, { id: 'given' });
  await act(ports, { id: 'taken', action: 'downgrade', ...to('silver') });
  expect(await act(ports, forDays(30))).toMatchObject({
    record: { outcome: 'APPLIED', from: SILVER, to: GOLD, until: null, lifted: ['taken'] },
    changes: [{ from: SILVER, to: GOLD }],
  });
  const { tier, grants } = (await ports.members.load(MEMBER_ID))!;
  expect([tier.id, grants?.map(({ key }) => key)]).toEqual(['gold', ['given']]);
});

test('a refused action moves nobody, though the thresholds were lowered since', async () => {
  const member = memberWith([entry(bonus('b', 900), NOW, PROGRAM)], PROGRAM, at(NOW));
  const [bronze, silver, ...higher] = EXAMPLE_PROGRAM.tiers;
  const lowered = exampleProgram({ tiers: [bronze!, { ...silver!, threshold: 800 }, ...higher] });
  const ports = await portsWith(member);
  expect(await act(ports, until('2026-05-31T10:00:00Z'), NOW, lowered)).toMatchObject({
    record: { outcome: 'EXPIRY_IN_PAST', from: BRONZE, to: BRONZE },
  });
  expect(await ports.members.load(MEMBER_ID)).toEqual(member);
});

test('a downgrade by a clock that is behind comes after the order that was counted before it, which does not lift it', async () => {
  const ahead = at('2026-06-01T10:00:05Z');
  const order = { ...entry(bonus('b', 5000), NOW, PROGRAM), recordedAt: ahead };
  const ports = await portsWith(memberWith([order], PROGRAM, at(NOW)), [order]);
  const { record } = await act(ports, { action: 'downgrade', ...to('silver'), reassess: true });
  expect(record.recordedAt).toBe(ahead + 1);
  const look = { write: false, cause: 'rebuild' } as const;
  expect(
    await rebuildStoredMember(ports, { program: PROGRAM, announcementPolicy: SILENT }, MEMBER_ID, look, ahead + 1000),
  ).toEqual({
    status: 'equal',
  });
});

describe('the transaction that an action names', () => {
  const stay = (id: string, nights: number, when: string) =>
    entry({ ...bonus(id, 1), fields: { nights } }, when, PROGRAM);
  const byNights = { expiry: { type: 'fieldNumber', field: 'nights', unit: 'days' } } as const;
  const STAYS = [stay('s-1', 10, '2026-05-20T10:00:00Z'), stay('s-2', 60, '2026-05-21T10:00:00Z')];

  test.each([
    ['s-1', { outcome: 'APPLIED', until: at('2026-06-10T22:00:00Z') }],
    ['s-2', { outcome: 'APPLIED', until: at('2026-07-30T22:00:00Z') }],
    ['s-3', { outcome: 'FIELD_INVALID' }],
  ])('is that one and no other: %s', async (transactionId, expected) => {
    const ports = await portsWith(memberWith(STAYS, PROGRAM, at(NOW)), STAYS);
    expect(await act(ports, { ...byNights, transactionId })).toMatchObject({ record: expected });
  });

  test('may be one that nothing is read from: then it is told of, and the ledger is not needed', async () => {
    class Away extends MemoryLedger {
      override async entriesOf(): Promise<LedgerEntry[]> {
        throw new Error('The table of points is away.');
      }
    }
    const ports = { ...(await portsWith(newMember(PROGRAM))), ledger: new Away() };
    expect(await act(ports, { transactionId: 's-1' })).toMatchObject({
      record: { outcome: 'APPLIED', until: null },
      changes: [{ transactionId: 's-1' }],
    });
  });
});

test('an action that is recorded after the end of a grant is taken after that end, though its clock says less', async () => {
  const end = '2026-07-01T00:00:00.000Z';
  const justBefore = '2026-06-30T23:59:59.999Z';
  const ports = await portsWith(newMember(PROGRAM));
  await act(ports, until(end));
  const bought = entry(bonus('b', 1), justBefore, PROGRAM);
  await ports.ledger.record(bought);
  await countTransactions(ports, { program: PROGRAM, announcementPolicy: SILENT }, MEMBER_ID, [bought], at(justBefore));
  // The purchase counts before the action, which is therefore recorded a millisecond later: at the end.
  const { record } = (await act(ports, { id: 'a-2', ...to('silver') }, justBefore)) as { record: ActionRecord };
  expect(record).toMatchObject({ from: BRONZE, to: SILVER, recordedAt: at(end), grant: { from: at(end) } });
  const causes = (await newsOf(ports)).flatMap((one) => (isNotice(one) ? [] : one.cause));
  expect(causes).toEqual(['tierAction', 'grantEnd', 'tierAction']);
  const records = (await ports.members.recordsOf(MEMBER_ID))!;
  expect(auditMember(records, [bought], PROGRAM, { now: at(end) }).findings).toEqual([]);
});
