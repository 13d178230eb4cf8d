import { describe, expect, test } from 'vitest';
import type { TierChange, TierNotice } from '../../../core/member/tier-change.ts';
import type { Brand } from '../../../core/program/brand.ts';
import { compileProgram } from '../../../core/program/program.ts';
import { changeText, FRESH_MS, pushText, type Reader } from '../../../core/wallet/pass-news.ts';
import { exampleBrand } from '../../support/program.ts';

const NOW = Date.UTC(2026, 4, 2, 12);
const brand = exampleBrand({}, { push: { enabled: true } });
const program = compileProgram(brand);
const NEWS = {
  memberId: 'm-1',
  sequence: 1,
  from: { id: 'bronze', name: 'Bronze', rank: 0 },
  to: { id: 'silver', name: 'Silver', rank: 1 },
  occurredAt: NOW - 10 * FRESH_MS,
  recordedAt: NOW,
  expiresAt: null,
  programVersion: 'v',
  points: 1300,
  announced: true,
};
const CHANGE: TierChange = { ...NEWS, direction: 'up', cause: 'transaction' };
const RENEWED: TierNotice = { ...NEWS, kind: 'renewed' };
const TOLD = "Your status level has changed, you're now Silver";

test.each([
  ['carries the text of a change that was written down just now', NOW, TOLD],
  ['carries it until a week has passed', NOW - FRESH_MS + 1, TOLD],
  ['carries it no longer than that', NOW - FRESH_MS, undefined],
])('a pass %s', (_, recordedAt, text) => {
  expect(changeText({ ...CHANGE, recordedAt }, 'silver', { holder: undefined, brand, program }, NOW)).toBe(text);
});

interface Case {
  change?: TierChange | TierNotice;
  of?: Brand;
  holder?: Reader['holder'];
  tier?: string;
}

test.each<[string, Case, string | undefined]>([
  ['what a member is told who never said a word about it', { holder: { name: 'Ana' } }, TOLD],
  ['what a member is told who opted out of emails', { holder: { optOut: ['email'] } }, TOLD],
  ['what an action names the phone for', { change: { ...CHANGE, channels: ['push', 'sms'] } }, TOLD],
  ['nothing that an action names other channels for', { change: { ...CHANGE, channels: ['email'] } }, undefined],
  ['nothing to a member who opted out of pushes', { holder: { optOut: ['push'] } }, undefined],
  ['nothing that nobody is to hear of', { change: { ...CHANGE, announced: false } }, undefined],
  ['nothing of a brand that says nothing of pushes', { of: exampleBrand({}, { push: undefined }) }, undefined],
  ['nothing of a tier that ended by itself meanwhile', { tier: 'bronze' }, undefined],
  ['nothing of a tier that was renewed: it did not change', { change: RENEWED }, undefined],
])('a pass carries %s', (_, { change = CHANGE, of = brand, holder, tier = 'silver' }, text) => {
  expect(changeText(change, tier, { holder, brand: of, program }, NOW)).toBe(text);
});

describe('the words for a phone', () => {
  const [bronze, silver, ...higher] = brand.program.tiers;
  const named = (text: string, defaultLocale?: string) =>
    exampleBrand(
      { tiers: [bronze!, { ...silver!, names: { es: 'Plata' } }, ...higher] },
      { texts: [{ text }], ...(defaultLocale !== undefined && { defaultLocale }) },
    );
  const words = (text: string, holder: Reader['holder'], place?: string, of = named(text)) =>
    pushText(CHANGE, { holder, brand: of, program: compileProgram(of) }, place);

  test('name the tier as the member’s language does, else as the brand’s', () => {
    const text = 'Now {{tierStatus}}';
    expect(words(text, { locale: 'es-MX' })).toBe('Now Plata');
    expect(words(text, undefined)).toBe('Now Silver');
    expect(words(text, undefined, undefined, named(text, 'es'))).toBe('Now Plata');
  });

  test('are one line, whatever a member is called', () => {
    expect(words('{{memberName}}: {{tierStatus}}', { name: 'Ana\r\nGarcía' })).toBe('Ana García: Silver');
    expect(words('{{memberName}}: {{tierStatus}}', { name: 'Ana\r\nGarcía' }, '%@')).toBe('Ana García: %@');
  });

  test.each([
    ['An%@a', 'Ana'],
    ['%@', ''],
    ['%%@@', ''],
    ['Ana %%%@@@', 'Ana '],
    ['100 %', '100 %'],
  ])('have a place for the tier’s name where the brand put it, and no other in a member called %s', (name, left) => {
    expect(words('{{memberName}}: {{tierStatus}}', { name }, '%@')).toBe(`${left}: %@`);
  });

  test('are of one language, whatever the member reads: the brand has no others', () => {
    const spanish = exampleBrand(
      { tiers: [bronze!, { ...silver!, names: { es: 'Plata' } }, ...higher] },
      { texts: [{ locale: 'es', text: '{{tierStatus}} hasta el {{expiresOn}}' }], defaultLocale: 'es' },
    );
    const ending = { ...CHANGE, expiresAt: NOW };
    expect(
      ['ja', 'es-MX'].map((locale) =>
        pushText(ending, { holder: { locale }, brand: spanish, program: compileProgram(spanish) }),
      ),
    ).toEqual(['Plata hasta el 2 de mayo de 2026', 'Plata hasta el 2 de mayo de 2026']);
  });
});
