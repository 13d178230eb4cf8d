import * as z from 'zod';
import { currencyDigits, formatAmount, parseAmount } from '../money.ts';
import type { Amount, Brand, ConditionFile, QualificationFile, TierFile } from './brand.ts';
import { brandSchema, brandShape, conditionSchema, count, readable, tierSchema } from './brand-schema.ts';
import { brandWarnings } from './brand-warnings.ts';
import { notificationProblems } from './notification-problems.ts';
import { isWithin, listAt, oneOf, type Problem, recordAt, repeated, show, valueAt } from './problem.ts';
import { promotionProblems } from './promotion-problems.ts';
import { shapeProblems } from './shape-problems.ts';
import { didYouMean, nearestName } from './spelling.ts';

/** Warnings refuse nothing: they tell of what is most likely not meant. */
export type BrandReading = { warnings: Problem[] } & ({ ok: true; brand: Brand } | { ok: false; problems: Problem[] });

/**
 * Reads a brand's file, and lists every problem it has, of shape and of meaning: what can be judged is judged, whatever is wrong
 * elsewhere in the file.
 * @param json as parsed from the file
 * @param fileName without `.json`: the brand's id has to be the same
 */
export function readBrand(json: unknown, fileName?: string): BrandReading {
  const whole = brandSchema.safeParse(json);
  const shape = shapeProblems(whole.error?.issues ?? [], json);
  // What has no shape is judged no further: one problem at a place is enough.
  const told = [...shape.problems.map(({ place }) => place), ...shape.misplaced];
  const isNew = ({ place }: Problem) => !told.some((other) => isWithin(place, other));
  const problems = [...shape.problems, ...meaningProblems(json, fileName).filter(isNew)];
  const warnings = brandWarnings(json).filter(isNew);
  return whole.success && problems.length === 0
    ? { ok: true, brand: whole.data, warnings }
    : { ok: false, problems, warnings };
}

/** Each check of meaning sees every part that has the right shape, down to the single condition, whatever is wrong beside it. */
function meaningProblems(json: unknown, fileName: string | undefined): Problem[] {
  const program = brandShape.program.shape;
  const tiers = listAt(json, 'program', 'tiers').map(readableTier);
  const tierIds = listAt(json, 'program', 'tiers').flatMap((tier) => readable(z.string(), valueAt(tier, ['id'])) ?? []);
  const trackers = recordAt(json, 'program', 'trackers');
  const units: Units = {
    basis: readable(program.basis, valueAt(json, ['program', 'basis'])),
    currency: readable(program.currency, valueAt(json, ['program', 'currency'])),
  };
  return [
    ...namingProblems(readable(brandShape.brand, valueAt(json, ['brand'])), fileName),
    ...ladderProblems(tiers, trackers, units),
    ...(valueAt(json, ['program', 'cycle', 'type']) === 'none' ? trackerProblems(trackers) : []),
    ...promotionProblems(json),
    ...notificationProblems(json, tierIds),
    ...shopifyProblems(json),
    ...walletProblems(json, tierIds),
  ];
}

/** A line for each problem, for a terminal. */
export function describeProblems(problems: readonly Problem[]): string[] {
  return problems.map((problem) => lineOf(problem, 'allowed'));
}

/** A line for each warning, for a terminal. */
export function describeWarnings(warnings: readonly Problem[]): string[] {
  return warnings.map((warning) => lineOf(warning, 'expected'));
}

function lineOf({ place, given, allowed, remedy }: Problem, judgement: string): string {
  return `${place || 'the file'}: given ${given}; ${judgement}: ${allowed}. ${remedy}`;
}

function readableTier(tier: unknown): TierFile {
  const { shape } = tierSchema;
  const qualification = valueAt(tier, ['qualification']);
  const threshold = readable(shape.threshold, valueAt(tier, ['threshold']));
  return {
    id: readable(shape.id, valueAt(tier, ['id'])) ?? '',
    name: readable(shape.name, valueAt(tier, ['name'])) ?? '',
    ...(threshold === undefined ? {} : { threshold }),
    ...(qualification === undefined ? {} : { qualification: readableQualification(qualification) }),
  };
}

/** A condition that cannot be read keeps its place, and is none of those that are judged. */
function readableQualification(qualification: unknown): QualificationFile {
  const conditionsAt = (name: string) =>
    listAt(qualification, name).map((condition) => readable(conditionSchema, condition) ?? ({} as ConditionFile));
  const any = readable(count, valueAt(qualification, ['any']));
  return any === undefined ? { all: conditionsAt('all') } : { any, of: conditionsAt('of') };
}

/** Known by their names; each may have a shape of its own. */
type Trackers = Readonly<Record<string, unknown>>;

function namingProblems(brand: string | undefined, fileName: string | undefined): Problem[] {
  if (fileName === undefined || brand === undefined || brand === fileName) return [];
  return [{ place: 'brand', given: show(brand), allowed: show(fileName), remedy: 'Name the brand as its file.' }];
}

/** Shopify's orders bring no points of their own: without a rate each would be worth nothing, for good (R1). */
function shopifyProblems(json: unknown): Problem[] {
  const program = (name: string) => valueAt(json, ['program', name]);
  const worthless = program('basis') === 'points' && program('pointsPerUnit') === undefined;
  if (!worthless || valueAt(json, ['shopify']) === undefined) return [];
  const allowed = 'the points that one unit of a Shopify order gives, above 0';
  return [{ place: 'program.pointsPerUnit', given: 'nothing', allowed, remedy: 'Add it, or leave "shopify" out.' }];
}

/** A member of any tier keeps a pass: each tier has a design, and each design a tier. */
function walletProblems(json: unknown, tiers: string[]): Problem[] {
  if (valueAt(json, ['wallet']) === undefined || tiers.length === 0) return [];
  const designs = Object.keys(recordAt(json, 'wallet', 'designs'));
  const missing = tiers.filter((tier) => !designs.includes(tier));
  const strange = designs.filter((tier) => !tiers.includes(tier));
  const meant = strange.map((tier) => nearestName(tier, missing));
  const strangers = (names: string[], place: string, among: string[]) =>
    names.map((name) => ({
      place: `${place}.${name}`,
      given: show(name),
      allowed: oneOf(tiers),
      remedy: `${didYouMean(name, among)}Name a tier of program.tiers.`,
    }));
  return [
    ...missing
      .filter((tier) => !meant.includes(tier))
      .map((tier) => ({
        place: `wallet.designs.${tier}`,
        given: 'nothing',
        allowed: 'a design: {background, foreground, label, images}',
        remedy: `Add it: members of the tier ${tier} have a pass too.`,
      })),
    ...strangers(strange, 'wallet.designs', missing),
    ...strangers(
      Object.keys(recordAt(json, 'wallet', 'google', 'heroImages')).filter((tier) => !tiers.includes(tier)),
      'wallet.google.heroImages',
      tiers,
    ),
  ];
}

/** What thresholds and amounts are in, as far as it can be read. */
interface Units {
  basis: Brand['program']['basis'] | undefined;
  currency: string | undefined;
}

function ladderProblems(tiers: TierFile[], trackers: Trackers, units: Units): Problem[] {
  const problems: Problem[] = [];
  const [base, ...higher] = tiers;
  const baseSize = base?.threshold === undefined ? 'unreadable' : sizeOf(base.threshold, units);
  if (base && (base.qualification || (baseSize !== undefined && baseSize !== 0))) {
    problems.push({
      place: `program.tiers[0].${base.qualification ? 'qualification' : 'threshold'}`,
      given: base.qualification ? 'a qualification' : show(base.threshold),
      allowed: 'threshold 0 and no qualification: the first tier is the base tier, which everybody has',
      remedy: 'Put the base tier first, with "threshold": 0.',
    });
  }
  let below: { threshold: Amount; size: number } = { threshold: 0, size: 0 };
  higher.forEach((tier, place) => {
    const at = `program.tiers[${place + 1}]`;
    if (tier.threshold === undefined && !tier.qualification) {
      problems.push({
        place: `${at}.threshold`,
        given: 'nothing',
        allowed: 'a threshold, a qualification, or both',
        remedy: 'Say what it takes to reach the tier.',
      });
    }
    if (tier.threshold !== undefined) {
      const { threshold } = tier;
      const size = sizeOf(threshold, units);
      if (size === 'unreadable') problems.push(unreadableThreshold(`${at}.threshold`, threshold, units));
      else if (size !== undefined) {
        if (size <= below.size) {
          problems.push({
            place: `${at}.threshold`,
            given: show(threshold),
            allowed: `more than ${show(below.threshold)}, the threshold below`,
            remedy: 'Order the tiers from the base tier up.',
          });
        } else below = { threshold, size };
      }
    }
    problems.push(...qualificationProblems(at, tier, trackers, units));
  });
  for (const property of ['id', 'name'] as const) {
    const values = tiers.map((tier) => tier[property]);
    problems.push(...repeated('program.tiers', property, values, 'tier'));
  }
  return problems;
}

/** How far up the ladder a threshold is; undefined where the file does not say in what it counts. */
function sizeOf(threshold: Amount, { basis, currency }: Units): number | 'unreadable' | undefined {
  if (basis === 'spend' && currency !== undefined) {
    const minor = parseAmount(String(threshold), currency);
    return typeof minor === 'number' ? minor : 'unreadable';
  }
  if (typeof threshold === 'number') return threshold;
  return basis === 'points' ? 'unreadable' : undefined;
}

function unreadableThreshold(place: string, threshold: Amount, { basis, currency }: Units): Problem {
  return basis === 'points'
    ? {
        place,
        given: show(threshold),
        allowed: 'a whole number without quotation marks, as the basis is "points"',
        remedy: /^\d+$/.test(String(threshold)) ? `Write ${threshold}.` : 'Round it to whole points.',
      }
    : { place, given: show(threshold), allowed: amountOf(currency!), remedy: 'Change the amount.' };
}

function amountOf(currency: string): string {
  const digits = currencyDigits(currency);
  const limit = digits === 0 ? 'without digits after the point' : `with at most ${digits} digits after the point`;
  return `an amount of ${currency} above 0, ${limit}, such as "${formatAmount(1000 * 10 ** digits, currency)}"`;
}

function qualificationProblems(
  tierPlace: string,
  { qualification, threshold }: TierFile,
  trackers: Trackers,
  { currency }: Units,
): Problem[] {
  if (!qualification) return [];
  const problems: Problem[] = [];
  const conditions: ConditionFile[] = 'all' in qualification ? qualification.all : qualification.of;
  const total = conditions.length + (threshold === undefined ? 0 : 1);
  if ('any' in qualification && qualification.any > total) {
    problems.push({
      place: `${tierPlace}.qualification.any`,
      given: show(qualification.any),
      allowed: `at most ${total}, the number of conditions, the threshold among them`,
      remedy: 'Ask for fewer, or add conditions.',
    });
  }
  conditions.forEach((condition, place) => {
    const at = `${tierPlace}.qualification.${'all' in qualification ? 'all' : 'of'}[${place}]`;
    if ('tracker' in condition && !Object.hasOwn(trackers, condition.tracker)) {
      problems.push({
        place: `${at}.tracker`,
        given: show(condition.tracker),
        allowed: oneOf(Object.keys(trackers)),
        remedy: `${didYouMean(condition.tracker, Object.keys(trackers))}Name a tracker of program.trackers.`,
      });
    }
    if ('lifetimeSpend' in condition && currency !== undefined) {
      const amount = parseAmount(String(condition.lifetimeSpend), currency);
      if (typeof amount !== 'number' || amount <= 0) {
        problems.push({
          place: `${at}.lifetimeSpend`,
          given: show(condition.lifetimeSpend),
          allowed: amountOf(currency),
          remedy: 'Change the amount.',
        });
      }
    }
  });
  return problems;
}

function trackerProblems(trackers: Trackers): Problem[] {
  return Object.entries(trackers)
    .filter(([, tracker]) => valueAt(tracker, ['over']) === 'cycle')
    .map(([name]) => ({
      place: `program.trackers.${name}.over`,
      given: '"cycle"',
      allowed: '"lifetime", as the program has no cycles',
      remedy: 'Count over the lifetime, or give the program a cycle.',
    }));
}
