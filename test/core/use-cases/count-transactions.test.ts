import { expect, test } from 'vitest';
import { MAX_DECIDED_AT_ONCE } from '../../../core/actions/promotions.ts';
import { countTransactions } from '../../../core/use-cases/count-transactions.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { exampleProgram } from '../../support/program.ts';
import { slippingIn } from '../../support/trouble.ts';
import { MEMBER_ID } from '../histories.ts';
import { at, bonus, entry, newMember, SILENT } from '../members.ts';

const PROGRAM = exampleProgram();
const NOW = '2026-06-01T10:00:00Z';
const FIRST = entry(bonus('b-1', 600), '2026-06-01T09:00:00Z', PROGRAM);
const SECOND = entry(bonus('b-2', 500), '2026-06-01T09:30:00Z', PROGRAM);

async function portsWith(more: object | undefined) {
  const ports = { ledger: new MemoryLedger(), members: new MemoryMemberStore(), timers: new MemoryWakeUpTimers() };
  if (more) await ports.members.save({ ...newMember(PROGRAM), ...more }, 0, []);
  for (const one of [FIRST, SECOND]) await ports.ledger.record(one);
  return ports;
}

type Ports = Awaited<ReturnType<typeof portsWith>>;

const bring = (ports: Ports, entries = [FIRST, SECOND]) =>
  countTransactions(ports, { program: PROGRAM, announcementPolicy: SILENT }, MEMBER_ID, entries, at(NOW));

test('transactions of nobody wait for the enrollment, however often they are brought', async () => {
  const ports = await portsWith(undefined);
  for (const _ of ['once', 'twice']) expect(await bring(ports)).toEqual({ status: 'notEnrolled' });
  expect(ports.members.writes).toBe(0);
});

test('transactions are counted once, and those that were counted are no news', async () => {
  const ports = await portsWith({});
  expect(await bring(ports, [FIRST])).toEqual({ status: 'counted', changes: [], entries: 1 });
  const counting = await bring(ports);
  const { news } = (await ports.members.recordsOf(MEMBER_ID))!;
  expect(news).toMatchObject([{ to: { id: 'silver' }, cause: 'transaction', transactionId: 'b-2' }]);
  expect(counting).toEqual({ status: 'counted', changes: news, entries: 1 });
  expect(await bring(ports)).toEqual({ status: 'alreadyCounted' });
});

test('a member whose enrollment did not end is rebuilt, and the operator is told why', async () => {
  const ports = await portsWith({ rebuildDue: true });
  const rebuilding = await bring(ports);
  const { news } = (await ports.members.recordsOf(MEMBER_ID))!;
  expect(news).toMatchObject([{ to: { id: 'silver' } }]);
  expect(rebuilding).toEqual({ status: 'rebuilt', because: 'created', changes: news, actions: [] });
  expect(await bring(ports)).toEqual({ status: 'alreadyCounted' });
});

test('what takes more than one write is told whole: each promotion that fired, and each move', async () => {
  const program = exampleProgram({
    promotions: [
      {
        id: 'gift',
        trigger: { on: 'transaction', where: { type: 'bonus' } },
        action: 'upgrade',
        strategy: { type: 'specific', tier: 'gold' },
      },
    ],
  });
  const ports = { ledger: new MemoryLedger(), members: new MemoryMemberStore(), timers: new MemoryWakeUpTimers() };
  await ports.members.save(newMember(program), 0, []);
  const recalculate = (of: typeof ports) =>
    countTransactions(of, { program, announcementPolicy: SILENT }, MEMBER_ID, fired, at(NOW));
  const fired = Array.from({ length: 2 * MAX_DECIDED_AT_ONCE + 5 }, (_, place) => ({
    ...entry(bonus(`b-${place}`, 1), '2026-06-01T09:00:00Z', program),
    promotions: ['gift'],
  }));
  for (const one of fired) await ports.ledger.record(one);
  // Somebody else decides the rest between the first write and the second: what this call wrote is told all the same.
  const finishing = slippingIn('members', 'save');
  finishing.happens(() => recalculate(ports));
  const first = await recalculate({ ...ports, members: finishing.reach('members', ports.members) });
  const { news, actions } = (await ports.members.recordsOf(MEMBER_ID))!;
  expect(actions).toHaveLength(fired.length);
  expect(news).toMatchObject([{ to: { id: 'gold' }, cause: 'tierAction' }]);
  expect(first).toEqual({
    status: 'rebuilt',
    because: 'fires a promotion',
    changes: news,
    actions: actions.slice(0, MAX_DECIDED_AT_ONCE),
  });
  const alone = { ...ports, members: new MemoryMemberStore() };
  await alone.members.save(newMember(program), 0, []);
  expect(await recalculate(alone)).toEqual({ status: 'rebuilt', because: 'fires a promotion', changes: news, actions });
});
