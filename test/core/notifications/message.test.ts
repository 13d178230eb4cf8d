import { describe, expect, test } from 'vitest';
import type { TierChange, TierNotice } from '../../../core/member/tier-change.ts';
import {
  chooseText,
  DEFAULT_SUBJECT,
  DEFAULT_TEXT,
  fillIn,
  type Occasion,
  occasionOf,
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

/** A tier that stays: nothing of it moves but its end. */
function notice(kind: TierNotice['kind'], expiresAt: string): TierNotice {
  const { direction: _, cause: __, ...news } = UPGRADE;
  return { ...news, kind, from: UPGRADE.to, expiresAt: at(expiresAt) };
}

const ACME = { name: 'Acme', notifications: {} };

const asItIs = (value: string) => value;

const wordsFor = (news: TierChange | TierNotice) => {
  const { subject, text } = chooseText({}, occasionOf(news), undefined);
  const variables = variablesOf(news, PROGRAM, ACME, {});
  return [fillIn(subject, variables, asItIs), fillIn(text, variables, asItIs)];
};

test('E12: the default text says which tier it is now', () => {
  expect(wordsFor(UPGRADE)).toEqual(["You're now Silver", "Your status level has changed, you're now Silver"]);
});

describe('without words of the brand, a tier that stays', () => {
  test('and was renewed is not said to have changed', () => {
    expect(wordsFor(notice('renewed', '2026-05-29T22:00:00Z'))).toEqual([
      'You stay Silver',
      'Your Silver status was renewed',
    ]);
  });

  test('and is about to end says its last day', () => {
    expect(wordsFor(notice('expiring', '2026-05-29T22:00:00Z'))).toEqual([
      'Your Silver status ends soon',
      'The last day of your Silver status is May 29, 2026',
    ]);
  });
});

describe('the occasion of a text', () => {
  test.each<[string, TierChange | TierNotice, Occasion]>([
    ['a change', UPGRADE, { cause: 'transaction', direction: 'up', tier: 'silver' }],
    [
      'the end of a grant',
      { ...UPGRADE, from: UPGRADE.to, to: UPGRADE.from, cause: 'grantEnd', direction: 'down' },
      { cause: 'grantEnd', direction: 'down', tier: 'bronze' },
    ],
    ['a renewal', notice('renewed', '2026-05-29T22:00:00Z'), { cause: 'renewal', tier: 'silver' }],
    ['a reminder', notice('expiring', '2026-05-29T22:00:00Z'), { cause: 'reminder', tier: 'silver' }],
  ])('is %s, and the tier that the member has then', (_, news, occasion) => {
    expect(occasionOf(news)).toEqual(occasion);
  });
});

describe('the values of a change', () => {
  test('are all that a text may ask for', () => {
    const change = { ...UPGRADE, expiresAt: at('2026-05-29T22:00:00Z') };
    expect(variablesOf(change, PROGRAM, ACME, { name: 'Ana' })).toEqual({
      tierStatus: 'Silver',
      previousTierStatus: 'Bronze',
      memberName: 'Ana',
      points: '1,300',
      pointsToNextTier: '3,700.5',
      nextTierStatus: 'Gold',
      expiresOn: 'May 29, 2026',
      brandName: 'Acme',
    });
    expect(Object.keys(variablesOf(change, PROGRAM, ACME, {})).sort()).toEqual([...VARIABLES].sort());
  });

  test('speak the language of the member, as far as the brand does', () => {
    const spanish = variablesOf(UPGRADE, PROGRAM, ACME, { locale: 'es-MX' });
    expect(spanish).toMatchObject({
      tierStatus: 'Plata mexicana',
      previousTierStatus: 'Bronce',
      nextTierStatus: 'Gold',
    });
    expect(variablesOf({ ...UPGRADE, points: 13_000.5 }, PROGRAM, ACME, { locale: 'de' }).points).toBe('13.000,5');
  });

  test('name tiers as the brand’s own language does, where it has no name in the member’s', () => {
    const brand = { name: 'Acme', notifications: { defaultLocale: 'es' } };
    expect(variablesOf(UPGRADE, PROGRAM, brand, { locale: 'ja' })).toMatchObject({
      tierStatus: 'Plata',
      nextTierStatus: 'Gold',
    });
  });

  describe('name the last day of the tier', () => {
    const midnight = at('2026-05-29T22:00:00Z');
    const evening = at('2026-05-29T21:59:59Z');
    const endOfDay = exampleProgram({ expiryBoundary: 'endOfDay' });

    test.each([
      ['by the calendar of the program, not of Greenwich', PROGRAM, midnight, undefined, 'May 29, 2026'],
      ['of an end within a day as that day', PROGRAM, evening, undefined, 'May 29, 2026'],
      ['of an end just after midnight as the day that began', PROGRAM, midnight + 1, undefined, 'May 30, 2026'],
      ['as the language of the member writes it', PROGRAM, midnight, 'es', '29 de mayo de 2026'],
      ['as the country of the member does', PROGRAM, midnight, 'en-GB', '29 May 2026'],
      ['whatever boundary the program chose for its end dates', endOfDay, midnight, undefined, 'May 29, 2026'],
    ])('%s', (_, program, expiresAt, locale, day) => {
      const recipient = locale === undefined ? {} : { locale };
      expect(variablesOf({ ...UPGRADE, expiresAt }, program, ACME, recipient).expiresOn).toBe(day);
    });
  });

  test('are empty where there is nothing to tell', () => {
    const { next: _, ...top } = UPGRADE;
    expect(variablesOf(top, PROGRAM, ACME, {})).toMatchObject({
      memberName: '',
      pointsToNextTier: '',
      nextTierStatus: '',
      expiresOn: '',
    });
  });

  test.each([
    ['points do not lead to', null],
    ['the points suffice for, while a cap or another condition keeps the member from it', 0],
  ])('tell no points to a tier that %s', (_, missing) => {
    const change = { ...UPGRADE, next: { id: 'gold', name: 'Gold', rank: 2, missing } };
    expect(variablesOf(change, PROGRAM, ACME, {})).toMatchObject({ pointsToNextTier: '', nextTierStatus: 'Gold' });
  });

  test.each([
    [undefined, '€1,300.00', '€3,700.50'],
    ['de', '1.300,00\u00a0€', '3.700,50\u00a0€'],
    ['ja', '€1,300.00', '€3,700.50'],
  ])('are money where the program counts spend, as those who read %s write it', (locale, points, pointsToNextTier) => {
    const spend = exampleProgram({ basis: 'spend' });
    const recipient = locale === undefined ? {} : { locale };
    expect(variablesOf(UPGRADE, spend, ACME, recipient)).toMatchObject({ points, pointsToNextTier });
  });

  test('name a tier that the program no longer has as the change did', () => {
    const gone = { ...UPGRADE, to: { id: 'ruby', name: 'Ruby', rank: 1 } };
    expect(variablesOf(gone, PROGRAM, ACME, { locale: 'es' }).tierStatus).toBe('Ruby');
  });
});

describe('a text', () => {
  const variables = variablesOf(UPGRADE, PROGRAM, ACME, { name: 'Ana' });

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
  const upgrade = occasionOf(UPGRADE);
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
    expect(chooseText({ defaultLocale: 'en', texts }, upgrade, locale).text).toBe(text);
  });

  test('without a default language, fit those who named one, or any', () => {
    expect(chooseText({ texts: [es, general] }, upgrade, undefined).text).toBe('general');
    expect(chooseText({ texts: [es] }, upgrade, undefined).text).toBe(DEFAULT_TEXT);
    expect(chooseText({ texts: [es] }, upgrade, 'es').text).toBe('es');
  });

  test.each([
    ['es-MX', 'es-MX'],
    ['ja', 'es'],
    [undefined, 'es'],
  ])('are in one language, with its numbers and dates: of who reads %s in %s', (locale, language) => {
    expect(chooseText({ defaultLocale: 'es', texts: [es] }, upgrade, locale).language).toBe(language);
  });

  test('come with their own subject, or with the default one', () => {
    expect(chooseText({ texts: [{ ...general, subject: 'Hello' }] }, upgrade, undefined).subject).toBe('Hello');
    expect(chooseText({ texts: [general] }, upgrade, undefined).subject).toBe(DEFAULT_SUBJECT);
  });

  describe('about a tier that stays', () => {
    const renewal: Occasion = { cause: 'renewal', tier: 'silver' };
    const reminder: Occasion = { cause: 'reminder', tier: 'silver' };
    const renewed: NotificationText = { text: 'renewed', cause: 'renewal' };
    const ending: NotificationText = { text: 'ending', cause: 'reminder' };

    test.each<[string, Occasion, NotificationText[], string | undefined]>([
      ['are those for a renewal', renewal, [general, ending, renewed], 'renewed'],
      ['are those for a reminder', reminder, [general, ending, renewed], 'ending'],
      ['are the more specific ones', reminder, [ending, { ...ending, ...silver, text: 'silver ends' }], 'silver ends'],
      ['speak the language of the member', reminder, [ending, { ...ending, ...es, text: 'acaba' }], 'acaba'],
      ['are none that name no cause: those are about a move', reminder, [general, silver, es], undefined],
      ['are none for a direction', renewal, [up, { ...renewed, direction: 'up' }], undefined],
      ['are none for another tier', renewal, [{ ...renewed, ...gold }], undefined],
    ])('%s', (_, occasion, texts, own) => {
      const byDefault = chooseText({}, occasion, 'es').text;
      expect(byDefault).not.toBe(DEFAULT_TEXT);
      expect(chooseText({ texts }, occasion, 'es').text).toBe(own ?? byDefault);
    });

    test('say nothing of a move', () => {
      expect(chooseText({ texts: [renewed, ending] }, upgrade, undefined).text).toBe(DEFAULT_TEXT);
    });

    test('come with the default subject of their occasion', () => {
      expect(chooseText({ texts: [ending] }, reminder, undefined)).toEqual({
        subject: 'Your {{tierStatus}} status ends soon',
        text: 'ending',
        language: undefined,
      });
    });
  });
});
