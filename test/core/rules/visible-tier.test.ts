import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../../core/actions/grant.ts';
import { tierById } from '../../../core/program/program.ts';
import { nextVisibleTier, tierWithSourceAt, visibleTier } from '../../../core/rules/visible-tier.ts';
import { exampleProgram } from '../../support/program.ts';
import { grantLists, LAST_MOMENT } from '../actions/grants.ts';

const PROGRAM = exampleProgram();
const LADDER = ['bronze', 'silver', 'gold', 'platinum'];

const tier = (id: string) => tierById(PROGRAM, id)!;

/** `gold+2-5`: a floor of Gold from 2 until 5; `silver_0`: a cap of Silver from 0 for good. */
function grantsOf(text: string): Grant[] {
  return text.split(' ').flatMap((word): Grant[] => {
    const [, id, sign, from, until] = /^([a-z]+)([+_])(\d+)(?:-(\d+))?$/.exec(word) ?? [];
    if (id === undefined) return [];
    const grant: Grant = { key: word, kind: sign === '+' ? 'floor' : 'cap', tier: id, from: Number(from) };
    return [until === undefined ? grant : { ...grant, until: Number(until) }];
  });
}

function visible(earned: string, grants: string, at = 5): string {
  return visibleTier(tier(earned), grantsOf(grants), at, PROGRAM).id;
}

describe('the visible tier', () => {
  test.each([
    ['no grant', 'silver', '', 'silver'],
    ['a floor above', 'silver', 'gold+0', 'gold'],
    ['a floor of the same', 'gold', 'gold+0', 'gold'],
    ['a floor below', 'gold', 'silver+0', 'gold'],
    ['a floor of the base tier', 'silver', 'bronze+0', 'silver'],
    ['a cap below', 'gold', 'silver_0', 'silver'],
    ['a cap of the same', 'gold', 'gold_0', 'gold'],
    ['a cap above', 'silver', 'gold_0', 'silver'],
    ['a cap of the base tier', 'platinum', 'bronze_0', 'bronze'],
    ['R14: of several floors, the highest', 'bronze', 'silver+0 platinum+0 gold+0', 'platinum'],
    ['of several caps, the lowest', 'platinum', 'gold_0 bronze_0 silver_0', 'bronze'],
    ['a cap below a floor', 'bronze', 'platinum+0 silver_0', 'silver'],
    ['a cap between the earned tier and a floor', 'silver', 'platinum+0 gold_0', 'gold'],
    ['a cap above a floor', 'bronze', 'silver+0 gold_0', 'silver'],
    ['a floor of a tier that is gone', 'silver', 'gone+0', 'silver'],
    ['a cap of a tier that is gone', 'silver', 'gone_0', 'silver'],
    ['one that is gone among others', 'bronze', 'gone+0 gold+0 gone_0 silver_0', 'silver'],
    ['a floor that is over', 'silver', 'gold+0-5', 'silver'],
    ['a floor that is yet to come', 'silver', 'gold+6', 'silver'],
    ['the next floor, where the highest is over', 'bronze', 'platinum+0-5 gold+0-9', 'gold'],
    ['the floor, where the cap is over', 'bronze', 'platinum+0 silver_0-5', 'platinum'],
  ])('with %s: of %s and %j it is %s', (_, earned, grants, expected) => {
    expect(visible(earned, grants)).toBe(expected);
  });

  test.each([
    [1, 'bronze'],
    [2, 'gold'],
    [3, 'gold'],
    [6, 'gold'],
    [7, 'bronze'],
    [8, 'bronze'],
  ])('of a floor from 2 until 7, at %i it is %s', (at, expected) => {
    expect(visible('bronze', 'gold+2-7', at)).toBe(expected);
  });

  test.each([
    [1, 'gold'],
    [2, 'silver'],
    [3, 'silver'],
    [6, 'silver'],
    [7, 'gold'],
    [8, 'gold'],
  ])('of a cap from 2 until 7, at %i it is %s', (at, expected) => {
    expect(visible('gold', 'silver_2-7', at)).toBe(expected);
  });

  test.each([
    [59, 'platinum'],
    [60, 'gold'],
    [89, 'gold'],
    [90, 'silver'],
  ])('E37: earned Silver, with Platinum to day 60 and Gold to day 90, on day %i it is %s', (day, expected) => {
    expect(visible('silver', 'gold+0-90 platinum+0-60', day)).toBe(expected);
  });

  test('without a list of grants is the earned tier', () => {
    expect(visibleTier(tier('gold'), undefined, 0, PROGRAM)).toBe(tier('gold'));
  });
});

/** The rule's own words, by lists of ranks. */
function reference(earned: string, grants: readonly Grant[], at: number): string {
  const ranksOf = (kind: Grant['kind']) =>
    grants
      .filter((grant) => grant.kind === kind && at >= grant.from && (grant.until === undefined || at < grant.until))
      .map((grant) => LADDER.indexOf(grant.tier))
      .filter((rank) => rank >= 0);
  const raised = Math.max(LADDER.indexOf(earned), ...ranksOf('floor'));
  return LADDER[Math.min(raised, ...ranksOf('cap'))]!;
}

const standings = fc.record({
  earned: fc.constantFrom(...LADDER),
  grants: grantLists(),
  at: fc.nat({ max: 2 * LAST_MOMENT }),
});

test('it is min(max(earned, live floors), lowest live cap), whatever the grants', () => {
  fc.assert(
    fc.property(standings, ({ earned, grants, at }) => {
      expect(visibleTier(tier(earned), grants, at, PROGRAM).id).toBe(reference(earned, grants, at));
    }),
    { numRuns: 2000 },
  );
});

test('the order of the grants does not matter', () => {
  const shuffled = standings.chain(({ earned, grants, at }) =>
    fc.record({
      earned: fc.constant(earned),
      grants: fc.constant(grants),
      others: fc.shuffledSubarray(grants, { minLength: grants.length }),
      at: fc.constant(at),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ earned, grants, others, at }) => {
      expect(visibleTier(tier(earned), others, at, PROGRAM)).toBe(visibleTier(tier(earned), grants, at, PROGRAM));
    }),
  );
});

test('what decides it is live, gives it, and is named only where the earned tier does not', () => {
  fc.assert(
    fc.property(standings, ({ earned, grants, at }) => {
      const standing = tierWithSourceAt(tier(earned), grants, at, PROGRAM);
      if (standing.source === 'earned') {
        expect(standing).toEqual({ tier: tier(earned), source: 'earned' });
        return;
      }
      const { grant } = standing;
      expect(grants).toContain(grant);
      expect(grant).toMatchObject({ kind: standing.source, tier: standing.tier.id });
      expect(reference('bronze', [{ ...grant!, kind: 'floor' }], at)).toBe(standing.tier.id);
      // Without it, and its equals, the member would have another tier.
      const others = grants.filter(({ kind, tier: of }) => kind !== grant!.kind || of !== grant!.tier);
      expect(reference(earned, others, at)).not.toBe(standing.tier.id);
    }),
    { numRuns: 1000 },
  );
});

test('of several floors of the tier that shows, the one that ends last decides it', () => {
  const standing = tierWithSourceAt(tier('bronze'), grantsOf('gold+0-7 gold+0-9 gold+0-8'), 5, PROGRAM);
  expect(standing.grant?.until).toBe(9);
});

test('the next tier is the one at the first moment at which an end of a grant changes it', () => {
  fc.assert(
    fc.property(standings, ({ earned, grants, at }) => {
      // Of what is yet to begin nobody speaks: grants begin when they are given.
      const begun = grants.filter(({ from }) => from <= at);
      const now = reference(earned, begun, at);
      let expected: { at: number; tier: string } | undefined;
      for (let later = at + 1; later <= 2 * LAST_MOMENT && !expected; later++) {
        const then = reference(earned, begun, later);
        if (then !== now) expected = { at: later, tier: then };
      }
      const next = nextVisibleTier(tier(earned), begun, at, PROGRAM);
      expect(next && { at: next.at, tier: next.tier.id }).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});
