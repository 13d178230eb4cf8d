import type { Member } from '../member/member.ts';
import { replayTo, viewNow } from '../member/member-view.ts';
import type { TierChange } from '../member/tier-change.ts';
import type {
  Ledger,
  MemberStore,
  PassFiles,
  PassImages,
  PassPackager,
  PassRegistrations,
  PassTokens,
  Profile,
  ProfileStore,
} from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { applePass, appleStrings, NEW_VALUE } from '../wallet/apple-pass.ts';
import { APPLE_IMAGES } from '../wallet/design-images.ts';
import { localeOf, type PassHolder, passContentOf, type WalletBrand } from '../wallet/pass-content.ts';
import { changeText } from '../wallet/pass-news.ts';
import { PASS_LANGUAGES } from '../wallet/pass-translations.ts';
import { isWithdrawn, nextVersion, type PassVersion } from '../wallet/pass-version.ts';
import { loadHistory } from './load-history.ts';

export interface DrawingPorts {
  ledger: Ledger;
  members: MemberStore;
  profiles: ProfileStore;
  images: PassImages;
  tokens: PassTokens;
  registrations: PassRegistrations;
  packager: PassPackager;
}

/** A brand with Apple's wallet, and the address of this stack for phones. */
export interface AppleSettings {
  brand: WalletBrand;
  program: Program;
  apple: { passTypeId: string; teamId: string };
  /** Without a path. */
  url: string;
}

/** A member's pass, before it is signed. */
export interface DrawnPass {
  files: PassFiles;
  version: PassVersion;
}

const ATTEMPTS = 5;

/**
 * Draws a member's pass, and stores its version.
 * @returns undefined if there is no such member, or it was erased
 */
export async function drawPass(
  ports: DrawingPorts,
  settings: AppleSettings,
  memberId: string,
  now: Instant,
): Promise<DrawnPass | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Read before everything else, so that a version stored meanwhile is a conflict.
    const known = await ports.registrations.version(memberId);
    const [member, profile] = await Promise.all([ports.members.load(memberId), ports.profiles.load(memberId)]);
    // A member who was erased and enrolled again has a profile again.
    if (!member || (isWithdrawn(known) && !profile)) return undefined;
    const files = await draw(ports, settings, member, profile, now);
    if (!files) return undefined;
    const version = nextVersion(known, ports.packager.contentsOf(files), now);
    if (version === known || (await ports.registrations.saveVersion(memberId, version, known)) === 'saved') {
      return { files, version };
    }
  }
  throw new Error(
    `The pass of member ${memberId} changed ${ATTEMPTS} times in a row while it was drawn. It is tried again.`,
  );
}

async function draw(
  ports: DrawingPorts,
  { brand, program, apple, url }: AppleSettings,
  member: Member,
  profile: Profile | undefined,
  now: Instant,
): Promise<PassFiles | undefined> {
  const { memberId } = member;
  const view =
    viewNow(member, program, now) ?? replayTo(now, member, await loadHistory(ports, memberId), program)?.view;
  if (!view) return undefined;
  const { tier } = view.tier;
  const serialNumber = memberId;
  const design = brand.wallet.designs[tier.id]!;
  const [change, authenticationToken, images] = await Promise.all([
    lastChangeOf(ports.members, member),
    ports.tokens.tokenOf(serialNumber),
    ports.images.of(design.images),
  ]);
  const issue = { ...apple, serialNumber, authenticationToken, webServiceUrl: `${url}/v1/wallet/apple` };
  const drawnFor = (holder: (PassHolder & Pick<Profile, 'optOut'>) | undefined) =>
    applePass(
      passContentOf(view, holder, brand, program),
      issue,
      changeText(change, tier.id, { holder, brand, program }, now, NEW_VALUE),
    );
  const pass = drawnFor(profile);
  // A member with a language reads it on any phone. Otherwise the phone chooses a language, and the pass's own is the fallback.
  const languages = profile?.locale === undefined ? new Set([localeOf(profile, brand), ...PASS_LANGUAGES]) : [];
  const translations = [...languages].map((locale) => [
    `${locale}.lproj/pass.strings`,
    encoded(appleStrings(pass, drawnFor({ optOut: [], ...profile, locale }))),
  ]);
  return {
    'pass.json': encoded(JSON.stringify(pass)),
    ...Object.fromEntries(translations),
    ...Object.fromEntries(Object.entries(images).filter(([name]) => APPLE_IMAGES.includes(name))),
  };
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The member's last change of tier: the last record, or the change before it if that is a notice. */
async function lastChangeOf(members: MemberStore, { memberId, changes }: Member): Promise<TierChange | undefined> {
  if (changes === 0) return undefined;
  const last = await members.change(memberId, changes);
  return last ?? (await members.changesOf(memberId, { limit: 1, before: changes }))[0];
}
