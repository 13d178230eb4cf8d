import type { PassDesign } from '../../core/program/brand.ts';
import { drawPicture, drawProgramLogo, type PictureName, SIZES } from './pass-pictures.ts';
import { pngOf } from './png.ts';
import { TIER_WORLDS } from './tier-worlds.ts';

const SCALES = [1, 2, 3] as const;
/** The tier whose light the brand's one logo in Google Wallet has. */
const LOGO_TIER = 'platinum';

export interface ImageFile {
  /** From the folder `brands/`. */
  path: string;
  bytes: Uint8Array;
}

/**
 * Draws the pictures of a brand's passes, one after the other.
 * @param designs by tier, each of which has a world of its own here
 * @param logoFile where Google's logo goes, from the folder `brands/`
 */
export function* walletImages(designs: Readonly<Record<string, PassDesign>>, logoFile: string): Iterable<ImageFile> {
  for (const [tier, design] of Object.entries(designs)) {
    for (const name of Object.keys(SIZES) as PictureName[]) {
      for (const scale of SCALES) {
        const suffix = scale === 1 ? '' : `@${scale}x`;
        const bytes = pngOf(drawPicture(name, scale, worldOf(tier), design));
        yield { path: `${design.images}/${name}${suffix}.png`, bytes };
      }
    }
  }
  const design = designs[LOGO_TIER];
  if (design) yield { path: logoFile, bytes: pngOf(drawProgramLogo(3, worldOf(LOGO_TIER), design)) };
}

function worldOf(tier: string) {
  const world = TIER_WORLDS[tier];
  if (!world) {
    throw new Error(
      `Nothing is drawn yet for the tier ${tier}. There is: ${Object.keys(TIER_WORLDS).join(', ')} (tier-worlds.ts).`,
    );
  }
  return world;
}
