import { describe, expect, test } from 'vitest';
import { ChronologicalReplay, momentsOf } from '../../../core/ledger/chronological-replay.ts';
import { tallyOf } from '../../../core/ledger/ledger-tally.ts';
import { Replay } from '../../../core/ledger/replay.ts';
import type { Program } from '../../../core/program/program.ts';
import { earnedTier } from '../../../core/rules/qualification.ts';
import { BEGINNING_OF_TIME, END_OF_TIME, formatInstant } from '../../../core/time.ts';
import { exampleProgram } from '../../support/program.ts';
import { at, bonus, entry, type Facts } from '../members.ts';

const BY_SUMS = exampleProgram();
const TO_BASE = exampleProgram({ downgrade: { target: 'base' } });
const ENROLLED_AT = at('2025-05-01T09:00:00Z');
const MAY = '2025-05-02T10:00:00Z';
const JUNE = '2025-06-02T10:00:00Z';
const LATER = at('2030-06-01T00:00:00Z');

const gained = (id: string, points: number, when: string) => entry(bonus(id, points), when, BY_SUMS);
const adjustment = (id: string, points: number): Facts => ({ id, type: 'adjustment', points });
const adjusted = (id: string, points: number, when: string) => entry(adjustment(id, points), when, BY_SUMS);

function replayOf(entries: ReturnType<typeof gained>[], program: Program): ChronologicalReplay {
  const replay = new ChronologicalReplay(new Replay(program, ENROLLED_AT), program, ENROLLED_AT, ENROLLED_AT);
  for (const moment of momentsOf(entries)) replay.take(moment);
  return replay;
}

describe('moments', () => {
  test('hold what happened on one millisecond, in the order in which it was read', () => {
    const times = [MAY, JUNE, '2025-06-02T10:00:00.001Z'];
    const entries = times.flatMap((when, place) => [gained(`a${place}`, 1, when), gained(`b${place}`, 1, when)]);
    expect(momentsOf(entries).map((moment) => [formatInstant(moment.at), moment.entries.map(({ id }) => id)])).toEqual([
      [MAY, ['a0', 'b0']],
      [JUNE, ['a1', 'b1']],
      ['2025-06-02T10:00:00.001Z', ['a2', 'b2']],
    ]);
    expect(momentsOf([])).toEqual([]);
  });

  test.each([
    ['of one moment are one fall', JUNE, 'bronze'],
    ['of two moments are a fall, and a rise after it', '2025-06-02T10:00:00.001Z', 'silver'],
  ])('a loss and a gain %s', (_, gainedAt, tier) => {
    // 5000 less 4500 and 600 more are enough for Silver; who falls by this program falls to the base tier.
    const entries = [gained('a', 5000, MAY), adjusted('b', -4500, JUNE), gained('c', 600, gainedAt)];
    expect(earnedTier(TO_BASE, tallyOf(entries, TO_BASE, ENROLLED_AT, at('2025-07-01T00:00:00Z'))).id).toBe(tier);
  });
});

describe('a replay', () => {
  test('shows the sums where it stands', () => {
    const replay = replayOf([gained('a', 5, MAY)], BY_SUMS);
    expect(replay.tally).toMatchObject({ current: { tier: 5 }, previous: { tier: 0 }, lifetimePoints: 5 });
    replay.passEnd(LATER);
    expect(replay.tally).toMatchObject({ current: { tier: 0 }, previous: { tier: 5 }, lifetimePoints: 5 });
  });

  test('goes over one end of a cycle after the other while there is anything to lose, and then over all others at once', () => {
    const replay = replayOf([gained('a', 5, MAY)], BY_SUMS);
    const ends = [LATER, LATER, LATER].map((upTo) => replay.passEnd(upTo));
    expect(ends).toEqual([at('2025-12-31T23:00:00Z'), at('2026-12-31T23:00:00Z'), undefined]);
    expect(replay.tally.cycle.start).toBe(at('2029-12-31T23:00:00Z'));
  });

  test('goes over the end of a cycle on its very millisecond, and not before', () => {
    const end = at('2025-12-31T23:00:00Z');
    const replay = replayOf([gained('a', 5, MAY)], BY_SUMS);
    expect(replay.passEnd(end - 1)).toBeUndefined();
    expect(replay.passEnd(end)).toBe(end);
  });

  test('finds no end where the cycle has none', () => {
    const replay = replayOf([gained('a', 5, MAY)], exampleProgram({ cycle: { type: 'none' } }));
    expect(replay.passEnd(END_OF_TIME)).toBeUndefined();
  });

  test('tells the moment of the newest entry and the tier of whoever is held, where a program judges by the way', () => {
    const [a, b] = [gained('a', 5000, MAY), adjusted('b', -3000, JUNE)];
    expect(replayOf([], TO_BASE).tallyAt(LATER).latestAt).toBe(BEGINNING_OF_TIME);
    expect(replayOf([a], TO_BASE).tallyAt(at(MAY))).toMatchObject({ latestAt: at(MAY), current: { tier: 5000 } });
    expect(replayOf([a, b], TO_BASE).tallyAt(at(JUNE))).toMatchObject({ latestAt: at(JUNE), held: 'bronze' });
  });

  test('says neither where the sums alone give the tier', () => {
    const [a, b] = [gained('a', 5000, MAY), adjusted('b', -3000, JUNE)];
    expect(replayOf([a], TO_BASE).tallyAt(at(MAY))).not.toHaveProperty('held');
    const tally = replayOf([a, b], BY_SUMS).tallyAt(at(JUNE));
    expect(tally).not.toHaveProperty('held');
    expect(tally).not.toHaveProperty('latestAt');
  });
});
