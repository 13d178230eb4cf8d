import { hangingAt, withAurora } from './aurora.ts';
import { type Colour, colour, lit, mix } from './colour.ts';
import { cup } from './cup.ts';
import { draw, type Paint, type Picture } from './picture.ts';
import { circle, coverage, smoothStep } from './shapes.ts';
import type { TierWorld } from './tier-worlds.ts';

/** In points, as Apple asks for them on a store card: https://developer.apple.com/documentation/walletpasses/creating-the-source-for-a-pass */
export const SIZES = {
  icon: { width: 29, height: 29 },
  /** At most 160 wide. The brand's name stands beside it, as text of the pass. */
  logo: { width: 50, height: 50 },
  strip: { width: 375, height: 123 },
} as const;

/** A circle, cut out of a square by Google: https://developers.google.com/wallet/retail/loyalty-cards/resources/brand-guidelines */
export const PROGRAM_LOGO = { width: 220, height: 220 } as const;

export type PictureName = keyof typeof SIZES;

/** A card's colours, as the brand's file has them. */
export interface CardColours {
  background: string;
  foreground: string;
  label: string;
}

/** Draws one of a tier's pictures. */
export function drawPicture(name: PictureName, scale: number, world: TierWorld, card: CardColours): Picture {
  const colours = {
    background: colour(card.background),
    foreground: colour(card.foreground),
    label: colour(card.label),
  };
  return { icon: drawIcon, logo: drawLogo, strip: drawStrip }[name](scale, world, colours);
}

interface Colours {
  background: Colour;
  foreground: Colour;
  label: Colour;
}

/** For the lock screen and mails: a tile that fills its square, as iOS rounds the corners itself. */
function drawIcon(scale: number, world: TierWorld, { foreground }: Colours): Picture {
  return draw(SIZES.icon, scale, tile(SIZES.icon, { share: 0.75, glow: 0.5 }, scale, world, foreground));
}

/** For Google Wallet, once for all tiers. The mark is smaller than on an icon, as Google cuts a circle out of the square. */
export function drawProgramLogo(scale: number, world: TierWorld, { foreground }: CardColours): Picture {
  return draw(PROGRAM_LOGO, scale, tile(PROGRAM_LOGO, { share: 0.56, glow: 0 }, scale, world, colour(foreground)));
}

/** The mark on a night sky. @param look which share of the square's width the mark takes, and how bright a light shines behind it */
function tile(
  size: { width: number; height: number },
  look: { share: number; glow: number },
  scale: number,
  world: TierWorld,
  ink: Colour,
): Paint {
  const { width, height } = size;
  const unit = (width * look.share) / 100;
  return (x, y) => {
    const [u, v] = [x / width, y / height];
    const glow = look.glow * Math.exp(-(((u - 0.5) / 0.38) ** 2) - ((v - 0.3) / 0.31) ** 2);
    const ground = lit(mix(world.sky, world.horizon, v), world.lights[0]![1], glow);
    // The mark is higher than it is deep: it is centred by eye.
    const seen = mark((x - width / 2) / unit, (y - height / 2) / unit + 4, scale * unit, world, ink);
    return { colour: mix(ground, seen.colour, seen.opacity) };
  };
}

/** The mark alone, on whatever the card's background is. */
function drawLogo(scale: number, world: TierWorld, { foreground }: Colours): Picture {
  const { width, height } = SIZES.logo;
  const unit = 0.46;
  return draw(SIZES.logo, scale, (x, y) =>
    mark((x - width / 2) / unit, (y - height / 2) / unit + 4, scale * unit, world, foreground),
  );
}

/** The cup in the card's ink, its ribbons in the tier's light. */
function mark(x: number, y: number, scale: number, world: TierWorld, ink: Colour): { colour: Colour; opacity: number } {
  const { body, ribbons } = cup(x, y);
  let seen = { colour: ink, opacity: coverage(body, scale) };
  ribbons.forEach(({ distance, height }, place) => {
    const opacity = coverage(distance, scale);
    if (opacity === 0) return;
    const [low, high] = world.lights[place % 2]!;
    seen = { colour: mix(mix(low, ink, 0.25), mix(low, high, 0.55), smoothStep(0, 1, height)), opacity };
  });
  return seen;
}

/** A night over hills. What is lowest has the card's background, so that the picture ends without an edge. */
function drawStrip(scale: number, world: TierWorld, { background }: Colours): Picture {
  const { width, height } = SIZES.strip;
  const curtains = world.lights.map(([low, high], place) => ({
    hem: 0.55 - 0.12 * place,
    swing: 0.1,
    phase: 0.9 + 2.4 * place,
    reach: 0.26 + 0.03 * place,
    strength: 0.95 - 0.17 * place,
    low,
    high,
  }));
  const stars = starsOf(world.stars, width, height * 0.62);
  const hills = [
    { foot: 0.8, tone: mix(mix(world.sky, world.horizon, 0.55), background, 0.35), phase: 0.4, swing: 0.055 },
    { foot: 0.885, tone: mix(world.sky, background, 0.55), phase: 2.6, swing: 0.045 },
    { foot: 0.965, tone: background, phase: 4.1, swing: 0.028 },
  ];
  // All that depends on the column alone is asked for once in each.
  const columnAt = remembered((x: number) => {
    const u = x / height;
    const wave = (phase: number) =>
      Math.sin(2.3 * u + phase) + 0.4 * Math.sin(5.9 * u + phase * 2) + 0.12 * Math.sin(17 * u);
    return {
      hangings: hangingAt(curtains, u, x / width),
      glow: 0.35 + 0.65 * smoothStep(0.2, 0.9, x / width),
      ridges: hills.map(({ foot, phase, swing, tone }) => ({ top: (foot + swing * wave(phase)) * height, tone })),
      stars: stars.filter((star) => Math.abs(star.x - x) < 2),
    };
  });
  return draw(SIZES.strip, scale, (x, y) => {
    const { hangings, glow, ridges, stars } = columnAt(x);
    let seen = mix(world.sky, world.horizon, smoothStep(0.1, 1, y / height) * glow);
    for (const star of stars) {
      const light = star.brightness * coverage(circle(x - star.x, y - star.y, star.radius), Math.min(scale, 1.4));
      if (light > 0) seen = lit(seen, [1, 1, 1], light);
    }
    seen = withAurora(seen, hangings, y / height);
    for (const { top, tone } of ridges) seen = mix(seen, tone, coverage(top - y, scale));
    return { colour: seen };
  });
}

function remembered<T>(ask: (x: number) => T): (x: number) => T {
  const known = new Map<number, T>();
  return (x) => {
    const answer = known.get(x) ?? ask(x);
    known.set(x, answer);
    return answer;
  };
}

/**
 * Strewn evenly and without an order that the eye finds: by the golden ratio and its like in two dimensions. They are faint on the left,
 * where words stand.
 */
function starsOf(count: number, width: number, height: number) {
  return Array.from({ length: count }, (_, place) => {
    const [a, b, c] = [0.7548776662, 0.5698402909, 0.3819660113].map((step) => (0.5 + step * (place + 1)) % 1) as [
      number,
      number,
      number,
    ];
    const brightness = (0.35 + 0.6 * c) * (0.13 + 0.87 * smoothStep(0.42, 0.6, a));
    return { x: a * width, y: b * height, radius: 0.35 + 0.5 * c * c, brightness };
  });
}
