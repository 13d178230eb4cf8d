import type { Channel } from '../program/brand.ts';
import { END_OF_TIME, type Instant } from '../time.ts';

/**
 * What a tier action gives: a floor that the tier does not fall below, or a cap that it does not rise above, live while `from <= now <
 * until`. Points count all the same (R13).
 */
export interface Grant {
  /** The key of the action that gave it. */
  key: string;
  kind: 'floor' | 'cap';
  tier: string;
  from: Instant;
  /** Left out: for good. */
  until?: Instant;
  /** R17: lifted by the first transaction with tier points that is recorded from this moment on. */
  reassessFrom?: Instant;
  promotion?: string;
  transactionId?: string;
  /** The channels by which the member hears of its end. */
  tellEnd?: Channel[];
}

export function isLive({ from, until = END_OF_TIME }: Grant, at: Instant): boolean {
  return from <= at && at < until;
}

export function endOf(grant: Grant): Instant {
  return grant.until ?? END_OF_TIME;
}

/** The grants after one more. Of the floors of one tier, the one that ends last is enough. So a member keeps at most one floor for each tier. */
export function withGrant(grants: readonly Grant[] | undefined, grant: Grant): Grant[] {
  const all = [...(grants ?? []), grant];
  const isNeedless = (one: Grant, place: number) =>
    one.kind === 'floor' &&
    all.some((other, otherPlace) => {
      if (other === one || other.kind !== 'floor' || other.tier !== one.tier) return false;
      // Of two that are alike, the first stays.
      return endOf(other) > endOf(one) || (endOf(other) === endOf(one) && otherPlace < place);
    });
  return all.filter((one, place) => !isNeedless(one, place));
}
