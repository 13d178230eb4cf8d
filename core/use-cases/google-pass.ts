import { OutcomeUnknown } from '../failures.ts';
import { replayTo, viewNow } from '../member/member-view.ts';
import type { TierChange, TierNotice } from '../member/tier-change.ts';
import type {
  Delivery,
  DeliveryLog,
  GooglePasses,
  GoogleWallet,
  Ledger,
  MemberStore,
  PassRefreshes,
  ProfileStore,
} from '../ports.ts';
import type { Program, Tier } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { type GoogleBrand, googleClass, languagesOf } from '../wallet/google-class.ts';
import { googleMessage } from '../wallet/google-message.ts';
import { closedGoogleObject, type GoogleLoyaltyObject, googleObject } from '../wallet/google-object.ts';
import { passContentOf } from '../wallet/pass-content.ts';
import { isToldByPush, pushText } from '../wallet/pass-news.ts';
import { loadHistory } from './load-history.ts';

interface Ports {
  ledger: Ledger;
  members: MemberStore;
  profiles: ProfileStore;
  googlePasses: GooglePasses;
  googleWallet: GoogleWallet;
}

/** A brand with Google's wallet, and its program. */
export interface GoogleSettings {
  brand: GoogleBrand;
  program: Program;
}

/** How often a pass is written again because its member changed meanwhile. */
const ATTEMPTS = 5;

/**
 * The link by which a member takes its pass. Google has the present pass before the link is given out, and gets each later change of the
 * tier, whether the pass was taken or not. Other changes reach the pass with the next link, so every link writes it.
 * @returns undefined if there is no such member, or it was erased
 */
export async function linkGooglePass(
  ports: Ports,
  settings: GoogleSettings,
  memberId: string,
  now: Instant,
): Promise<string | undefined> {
  const state = await open(ports, memberId);
  if (!state) return undefined;
  const written = await write(ports, settings, memberId, now);
  // Another call may have finished the opening, or an erasure came in between and closed the pass.
  if (written && state === 'opening') await ports.googlePasses.move(memberId, 'opening', 'open');
  return written && ports.googleWallet.saveUrl(written.object, now);
}

/** @returns undefined if there is no member to have a pass */
async function open(ports: Ports, memberId: string): Promise<'opening' | 'open' | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [pass, member, profile] = await Promise.all([
      ports.googlePasses.load(memberId),
      ports.members.load(memberId),
      ports.profiles.load(memberId),
    ]);
    const from = pass?.state;
    // A member who was erased and enrolled again has a profile again.
    if (!member || (from === 'withdrawn' && !profile)) return undefined;
    if (from === 'open' || from === 'opening') return from;
    // Only from the state that was read: an erasure may have come in between.
    if ((await ports.googlePasses.move(memberId, from, 'opening')) === 'conflict') continue;
    if (from === undefined || (await ports.profiles.load(memberId))) return 'opening';
    // A second erasure came meanwhile. It found the pass withdrawn, and left it so.
    await withdraw(ports.googlePasses, memberId);
    return undefined;
  }
  throw movedTooOften(memberId);
}

export type GoogleUpdate =
  | { status: 'updated'; told: 'yes' | 'before' | 'no' | 'too often' }
  | { status: 'closed' }
  | { status: 'notUpdated'; because: 'no pass' };

/**
 * Updates a member's pass, and announces the change on it. The pass is written again until the member stays the same meanwhile. So neither
 * the order nor the number of simultaneous changes matters.
 * @param news undefined to only update the pass
 */
export async function updateGooglePass(
  ports: Ports & { deliveries: DeliveryLog },
  settings: GoogleSettings,
  memberId: string,
  news: TierChange | TierNotice | undefined,
  now: Instant,
): Promise<GoogleUpdate> {
  const pass = await ports.googlePasses.load(memberId);
  if (!pass) return { status: 'notUpdated', because: 'no pass' };
  const written = await write(ports, settings, memberId, now);
  if (!written) return { status: 'closed' };
  const told = news ? await tell(ports, settings, news, written.object, now) : 'no';
  // A late message may name a member who was erased meanwhile: the pass is closed again.
  if (told === 'yes' && (await ports.googlePasses.load(memberId))?.state === 'withdrawn') {
    await close(ports, settings.brand, memberId);
  }
  return { status: 'updated', told };
}

/** Erases the person at Google, too: the pass leaves the phone, and the name leaves the pass. */
export async function withdrawGooglePass(
  ports: { googlePasses: GooglePasses; passRefreshes: PassRefreshes },
  memberId: string,
): Promise<void> {
  await withdraw(ports.googlePasses, memberId);
  await ports.passRefreshes.ask(memberId);
}

async function withdraw(passes: GooglePasses, memberId: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const from = (await passes.load(memberId))?.state;
    if (from === 'withdrawn' || (await passes.move(memberId, from, 'withdrawn')) === 'moved') return;
  }
  throw movedTooOften(memberId);
}

function movedTooOften(memberId: string): Error {
  return new Error(`The pass of member ${memberId} was moved by others ${ATTEMPTS} times in a row. Try again.`);
}

interface Drawn {
  object: GoogleLoyaltyObject;
  tier: Tier;
}

/**
 * Writes the pass until it shows what is stored; closes it if the member was erased.
 * @returns undefined if it was closed
 */
async function write(
  ports: Ports,
  settings: GoogleSettings,
  memberId: string,
  now: Instant,
): Promise<Drawn | undefined> {
  let seen: Drawn | undefined;
  for (let attempt = 0; attempt <= ATTEMPTS; attempt++) {
    const pass = await ports.googlePasses.load(memberId);
    const drawn = pass?.state === 'withdrawn' ? undefined : await draw(ports, settings, memberId, now);
    if (!drawn) {
      await close(ports, settings.brand, memberId);
      return undefined;
    }
    if (seen && JSON.stringify(drawn.object) === JSON.stringify(seen.object)) return seen;
    await ports.googleWallet.upsertClass(googleClass(settings.brand, settings.program, drawn.tier));
    await ports.googleWallet.upsertObject(drawn.object);
    seen = drawn;
  }
  throw new Error(
    `Member ${memberId} changed ${ATTEMPTS} times in a row while its pass was written. It is tried again.`,
  );
}

async function close(ports: Pick<Ports, 'googleWallet'>, brand: GoogleBrand, memberId: string): Promise<void> {
  await ports.googleWallet.closeObject(closedGoogleObject(brand.wallet.google, memberId));
}

/** The pass as the stored member gives it. */
async function draw(
  ports: Ports,
  { brand, program }: GoogleSettings,
  memberId: string,
  now: Instant,
): Promise<Drawn | undefined> {
  const [member, profile] = await Promise.all([ports.members.load(memberId), ports.profiles.load(memberId)]);
  if (!member) return undefined;
  const view =
    viewNow(member, program, now) ?? replayTo(now, member, await loadHistory(ports, memberId), program)?.view;
  if (!view) return undefined;
  const contentIn = (locale: string | undefined) =>
    passContentOf(view, { ...profile, ...(locale !== undefined && { locale }) }, brand, program);
  const translations = languagesOf(brand, program).map((locale) => [locale, contentIn(locale)] as const);
  const object = googleObject(contentIn(undefined), Object.fromEntries(translations), brand.wallet.google);
  return { object, tier: view.tier.tier };
}

/** Claims, sends, and marks as sent: at most one message for each change (R21), and no more a day than Google accepts. */
async function tell(
  ports: Ports & { deliveries: DeliveryLog },
  { brand, program }: GoogleSettings,
  news: TierChange | TierNotice,
  object: GoogleLoyaltyObject,
  now: Instant,
): Promise<'yes' | 'before' | 'no' | 'too often'> {
  const { memberId, sequence } = news;
  const profile = await ports.profiles.load(memberId);
  if (!isToldByPush(news, brand, profile)) return 'no';

  const delivery: Delivery = { memberId, sequence, channel: 'google-pass' };
  const claim = await ports.deliveries.claim(delivery, now);
  if (claim === 'alreadySent') return 'before';
  if (claim === 'claimedBefore') {
    throw new OutcomeUnknown(
      `An earlier attempt to tell change ${sequence} of member ${memberId} on its Google pass ended without a word: the message may ` +
        'have arrived. See whether it did, and replay it with --resend if it did not.',
    );
  }
  let told: 'told' | 'tooOften' = 'tooOften';
  try {
    if (await ports.googlePasses.takeNotice(memberId, sequence, now)) {
      const message = googleMessage(news, brand.name, pushText(news, { holder: profile, brand, program }));
      told = await ports.googleWallet.addMessage(object.id, message);
    }
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) await ports.deliveries.release(delivery);
    throw error;
  }
  // A message beyond the daily limit is dropped: a day later it would be no news.
  await ports.deliveries.markSent(delivery, now);
  return told === 'told' ? 'yes' : 'too often';
}
