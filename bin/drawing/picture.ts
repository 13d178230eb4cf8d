import type { Colour } from './colour.ts';

/** A raster of red, green, blue and opacity, a byte each, line after line. */
export interface Picture {
  width: number;
  height: number;
  rgba: Uint8Array;
}

/** What is to be seen at a point. Opacity is 1 where it is left out. */
export type Paint = (x: number, y: number) => { colour: Colour; opacity?: number };

/**
 * Draws a picture in the points of a phone's screen, each `scale` pixels wide and high.
 * @param paint is asked in points. It softens its edges itself, over half a pixel to each side.
 */
export function draw(size: { width: number; height: number }, scale: number, paint: Paint): Picture {
  const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
  const rgba = new Uint8Array(width * height * 4);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at += 4) {
      const seen = paint((column + 0.5) / scale, (row + 0.5) / scale);
      for (let channel = 0; channel < 3; channel++) rgba[at + channel] = byteOf(seen.colour[channel]!);
      rgba[at + 3] = byteOf(seen.opacity ?? 1);
    }
  }
  return { width, height, rgba };
}

/** As many shades of each colour as a phone shows apart from one another on a card, and a third of the bytes of all that there are. */
const SHADES = 86;

function byteOf(share: number): number {
  return (Math.round(Math.min(1, Math.max(0, share)) * (SHADES - 1)) * 255) / (SHADES - 1);
}
