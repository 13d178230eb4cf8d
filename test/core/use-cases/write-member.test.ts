import { expect, test } from 'vitest';
import { unchanged } from '../../../core/member/member-update.ts';
import { writeMember } from '../../../core/use-cases/write-member.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { exampleProgram } from '../../support/program.ts';
import { MEMBER_ID } from '../histories.ts';
import { at, newMember, SILENT, written } from '../members.ts';

const DUE = { ...newMember(exampleProgram()), nextDueAt: at('2026-07-01T10:00:00Z') };

/** No further timer can be set. */
class Exhausted extends MemoryWakeUpTimers {
  override async wakeAt(): Promise<void> {
    throw new Error('Too many schedules.');
  }
}

test('what is due for a new member is on the clock before the member is written', async () => {
  const ports = { members: new MemoryMemberStore(), timers: new MemoryWakeUpTimers() };
  await writeMember(ports, SILENT, MEMBER_ID, async () => unchanged(DUE));
  expect(ports.timers.moments).toEqual([DUE.nextDueAt]);

  const untimed = { members: new MemoryMemberStore(), timers: new Exhausted() };
  await expect(writeMember(untimed, SILENT, MEMBER_ID, async () => unchanged(DUE))).rejects.toThrow(
    'Too many schedules.',
  );
  expect(await untimed.members.load(MEMBER_ID)).toBeUndefined();
});

test('who has a timer already can be written while none can be set: only what is due at another moment needs one', async () => {
  const ports = { members: new MemoryMemberStore(), timers: new Exhausted() };
  await ports.members.save(DUE, 0, []);
  const blocked = { ...DUE, blocked: true };
  expect(await writeMember(ports, SILENT, MEMBER_ID, async () => unchanged(blocked))).toEqual(
    written(unchanged({ ...blocked, version: DUE.version + 1 })),
  );
  const later = { ...DUE, nextDueAt: at('2026-08-01T10:00:00Z') };
  await expect(writeMember(ports, SILENT, MEMBER_ID, async () => unchanged(later))).rejects.toThrow(
    'Too many schedules.',
  );
});
