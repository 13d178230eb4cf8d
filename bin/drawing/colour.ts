/** Red, green and blue of sRGB, each from 0 to 1. */
export type Colour = readonly [number, number, number];

/** @param hex such as "#1a2b3c" */
export function colour(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

/** From `a` (0) to `b` (1). */
export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** Light added to light: never more than white, so that where two glows meet nothing burns out. */
export function lit(under: Colour, light: Colour, strength: number): Colour {
  const screen = (base: number, added: number) => 1 - (1 - base) * (1 - added * strength);
  return [screen(under[0], light[0]), screen(under[1], light[1]), screen(under[2], light[2])];
}
