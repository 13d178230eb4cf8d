import { circle, outline, roundedBox } from './shapes.ts';

/**
 * The brand's mark: a cup from which an aurora rises. It is 100 wide and 100 high around (0, 0).
 * @returns the distance to the cup, and of each of the three ribbons the distance and how high up it the point is (0 to 1)
 */
export function cup(x: number, y: number): { body: number; ribbons: { distance: number; height: number }[] } {
  // The bowl: a box whose lower corners are round, closed by a straight rim.
  const bowl = Math.max(roundedBox(x + 6, y - 12, 32, 34, 27), 8 - y);
  const handle = outline(circle(x - 27, y - 22, 12), 6.5);
  const saucer = roundedBox(x + 6, y - 48.5, 38, 3, 3);
  const ribbons = [-24, -6, 12].map((foot, place) => ribbon(x, y, foot, 36 + (place === 1 ? 8 : 0)));
  return { body: Math.min(bowl, handle, saucer), ribbons };
}

/** A curl of light over the rim, round at its foot and drawn out above: a chain of discs, each smaller than the one below it. */
function ribbon(x: number, y: number, foot: number, length: number): { distance: number; height: number } {
  let nearest = { distance: Number.POSITIVE_INFINITY, height: 0 };
  for (let link = 0; link <= LINKS; link++) {
    const height = link / LINKS;
    const bend = Math.sin(height * Math.PI * 1.6 + 0.3) * 6.8;
    const thickness = 5.6 * (1 - height) ** 0.55 * (0.72 + 0.28 * Math.sin(height * Math.PI)) + 0.6;
    const distance = circle(x - foot - bend, y + 4 + height * length, thickness);
    if (distance < nearest.distance) nearest = { distance, height };
  }
  return nearest;
}

const LINKS = 64;
