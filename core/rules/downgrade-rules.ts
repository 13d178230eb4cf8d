import type { Program, Tier } from '../program/program.ts';
import { earnedTier, measured, qualifiedTier } from './qualification.ts';
import type { Tally } from './tally.ts';

/**
 * R8, for one moment: the tally after the entries of a moment, with the tier at which they leave the member. A fall leads to the program's
 * target, or waits for the end of the cycle. A gain raises to what the points give, and never lowers.
 * @param before the sums before that moment, of the same cycle
 * @param after the sums with its entries
 */
export function afterFacts(before: Tally, after: Tally, program: Program): Tally {
  if (!program.earnedByPath) return after;
  const earned = earnedTier(program, before);
  const [had, has] = [qualifiedTier(program, before), qualifiedTier(program, after)];
  const fell = has.rank < had.rank;
  if (fell && has.rank < earned.rank) {
    return withHeld(after, program.downgradeTiming === 'realtime' ? landing(earned, has, program) : earned, has);
  }
  const rises = !fell && has.rank > earned.rank && (has.rank > had.rank || adds(before, after, program));
  return withHeld(after, rises ? has : earned, has);
}

/**
 * R8, at the end of a cycle: a member whose tier the points still give keeps it. Every other member falls to the program's target, whatever
 * the timing.
 * @param before the sums of the cycle that ended
 * @param after the sums of the one that begins
 */
export function afterEnd(before: Tally, after: Tally, program: Program): Tally {
  if (!program.earnedByPath) return after;
  const earned = earnedTier(program, before);
  const has = qualifiedTier(program, after);
  return withHeld(after, has.rank < earned.rank ? landing(earned, has, program) : has, has);
}

/** The tier to which a fall leads: not below what the points give, unless the target is the base tier. */
function landing(from: Tier, qualified: Tier, program: Program): Tier {
  switch (program.downgradeTarget) {
    case 'qualified':
      return qualified;
    case 'oneBelow': {
      const below = program.tiers[from.rank - 1];
      return below && below.rank > qualified.rank ? below : qualified;
    }
    case 'base':
      return program.tiers[0];
  }
}

/** Whether any measure that a tier asks for grew. */
function adds(before: Tally, after: Tally, program: Program): boolean {
  return program.tiers.some(({ conditions }) =>
    conditions.some(
      (condition) => measured(program, condition, after, 'both') > measured(program, condition, before, 'both'),
    ),
  );
}

/** Stores the held tier only if the sums give another one. */
function withHeld(tally: Tally, earned: Tier, qualified: Tier): Tally {
  const { held: _, ...rest } = tally;
  return earned.id === qualified.id ? rest : { ...rest, held: earned.id };
}
