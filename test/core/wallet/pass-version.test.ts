import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isWithdrawn,
  nextVersion,
  type PassVersion,
  readTag,
  TAG_OVERLAP_MS,
  tagOf,
  toldUpTo,
  withdrawnVersion,
} from '../../../core/wallet/pass-version.ts';

test('the same contents are the same version, however often they are seen', () => {
  const first = nextVersion(undefined, 'one', 1234);
  expect(first).toEqual({ contents: 'one', updatedAt: 1234, modifiedAt: 1000 });
  expect(nextVersion(first, 'one', 99_999)).toBe(first);
});

test('each version is later than the one before, in what HTTP can say as well, whatever the clock does', () => {
  const moments = fc.array(fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.boolean()), {
    minLength: 2,
    maxLength: 30,
  });
  fc.assert(
    fc.property(moments, (steps) => {
      let known: PassVersion | undefined;
      steps.forEach(([now, erased], place) => {
        const next: PassVersion = erased ? withdrawnVersion(known, now) : nextVersion(known, `contents ${place}`, now);
        expect(next.updatedAt).toBeGreaterThanOrEqual(now);
        expect(next.modifiedAt % 1000).toBe(0);
        if (known) {
          expect(next.updatedAt).toBeGreaterThan(known.updatedAt);
          expect(next.modifiedAt).toBeGreaterThan(known.modifiedAt);
        }
        expect(isWithdrawn(next)).toBe(erased);
        known = next;
      });
    }),
  );
});

test('a tag comes back as the moment that it was made of; nothing else is taken for one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (updatedAt) => {
      expect(readTag(tagOf(updatedAt))).toBe(updatedAt);
    }),
  );
  for (const other of [undefined, '', 'u', 'U1', '1790000000000', 'yesterday', 'u-1', 'uzzzzzzzzzz', 'xu1', 'u1 ']) {
    expect(readTag(other)).toBe(0);
  }
});

const NOW = 1_000_000;
const MINUTE_AGO = NOW - TAG_OVERLAP_MS;

test.each([
  ['is the newest version, once that is a minute old', 0, MINUTE_AGO - 1, MINUTE_AGO - 1],
  ['is the newest version, when that is a minute old', 0, MINUTE_AGO, MINUTE_AGO],
  ['is a minute ago, where the newest is younger', 0, MINUTE_AGO + 1, MINUTE_AGO],
  ['goes never back, though a clock does', MINUTE_AGO + 7, MINUTE_AGO + 9, MINUTE_AGO + 7],
])('what a device is told up to %s', (_, known, newest, upTo) => {
  expect(toldUpTo({ known, newest, now: NOW })).toBe(upTo);
});

test('who never had a pass was not erased', () => {
  expect(isWithdrawn(undefined)).toBe(false);
});
