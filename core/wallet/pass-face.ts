import { lastDayText } from '../locale-format.ts';
import type { MemberView } from '../member/member-view.ts';
import type { Brand, PassDesign, PassLabel, WalletSettings } from '../program/brand.ts';
import { type Program, tierById, tierName } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { faceWords, inLanguage } from './face-words.ts';

/** What a member's pass says and looks like, whichever wallet it is kept in. */
export interface PassFace {
  memberId: string;
  /** The language that it is written in. */
  locale: string;
  /** Who issues it. */
  organizationName: string;
  brandName: string;
  /** What it is, for who can't see it. */
  description: string;
  tier: { id: string; rank: number; label: string; value: string };
  /** Tier points, or money where the program counts spend: then with its currency. */
  points: { label: string; value: number; currency: string | undefined };
  /** Null at the top. The text is the tier alone where points do not lead there, `missing` then null, or suffice already. */
  next: { label: string; value: string; missing: number | null; tier: string } | null;
  /** When a tier action's tier ends; null where nothing ends it. The value is the last day. */
  expires: { label: string; value: string; at: Instant } | null;
  /** Null where nobody told the name. */
  member: { label: string; value: string } | null;
  /** Points that can be spent. */
  balance: { label: string; value: number };
  /** What keeps the tier at the end of the cycle; null where no cycle ends, or there is nothing to keep. */
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
 * The face of a member's pass at the moment of the view, in the holder's language as far as the brand and Laurel have words in it, else
 * in the brand's.
 * @param brand as `readBrand` returned it: every tier has a design
 */
export function faceOf(
  view: MemberView,
  holder: PassHolder | undefined,
  brand: WalletBrand,
  program: Program,
): PassFace {
  const { wallet } = brand;
  const { tier } = view.tier;
  const locale = localeOf(holder, brand);
  const locales = [locale, brand.notifications.defaultLocale];
  const words = faceWords(...locales);
  const design = designOf(wallet, tier.id, program);
  const label = (name: PassLabel) => inLanguage(design.labels?.[name] ?? words.labels[name], ...locales);
  const { currency } = program;
  const isSpend = program.basis === 'spend';
  const amount = (value: number) =>
    new Intl.NumberFormat(words.locale, isSpend ? { style: 'currency', currency } : {}).format(value);
  const named = (id: string) => {
    const found = tierById(program, id);
    return found ? tierName(found, ...locales) : id;
  };
  const { next, keep } = view.progress;
  const dayBefore = (end: Instant) => lastDayText(end, program.timeZone, words.locale);
  const { expiresAt } = view.tier;

  return {
    memberId: view.memberId,
    locale,
    organizationName: wallet.organizationName ?? brand.name,
    brandName: brand.name,
    description: `${words.description}, ${brand.name}`,
    tier: { id: tier.id, rank: tier.rank, label: label('tier'), value: tierName(tier, ...locales) },
    points: { label: label('points'), value: view.points.current, currency: isSpend ? currency : undefined },
    next: next && {
      label: label('next'),
      // Nothing is missing where points suffice, and something else holds the tier down.
      value: next.missing ? words.toNext(amount(next.missing), named(next.tier)) : named(next.tier),
      missing: next.missing,
      tier: next.tier,
    },
    expires: expiresAt === null ? null : { label: label('expires'), value: dayBefore(expiresAt), at: expiresAt },
    member: holder?.name === undefined ? null : { label: label('member'), value: holder.name },
    balance: { label: label('balance'), value: view.points.balance },
    keep:
      keep === null || keep.missing === null
        ? null
        : {
            label: label('keep'),
            value:
              keep.missing > 0
                ? words.toKeep(amount(keep.missing), dayBefore(keep.by))
                : words.kept(dayBefore(keep.by)),
          },
    barcode: view.memberId,
    terms: { label: label('terms'), value: inLanguage(wallet.terms, ...locales) },
    design,
  };
}

function designOf(wallet: WalletSettings, tierId: string, { tiers }: Program): PassDesign {
  const design = wallet.designs[tierId] ?? wallet.designs[tiers[0].id];
  if (!design) throw new Error(`The brand has no pass design for the tier ${tierId}. readBrand refuses such a file.`);
  return design;
}
