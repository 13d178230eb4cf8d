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
import { PkpassPress } from '../functions/adapters/pkpass-press.ts';
import { makeDevCertificates } from '../local/dev-certificates.ts';
import { demoBrand } from './demo-program.ts';
import { atMost, limitsIn, median, type OnProgress, type Report, ratePerSecond, table, whole } from './report.ts';

/** How long a sealed pass may take, in floors. */
const TIMES_FLOOR = 3;
const ROUNDS = 7;
const ROUND_MS = 300;
const IN_A_ROW = 10;
const NOW: Instant = Date.UTC(2026, 4, 2, 10);

const HOW = [
  'A pass of the demo brand, with its images. The floor is one RSA-2048 signature of node:crypto and five SHA-1 digests, of pass.json and of four',
  'images. “Sealed” is from the files to the .pkpass: digests, manifest, signature, archive. The digests of images are known, as from the second',
  'pass of a function’s life on. “Made” is the whole work over ports in memory: member, profile, content, version, seal.',
  `The median of ${ROUNDS} rounds, in turn. A second is a second of processor time of this process.`,
];

export async function measureWallet(onProgress: OnProgress): Promise<Report> {
  const { ports, settings, certificates } = await aShop();
  const { files } = (await drawPass(ports, settings, 'm-1', NOW))!;
  const five = Object.values(files).slice(0, 5);
  const key = createPrivateKey(certificates.signerKey);
  const manifest = Buffer.from('{}');
  const buffers = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]));
  const floor = () => {
    for (const bytes of five) createHash('sha1').update(bytes).digest();
    return sign('sha256', manifest, key);
  };
  const cases: [what: string, work: () => unknown][] = [
    ['floor: one RSA-2048 signature, five SHA-1', floor],
    ['a pass, sealed', () => ports.packager.pack(files, NOW)],
    ['a pass, made', () => makePass(ports, settings, 'm-1', NOW)],
    ['peer: passkit-generator, sealed', () => new PKPass(buffers, certificates).getAsBuffer()],
  ];
  const rates = cases.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    onProgress(`passes, round ${round + 1} of ${ROUNDS}`);
    for (const [place, [, work]] of cases.entries()) {
      const batch = async () => {
        for (let n = 0; n < IN_A_ROW; n++) await work();
      };
      rates[place]!.push(await ratePerSecond(batch, IN_A_ROW, ROUND_MS));
    }
  }
  const medians = rates.map(median);
  const passes = cases.map(([what], place) => ({
    ...{ what, perSecond: medians[place]!, timesFloor: medians[0]! / medians[place]! },
  }));
  const rows = passes.map(({ what, perSecond, timesFloor }, place) => [
    ...[what, whole(perSecond), timesFloor.toFixed(2)],
    place === 1 ? atMost(TIMES_FLOOR, timesFloor, 'floors', what) : '',
  ]);
  const lines = [table(['', 'per second', 'floors', 'limit'], rows)];
  return { title: 'Wallet', how: HOW, lines, limits: limitsIn(rows), figures: passes };
}

/** The demo brand with a member, over ports in memory, with real images, tokens and signatures. */
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
  return { ports, settings, certificates };
}
