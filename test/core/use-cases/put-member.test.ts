import { expect, test } from 'vitest';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import { type MemberRequest, putMember } from '../../../core/use-cases/put-member.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryProfileStore } from '../../../fakes/memory-profile-store.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { exampleProgram } from '../../support/program.ts';
import { MEMBER_ID } from '../histories.ts';
import { at, bonus, entry, SILENT } from '../members.ts';

const PROGRAM = exampleProgram();
const NOW = at('2026-06-01T10:00:00Z');

async function portsWith(entries: readonly LedgerEntry[] = []) {
  const ports = {
    ledger: new MemoryLedger(),
    members: new MemoryMemberStore(),
    profiles: new MemoryProfileStore(),
    timers: new MemoryWakeUpTimers(),
  };
  for (const one of entries) await ports.ledger.record(one);
  return ports;
}

type Ports = Awaited<ReturnType<typeof portsWith>>;

const put = (ports: Ports, request: Partial<MemberRequest> = {}, now = NOW) =>
  putMember(ports, { program: PROGRAM, announcementPolicy: SILENT }, MEMBER_ID, { profile: {}, ...request }, now);

test('who enrolls is told so, with what the points from before come to', async () => {
  const ports = await portsWith([entry(bonus('b', 1200), '2026-05-20T10:00:00Z', PROGRAM)]);
  const answer = await put(ports);
  const { member, news } = (await ports.members.recordsOf(MEMBER_ID))!;
  expect(answer).toEqual({ status: 'created', member, changes: news, actions: [] });
  expect(news).toMatchObject([{ to: { id: 'silver' }, cause: 'enrolment', announced: false }]);
});

test.each<[string, Partial<MemberRequest>]>([
  ['nothing', {}],
  ['what is so already', { blocked: false, enrolledAt: NOW }],
])('a request that says %s is answered with the member as it is, and writes nothing', async (_, request) => {
  const ports = await portsWith();
  const { member } = await put(ports);
  const { writes } = ports.members;
  expect(await put(ports, request, NOW + 1)).toEqual({ status: 'updated', member, changes: [], actions: [] });
  expect(ports.members.writes).toBe(writes);
});

test('who is blocked is the same member otherwise', async () => {
  const ports = await portsWith();
  const { member } = await put(ports);
  expect(await put(ports, { blocked: true }, NOW + 1)).toEqual({
    status: 'updated',
    member: { ...member, blocked: true, version: member.version + 1 },
    changes: [],
    actions: [],
  });
});

test('another date of enrollment is when the first tier began, but not when a tier that came later did', async () => {
  const earlier = at('2026-03-01T10:00:00Z');
  const first = await portsWith();
  await put(first);
  expect((await put(first, { enrolledAt: earlier }, NOW + 1)).member).toMatchObject({
    enrolledAt: earlier,
    tier: { id: 'bronze', since: earlier },
  });

  const risen = await portsWith([entry(bonus('b', 1200), '2026-05-20T10:00:00Z', PROGRAM)]);
  await put(risen);
  expect(await put(risen, { enrolledAt: earlier }, NOW + 1)).toMatchObject({
    member: { enrolledAt: earlier, tier: { id: 'silver', since: NOW } },
    changes: [],
  });
});
