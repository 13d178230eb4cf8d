import path from 'node:path';
import type { MemberView } from '../../core/member/member-view.ts';
import type { Brand } from '../../core/program/brand.ts';
import { designSchema, readable } from '../../core/program/brand-schema.ts';
import { type Problem, recordAt, valueAt } from '../../core/program/problem.ts';
import { compileProgram, type Program, type Tier, tierById } from '../../core/program/program.ts';
import { progressOf } from '../../core/rules/progress.ts';
import { emptyTally } from '../../core/rules/tally.ts';
import type { Instant } from '../../core/time.ts';
import { applePass, NEW_VALUE } from '../../core/wallet/apple-pass.ts';
import { imageProblems } from '../../core/wallet/design-images.ts';
import { hasWallet, passContentOf, type WalletBrand } from '../../core/wallet/pass-content.ts';
import { readImages } from '../../functions/adapters/folder-pass-images.ts';
import { isKnownToPasskit } from './passkit-template.ts';

/**
 * Draws a pass of each tier before a deployment, to check that the images exist in their sizes and that the format is Apple's.
 * @param json the file as it is: every readable design is checked
 * @param brand the settings, where the file's shape and meaning have no problems
 */
export async function designProblems(json: unknown, file: string, brand: Brand | undefined): Promise<Problem[]> {
  const problems: Problem[] = [];
  const program = brand && compileProgram(brand);
  for (const [id, design] of Object.entries(recordAt(json, 'wallet', 'designs'))) {
    const place = `wallet.designs.${id}`;
    const folder = readable(designSchema.shape.images, valueAt(design, ['images']));
    if (folder === undefined) continue;
    const images = await readImages(path.dirname(file), folder);
    problems.push(...imageProblems(place, folder, images));
    const tier = program && tierById(program, id);
    if (!tier || !hasWallet(brand)) continue;
    const pass = samplePass(brand, program, tier);
    if (isKnownToPasskit({ 'pass.json': Buffer.from(JSON.stringify(pass)), ...images })) continue;
    problems.push({
      place,
      given: 'a design whose pass.json is not as Apple asks (the reason stands above)',
      allowed: 'what Apple documents',
      remedy: 'Change the design, or report it: the brand’s file should have been refused.',
    });
  }
  return problems;
}

/** A pass with every optional field. */
function samplePass(brand: WalletBrand, program: Program, tier: Tier) {
  const content = passContentOf(sampleView(program, tier), { name: 'Ana García' }, brand, program);
  const issue = {
    ...brand.wallet.apple!,
    serialNumber: 'm-1',
    authenticationToken: 'a-token-of-nobody',
    webServiceUrl: `${brand.wallet.url ?? 'https://laurel.example'}/v1/wallet/apple`,
  };
  return applePass(content, issue, `You're now ${NEW_VALUE}`);
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
