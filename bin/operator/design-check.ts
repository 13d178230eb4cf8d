import path from 'node:path';
import type { MemberView } from '../../core/member/member-view.ts';
import { emptyTally } from '../../core/member/tally.ts';
import type { Problem } from '../../core/program/problem.ts';
import { compileProgram, type Program, type Tier } from '../../core/program/program.ts';
import { describeProblems } from '../../core/program/read-brand.ts';
import { progressOf } from '../../core/tiers/progress.ts';
import type { Instant } from '../../core/time.ts';
import { applePass, NEW_VALUE } from '../../core/wallet/apple-pass.ts';
import { imageProblems } from '../../core/wallet/design-images.ts';
import { faceOf, hasWallet, type WalletBrand } from '../../core/wallet/pass-face.ts';
import { readImages } from '../../functions/adapters/folder-pass-images.ts';
import { isKnownToPasskit } from '../../functions/adapters/passkit-template.ts';
import type { BrandFile } from './brand-file.ts';
import { OperatorError } from './operator-error.ts';

/**
 * Draws a pass of each tier before anything is deployed: the images are there and have their sizes, and the format is Apple's.
 * @throws OperatorError with every problem
 */
export async function checkDesigns({ settings, file }: BrandFile): Promise<void> {
  if (!hasWallet(settings) || !settings.wallet.apple) return;
  const program = compileProgram(settings);
  const problems: Problem[] = [];
  for (const tier of program.tiers) {
    const place = `wallet.designs.${tier.id}`;
    const folder = settings.wallet.designs[tier.id]!.images;
    const images = await readImages(path.dirname(file), folder);
    problems.push(...imageProblems(place, folder, images));
    const pass = samplePass(settings, program, tier);
    if (!isKnownToPasskit({ 'pass.json': Buffer.from(JSON.stringify(pass)), ...images })) {
      problems.push({
        place,
        given: 'a design whose pass.json is not as Apple asks (the reason stands above)',
        allowed: 'what Apple documents',
        remedy: 'Change the design, or report it: the brand’s file should have been refused.',
      });
    }
  }
  if (problems.length === 0) return;
  throw new OperatorError([`${file} can’t be deployed as it is:`, ...describeProblems(problems)].join('\n  '));
}

/** A pass with everything on it that a pass may have. */
function samplePass(brand: WalletBrand, program: Program, tier: Tier) {
  const face = faceOf(sampleView(program, tier), { name: 'Ana García' }, brand, program);
  const issue = {
    ...brand.wallet.apple!,
    serialNumber: 'm-1',
    authenticationToken: 'a-token-of-nobody',
    webServiceUrl: `${brand.wallet.url ?? 'https://laurel.example'}/v1/wallet/apple`,
  };
  return applePass(face, issue, `You're now ${NEW_VALUE}`);
}

function sampleView(program: Program, tier: Tier): MemberView {
  const at: Instant = Date.UTC(2026, 4, 2, 10);
  const tally = emptyTally(program, at, at);
  return {
    memberId: 'm-1',
    enrolledAt: at,
    blocked: false,
    at,
    tier: { tier, since: at, expiresAt: at, after: program.tiers[0], source: 'floor' },
    qualifiedTier: program.tiers[0],
    earnedTier: program.tiers[0],
    grants: [],
    points: { current: 1300, carry: 1300, lifetime: 1300, balance: 1300 },
    cycle: { type: program.cycle.type, start: null, end: null },
    progress: progressOf(tally, program, tier),
  };
}
