import { describe, expect, test } from 'vitest';
import type { TierNotice } from '../../../core/member/tier-change.ts';
import { compileProgram } from '../../../core/program/program.ts';
import { type GoogleBrand, googleClass, hasGoogleWallet, languagesOf } from '../../../core/wallet/google-class.ts';
import { googleClassId, googleObjectId } from '../../../core/wallet/google-ids.ts';
import { googleMessage, keptMessages, NOTIFICATIONS_SPAN_MS, withNotice } from '../../../core/wallet/google-message.ts';
import { closedGoogleObject, googleObject } from '../../../core/wallet/google-object.ts';
import { googleSaveClaims, googleSaveUrl } from '../../../core/wallet/google-save-link.ts';
import { googleTexts } from '../../../core/wallet/google-texts.ts';
import type { PassContent, WalletBrand } from '../../../core/wallet/pass-content.ts';
import { EXAMPLE_GOOGLE, exampleBrand, exampleWallet } from '../../support/program.ts';

const brandWith = (google: Partial<GoogleBrand['wallet']['google']> = {}, wallet = {}) =>
  exampleBrand({}, {}, exampleWallet({ google: { ...EXAMPLE_GOOGLE, ...google }, ...wallet })) as GoogleBrand;

const FACE: PassContent = {
  memberId: 'm-1',
  locale: 'en',
  organizationName: 'Example Shop',
  brandName: 'Example Shop',
  description: 'Loyalty card, Example Shop',
  tier: { id: 'silver', rank: 1, label: 'Status', value: 'Silver' },
  points: { label: 'Points', value: 1300, currency: undefined },
  next: {
    label: 'Next status',
    value: '3,700 more points are needed for Gold',
    short: '3,700 points to Gold',
    missing: 3700,
    tier: 'gold',
  },
  expires: null,
  member: { label: 'Member', value: 'Ana' },
  balance: { label: 'Points to spend', value: 900 },
  keep: {
    label: 'To keep your status',
    value: 'Nothing more is needed. Your status continues after December 31, 2026.',
  },
  barcode: 'm-1',
  terms: { label: 'Terms', value: 'Terms.' },
  design: { background: '#c0c0c0', foreground: '#101010', label: '#404040', images: 'x' },
};

describe('ids', () => {
  test('are the issuer’s, and of what Google takes', () => {
    expect(googleClassId(EXAMPLE_GOOGLE, 'gold')).toBe('3388000000012345678.example.gold');
    expect(googleObjectId(EXAMPLE_GOOGLE, 'm-1')).toBe('3388000000012345678.example.member.m-1');
    expect(googleObjectId(EXAMPLE_GOOGLE, 'a:b~c_d.e')).toMatch(/^\d+\.[A-Za-z0-9._-]+$/);
  });

  test('of two members are never the same', () => {
    const memberIds = ['a:b', 'a_b', 'a_3ab', 'a~b', 'a_7eb', 'a.b', 'a-b', 'ab', 'a_5fb', 'A:b'];
    expect(new Set(memberIds.map((memberId) => googleObjectId(EXAMPLE_GOOGLE, memberId))).size).toBe(memberIds.length);
  });
});

describe('texts', () => {
  const words: Record<string, string> = { en: 'Status', es: 'Nivel', de: 'Status' };

  test('are in the member’s language first; another that says the same is left out', () => {
    expect(googleTexts('en', ['en', 'es', 'de'], (language) => words[language]!)).toEqual({
      defaultValue: { language: 'en', value: 'Status' },
      translatedValues: [{ language: 'es', value: 'Nivel' }],
    });
  });

  test('in one language are no translations', () => {
    expect(googleTexts('en', ['en', 'de'], (language) => words[language]!)).toEqual({
      defaultValue: { language: 'en', value: 'Status' },
    });
  });
});

describe('the class of a tier', () => {
  const brand = brandWith(
    { homepage: 'https://shop.example/rewards', heroImages: { gold: 'https://shop.example/gold.png' } },
    {
      terms: { en: 'Terms.', es: 'Condiciones.' },
    },
  );
  const program = compileProgram(brand);
  const [bronze, , gold] = program.tiers;

  test('has the tier’s name, colour and picture, and the brand’s terms in its languages', () => {
    const contentDescription = { defaultValue: { language: 'en', value: 'Example Shop' } };
    expect(googleClass(brand, program, gold!)).toEqual({
      id: '3388000000012345678.example.gold',
      issuerName: 'Example Shop',
      programName: 'Example Shop',
      programLogo: { sourceUri: { uri: 'https://shop.example/logo.png' }, contentDescription },
      heroImage: { sourceUri: { uri: 'https://shop.example/gold.png' }, contentDescription },
      hexBackgroundColor: '#d4af37',
      reviewStatus: 'UNDER_REVIEW',
      localizedRewardsTier: { defaultValue: { language: 'en', value: 'Gold' } },
      localizedRewardsTierLabel: {
        defaultValue: { language: 'en', value: 'Status' },
        // The same in German.
        translatedValues: [
          { language: 'es', value: 'Nivel' },
          { language: 'fr', value: 'Statut' },
        ],
      },
      localizedAccountNameLabel: {
        defaultValue: { language: 'en', value: 'Member' },
        translatedValues: [
          { language: 'es', value: 'Socio' },
          { language: 'de', value: 'Mitglied' },
          { language: 'fr', value: 'Membre' },
        ],
      },
      textModulesData: [
        {
          id: 'terms',
          localizedHeader: {
            defaultValue: { language: 'en', value: 'Terms' },
            translatedValues: [
              { language: 'es', value: 'Condiciones' },
              { language: 'de', value: 'Bedingungen' },
              { language: 'fr', value: 'Conditions' },
            ],
          },
          localizedBody: {
            defaultValue: { language: 'en', value: 'Terms.' },
            translatedValues: [{ language: 'es', value: 'Condiciones.' }],
          },
        },
      ],
      linksModuleData: {
        uris: [{ id: 'homepage', uri: 'https://shop.example/rewards', description: 'Example Shop' }],
      },
      multipleDevicesAndHoldersAllowedStatus: 'ONE_USER_ALL_DEVICES',
    });
  });

  test('speaks the languages of the terms and of the tiers’ names, also where Laurel does not', () => {
    const { tiers } = exampleBrand().program;
    const wallet = exampleWallet({ google: EXAMPLE_GOOGLE, terms: { en: 'Terms.', it: 'Condizioni.' } });
    const named = exampleBrand(
      { tiers: tiers.map((tier) => (tier.id === 'gold' ? { ...tier, names: { pt: 'Ouro' } } : tier)) },
      {},
      wallet,
    ) as GoogleBrand;
    const compiled = compileProgram(named);
    expect(languagesOf(named, compiled)).toEqual(['en', 'es', 'de', 'fr', 'it', 'pt']);
    expect(googleClass(named, compiled, compiled.tiers[2]!)).toMatchObject({
      localizedRewardsTier: { translatedValues: [{ language: 'pt', value: 'Ouro' }] },
      textModulesData: [{ localizedBody: { translatedValues: [{ language: 'it', value: 'Condizioni.' }] } }],
    });
  });

  test('leaves out what the brand does not tell', () => {
    expect(googleClass(brand, program, bronze)).not.toHaveProperty('heroImage');
    const bare = brandWith();
    expect(googleClass(bare, compileProgram(bare), bronze)).not.toHaveProperty('linksModuleData');
  });

  test('has the design’s own labels before Laurel’s', () => {
    const { designs } = exampleWallet();
    const own = brandWith(
      {},
      { designs: { ...designs, bronze: { ...designs.bronze!, labels: { tier: { es: 'Club', en: 'Circle' } } } } },
    );
    expect(googleClass(own, compileProgram(own), bronze).localizedRewardsTierLabel).toMatchObject({
      defaultValue: { value: 'Circle' },
      translatedValues: [{ language: 'es', value: 'Club' }],
    });
    const italian = brandWith(
      {},
      { designs: { ...designs, gold: { ...designs.gold!, labels: { tier: { it: 'Cerchio' } } } } },
    );
    expect(languagesOf(italian, compileProgram(italian))).toEqual(['en', 'es', 'de', 'fr', 'it']);
  });
});

describe('the object of a member', () => {
  const spanish: PassContent = {
    ...FACE,
    locale: 'es',
    points: { ...FACE.points, label: 'Puntos' },
    next: { ...FACE.next!, label: 'Próximo nivel', value: '3.700 para Gold' },
  };

  test('shows the same as any wallet’s pass, in the phone’s language', () => {
    expect(googleObject(FACE, { en: FACE, es: spanish }, EXAMPLE_GOOGLE)).toEqual({
      id: '3388000000012345678.example.member.m-1',
      classId: '3388000000012345678.example.silver',
      state: 'ACTIVE',
      accountId: 'm-1',
      accountName: 'Ana',
      loyaltyPoints: {
        localizedLabel: {
          defaultValue: { language: 'en', value: 'Points' },
          translatedValues: [{ language: 'es', value: 'Puntos' }],
        },
        balance: { int: 1300 },
      },
      secondaryLoyaltyPoints: {
        localizedLabel: { defaultValue: { language: 'en', value: 'Points to spend' } },
        balance: { int: 900 },
      },
      barcode: { type: 'QR_CODE', value: 'm-1', alternateText: 'm-1' },
      textModulesData: [
        {
          id: 'next',
          localizedHeader: {
            defaultValue: { language: 'en', value: 'Next status' },
            translatedValues: [{ language: 'es', value: 'Próximo nivel' }],
          },
          localizedBody: {
            defaultValue: { language: 'en', value: '3,700 more points are needed for Gold' },
            translatedValues: [{ language: 'es', value: '3.700 para Gold' }],
          },
        },
        {
          id: 'keep',
          localizedHeader: { defaultValue: { language: 'en', value: 'To keep your status' } },
          localizedBody: {
            defaultValue: {
              language: 'en',
              value: 'Nothing more is needed. Your status continues after December 31, 2026.',
            },
          },
        },
      ],
    });
  });

  test('of a program that counts spend has money, to a millionth', () => {
    const spend = { ...FACE, points: { label: 'Spent', value: 1234.56, currency: 'EUR' } };
    expect(googleObject(spend, {}, EXAMPLE_GOOGLE).loyaltyPoints.balance).toEqual({
      money: { micros: '1234560000', currencyCode: 'EUR' },
    });
  });

  test('without a name takes away the one that was there; closed, it has nothing personal', () => {
    expect(googleObject({ ...FACE, member: null }, {}, EXAMPLE_GOOGLE).accountName).toBeNull();
    expect(closedGoogleObject(EXAMPLE_GOOGLE, 'm-1')).toEqual({
      id: '3388000000012345678.example.member.m-1',
      state: 'INACTIVE',
      accountName: null,
      loyaltyPoints: null,
      secondaryLoyaltyPoints: null,
      textModulesData: [],
      messages: [],
    });
  });

  test('is the same for the same content, whenever it is made: a change is seen by comparing', () => {
    const make = () => JSON.stringify(googleObject(FACE, { es: spanish, en: FACE }, EXAMPLE_GOOGLE));
    expect(make()).toBe(make());
  });
});

test('only a brand that told its issuer is on Google’s wallet', () => {
  expect(hasGoogleWallet(brandWith())).toBe(true);
  expect(hasGoogleWallet(exampleBrand({}, {}, exampleWallet()) as WalletBrand)).toBe(false);
});

test('a message is one that the phone tells of, and has an id of its change', () => {
  const notice: TierNotice = {
    memberId: 'm-1',
    sequence: 7,
    kind: 'renewed',
    from: { id: 'gold', name: 'Gold', rank: 2 },
    to: { id: 'gold', name: 'Gold', rank: 2 },
    occurredAt: 0,
    recordedAt: 0,
    expiresAt: null,
    programVersion: 'v',
    points: 1300,
    announced: true,
  };
  expect(googleMessage(notice, 'Example Shop', 'You stay Gold')).toEqual({
    id: 'change-7',
    header: 'Example Shop',
    body: 'You stay Gold',
    messageType: 'TEXT_AND_NOTIFY',
  });
});

test.each([
  [0, undefined],
  [7, undefined],
  [8, [4, 5, 6, 7, 8]],
  [10, [6, 7, 8, 9, 10]],
])('of %i messages on a pass these stay: %j', (count, kept) => {
  expect(keptMessages(Array.from({ length: count }, (_, place) => place + 1))).toEqual(kept);
});

describe('what Google tells a pass’s owner', () => {
  const NOW = Date.UTC(2026, 4, 2, 12);
  const three = [1, 2, 3].map((sequence) => ({ sequence, at: NOW - sequence }));

  test('is three messages a day at most', () => {
    expect(withNotice([], 1, NOW)).toEqual([{ sequence: 1, at: NOW }]);
    expect(withNotice(three.slice(0, 2), 9, NOW)).toHaveLength(3);
    expect(withNotice(three, 9, NOW)).toBeUndefined();
  });

  test('counts a change once, however often it is tried', () => {
    expect(withNotice(three, 2, NOW)).toEqual(three);
  });

  test('forgets a message once a day has passed, and not a moment before', () => {
    const oldest = NOW - 3;
    expect(withNotice(three, 9, oldest + NOTIFICATIONS_SPAN_MS - 1)).toBeUndefined();
    expect(withNotice(three, 9, oldest + NOTIFICATIONS_SPAN_MS)).toEqual([
      ...three.slice(0, 2),
      { sequence: 9, at: oldest + NOTIFICATIONS_SPAN_MS },
    ]);
  });
});

test('a link to save a pass names the object, and is short enough for every browser', () => {
  const claims = googleSaveClaims('laurel@project.iam.example', { id: '1.a', classId: '1.b' }, 1_700_000_000_123);
  expect(claims).toEqual({
    iss: 'laurel@project.iam.example',
    aud: 'google',
    typ: 'savetowallet',
    iat: 1_700_000_000,
    origins: [],
    payload: { loyaltyObjects: [{ id: '1.a', classId: '1.b' }] },
  });
  expect(googleSaveUrl('a.b.c')).toBe('https://pay.google.com/gp/v/save/a.b.c');
});
