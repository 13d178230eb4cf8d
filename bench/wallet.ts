import { createHash, createPrivateKey, sign } from 'node:crypto';
import path from 'node:path';
import { PKPass } from 'passkit-generator';
import { compileProgram } from '../core/program/program.ts';
import type { Instant } from '../core/time.ts';
import { type AppleSettings, drawPass } from '../core/use-cases/draw-pass.ts';
import { makePass } from '../core/use-cases/make-pass.ts';
import { putMember } from '../core/use-cases/put-member.ts';
import { rulesOf } from '../core/use-cases/rules.ts';
import { hasWallet } from '../core/wallet/pass-content.ts';
import { MemoryLedger } from '../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../fakes/memory-member-store.ts';
import { MemoryPassRegistrations } from '../fakes/memory-pass-registrations.ts';
import { MemoryProfileStore } from '../fakes/memory-profile-store.ts';
import { MemoryWakeUpTimers } from '../fakes/memory-wake-up-timers.ts';
import { CmsPassSigner } from '../functions/adapters/cms-pass-signer.ts';
import { FolderPassImages } from '../functions/adapters/folder-pass-images.ts';
import { HmacPassTokens } from '../functions/adapters/hmac-pass-tokens.ts';
import { Http2ApplePush } from '../functions/adapters/http2-apple-push.ts';
import type { PassCertificates } from '../functions/adapters/pass-certificates.ts';
import { PkpassPress } from '../functions/adapters/pkpass-press.ts';
import { startApnsStandIn } from '../local/apns-stand-in.ts';
import { makeDevCertificates } from '../local/dev-certificates.ts';
import { demoBrand } from './demo-program.ts';
import type { Limit } from './limit.ts';

export interface WalletFigures {
  passes: PassRate[];
  pushes: { perSecond: number; pushes: number; connections: number };
}

export interface PassRate {
  what: string;
  /** A second of one core. */
  perSecond: number;
  /** How many times as long as the floor. */
  timesFloor: number;
  kind: 'floor' | 'ours' | 'peer';
}

/** What a pass may take, in floors. */
export const TIMES_FLOOR = 3;
const ROUNDS = 7;
const ROUND_MS = 300;
const PUSHES = 20_000;
const NOW: Instant = Date.UTC(2026, 4, 2, 10);

export const HOW_WALLET = [
  'A pass of the demo brand, with its images. The floor is one RSA-2048 signature of node:crypto and five SHA-1 digests, of pass.json and four of',
  'its images, and nothing else. “Sealed” is from the files to the .pkpass: digests, manifest, signature, archive; the digests of images are known, as',
  'they are from the second pass of a function’s life on. “Made” is the whole of it over ports in memory: member, profile, face, version, seal.',
  `Each the median of ${ROUNDS} rounds, in turn. A second is one of processor time of this process.`,
  `Pushes: ${PUSHES.toLocaleString('en')} to the stand-in in this very process, which so has half of the work; by the clock on the wall.`,
];

export async function measureWallet(onProgress: (what: string) => void): Promise<WalletFigures> {
  onProgress('a chain of certificates');
  const { ports, settings, chain, certificates } = await aShop();
  const drawn = await drawPass(ports, settings, 'm-1', NOW);
  const files = drawn!.files;
  const five = Object.values(files).slice(0, 5);
  const key = createPrivateKey(certificates.signerKey);
  const manifest = Buffer.from('{}');
  const buffers = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]));
  const { signerCert, signerKey, wwdr } = certificates;

  const cases: [kind: PassRate['kind'], what: string, work: () => unknown][] = [
    [
      'floor',
      'one RSA-2048 signature, five SHA-1',
      () => {
        for (const bytes of five) createHash('sha1').update(bytes).digest();
        return sign('sha256', manifest, key);
      },
    ],
    ['ours', 'a pass, sealed', () => ports.packager.pack(files, NOW)],
    ['ours', 'a pass, made', () => makePass(ports, settings, 'm-1', NOW)],
    ['ours', 'a pass that the phone has (304)', () => makePass(ports, settings, 'm-1', NOW, drawn!.version.modifiedAt)],
    ['peer', 'passkit-generator, sealed', () => new PKPass(buffers, { signerCert, signerKey, wwdr }).getAsBuffer()],
  ];
  const rates = cases.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    onProgress(`passes, round ${round + 1} of ${ROUNDS}`);
    for (const [place, [, , work]] of cases.entries()) rates[place]!.push(await rateOf(work));
  }
  const medians = rates.map((each) => each.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!);
  const passes = cases.map(([kind, what], place) => ({
    what,
    perSecond: Math.round(medians[place]!),
    timesFloor: Number((medians[0]! / medians[place]!).toFixed(2)),
    kind,
  }));
  onProgress('pushes');
  return { passes, pushes: await measurePushes(chain, certificates, settings.apple.passTypeId) };
}

async function rateOf(work: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  let done = 0;
  let spent: number;
  do {
    for (let n = 0; n < 10; n++) await work();
    done += 10;
    const { user, system } = process.cpuUsage(start);
    spent = (user + system) / 1e6;
  } while (spent < ROUND_MS / 1000);
  return done / spent;
}

async function measurePushes(
  chain: ReturnType<typeof makeDevCertificates>,
  certificates: PassCertificates,
  passTypeId: string,
): Promise<WalletFigures['pushes']> {
  const apns = await startApnsStandIn(chain);
  const pushing = { ...certificates, push: apns.push };
  const push = new Http2ApplePush({ current: async () => pushing }, passTypeId);
  const tokens = Array.from({ length: PUSHES }, (_, n) => n.toString(16).padStart(64, '0'));
  try {
    await push.push(tokens.slice(0, 1000), NOW);
    apns.received.length = 0;
    const start = performance.now();
    const outcomes = await push.push(tokens, NOW);
    const seconds = (performance.now() - start) / 1000;
    const failed = outcomes.filter(({ status }) => status !== 'taken').length;
    if (failed > 0) throw new Error(`${failed} pushes were not taken.`);
    const connections = new Set(apns.received.map(({ connection }) => connection)).size;
    return { perSecond: Math.round(PUSHES / seconds), pushes: PUSHES, connections };
  } finally {
    push.close();
    await apns.stop();
  }
}

/** The demo brand with a member, over ports in memory, and with real images, tokens and signatures. */
async function aShop() {
  const brand = demoBrand();
  if (!hasWallet(brand) || !brand.wallet.apple) throw new Error('The demo brand has no wallet.apple.');
  const { apple } = brand.wallet;
  const chain = makeDevCertificates(apple, new Date(NOW));
  const certificates = { signerCert: chain.pass.certificate, signerKey: chain.pass.key, wwdr: chain.wwdr.certificate };
  const program = compileProgram(brand);
  const settings: AppleSettings = { brand, program, apple, url: 'https://laurel.example' };
  const ports = {
    ledger: new MemoryLedger(() => {}),
    members: new MemoryMemberStore(() => {}),
    profiles: new MemoryProfileStore(),
    timers: new MemoryWakeUpTimers(),
    registrations: new MemoryPassRegistrations(),
    images: new FolderPassImages(path.resolve(import.meta.dirname, '..', 'brands')),
    tokens: new HmacPassTokens(async () => 'the secret of the bench', apple.passTypeId),
    packager: new PkpassPress(new CmsPassSigner({ current: async () => certificates })),
  };
  const request = { profile: { name: 'Ana García', locale: 'es' } };
  await putMember(ports, rulesOf(brand), 'm-1', request, NOW);
  return { ports, settings, chain, certificates };
}

export function limitsOfWallet({ passes, pushes }: WalletFigures): Limit[] {
  const sealed = passes.find(({ what }) => what === 'a pass, sealed')!;
  return [
    {
      what: 'a pass, sealed',
      unit: 'floors',
      measured: sealed.timesFloor,
      sense: 'at most',
      bound: TIMES_FLOOR,
    },
    { what: 'connections for all pushes', unit: '', measured: pushes.connections, sense: 'at most', bound: 1 },
  ];
}
