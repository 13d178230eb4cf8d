import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isWithdrawn,
  nextVersion,
  type PassVersion,
  readTag,
  tagOf,
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
  for (const other of [undefined, '', 'u', 'U1', '1790000000000', 'yesterday', 'u-1', 'uzzzzzzzzzz']) {
    expect(readTag(other)).toBe(0);
  }
});

test('who never had a pass was not erased', () => {
  expect(isWithdrawn(undefined)).toBe(false);
});
