import { describe, expect, test } from 'vitest';
import { type AppleIssue, applePass, appleStrings, NEW_VALUE } from '../../../core/wallet/apple-pass.ts';
import type { PassContent } from '../../../core/wallet/pass-content.ts';

const FACE: PassContent = {
  memberId: 'm-1',
  locale: 'en',
  organizationName: 'Example Ltd',
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
  expires: { label: 'Status until', value: 'July 31, 2026', at: Date.UTC(2026, 7, 1) },
  member: { label: 'Member', value: 'Ana' },
  balance: { label: 'Points to spend', value: 900 },
  keep: { label: 'To keep your status', value: '300 more points by December 31, 2026' },
  barcode: 'm-1',
  terms: { label: 'Terms', value: 'One.\nTwo "quoted" \\.' },
  design: { background: '#C0c0C0', foreground: '#000000', label: '#ffffff', images: 'x' },
};

const ISSUE: AppleIssue = {
  passTypeId: 'pass.example.shop',
  teamId: 'TEAM123456',
  serialNumber: 'm-1',
  authenticationToken: 'a-token-of-nobody',
  webServiceUrl: 'https://laurel.example/v1/wallet/apple',
};

describe('a store card', () => {
  test('shows points above, the tier in front, the way on below, the name under that, the rest on its back', () => {
    const { storeCard, ...pass } = applePass(FACE, ISSUE, undefined);
    expect(
      Object.fromEntries(Object.entries(storeCard).map(([place, fields]) => [place, fields.map(({ key }) => key)])),
    ).toEqual({
      headerFields: ['points'],
      primaryFields: ['tier'],
      secondaryFields: ['next', 'expires'],
      auxiliaryFields: ['member'],
      backFields: ['balance', 'toNext', 'keep', 'terms'],
    });
    expect(pass).toEqual({
      formatVersion: 1,
      passTypeIdentifier: 'pass.example.shop',
      teamIdentifier: 'TEAM123456',
      serialNumber: 'm-1',
      authenticationToken: 'a-token-of-nobody',
      webServiceURL: 'https://laurel.example/v1/wallet/apple',
      organizationName: 'Example Ltd',
      description: 'Loyalty card, Example Shop',
      logoText: 'Example Shop',
      backgroundColor: 'rgb(192, 192, 192)',
      foregroundColor: 'rgb(0, 0, 0)',
      labelColor: 'rgb(255, 255, 255)',
      sharingProhibited: true,
      barcodes: [{ format: 'PKBarcodeFormatQR', message: 'm-1', messageEncoding: 'iso-8859-1', altText: 'm-1' }],
    });
  });

  test('tells the end of a tier at the right, beside the way on; alone it stands where that would', () => {
    const secondaryOf = (content: PassContent) => applePass(content, ISSUE, undefined).storeCard.secondaryFields;
    const expires = { key: 'expires', label: 'Status until', value: 'July 31, 2026' };
    expect(secondaryOf(FACE)).toEqual([
      { key: 'next', label: 'Next status', value: '3,700 points to Gold' },
      { ...expires, textAlignment: 'PKTextAlignmentRight' },
    ]);
    expect(secondaryOf({ ...FACE, next: null })).toEqual([expires]);
  });

  test('tells the way on in few words on the front, and in a sentence on the back', () => {
    const { storeCard } = applePass(FACE, ISSUE, undefined);
    expect(storeCard.backFields.slice(0, 3)).toEqual([
      { key: 'balance', label: 'Points to spend', value: 900 },
      { key: 'toNext', label: 'Next status', value: '3,700 more points are needed for Gold' },
      { key: 'keep', label: 'To keep your status', value: '300 more points by December 31, 2026' },
    ]);
  });

  test('leaves out what there is not', () => {
    const { storeCard } = applePass({ ...FACE, next: null, expires: null, member: null, keep: null }, ISSUE, undefined);
    expect([storeCard.secondaryFields, storeCard.auxiliaryFields, storeCard.backFields.map(({ key }) => key)]).toEqual([
      [],
      [],
      ['balance', 'terms'],
    ]);
  });

  test('lets the phone write money as its own language does', () => {
    const content = { ...FACE, points: { label: 'Spend', value: 99.5, currency: 'EUR' } };
    expect(applePass(content, ISSUE, undefined).storeCard.headerFields).toEqual([
      { key: 'points', label: 'Spend', value: 99.5, currencyCode: 'EUR' },
    ]);
  });

  test('says a change of tier where there is something to say, and no field says anything else', () => {
    const messagesOf = (text: string | undefined) =>
      Object.values(applePass(FACE, ISSUE, text).storeCard)
        .flat()
        .flatMap(({ key, changeMessage }) => (changeMessage === undefined ? [] : [[key, changeMessage]]));
    expect(messagesOf(undefined)).toEqual([]);
    expect(messagesOf(`You're now ${NEW_VALUE}`)).toEqual([['tier', "You're now %@"]]);
    expect(messagesOf('Well done')).toEqual([['tier', 'Well done: %@']]);
  });
});

describe('the texts in another language', () => {
  const spanish: PassContent = {
    ...FACE,
    description: 'Tarjeta de fidelidad, Example Shop',
    tier: { ...FACE.tier, label: 'Nivel', value: 'Plata' },
    terms: { label: 'Condiciones', value: 'Uno.\nDos "citado" \\.' },
  };

  test('are all of them, each beside what it stands for, also where that is the same', () => {
    const strings = appleStrings(applePass(FACE, ISSUE, 'Now %@'), applePass(spanish, ISSUE, 'Ahora %@'));
    // VoiceOver reads it.
    expect(strings).toContain('"Loyalty card, Example Shop" = "Tarjeta de fidelidad, Example Shop";');
    expect(strings).toContain(
      ['"Status" = "Nivel";', '"Silver" = "Plata";', '"Now %@" = "Ahora %@";', '"Next status" = "Next status";'].join(
        '\n',
      ),
    );
    expect(strings).toContain(
      ['"Terms" = "Condiciones";', '"One.\\nTwo \\"quoted\\" \\\\." = "Uno.\\nDos \\"citado\\" \\\\.";', ''].join('\n'),
    );
  });

  test('of one and the same pass say the same: a phone of the pass’s own language takes them, and no other’s', () => {
    const pass = applePass(FACE, ISSUE, undefined);
    const lines = appleStrings(pass, pass).trimEnd().split('\n');
    expect(lines).toContain('"Points" = "Points";');
    expect(lines.filter((line) => !/^(".*") = \1;$/.test(line))).toEqual([]);
  });

  test.each<[string, Partial<PassContent>]>([
    ['first', { tier: { ...FACE.tier, value: 'Socio' } }],
    ['last', { member: { label: 'Socio', value: 'Ana' } }],
  ])('where one text stands in two places are the one that differs, also where it stands %s', (_, other) => {
    const content = { ...FACE, tier: { ...FACE.tier, value: 'Member' } };
    const translated = { ...content, ...other };
    const lines = appleStrings(applePass(content, ISSUE, undefined), applePass(translated, ISSUE, undefined)).split(
      '\n',
    );
    expect(lines.filter((line) => line.startsWith('"Member" ='))).toEqual(['"Member" = "Socio";']);
  });
});
