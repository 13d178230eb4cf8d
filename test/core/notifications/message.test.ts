import { describe, expect, test } from 'vitest';
import type { TierChange } from '../../../core/member/member.ts';
import {
  chooseText,
  DEFAULT_SUBJECT,
  DEFAULT_TEXT,
  fillIn,
  VARIABLES,
  variablesIn,
  variablesOf,
} from '../../../core/notifications/message.ts';
import type { NotificationText } from '../../../core/program/brand.ts';
import { exampleProgram } from '../../support/program.ts';
import { at } from '../members.ts';

const PROGRAM = exampleProgram({
  tiers: [
    { id: 'bronze', name: 'Bronze', threshold: 0, names: { es: 'Bronce' } },
    { id: 'silver', name: 'Silver', threshold: 1000, names: { es: 'Plata', 'es-MX': 'Plata mexicana' } },
    { id: 'gold', name: 'Gold', threshold: 5000 },
  ],
});

const UPGRADE: TierChange = {
  memberId: 'm-1',
  sequence: 1,
  from: { id: 'bronze', name: 'Bronze', rank: 0 },
  to: { id: 'silver', name: 'Silver', rank: 1 },
  direction: 'up',
  cause: 'transaction',
  occurredAt: 0,
  recordedAt: 0,
  expiresAt: null,
  programVersion: PROGRAM.version,
  points: 1300,
  next: { id: 'gold', name: 'Gold', rank: 2, missing: 3700.5 },
  announced: true,
};

const asItIs = (value: string) => value;

test('E12: the default text says which tier it is now', () => {
  const { subject, text } = chooseText({}, UPGRADE, undefined);
  const variables = variablesOf(UPGRADE, PROGRAM, 'Acme', {});
  expect(fillIn(text, variables, asItIs)).toBe("Your status level has changed, you're now Silver");
  expect(fillIn(subject, variables, asItIs)).toBe("You're now Silver");
});

describe('the values of a change', () => {
  test('are all that a text may ask for', () => {
    const change = { ...UPGRADE, expiresAt: at('2026-05-29T22:00:00Z') };
    expect(variablesOf(change, PROGRAM, 'Acme', { name: 'Ana' })).toEqual({
      tierStatus: 'Silver',
      previousTierStatus: 'Bronze',
      memberName: 'Ana',
      points: '1,300',
      pointsToNextTier: '3,700.5',
      nextTierStatus: 'Gold',
      expiresOn: '2026-05-29',
      brandName: 'Acme',
    });
    expect(Object.keys(variablesOf(change, PROGRAM, 'Acme', {})).sort()).toEqual([...VARIABLES].sort());
  });

  test('speak the language of the member, as far as the brand does', () => {
    const spanish = variablesOf(UPGRADE, PROGRAM, 'Acme', { locale: 'es-MX' });
    expect(spanish).toMatchObject({
      tierStatus: 'Plata mexicana',
      previousTierStatus: 'Bronce',
      nextTierStatus: 'Gold',
    });
    expect(variablesOf({ ...UPGRADE, points: 13_000.5 }, PROGRAM, 'Acme', { locale: 'de' }).points).toBe('13.000,5');
  });

  test('are empty where there is nothing to tell', () => {
    const { next: _, ...top } = UPGRADE;
    expect(variablesOf(top, PROGRAM, 'Acme', {})).toMatchObject({
      memberName: '',
      pointsToNextTier: '',
      nextTierStatus: '',
      expiresOn: '',
    });
  });

  test('tell no points to a tier that points do not lead to', () => {
    const change = { ...UPGRADE, next: { id: 'gold', name: 'Gold', rank: 2, missing: null } };
    expect(variablesOf(change, PROGRAM, 'Acme', {})).toMatchObject({ pointsToNextTier: '', nextTierStatus: 'Gold' });
  });

  test('name a tier that the program no longer has as the change did', () => {
    const gone = { ...UPGRADE, to: { id: 'ruby', name: 'Ruby', rank: 1 } };
    expect(variablesOf(gone, PROGRAM, 'Acme', { locale: 'es' }).tierStatus).toBe('Ruby');
  });
});

describe('a text', () => {
  const variables = variablesOf(UPGRADE, PROGRAM, 'Acme', { name: 'Ana' });

  test.each([
    ['{{memberName}}, {{tierStatus}}!', 'Ana, Silver!'],
    ['{{ memberName }} {{memberName}}', 'Ana Ana'],
    ['{memberName} }} {{ {{}', '{memberName} }} {{ {{}'],
    ['nothing to fill in', 'nothing to fill in'],
  ])('%j is filled in to %j', (text, filled) => {
    expect(fillIn(text, variables, asItIs)).toBe(filled);
  });

  test('is filled in once: what a member is called is never a text', () => {
    const names = { ...variables, memberName: '{{brandName}} $& $1' };
    expect(fillIn('{{memberName}}', names, asItIs)).toBe('{{brandName}} $& $1');
  });

  test('is escaped where a value stands, and nowhere else', () => {
    expect(fillIn('<b>{{memberName}}</b>', variables, (value) => `[${value}]`)).toBe('<b>[Ana]</b>');
  });

  test('tells which variables are in it, known or not', () => {
    expect(variablesIn('{{a}} {{ b c }} {{}} {d}')).toEqual(['a', 'b c', '']);
  });
});

describe("the brand's own words", () => {
  const general: NotificationText = { text: 'general' };
  const up: NotificationText = { text: 'up', direction: 'up' };
  const down: NotificationText = { text: 'down', direction: 'down' };
  const bought: NotificationText = { text: 'bought', cause: 'transaction' };
  const yearly: NotificationText = { text: 'yearly', cause: 'recalculation' };
  const silver: NotificationText = { text: 'silver', tier: 'silver' };
  const gold: NotificationText = { text: 'gold', tier: 'gold' };
  const es: NotificationText = { text: 'es', locale: 'es' };
  const mexican: NotificationText = { text: 'es-MX', locale: 'es-MX' };
  const en: NotificationText = { text: 'en', locale: 'en' };

  test.each<[string, NotificationText[], string | undefined, string]>([
    ['are the default where there are none', [], undefined, DEFAULT_TEXT],
    ['are the default where none fit', [down, yearly, gold], undefined, DEFAULT_TEXT],
    ['that fit any change', [general, down], undefined, 'general'],
    ['for the direction', [general, up, down], undefined, 'up'],
    ['for the cause rather than the direction', [general, up, bought, yearly], undefined, 'bought'],
    ['for the tier rather than both', [general, { ...up, ...bought, text: 'both' }, silver, gold], undefined, 'silver'],
    ['for the tier reached, not the one left', [general, { text: 'bronze', tier: 'bronze' }], undefined, 'general'],
    ['the first of equals', [up, { ...up, text: 'up again' }], undefined, 'up'],
    ['in the language of the member', [general, en, es], 'es', 'es'],
    [
      'in the language, rather than for the very tier',
      [{ ...silver, ...up, ...bought, text: 'exact' }, es],
      'es',
      'es',
    ],
    ['in the language without the country, too', [{ ...silver, ...up, ...bought, text: 'exact' }, es], 'es-AR', 'es'],
    ['in the language and the country', [es, mexican], 'es-MX', 'es-MX'],
    ['in the language where there is none for the country', [general, en, es], 'es-AR', 'es'],
    ['not those of another country', [general, mexican], 'es', 'general'],
    ['not those of another language', [general, es], 'de', 'general'],
    ['those that fit any language before those of the default one', [en, general], 'de', 'general'],
    ['of the default language where the member speaks another', [en, es], 'de', 'en'],
    ['of the default language where the member named none', [es, en], undefined, 'en'],
    ['of the default language where those of the member do not fit', [en, { ...es, direction: 'down' }], 'es', 'en'],
    ['are the default where neither language fits', [es], 'de', DEFAULT_TEXT],
  ])('%s', (_, texts, locale, text) => {
    expect(chooseText({ defaultLocale: 'en', texts }, UPGRADE, locale).text).toBe(text);
  });

  test('without a default language, fit those who named one, or any', () => {
    expect(chooseText({ texts: [es, general] }, UPGRADE, undefined).text).toBe('general');
    expect(chooseText({ texts: [es] }, UPGRADE, undefined).text).toBe(DEFAULT_TEXT);
    expect(chooseText({ texts: [es] }, UPGRADE, 'es').text).toBe('es');
  });

  test('come with their own subject, or with the default one', () => {
    expect(chooseText({ texts: [{ ...general, subject: 'Hello' }] }, UPGRADE, undefined).subject).toBe('Hello');
    expect(chooseText({ texts: [general] }, UPGRADE, undefined).subject).toBe(DEFAULT_SUBJECT);
  });
});
