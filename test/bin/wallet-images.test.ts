import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Colour, colour } from '../../bin/drawing/colour.ts';
import { walletImages } from '../../bin/drawing/wallet-images.ts';
import { readBrandFile } from '../../bin/operator/brand-file.ts';

const BRANDS = resolve(import.meta.dirname, '../../brands');
const { designs } = readBrandFile('demo', 'its name').settings.wallet!;
const committed = readdirSync(resolve(BRANDS, 'demo'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => resolve(entry.parentPath, entry.name));

const LEAST_CONTRAST = 4.5;

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(seen: Colour): number {
  const [red, green, blue] = seen.map((share) =>
    share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: Colour, b: Colour): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((one, other) => one - other) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** Reads a picture as a second implementation: the header by its places, the pixels by Node's own zlib. */
function readPng(file: string) {
  const bytes = readFileSync(file);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const channels = bytes[25] === 6 ? 4 : 3;
  const start = bytes.indexOf('IDAT');
  const lines = inflateSync(bytes.subarray(start + 4, start + 4 + bytes.readUInt32BE(start - 4)));
  const pixelAt = (column: number, row: number): Colour => {
    const line = row * (width * channels + 1) + 1;
    const sum = [0, 0, 0];
    for (let before = 0; before <= column; before++)
      for (let channel = 0; channel < 3; channel++)
        sum[channel] = (sum[channel]! + lines[line + before * channels + channel]!) & 255;
    return sum.map((byte) => byte / 255) as unknown as Colour;
  };
  return { signature: bytes.subarray(0, 8).toString('latin1'), width, height, pixelAt };
}

test('the pictures in the repository are what the script draws, byte for byte, and all of them', {
  timeout: 120_000,
}, () => {
  const drawn = [...walletImages(designs, 'demo/wallet/google-logo.png')];
  expect(drawn.map(({ path }) => resolve(BRANDS, path)).sort()).toEqual([...committed].sort());
  const differing = drawn.filter(({ path, bytes }) => !readFileSync(resolve(BRANDS, path)).equals(bytes));
  expect(differing.map(({ path }) => path)).toEqual([]);
});

test('they are small enough to be kept with the code', () => {
  const bytes = committed.reduce((sum, file) => sum + readFileSync(file).length, 0);
  expect(bytes).toBeLessThan(600_000);
});

describe.each(Object.entries(designs))('the design of the tier %s', (_tier, design) => {
  const [background, foreground, label] = [design.background, design.foreground, design.label].map(colour) as [
    Colour,
    Colour,
    Colour,
  ];

  test.each([
    ['icon', 29, 29],
    ['logo', 50, 50],
    ['strip', 375, 123],
  ])('has its %s for screens of one, two and three pixels a point, as large as Apple asks', (name, width, height) => {
    for (const scale of [1, 2, 3]) {
      const file = resolve(BRANDS, design.images, `${name}${scale === 1 ? '' : `@${scale}x`}.png`);
      expect(readPng(file)).toMatchObject({
        signature: '\x89PNG\r\n\x1a\n',
        width: width * scale,
        height: height * scale,
      });
    }
  });

  test('can be read: labels and values on the background', () => {
    expect(contrast(foreground, background)).toBeGreaterThan(7);
    expect(contrast(label, background)).toBeGreaterThan(LEAST_CONTRAST);
  });

  test('can be read: what stands on the strip, which is on its left', () => {
    const strip = readPng(resolve(BRANDS, design.images, 'strip.png'));
    let least = Number.POSITIVE_INFINITY;
    for (let row = 20; row < strip.height; row += 3) {
      for (let column = 0; column < 170; column += 3) {
        const under = strip.pixelAt(column, row);
        least = Math.min(least, contrast(foreground, under), contrast(label, under));
      }
    }
    expect(least).toBeGreaterThan(LEAST_CONTRAST);
  });
});

test('a tier that nothing is drawn for is named', () => {
  const [design] = Object.values(designs);
  expect(() => [...walletImages({ ruby: design! }, 'logo.png')]).toThrow('Nothing is drawn yet for the tier ruby');
});
