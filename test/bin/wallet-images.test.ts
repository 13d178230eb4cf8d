import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBrandFile } from '../../bin/operator/brand-file.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PICTURES = path.join(ROOT, 'brands/demo/wallet');
const { designs } = readBrandFile('demo', 'its name').settings.wallet!;
const pngsOf = (folder: string) => globSync('**/*.png', { cwd: folder }).sort();
const renderIn = (cwd: string) =>
  promisify(execFile)(process.execPath, [path.join(ROOT, 'bin/wallet-images.ts')], { cwd });

/** The channels of a picture's pixels, each from 0 to 255, on a grey ground. */
async function pixelsOf(file: string, width?: number) {
  const image = width === undefined ? sharp(file) : sharp(file).resize({ width });
  const { data, info } = await image.flatten({ background: '#808080' }).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
}

/**
 * The difference between the channels of two pictures. Both are compared at a quarter of their size, because the choice of 256 colours, and
 * the pixels that get each color, can differ between processors.
 */
async function differencesOf(one: string, other: string): Promise<{ largest: number; mean: number }> {
  const { width } = await sharp(one).metadata();
  const [a, b] = await Promise.all([one, other].map(async (file) => pixelsOf(file, Math.ceil(width / 4))));
  expect([b!.width, b!.height]).toEqual([a!.width, a!.height]);
  const differences = [...a!.data].map((channel, place) => Math.abs(channel - b!.data[place]!));
  return {
    largest: Math.max(...differences),
    mean: differences.reduce((sum, each) => sum + each, 0) / differences.length,
  };
}

describe('npm run wallet:images', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'laurel-pictures-'));
  const rendered = path.join(folder, 'brands/demo/wallet');

  beforeAll(async () => {
    cpSync(PICTURES, rendered, { recursive: true, filter: (file) => !file.endsWith('.png') });
    await renderIn(folder);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('renders the pictures in the repository, and no others', () => {
    expect(pngsOf(rendered)).toEqual(pngsOf(PICTURES));
    expect(pngsOf(PICTURES)).toHaveLength(Object.keys(designs).length * 9 + 1);
  });

  test.each(pngsOf(PICTURES))('renders %s as it is in the repository', async (file) => {
    const { largest, mean } = await differencesOf(path.join(rendered, file), path.join(PICTURES, file));
    expect(largest).toBeLessThanOrEqual(16);
    expect(mean).toBeLessThanOrEqual(1);
  });

  test('names the folder that has no SVG files', async () => {
    await expect(renderIn(tmpdir())).rejects.toMatchObject({
      code: 1,
      stderr: `There is no SVG file under ${path.join(tmpdir(), 'brands/demo/wallet')}.\n`,
    });
  });
});

type Colour = readonly [red: number, green: number, blue: number];

/** @param hex such as "#1a2b3c" */
function colourOf(hex: string): Colour {
  return [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16)) as unknown as Colour;
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(seen: Colour): number {
  const [red, green, blue] = seen.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: Colour, b: Colour): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((one, other) => one - other) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

const LEAST_CONTRAST = 4.5;

describe.each(Object.entries(designs))('the design of the tier %s', (_tier, design) => {
  const folder = path.join(ROOT, 'brands', design.images);
  const [background, foreground, label] = [design.background, design.foreground, design.label].map(colourOf) as [
    Colour,
    Colour,
    Colour,
  ];

  test.each([
    ['icon', 29, 29],
    ['logo', 50, 50],
    ['strip', 375, 123],
  ])(
    'has its %s for screens of one, two and three pixels a point, as large as Apple asks',
    async (name, width, height) => {
      for (const scale of [1, 2, 3]) {
        const file = path.join(folder, `${name}${scale === 1 ? '' : `@${scale}x`}.png`);
        const size = { width: width * scale, height: height * scale };
        expect(await sharp(file).metadata(), file).toMatchObject({ format: 'png', ...size });
      }
    },
  );

  test('shows labels and values readably on the background', () => {
    expect(contrast(foreground, background)).toBeGreaterThan(7);
    expect(contrast(label, background)).toBeGreaterThan(LEAST_CONTRAST);
  });

  test('shows labels and values readably on the left half of the strip', async () => {
    const { data, width, height, channels } = await pixelsOf(path.join(folder, 'strip.png'));
    let least = Number.POSITIVE_INFINITY;
    for (let row = 20; row < height; row += 3) {
      for (let column = 0; column < 170; column += 3) {
        const place = (row * width + column) * channels;
        const under = [...data.subarray(place, place + 3)] as unknown as Colour;
        least = Math.min(least, contrast(foreground, under), contrast(label, under));
      }
    }
    expect(least).toBeGreaterThan(LEAST_CONTRAST);
  });

  test('ends its strip in the background', async () => {
    const { data, width, channels } = await pixelsOf(path.join(folder, 'strip@3x.png'));
    const last = data.subarray(-width * channels);
    const differences = Array.from({ length: width * 3 }, (_, place) =>
      Math.abs(last[Math.floor(place / 3) * channels + (place % 3)]! - background[place % 3]!),
    );
    expect(Math.max(...differences)).toBeLessThanOrEqual(3);
  });
});

test('the pictures are small enough to be kept with the code', () => {
  const bytes = pngsOf(PICTURES).reduce((sum, file) => sum + statSync(path.join(PICTURES, file)).size, 0);
  expect(bytes).toBeLessThan(700_000);
});
