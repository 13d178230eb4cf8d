import type { Problem } from '../program/problem.ts';

/** A design's images by their file names. */
export type DesignImages = Readonly<Record<string, Uint8Array>>;

interface ImageRule {
  isNeeded: boolean;
  /** In points: a file `@2x` has twice as many pixels each way. */
  allowed: readonly (readonly [width: number, height: number])[];
  /** Whether it may be smaller than that. */
  atMost: boolean;
}

/**
 * What Apple asks of a store card's images.
 * https://developer.apple.com/library/archive/documentation/UserExperience/Conceptual/PassKit_PG/Creating.html
 */
const RULES: Readonly<Record<string, ImageRule>> = {
  icon: { isNeeded: true, allowed: [[29, 29]], atMost: false },
  logo: { isNeeded: true, allowed: [[160, 50]], atMost: true },
  strip: {
    isNeeded: false,
    allowed: [
      [375, 123],
      [375, 144],
    ],
    atMost: false,
  },
};

/** Phones of today have two or three pixels to a point; who has one still shows the watch. */
const SCALES = [1, 2, 3] as const;
const NEEDED_SCALES: readonly number[] = [1, 2];

/** Every image that a pass may hold, by its file name. What else lies in a design's folder is left out of the pass. */
const IMAGES = new Map(
  Object.entries(RULES).flatMap(([name, rule]) =>
    SCALES.map((scale) => [`${name}${scale === 1 ? '' : `@${scale}x`}.png`, { rule, scale }] as const),
  ),
);

export const APPLE_IMAGES: readonly string[] = [...IMAGES.keys()];

/** Everything that is wrong with a design's images. @param place of the design in the brand's file */
export function imageProblems(place: string, folder: string, images: DesignImages): Problem[] {
  return [...IMAGES].flatMap(([file, { rule, scale }]): Problem[] => {
    const bytes = images[file];
    const at = `${place}.images`;
    if (!bytes) {
      if (!rule.isNeeded || !NEEDED_SCALES.includes(scale)) return [];
      return [
        {
          place: at,
          given: `${folder}, without ${file}`,
          allowed: `a folder with ${file}, ${sizes(rule, scale)}`,
          remedy: 'Add the image: a phone takes no pass without it.',
        },
      ];
    }
    const size = pngSize(bytes);
    if (!size) {
      const remedy = 'Save it as PNG.';
      return [{ place: at, given: `${folder}/${file}, which is no PNG`, allowed: 'images in PNG', remedy }];
    }
    if (fits(size, rule, scale)) return [];
    return [
      {
        place: at,
        given: `${folder}/${file} with ${size.width} × ${size.height} pixels`,
        allowed: sizes(rule, scale),
        remedy: 'Draw it in that size.',
      },
    ];
  });
}

function fits({ width, height }: Size, { allowed, atMost }: ImageRule, scale: number): boolean {
  return allowed.some(([w, h]) =>
    atMost ? width <= w * scale && height <= h * scale : width === w * scale && height === h * scale,
  );
}

function sizes({ allowed, atMost }: ImageRule, scale: number): string {
  const list = allowed.map(([width, height]) => `${width * scale} × ${height * scale}`).join(' or ');
  return `${atMost ? 'at most ' : ''}${list} pixels`;
}

interface Size {
  width: number;
  height: number;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** A PNG begins with its signature and the chunk that says its size. https://www.w3.org/TR/png-3/#11IHDR */
export function pngSize(bytes: Uint8Array): Size | undefined {
  if (bytes.length < 24 || PNG_SIGNATURE.some((byte, place) => bytes[place] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
