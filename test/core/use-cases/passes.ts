/** What passes are drawn of, in memory, and a member to draw one for. */
import type { TierChange } from '../../../core/member/tier-change.ts';
import type { AppleSettings } from '../../../core/use-cases/draw-pass.ts';
import { withdrawGooglePass } from '../../../core/use-cases/google-pass.ts';
import type { GoogleBrand } from '../../../core/wallet/google-class.ts';
import { MemoryDeliveryLog } from '../../../fakes/memory-delivery-log.ts';
import { MemoryGooglePasses } from '../../../fakes/memory-google-passes.ts';
import { MemoryGoogleWallet } from '../../../fakes/memory-google-wallet.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryPassRegistrations } from '../../../fakes/memory-pass-registrations.ts';
import { MemoryProfileStore } from '../../../fakes/memory-profile-store.ts';
import { RecordingApplePush } from '../../../fakes/recording-apple-push.ts';
import { RecordingPassRefreshes } from '../../../fakes/recording-world.ts';
import { HmacPassTokens } from '../../../functions/adapters/hmac-pass-tokens.ts';
import { PkpassPress } from '../../../functions/adapters/pkpass-press.ts';
import { ExampleImages } from '../../support/images.ts';
import { EXAMPLE_GOOGLE, exampleBrand, exampleProgram, exampleWallet } from '../../support/program.ts';
import { intercept } from '../../support/trouble.ts';
import { MEMBER_ID } from '../histories.ts';
import { at, entry, memberWith, newMember, purchase } from '../members.ts';

export const NOW = at('2026-05-02T10:00:00Z');
export const PROGRAM = exampleProgram();
export const BRAND = exampleBrand({}, {}, exampleWallet({ google: EXAMPLE_GOOGLE })) as GoogleBrand;
export const APPLE: AppleSettings = {
  brand: BRAND,
  program: PROGRAM,
  apple: BRAND.wallet.apple!,
  url: 'https://laurel.example',
};

/** Ana bought for 1300 points, which made her Silver. */
export const CHANGE: TierChange = {
  memberId: MEMBER_ID,
  sequence: 1,
  from: { id: 'bronze', name: 'Bronze', rank: 0 },
  to: { id: 'silver', name: 'Silver', rank: 1 },
  direction: 'up',
  cause: 'transaction',
  occurredAt: NOW,
  recordedAt: NOW,
  expiresAt: null,
  programVersion: PROGRAM.version,
  points: 1300,
  announced: true,
};

export async function passPorts() {
  const ports = {
    ledger: new MemoryLedger(),
    members: new MemoryMemberStore(),
    profiles: new MemoryProfileStore(),
    registrations: new MemoryPassRegistrations(),
    images: new ExampleImages(),
    tokens: new HmacPassTokens(async () => 'the secret of the tests', APPLE.apple.passTypeId),
    packager: new PkpassPress({ sign: async () => new Uint8Array() }),
    push: new RecordingApplePush(),
    googlePasses: new MemoryGooglePasses(),
    googleWallet: new MemoryGoogleWallet(),
    passRefreshes: new RecordingPassRefreshes(),
    deliveries: new MemoryDeliveryLog(),
  };
  const bought = entry(purchase('t-1', 1300), '2026-05-02T10:00:00Z', PROGRAM);
  await ports.ledger.record(bought);
  await ports.members.save({ ...memberWith([bought], PROGRAM, NOW), changes: 1 }, 0, [CHANGE]);
  await ports.profiles.merge(MEMBER_ID, { name: 'Ana' });
  return ports;
}

export type PassPorts = Awaited<ReturnType<typeof passPorts>>;

/** Ana's item is as her enrollment left it when it died half way: what she bought is in the ledger alone. */
export async function knowOnlyTheLedger({ members }: PassPorts): Promise<void> {
  const { version } = (await members.load(MEMBER_ID))!;
  await members.save({ ...newMember(PROGRAM), version: version + 1, rebuildDue: true }, version, []);
}

/** What an erasure does about Google's pass. */
export async function eraseAtGoogle(ports: PassPorts): Promise<void> {
  await ports.profiles.erase(MEMBER_ID);
  await withdrawGooglePass(ports, MEMBER_ID);
}

/** A port of which somebody else comes first that often. */
export function beatenTo<Port extends object>(port: Port, method: string, times: number): Port {
  let left = times;
  return intercept('port', method, async (call) => (left-- > 0 ? 'conflict' : call()))('port', port);
}
