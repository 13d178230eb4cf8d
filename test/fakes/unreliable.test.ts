import { describe, expect, test } from 'vitest';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../fakes/memory-member-store.ts';
import { MemoryWakeUpTimers } from '../../fakes/memory-wake-up-timers.ts';
import { RecordingBus } from '../../fakes/recording-world.ts';
import { type Fault, faultsOf, UNRELIABLE_CALLS, unreliable } from '../../fakes/unreliable.ts';

/** That it fails as the real adapters do is shown in `test/contracts/`. */

const never = () => undefined;
const always = (fault: Fault) => unreliable(() => fault);

describe('an unreliable world', () => {
  test('is a reliable one as long as no fault is decided on', async () => {
    const timers = unreliable(never)('timers', new MemoryWakeUpTimers());
    await timers.wakeAt(7);
    expect(timers.moments).toEqual([7]);
    expect(timers.fired(7)).toEqual([7]);
    expect(timers.calls).toBe(1);
  });

  test('asks before each call which of them it is, and counts those of all ports', async () => {
    const asked: unknown[] = [];
    const reach = unreliable((port, method, call) => {
      asked.push([port, method, call]);
      return undefined;
    });
    const ledger = reach('ledger', new MemoryLedger());
    const members = reach('members', new MemoryMemberStore());
    const park = reach('park', async () => {});
    await ledger.entriesOf('m-1');
    for await (const _ of members.due(0, 1)) throw new Error('Nobody is due.');
    await park();
    await ledger.entriesOf('m-2');
    expect(asked).toEqual([
      ['ledger', 'entriesOf', 1],
      ['members', 'due', 2],
      ['park', 'park', 3],
      ['ledger', 'entriesOf', 4],
    ]);
  });

  test('decides about a list when its first page is taken, and not when it is asked for', async () => {
    const members = always('throttled')('members', new MemoryMemberStore());
    const pages = members.due(0, 1)[Symbol.asyncIterator]();
    await expect(pages.next()).rejects.toThrow('ThrottlingException');
  });

  test('publishes twice what its client repeated', async () => {
    const bus = new RecordingBus();
    await always('repeated')('bus', bus).publish({ type: 'tier.upgraded', occurredAt: 1, detail: {} });
    expect(bus.events).toHaveLength(2);
  });

  test('refuses a fault that a call cannot meet with, and a port that there is not', async () => {
    const ledger = always('conflict')('ledger', new MemoryLedger());
    await expect(ledger.entriesOf('m-1')).rejects.toThrow(
      'No call of ledger.entriesOf meets with "conflict", but throttled, server error, no answer.',
    );
    expect(() => unreliable(never)('legder', {})).toThrow('No port is called legder; there are ledger, members,');
  });

  test('never asks about what is done without anybody else', async () => {
    const images = always('throttled')('images', { of: async () => 'images' });
    expect(await images.of()).toBe('images');
    expect(faultsOf('images', 'of')).toEqual([]);
    expect(UNRELIABLE_CALLS.map(({ port }) => port)).not.toContain('images');
  });
});
