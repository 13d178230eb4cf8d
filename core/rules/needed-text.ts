/** Sentences about a tier's conditions, in English: what the member has of them, and what is missing. */
import { moneyText, numberText } from '../locale-format.ts';
import type { Condition, Program } from '../program/program.ts';
import type { ConditionProgress } from './progress.ts';

/** Something that is missing, with its unit: "690 more points". */
export interface Needed {
  what: string;
  /** Whether a verb after it is in the singular, as after an amount of money. */
  isOne: boolean;
}

/** "3,700 more points are needed for Gold", without a full stop. */
export function neededFor({ what, isOne }: Needed, purpose: string): string {
  return `${what} ${isOne ? 'is' : 'are'} needed ${purpose}`;
}

/** The same for several missing amounts, of which `suffice` are enough. */
export function neededOf(needs: readonly Needed[], suffice: number, purpose: string): string {
  const whats = needs.map(({ what }) => what);
  if (suffice >= needs.length)
    return neededFor({ what: listed(whats, 'and'), isOne: needs.length === 1 && needs[0]!.isOne }, purpose);
  if (suffice === 1) return neededFor({ what: listed(whats, 'or'), isOne: needs.at(-1)!.isOne }, purpose);
  return `Any ${suffice} of these are needed ${purpose}: ${whats.join(', ')}`;
}

/** "a, b and c" */
export function listed(parts: readonly string[], conjunction: 'and' | 'or'): string {
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} ${conjunction} ${parts.at(-1)}` : parts.join('');
}

/** What the member has of a condition: "1,300 of 1,000 points". */
export function haveOf(condition: Condition, { have, need }: ConditionProgress, program: Program): string {
  const { text, noun } = unitOf(condition, program);
  return `${text(have)} of ${text(need)} ${noun(need)}`;
}

/** What is missing to a condition: "3,700 more points". */
export function missingOf(condition: Condition, { missing }: ConditionProgress, program: Program): Needed {
  const { text, noun, isMoney } = unitOf(condition, program);
  const isOne = isMoney || missing === 1;
  const amount = `${text(missing)} more`;
  if (isMoney && condition.measure === 'tierPoints') return { what: amount, isOne };
  // A tracker has the name that the brand gave it, without a plural.
  const isLabel = condition.measure === 'tracker' && missing === 1;
  return { what: isLabel ? `${amount} “${noun(missing)}”` : `${amount} ${noun(missing)}`, isOne };
}

interface Unit {
  text(value: number): string;
  noun(value: number): string;
  isMoney: boolean;
}

function unitOf({ measure, tracker }: Condition, program: Program): Unit {
  const counted = (one: string): Unit => ({
    text: (value) => numberText(value),
    noun: (value) => (value === 1 ? one : `${one}s`),
    isMoney: false,
  });
  const money = (noun: string): Unit => ({
    text: (value) => moneyText(value, program.currency),
    noun: () => noun,
    isMoney: true,
  });
  switch (measure) {
    case 'tierPoints':
      return program.basis === 'spend' ? money('spend') : counted('point');
    case 'lifetimePoints':
      return counted('lifetime point');
    case 'lifetimeSpend':
      return money('lifetime spend');
    case 'orders':
      return counted('order');
    case 'tracker':
      return { ...counted(''), noun: () => program.trackers[tracker]!.name };
  }
}
