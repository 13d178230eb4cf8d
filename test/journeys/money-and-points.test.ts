import { describe, expect, test } from 'vitest';
import type { ProgramFile } from '../../core/program/brand.ts';
import { EXAMPLE_GOOGLE, exampleWallet } from '../support/program.ts';
import { readPass } from '../support/read-pass.ts';
import { makeWorld } from '../support/world.ts';

const params = { memberId: 'm-1' };
const OBJECT = `${EXAMPLE_GOOGLE.issuerId}.${EXAMPLE_GOOGLE.classSuffix}.member.m-1`;

const LADDER: ProgramFile['tiers'] = [
  { id: 'bronze', name: 'Bronze', threshold: 0 },
  { id: 'silver', name: 'Silver', threshold: 500 },
  { id: 'gold', name: 'Gold', threshold: 1500 },
];

/** The texts that a member with one order of 810.00 reads in the mail, in the explanation and on both passes. */
async function read(program: Partial<ProgramFile>, text: string, locale?: string) {
  const world = makeWorld({
    program: { currency: 'GBP', tiers: LADDER, ...program },
    wallet: exampleWallet({ google: EXAMPLE_GOOGLE }, LADDER),
    notifications: { texts: [{ text }] },
  });
  await world.enrol('m-1', { ...(locale !== undefined && { locale }) });
  await world.post('m-1', { amount: '810.00' });
  await world.deliver();
  await world.call('GET google-pass', { params });
  const { summary } = await world.explanation('m-1');
  const apple = readPass((await world.call('GET pass', { params })).body).pass.storeCard;
  const google = world.ports.googleWallet.objects.get(OBJECT)!;
  return {
    mail: world.ports.mailer.sent[0]?.text.split('\n')[0],
    summary: summary as string[],
    apple: {
      points: apple.headerFields[0],
      front: apple.secondaryFields[0].value,
      back: apple.backFields.find(({ key }: { key: string }) => key === 'toNext').value,
    },
    google: {
      points: google.loyaltyPoints,
      next: google.textModulesData!.find(({ id }) => id === 'next')!.localizedBody.defaultValue.value,
    },
    everything: [
      ...world.ports.mailer.sent.map((mail) => mail.text),
      ...summary,
      ...[apple.headerFields, apple.secondaryFields].flat().flatMap(({ label, value }) => [label, value]),
      ...google.textModulesData!.map(({ localizedBody }) => localizedBody.defaultValue.value),
    ],
  };
}

describe('E66: a member of a program that counts spend in pounds', () => {
  test('reads the same sentence in the mail, in the explanation and on the passes', async () => {
    const sentence = '£690.00 more is needed for Gold';
    const told = await read({ basis: 'spend' }, '{{pointsToNextTier}} more is needed for {{nextTierStatus}}');
    expect(told.mail).toBe(sentence);
    expect(told.summary).toEqual([
      'The member has earned Silver with £810.00 of £500.00 spend.',
      `${sentence}.`,
      'If nothing more happens, the member keeps Silver after December 31, 2026.',
    ]);
    expect(told.apple.back).toBe(sentence);
    expect(told.google.next).toBe(sentence);
    expect(told.apple.front).toBe('£690.00 to Gold');
  });

  test('reads nothing about points', async () => {
    const { apple, google, everything } = await read({ basis: 'spend' }, '{{points}} so far');
    expect(apple.points).toEqual({ key: 'points', label: 'Spent', value: 810, currencyCode: 'GBP' });
    expect(google.points).toMatchObject({
      localizedLabel: { defaultValue: { value: 'Spent' } },
      balance: { money: { micros: '810000000', currencyCode: 'GBP' } },
    });
    expect(everything[0]).toContain('£810.00 so far');
    expect(everything.filter((text) => /point/i.test(text))).toEqual([]);
  });

  test('reads money in the format of the member’s language', async () => {
    const text = 'Noch {{pointsToNextTier}} bis {{nextTierStatus}}';
    const told = await read({ basis: 'spend' }, text, 'de');
    expect(told.mail).toBe('Noch 690,00\u00a0£ bis Gold');
    expect(told.apple.front).toBe('Noch 690,00\u00a0£ bis Gold');
    expect(told.google.next).toBe('Für Gold fehlen noch 690,00\u00a0£');
  });
});

test('a member of a program that counts points reads of points in the mail, in the explanation and on the passes', async () => {
  const sentence = '690 more points are needed for Gold';
  const text = '{{pointsToNextTier}} more points are needed for {{nextTierStatus}}';
  const told = await read({ basis: 'points' }, text);
  expect(told.mail).toBe(sentence);
  expect(told.summary).toContain(`${sentence}.`);
  expect(told.apple).toEqual({
    points: { key: 'points', label: 'Points', value: 810 },
    front: '690 points to Gold',
    back: sentence,
  });
  expect(told.google.next).toBe(sentence);
});
