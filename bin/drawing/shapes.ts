/**
 * Shapes as distances: how far a point is outside (above 0) or inside (below 0), in points.
 * https://iquilezles.org/articles/distfunctions2d/
 */

/** How much of a pixel a shape covers whose edge is that far away. */
export function coverage(distance: number, scale: number): number {
  return Math.min(1, Math.max(0, 0.5 - distance * scale));
}

export function circle(x: number, y: number, radius: number): number {
  return Math.hypot(x, y) - radius;
}

export function roundedBox(x: number, y: number, halfWidth: number, halfHeight: number, radius: number): number {
  const [dx, dy] = [Math.abs(x) - halfWidth + radius, Math.abs(y) - halfHeight + radius];
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

/** The line of a shape, that thick. */
export function outline(distance: number, thickness: number): number {
  return Math.abs(distance) - thickness / 2;
}

/** 0 below `from`, 1 above `to`, without a corner in between. */
export function smoothStep(from: number, to: number, value: number): number {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
}
