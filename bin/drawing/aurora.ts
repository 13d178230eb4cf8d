import { type Colour, lit, mix } from './colour.ts';
import { smoothStep } from './shapes.ts';

export interface Curtain {
  /** How far down its lower hem hangs, in shares of the height. */
  hem: number;
  /** How far the hem swings up and down, and where it begins to. */
  swing: number;
  phase: number;
  /** How high the light stands over the hem. */
  reach: number;
  strength: number;
  low: Colour;
  high: Colour;
}

/** A curtain where one plumb line crosses it. */
export interface Hanging {
  curtain: Curtain;
  edge: number;
  brightness: number;
}

/**
 * How curtains of northern light hang at a place.
 * @param x in shares of the picture's height, from its left edge
 * @param place in shares of the picture's width
 */
export function hangingAt(curtains: readonly Curtain[], x: number, place: number): Hanging[] {
  // Words stand on the left: the light comes up to their right.
  const calm = 0.16 + 0.84 * smoothStep(0.36, 0.86, place);
  return curtains.map((curtain) => {
    const { hem, swing, phase, strength } = curtain;
    // A hem that folds: the fold moves the place at which the curtain is looked up, as cloth does.
    const fold = x + 0.16 * Math.sin(3.1 * x + phase * 2.3) + 0.05 * Math.sin(7.7 * x + phase);
    const edge = hem + swing * (Math.sin(2.1 * fold + phase) + 0.45 * Math.sin(4.7 * fold + phase * 1.7));
    return { curtain, edge, brightness: strength * calm * (0.45 + 0.55 * folds(fold * 15 + phase * 5)) };
  });
}

/**
 * What they add to a sky.
 * @param y in shares of the picture's height, from its upper edge
 */
export function withAurora(sky: Colour, hangings: readonly Hanging[], y: number): Colour {
  let seen = sky;
  for (const { curtain, edge, brightness } of hangings) {
    const { reach, low, high } = curtain;
    const over = edge - y;
    // Sharp below, and fading upwards for long.
    const body = over < 0 ? Math.exp(-((over / 0.03) ** 2)) : Math.exp(-over / reach);
    if (body > 0.002) seen = lit(seen, mix(low, high, smoothStep(0, reach * 1.9, over)), brightness * body);
  }
  return seen;
}

/** Wavy, between 0 and 1, and never quite the same twice. */
function folds(x: number): number {
  return 0.5 + 0.28 * Math.sin(x) + 0.14 * Math.sin(2.3 * x + 1.1) + 0.08 * Math.sin(5.1 * x + 0.4);
}
