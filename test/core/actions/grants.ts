/** Random grants for the laws: of few tiers and few moments, so that they meet, and end on each other's milliseconds. */
import fc from 'fast-check';
import type { Grant } from '../../../core/actions/grant.ts';
import type { Instant } from '../../../core/time.ts';

/** The moments at which grants begin and end. */
export const LAST_MOMENT = 12;

/** The tiers of the example's ladder, and one that it no longer has. */
export const TIERS_OF_GRANTS = ['bronze', 'silver', 'gold', 'platinum', 'gone'];

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** @param from when it begins, where that is settled */
export function grants(from?: fc.Arbitrary<Instant>): fc.Arbitrary<Grant> {
  return fc
    .record({
      kind: fc.constantFrom<Grant['kind'][]>('floor', 'cap'),
      tier: fc.constantFrom(...TIERS_OF_GRANTS),
      from: from ?? fc.nat({ max: LAST_MOMENT }),
      lasts: maybe(fc.integer({ min: 1, max: LAST_MOMENT })),
    })
    .map(({ kind, tier, from: begins, lasts }) => ({
      key: 'k',
      kind,
      tier,
      from: begins,
      ...(lasts !== undefined && { until: begins + lasts }),
    }));
}

/** Several grants, each by a key of its own. */
export function grantLists(maxLength = 8, from?: fc.Arbitrary<Instant>): fc.Arbitrary<Grant[]> {
  return fc
    .array(grants(from), { maxLength, size: 'max' })
    .map((list) => list.map((grant, place) => ({ ...grant, key: `k${place}` })));
}
