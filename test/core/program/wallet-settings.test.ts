import { describe, expect, test } from 'vitest';
import { describeProblems, readBrand } from '../../../core/program/read-brand.ts';
import { EXAMPLE_GOOGLE, exampleBrand, exampleWallet } from '../../support/program.ts';

// biome-ignore lint/suspicious/noExplicitAny: a wallet's settings as somebody might have written them
type Json = any;

function problemsOf(change: (wallet: Json) => unknown): string[] {
  const brand: Json = structuredClone(exampleBrand({}, {}, exampleWallet()));
  change(brand.wallet);
  const reading = readBrand(brand);
  return reading.ok ? [] : describeProblems(reading.problems);
}

describe('a brand’s wallet', () => {
  test.each<[string, (wallet: Json) => unknown]>([
    ['terms in several languages', (wallet) => Object.assign(wallet, { terms: { en: 'One\n\nTwo', 'es-MX': 'Uno' } })],
    [
      'a name of who issues it, and a domain',
      (w) => Object.assign(w, { organizationName: 'ACME', url: 'https://l.acme.example' }),
    ],
    ['no wallet of Apple’s', (wallet) => delete wallet.apple],
    [
      'Google’s',
      (w) =>
        Object.assign(w, {
          google: { issuerId: '3388000000012345678', classSuffix: 'loyalty-1', logo: 'https://a.example/logo.png' },
        }),
    ],
    [
      'pictures of Google’s across some of the passes',
      (w) => Object.assign(w, { google: { ...EXAMPLE_GOOGLE, heroImages: { gold: 'https://a.example/gold.png' } } }),
    ],
    [
      'labels of its own',
      (w) => Object.assign(w.designs.silver, { labels: { points: 'Beans', tier: { es: 'Club' } } }),
    ],
  ])('may have %s', (_, change) => {
    expect(problemsOf(change)).toEqual([]);
  });

  test.each<[string, (wallet: Json) => unknown, string]>([
    [
      'a tier without a design',
      (wallet) => delete wallet.designs.gold,
      'wallet.designs.gold: given nothing; allowed: a design: {background, foreground, label, images}. Add it: members of the tier gold have a pass too.',
    ],
    [
      'a design for a tier that there is not',
      (wallet) => Object.assign(wallet.designs, { vip: wallet.designs.gold }),
      'wallet.designs.vip: given "vip"; allowed: bronze, silver, gold, platinum. Name a tier of program.tiers.',
    ],
    [
      'a colour by its name',
      (wallet) => Object.assign(wallet.designs.gold, { background: 'gold' }),
      'wallet.designs.gold.background: given "gold"; allowed: a colour such as "#1a2b3c". Change the value.',
    ],
    [
      'images outside of the brand’s folder',
      (wallet) => Object.assign(wallet.designs.gold, { images: '../other' }),
      'wallet.designs.gold.images: given "../other"; allowed: a folder below that of the brand’s file, such as "demo/wallet/silver". Change the value.',
    ],
    [
      'a label that a pass has not',
      (wallet) => Object.assign(wallet.designs.gold, { labels: { beans: 'Beans' } }),
      'wallet.designs.gold.labels.beans: given "Beans"; allowed: one of the properties tier, points, next, expires, member, balance, keep, terms. Remove it, or correct its spelling.',
    ],
    [
      'no terms',
      (wallet) => delete wallet.terms,
      'wallet.terms: given nothing; allowed: a text of 1 to 10000 characters, or {"<language>": "<text>"}. Add it: the program’s terms on the back of the pass, as one text or as one for each language.',
    ],
    [
      'terms in no language',
      (wallet) => Object.assign(wallet, { terms: {} }),
      'wallet.terms: given {}; allowed: a text at least. Change the value.',
    ],
    [
      'something that is no pass type',
      (wallet) => Object.assign(wallet.apple, { passTypeId: 'com.example.shop' }),
      'wallet.apple.passTypeId: given "com.example.shop"; allowed: a pass type identifier such as "pass.com.example.loyalty". Change the value.',
    ],
    [
      'a team’s name in place of its id',
      (wallet) => Object.assign(wallet.apple, { teamId: 'Example Ltd' }),
      'wallet.apple.teamId: given "Example Ltd"; allowed: the 10 letters and digits of an Apple developer team. Change the value.',
    ],
    [
      'an address that is not encrypted',
      (wallet) => Object.assign(wallet, { url: 'http://l.acme.example' }),
      'wallet.url: given "http://l.acme.example"; allowed: an address without a path, such as "https://loyalty.brand.example". Change the value.',
    ],
    [
      'an issuer that is no number',
      (wallet) =>
        Object.assign(wallet, { google: { issuerId: 'me', classSuffix: 'x', logo: 'https://a.example/logo.png' } }),
      'wallet.google.issuerId: given "me"; allowed: the digits of a Google Wallet issuer, as text. Change the value.',
    ],
    [
      'a logo of Google’s that only the brand can see',
      (wallet) =>
        Object.assign(wallet, { google: { issuerId: '3388000000', classSuffix: 'x', logo: 'demo/logo.png' } }),
      'wallet.google.logo: given "demo/logo.png"; allowed: the address of a picture, such as "https://brand.example/logo.png". Change the value.',
    ],
    [
      'a picture of Google’s for a tier that there is not',
      (wallet) =>
        Object.assign(wallet, {
          google: {
            ...EXAMPLE_GOOGLE,
            heroImages: { gold: 'https://a.example/gold.png', vip: 'https://a.example/vip.png' },
          },
        }),
      'wallet.google.heroImages.vip: given "vip"; allowed: bronze, silver, gold, platinum. Name a tier of program.tiers.',
    ],
    [
      'no record of designs',
      (wallet) => Object.assign(wallet, { designs: null }),
      'wallet.designs: given null; allowed: an object in { }. Change the value.',
    ],
  ])('with %s is refused', (_, change, problem) => {
    expect(problemsOf(change)).toEqual([problem]);
  });

  test('is not judged by tiers that cannot be read', () => {
    const brand: Json = structuredClone(exampleBrand({}, {}, exampleWallet()));
    delete brand.program.tiers;
    const reading = readBrand(brand);
    expect(reading.ok ? [] : describeProblems(reading.problems)).toEqual([
      'program.tiers: given nothing; allowed: a list in [ ]. Add it: the tiers from the base tier up, with rising thresholds. The base tier has threshold 0, and everybody has it.',
    ]);
  });
});
