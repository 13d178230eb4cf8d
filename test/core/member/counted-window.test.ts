import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../../core/actions/grant.ts';
import { entryKey, type LedgerEntry } from '../../../core/ledger/transaction.ts';
import {
  type CountedWindow,
  countStatusOf,
  MAX_COUNTED,
  MAX_COUNTED_BYTES,
  NOTHING_COUNTED,
  WINDOW_MS,
  withCounted,
} from '../../../core/member/counted-window.ts';
import { HOUR_MS } from '../../../core/time.ts';

const NOW = 1_777_716_000_000;

function entry(id: string, recordedAt: number): LedgerEntry {
  return { memberId: 'm-1', source: 'api', id, type: 'bonus', points: 1, occurredAt: recordedAt, recordedAt };
}

const many = (count: number, recordedAt = (place: number) => NOW + place) =>
  Array.from({ length: count }, (_, place) => entry(`t${place}`, recordedAt(place)));

test('the window is longer than the 24 hours that a stream keeps its records', () => {
  expect(WINDOW_MS).toBeGreaterThan(24 * HOUR_MS);
});

describe('an entry', () => {
  const window = withCounted({ since: NOW - 1000, entries: [] }, [entry('a', NOW)], NOW);

  test('that was counted is known to be, at any time of the window', () => {
    expect(countStatusOf(window, entry('a', NOW))).toBe('counted');
  });

  test.each([
    ['one millisecond above the start of the window', 1, 'new'],
    ['on the start of the window', 0, 'unknown'],
    ['one millisecond below the start of the window', -1, 'unknown'],
  ])('recorded %s, and not listed, is %s', (_, distance, standing) => {
    expect(countStatusOf(window, entry('b', window.since + distance))).toBe(standing);
  });

  test('is new to a member that counted nothing yet', () => {
    expect(countStatusOf(NOTHING_COUNTED, entry('a', NOW))).toBe('new');
  });

  test('of another source is another entry', () => {
    expect(countStatusOf(window, { ...entry('a', NOW), source: 'pos' })).toBe('new');
  });
});

describe('what the window forgets', () => {
  test.each([
    [WINDOW_MS - 1, 'counted'],
    [WINDOW_MS, 'unknown'],
    [WINDOW_MS + 1, 'unknown'],
  ])('an entry of %i milliseconds ago is %s', (age, standing) => {
    const old = entry('a', NOW - age);
    const window = withCounted({ since: 0, entries: [['api#a', old.recordedAt]] }, [entry('b', NOW)], NOW);
    expect(countStatusOf(window, old)).toBe(standing);
  });

  test.each([
    [MAX_COUNTED - 1, MAX_COUNTED - 1],
    [MAX_COUNTED, MAX_COUNTED],
    [MAX_COUNTED + 1, MAX_COUNTED],
  ])('of %i entries on one day it lists %i, the newest', (count, listed) => {
    const entries = many(count);
    const window = withCounted(NOTHING_COUNTED, entries, NOW);
    expect(window.entries.map(([key]) => key)).toEqual(entries.slice(-listed).map(entryKey).reverse());
    expect(entries.slice(0, -listed).map((old) => countStatusOf(window, old))).toEqual(
      entries.slice(0, -listed).map(() => 'unknown'),
    );
  });

  test('of entries with long ids it lists fewer, the newest: the member must not cost a second write unit', () => {
    const long = (place: number) => entry(`${'x'.repeat(120)}${place}`, NOW + place);
    const entries = [0, 1, 2, 3, 4, 5].map(long);
    const window = withCounted(NOTHING_COUNTED, entries, NOW);
    expect(window.entries.map(([key]) => key)).toEqual([5, 4, 3].map((place) => entryKey(long(place))));
    expect(entries.map((one) => countStatusOf(window, one))).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'counted',
      'counted',
      'counted',
    ]);
  });

  test('beside grants it lists fewer, the newest: as many as their texts leave room for', () => {
    const entries = many(MAX_COUNTED, (place) => NOW + place).map((one) => ({ ...one, id: one.id.padEnd(36, '-') }));
    const grant = (idLength: number): Grant => {
      return { key: 'k'.repeat(idLength), kind: 'floor', tier: 'gold', from: NOW, until: NOW + 1 };
    };
    const listedBeside = (...grants: Grant[]) => {
      const window = withCounted(NOTHING_COUNTED, entries, NOW, grants);
      expect(window.entries.map(([key]) => key)).toEqual(
        entries
          .slice(entries.length - window.entries.length)
          .map(entryKey)
          .reverse(),
      );
      expect(countStatusOf(window, entries[0]!)).toBe('unknown');
      return window.entries.length;
    };
    expect(listedBeside()).toBe(8);
    expect(listedBeside(grant(36))).toBe(7);
    expect(listedBeside(grant(128))).toBe(5);
    expect(listedBeside(grant(36), grant(36))).toBe(5);
    expect(listedBeside({ ...grant(36), transactionId: 'x'.repeat(128), tellEnd: ['email', 'sms'] })).toBe(4);
    expect(listedBeside({ ...grant(36), promotion: 'x'.repeat(64) })).toBe(5);
    expect(listedBeside({ ...grant(36), tier: 'x'.repeat(64) })).toBe(6);
    expect(listedBeside({ ...grant(36), tellEnd: ['email', 'sms'] })).toBe(6);
    expect(listedBeside(grant(300), grant(300))).toBe(0);
  });

  test('of more entries of one moment than it lists, none is taken for new', () => {
    const entries = many(MAX_COUNTED + 1, () => NOW);
    const window = withCounted(NOTHING_COUNTED, entries, NOW);
    expect(entries.map((one) => countStatusOf(window, one))).not.toContain('new');
  });

  test('stays forgotten when the clock of the next function is behind', () => {
    const window = withCounted({ since: NOW, entries: [] }, [], NOW - HOUR_MS);
    expect(window.since).toBe(NOW);
  });
});

test('however it comes about, the window is bounded, only moves forward, and takes nothing that was counted for new', () => {
  const batches = fc.array(
    fc.record({
      places: fc.array(fc.nat({ max: 39 }), { minLength: 1, maxLength: 8 }),
      now: fc.integer({ min: 0, max: 60 * HOUR_MS }),
    }),
    { maxLength: 12 },
  );
  const moments = fc.array(fc.integer({ min: 0, max: 60 * HOUR_MS }), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(batches, moments, (history, recordedAt) => {
      let window: CountedWindow = NOTHING_COUNTED;
      const counted = new Map<string, LedgerEntry>();
      for (const { places, now } of history) {
        const entries = places
          .map((place) => entry(`${'x'.repeat(place)}${place}`, recordedAt[place]!))
          .filter((one) => countStatusOf(window, one) === 'new');
        const next = withCounted(window, entries, now);
        expect(next.entries.length).toBeLessThanOrEqual(MAX_COUNTED);
        expect(next.entries.map(([key]) => key).join('').length).toBeLessThanOrEqual(MAX_COUNTED_BYTES);
        expect(next.since).toBeGreaterThanOrEqual(window.since);
        for (const one of entries) counted.set(entryKey(one), one);
        for (const one of counted.values()) expect(countStatusOf(next, one)).not.toBe('new');
        window = next;
      }
    }),
    { numRuns: 300 },
  );
});
