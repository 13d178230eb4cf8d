import { type Instant, MINUTE_MS } from '../time.ts';

/** What is remembered of a member's pass, so that a phone is sent it only when it is another. */
export interface PassVersion {
  /** Names the contents that were seen last; left out once the member was erased. */
  contents?: string;
  /** When they were seen first. Later with each version, also where a clock is not: it tells versions apart. */
  updatedAt: Instant;
  /** The same to the second, as HTTP has it, and later with each version by a second at least. */
  modifiedAt: Instant;
}

const SECOND_MS = 1000;

/** @returns the version as it is where the contents are the same */
export function nextVersion(known: PassVersion | undefined, contents: string, now: Instant): PassVersion {
  return known?.contents === contents ? known : { ...after(known, now), contents };
}

/** Of a member that was erased. It keeps a device that registers meanwhile from being kept. */
export function withdrawnVersion(known: PassVersion | undefined, now: Instant): PassVersion {
  return after(known, now);
}

export function isWithdrawn(version: PassVersion | undefined): boolean {
  return version !== undefined && version.contents === undefined;
}

function after(known: PassVersion | undefined, now: Instant): Pick<PassVersion, 'updatedAt' | 'modifiedAt'> {
  const second = Math.floor(now / SECOND_MS) * SECOND_MS;
  return {
    updatedAt: Math.max(now, (known?.updatedAt ?? 0) + 1),
    modifiedAt: Math.max(second, (known?.modifiedAt ?? 0) + SECOND_MS),
  };
}

const TAG_RADIX = 36;

/** What a phone is given for "everything up to here". It sends it back, and need not understand it. */
export function tagOf(updatedAt: Instant): string {
  return `u${updatedAt.toString(TAG_RADIX)}`;
}

/** @returns the beginning of time for what is no tag of ours: a phone that lost its place is told everything */
export function readTag(tag: string | undefined): Instant {
  const time = /^u([0-9a-z]{1,9})$/.exec(tag ?? '')?.[1];
  return time === undefined ? 0 : Number.parseInt(time, TAG_RADIX);
}

/** Longer than from when a pass is drawn to when its version is kept: no function that draws passes has longer than this. */
export const TAG_OVERLAP_MS = MINUTE_MS;

/**
 * Up to where a device was told everything. A version carries the moment at which it was drawn, and is kept a little later: another pass of
 * the device's may have been told of in between. So what is younger than a minute is told of once more, and costs a 304.
 * @param known up to where it was told before
 * @param newest of the versions that it is told of now
 */
export function toldUpTo({ known, newest, now }: Record<'known' | 'newest' | 'now', Instant>): Instant {
  return Math.max(known, Math.min(newest, now - TAG_OVERLAP_MS));
}
