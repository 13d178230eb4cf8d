import { lastDayText } from '../locale-format.ts';
import type { MemberView } from '../member/member-view.ts';
import type { Brand, PassDesign, PassLabel, WalletSettings } from '../program/brand.ts';
import { type Program, type Tier, tierById, tierName } from '../program/program.ts';
import { type Progress, tierPointsText } from '../rules/progress.ts';
import type { Instant } from '../time.ts';
import { inLanguage, type Missing, type PassTranslation, passTranslation } from './pass-translations.ts';

/** What a member's pass says and looks like, whichever wallet it is kept in. */
export interface PassContent {
  memberId: string;
  /** The language that it is written in. */
  locale: string;
  /** Who issues it. */
  organizationName: string;
  brandName: string;
  /** What it is, for who can't see it. */
  description: string;
  tier: { id: string; rank: number; label: string; value: string };
  /** Tier points, or money where the program counts spend: then with its currency, and its own label. */
  points: { label: string; value: number; currency: string | undefined };
  /**
   * Null at the top. Where points do not lead there, `missing` is null and the text is the tier alone. Where they suffice already, `missing` is
   * 0, and the text says after which day the tier comes, as far as that is known. `short` is what fits on the front of a card.
   */
  next: { label: string; value: string; short: string; missing: number | null; tier: string } | null;
  /** When a tier action's tier ends; null where nothing ends it. The value is the last day. */
  expires: { label: string; value: string; at: Instant } | null;
  /** Null where nobody told the name. */
  member: { label: string; value: string } | null;
  /** Points that can be spent. */
  balance: { label: string; value: number };
  /** What keeps the tier at the end of the cycle; null where no cycle ends, or no points keep it. */
  keep: { label: string; value: string } | null;
  /** What a till scans. */
  barcode: string;
  terms: { label: string; value: string };
  design: PassDesign;
}

/** Of a profile, what a pass shows of it. */
export interface PassHolder {
  name?: string;
  locale?: string;
}

export type WalletBrand = Brand & { wallet: WalletSettings };

export function hasWallet(brand: Brand): brand is WalletBrand {
  return brand.wallet !== undefined;
}

/** The language that a pass is written in: its holder's, the brand's, or English. */
export function localeOf(holder: PassHolder | undefined, { notifications }: Brand): string {
  return holder?.locale ?? notifications.defaultLocale ?? 'en';
}

/**
 * The content of a member's pass at the moment of the view, in the holder's language as far as the brand and Laurel have words in it, else
 * in the brand's.
 * @param brand as `readBrand` returned it: every tier has a design
 */
export function passContentOf(
  view: MemberView,
  holder: PassHolder | undefined,
  brand: WalletBrand,
  program: Program,
): PassContent {
  const { wallet } = brand;
  const { tier } = view.tier;
  const locale = localeOf(holder, brand);
  const locales = [locale, brand.notifications.defaultLocale];
  const words = passTranslation(...locales);
  const design = designOf(wallet, tier.id, program);
  const label = (name: PassLabel) => inLanguage(design.labels?.[name] ?? words.labels[name], ...locales);
  const isSpend = program.basis === 'spend';
  const ownWord = design.labels?.points;
  const named = (id: string) => {
    const found = tierById(program, id);
    return found ? tierName(found, ...locales) : id;
  };
  const writing: Writing = {
    words,
    program,
    named,
    missing: (value) => ({
      amount: tierPointsText(value, program, words.locale),
      unit: isSpend ? 'money' : ownWord === undefined ? 'points' : 'none',
      isOne: value === 1,
    }),
    lastDay: (end) => lastDayText(end, program.timeZone, words.locale),
  };
  const { next } = view.progress;
  const { expiresAt } = view.tier;
  const keep = keepText(view, writing);

  return {
    memberId: view.memberId,
    locale,
    organizationName: wallet.organizationName ?? brand.name,
    brandName: brand.name,
    description: `${words.description}, ${brand.name}`,
    tier: { id: tier.id, rank: tier.rank, label: label('tier'), value: tierName(tier, ...locales) },
    points: {
      label: isSpend && ownWord === undefined ? words.spent : label('points'),
      value: view.points.current,
      currency: isSpend ? program.currency : undefined,
    },
    next: next && {
      label: label('next'),
      ...nextTexts(next, view, writing),
      missing: next.missing,
      tier: next.tier,
    },
    expires: expiresAt === null ? null : { label: label('expires'), value: writing.lastDay(expiresAt), at: expiresAt },
    member: holder?.name === undefined ? null : { label: label('member'), value: holder.name },
    balance: { label: label('balance'), value: view.points.balance },
    keep: keep === undefined ? null : { label: label('keep'), value: keep },
    barcode: view.memberId,
    terms: { label: label('terms'), value: inLanguage(wallet.terms, ...locales) },
    design,
  };
}

/** How a pass's language writes what its sentences are made of. */
interface Writing {
  words: PassTranslation;
  program: Program;
  named(tier: string): string;
  missing(value: number): Missing;
  lastDay(end: Instant): string;
}

function nextTexts(
  next: NonNullable<Progress['next']>,
  view: MemberView,
  writing: Writing,
): { value: string; short: string } {
  const { words, program, named, missing, lastDay } = writing;
  const short = named(next.tier);
  if (next.missing) {
    const amount = missing(next.missing);
    const way = words.shortToNext(amount, short);
    // Where other conditions may stand in for the points, nobody needs them.
    return { value: next.needed < next.conditions.length ? way : words.toNext(amount, short), short: way };
  }
  const { tier, expiresAt } = view.tier;
  const comes = tierAfterEnd(view, program);
  const rises = expiresAt !== null && comes && comes.rank > tier.rank;
  return { value: rises ? words.after(lastDay(expiresAt), named(comes.id)) : short, short };
}

/** The tier that follows when a grant ends; undefined where none ends, or a cycle does before: nobody knows that cycle's points yet. */
function tierAfterEnd({ tier, cycle, progress }: MemberView, program: Program): Tier | undefined {
  const { expiresAt, after } = tier;
  if (expiresAt === null || cycle.end === null || expiresAt < cycle.end) return after ?? undefined;
  return expiresAt === cycle.end ? tierById(program, progress.expectedAtCycleEnd) : undefined;
}

/** @returns undefined where there is nothing to keep, or no points keep it: a grant ends before the cycle does, or a cap is what shows */
function keepText({ tier, progress }: MemberView, { words, missing, lastDay }: Writing): string | undefined {
  const { keep } = progress;
  if (keep === null || (tier.expiresAt !== null && tier.expiresAt < keep.by)) return undefined;
  if (keep.missing) return words.toKeep(missing(keep.missing), lastDay(keep.by));
  return progress.expectedAtCycleEnd === tier.tier.id ? words.kept(lastDay(keep.by)) : undefined;
}

function designOf(wallet: WalletSettings, tierId: string, { tiers }: Program): PassDesign {
  const design = wallet.designs[tierId] ?? wallet.designs[tiers[0].id];
  if (!design) throw new Error(`The brand has no pass design for the tier ${tierId}. readBrand refuses such a file.`);
  return design;
}
