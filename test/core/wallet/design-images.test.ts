import { describe, expect, test } from 'vitest';
import { APPLE_IMAGES, type DesignImages, imageProblems, pngSize } from '../../../core/wallet/design-images.ts';
import { exampleImages, greyPng } from '../../support/images.ts';

const problemsOf = (images: DesignImages) =>
  imageProblems('wallet.designs.gold', 'demo/wallet/gold', images).map(
    ({ place, given, allowed, remedy }) => `${place}: ${given}; ${allowed}. ${remedy}`,
  );

describe('the images of a design', () => {
  test('are right with every size that Apple asks for, also without those that may be left out', () => {
    expect(problemsOf(exampleImages())).toEqual([]);
    const { 'icon.png': icon, 'icon@2x.png': icon2, 'logo.png': logo, 'logo@2x.png': logo2 } = exampleImages();
    expect(problemsOf({ 'icon.png': icon!, 'icon@2x.png': icon2!, 'logo.png': logo!, 'logo@2x.png': logo2! })).toEqual(
      [],
    );
    expect(problemsOf({ ...exampleImages(), 'strip.png': greyPng(375, 144), 'logo.png': greyPng(160, 50) })).toEqual(
      [],
    );
  });

  test('may lie beside others that no pass of Apple’s holds', () => {
    expect(problemsOf({ ...exampleImages(), 'google-hero.png': greyPng(1, 1) })).toEqual([]);
    expect(APPLE_IMAGES).not.toContain('google-hero.png');
  });

  test.each<[string, Partial<DesignImages>, string]>([
    [
      'one is missing',
      { 'icon@2x.png': undefined },
      'wallet.designs.gold.images: demo/wallet/gold, without icon@2x.png; a folder with icon@2x.png, 58 × 58 pixels. Add the image: a phone takes no pass without it.',
    ],
    [
      'one has another size',
      { 'icon@3x.png': greyPng(90, 90) },
      'wallet.designs.gold.images: demo/wallet/gold/icon@3x.png with 90 × 90 pixels; 87 × 87 pixels. Draw it in that size.',
    ],
    [
      'one is too large',
      { 'logo.png': greyPng(161, 50) },
      'wallet.designs.gold.images: demo/wallet/gold/logo.png with 161 × 50 pixels; at most 160 × 50 pixels. Draw it in that size.',
    ],
    [
      'one is too tall',
      { 'logo.png': greyPng(160, 51) },
      'wallet.designs.gold.images: demo/wallet/gold/logo.png with 160 × 51 pixels; at most 160 × 50 pixels. Draw it in that size.',
    ],
    [
      'one is right in its width only',
      { 'icon.png': greyPng(29, 30) },
      'wallet.designs.gold.images: demo/wallet/gold/icon.png with 29 × 30 pixels; 29 × 29 pixels. Draw it in that size.',
    ],
    [
      'one is right in its height only',
      { 'icon.png': greyPng(30, 29) },
      'wallet.designs.gold.images: demo/wallet/gold/icon.png with 30 × 29 pixels; 29 × 29 pixels. Draw it in that size.',
    ],
    [
      'the strip is for another kind of pass',
      { 'strip@2x.png': greyPng(640, 168) },
      'wallet.designs.gold.images: demo/wallet/gold/strip@2x.png with 640 × 168 pixels; 750 × 246 or 750 × 288 pixels. Draw it in that size.',
    ],
    [
      'one was a PNG, until its line breaks were taken for those of a text',
      { 'logo.png': Buffer.from(greyPng(50, 50).toString('latin1').replace('\r\n', '\n'), 'latin1') },
      'wallet.designs.gold.images: demo/wallet/gold/logo.png, which is no PNG; images in PNG. Save it as PNG.',
    ],
    [
      'one is no PNG',
      { 'logo@2x.png': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') },
      'wallet.designs.gold.images: demo/wallet/gold/logo@2x.png, which is no PNG; images in PNG. Save it as PNG.',
    ],
  ])('are refused where %s', (_, change, problem) => {
    expect(problemsOf({ ...exampleImages(), ...change } as DesignImages)).toEqual([problem]);
  });

  test('are all listed that are missing', () => {
    expect(problemsOf({})).toHaveLength(4);
  });
});

test('a file that ends before its size is none', () => {
  expect(pngSize(greyPng(3, 4))).toEqual({ width: 3, height: 4 });
  expect(pngSize(greyPng(3, 4).subarray(0, 24))).toEqual({ width: 3, height: 4 });
  expect(pngSize(greyPng(3, 4).subarray(0, 23))).toBeUndefined();
});
