import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import type { Member } from '../../../core/member/member.ts';
import { rebuildMember } from '../../../core/member/rebuild-member.ts';
import type { TierChange } from '../../../core/member/tier-change.ts';
import type { Program } from '../../../core/program/program.ts';
import { MINUTE_MS } from '../../../core/time.ts';
import { auditStoredMember } from '../../../core/use-cases/audit-member.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { EXAMPLE_PROGRAM, exampleProgram } from '../../support/program.ts';
import { intercept } from '../../support/trouble.ts';
import { MEMBER_ID } from '../histories.ts';
import { at, bonus, entry, historyOf, memberWith, newMember, SILENT, written } from '../members.ts';

const PROGRAM = exampleProgram();
/** The same rules in another zone: the sums have to be made anew. */
const EDITED = exampleProgram({ timeZone: 'America/Santiago' });
const RAISED = exampleProgram({
  tiers: EXAMPLE_PROGRAM.tiers.map((tier) => (tier.id === 'gold' ? { ...tier, threshold: 6000 } : tier)),
});
const NOW = at('2026-05-20T10:00:00Z');
const FIRST = entry(bonus('first', 300), '2026-05-02T10:00:00Z', PROGRAM);
const RIGHT = memberWith([FIRST], PROGRAM, NOW);
const WRONG_BALANCE: Member = { ...RIGHT, tally: { ...RIGHT.tally, balance: 7 } };

const OF_BALANCE = { figure: 'tally.balance', stored: 7, ledger: 300, cause: 'figure' };
const OF_CHANGES = { figure: 'changes', stored: 3, ledger: 0, cause: 'historyBroken' };
const OF_EDIT = {
  ...{ figure: 'countedUnder', stored: PROGRAM.countingRule, ledger: EDITED.countingRule },
  cause: 'rulebookEdited',
};

/** A stored member that somebody may write while it is audited. */
async function stored(member: Member, entries = [FIRST], changes: TierChange[] = []) {
  const ledger = new MemoryLedger();
  const members = new MemoryMemberStore();
  await members.save(member, 0, changes);
  for (const one of entries) await ledger.record(one);
  const written = { looks: 0, pauses: 0, after: async (_look: number) => {} };
  const reach = intercept('members', 'recordsOf', async (call) => {
    const records = await call();
    await written.after(++written.looks);
    return records;
  });
  const ports = { ledger, members: reach('members', members), timers: new MemoryWakeUpTimers() };
  const pause = async () => void written.pauses++;
  return {
    members,
    written,
    /** As whoever has nothing to say of the points does: the version grows, and nothing else. */
    async write(next: Partial<Member> = {}) {
      const { version, ...rest } = (await members.load(MEMBER_ID))!;
      await members.save({ ...rest, ...next, version: version + 1 }, version, []);
    },
    audit: (program: Program, options = { heal: false }, memberId = MEMBER_ID) =>
      auditStoredMember(ports, { program, announcementPolicy: SILENT }, memberId, { ...options, pause }, () => NOW),
  };
}

test('of nobody there is nothing to say', async () => {
  const { audit } = await stored(RIGHT);
  expect(await audit(PROGRAM, { heal: true }, 'nobody')).toEqual({ status: 'noMember' });
});

describe('a member that is written while it is looked at', () => {
  test.each([
    [3, { status: 'differs', findings: [OF_BALANCE], tier: 'bronze' }],
    [4, { status: 'waits', findings: [{ ...OF_BALANCE, cause: 'inFlight' }], tier: 'bronze' }],
  ])(
    'after each of the first %i looks is given five, and is not called wrong before two of them agree',
    async (writes, answer) => {
      const { audit, written, write } = await stored(WRONG_BALANCE);
      written.after = async (look) => {
        if (look <= writes) await write();
      };
      expect(await audit(PROGRAM)).toEqual(answer);
      expect(written.looks).toBe(5);
    },
  );

  test('is at once known to wait where an edit of the rules is all that there is', async () => {
    const { audit, written, write } = await stored(RIGHT);
    written.after = () => write();
    expect(await audit(EDITED, { heal: true })).toEqual({ status: 'waits', findings: [OF_EDIT], tier: 'bronze' });
    expect(written).toMatchObject({ looks: 1, pauses: 0 });
  });

  test('is not written over by whoever puts it right: it is looked at again', async () => {
    const { audit, members, written, write } = await stored(WRONG_BALANCE);
    written.after = async (look) => {
      if (look === 3) await write({ blocked: true });
    };
    expect(await audit(PROGRAM, { heal: true })).toMatchObject({ status: 'healed', changes: [] });
    expect(await members.load(MEMBER_ID)).toMatchObject({ blocked: true, version: 3, tally: RIGHT.tally });
  });

  test('and is right by the time that it would be put right, is not written again', async () => {
    const { audit, members, written, write } = await stored(WRONG_BALANCE);
    written.after = async (look) => {
      if (look === 2) await write({ tally: RIGHT.tally });
    };
    const answer = { status: 'healed', findings: [OF_BALANCE], tier: 'bronze', changes: [] };
    expect(await audit(PROGRAM, { heal: true })).toEqual(answer);
    expect(members.writes).toBe(2);
  });
});

test('what so busy a day leaves open that nobody can tell is no difference, and nothing is written', async () => {
  const day = Array.from({ length: 9 }, (_, place) => {
    const when = new Date(NOW - (10 - place) * MINUTE_MS).toISOString();
    return entry(bonus(`b-${place}`, 2 ** place), when, PROGRAM);
  });
  const counted = memberWith(
    day.filter((_, place) => place !== 2 && place !== 5),
    PROGRAM,
    NOW,
  );
  const { audit, members } = await stored({ ...counted, counted: { since: NOW, entries: [] } }, day);
  const inFlight = ['tally.current.tier', 'tally.lifetimePoints', 'tally.balance'].map((figure) => ({
    ...{ figure, stored: 511 - 4 - 32, ledger: 511, cause: 'inFlight' },
  }));
  expect(await audit(PROGRAM, { heal: true })).toEqual({ status: 'waits', findings: inFlight, tier: 'bronze' });
  expect(members.writes).toBe(1);
});

describe('a member that is wrong, and waits for an edit besides', () => {
  const wrong: Member = { ...newMember(PROGRAM), changes: 3 };

  test('is called wrong, with both', async () => {
    const { audit } = await stored(wrong, []);
    expect(await audit(EDITED)).toEqual({ status: 'differs', findings: [OF_CHANGES, OF_EDIT], tier: 'bronze' });
  });

  test('is put right where it is wrong', async () => {
    const { audit, members } = await stored(wrong, []);
    expect(await audit(EDITED, { heal: true })).toMatchObject({ status: 'healed', findings: [OF_CHANGES, OF_EDIT] });
    expect(await members.load(MEMBER_ID)).toMatchObject({ changes: 0, version: 2 });
  });

  /** With the changes that its first count made. */
  const counted = (one: LedgerEntry) => {
    const never = { ...newMember(PROGRAM), rebuildDue: true };
    return written(rebuildMember(never, historyOf([one]), PROGRAM, { cause: 'enrolment' }, NOW));
  };

  test('keeps the tier that only the edit would take, where it is put right', async () => {
    const big = entry(bonus('big', 5500), '2026-05-02T10:00:00Z', PROGRAM);
    const { member, changes } = counted(big);
    const { audit, members } = await stored({ ...member, anniversary: '05-01' }, [big], changes);
    const findings = [
      { figure: 'anniversary', stored: '05-01', ledger: null, cause: 'timer' },
      { figure: 'tier.id', stored: 'gold', ledger: 'silver', cause: 'rulebookEdited' },
    ];
    const healed = { status: 'healed', findings, tier: 'gold', changes: [] };
    expect(await audit(RAISED, { heal: true })).toEqual(healed);
    const { anniversary: _, ...right } = { ...member, version: 2 };
    expect(await members.load(MEMBER_ID)).toEqual(right);
  });

  test('is not written, week after week, where nothing of it can be put right', async () => {
    const big = entry(bonus('big', 1200), '2026-05-02T10:00:00Z', PROGRAM);
    const { member, changes } = counted(big);
    const second = changes.map((change) => ({ ...change, sequence: 2 }));
    const { audit, members } = await stored({ ...member, changes: 2 }, [big], second);
    const ofHistory = { figure: 'change 1', stored: null, ledger: 'a change or a notice', cause: 'historyBroken' };
    expect(await audit(EDITED, { heal: true })).toEqual({
      ...{ status: 'differs', tier: 'silver' },
      findings: [ofHistory, OF_EDIT],
      unhealed: [ofHistory],
    });
    expect(members.writes).toBe(1);
  });
});
