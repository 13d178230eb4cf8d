import { type Colour, colour } from './colour.ts';

/** What tells one tier's pictures from another's, beside the card's own colours. */
export interface TierWorld {
  sky: Colour;
  horizon: Colour;
  /** The curtains' light from below to above, the strongest curtain first. */
  lights: readonly (readonly [low: Colour, high: Colour])[];
  stars: number;
}

const light = (low: string, high: string) => [colour(low), colour(high)] as const;

/** The higher the tier, the clearer the night: more curtains, more stars. */
export const TIER_WORLDS: Readonly<Record<string, TierWorld>> = {
  bronze: {
    sky: colour('#2a120c'),
    horizon: colour('#6b3418'),
    lights: [light('#ffb36b', '#c2452d'), light('#ff8a4c', '#7d2140')],
    stars: 14,
  },
  silver: {
    sky: colour('#101a29'),
    horizon: colour('#3b5573'),
    lights: [light('#e6f4ff', '#6fa4d8'), light('#9fd3ea', '#4a64b8'), light('#c9e3f5', '#5d86c4')],
    stars: 26,
  },
  gold: {
    sky: colour('#171203'),
    horizon: colour('#5a4410'),
    lights: [light('#ffe9a3', '#d98e1f'), light('#f3c64b', '#5f8f3a'), light('#ffd76a', '#b5561c')],
    stars: 38,
  },
  platinum: {
    sky: colour('#0b0820'),
    horizon: colour('#2f2a66'),
    lights: [
      light('#a8fff0', '#5b6bff'),
      light('#6ff0d2', '#b44cff'),
      light('#d6c6ff', '#ff5fb8'),
      light('#8fe6ff', '#6a3df0'),
    ],
    stars: 54,
  },
};
