import { describe, expect, test } from 'vitest';
import { inLanguage, type Missing, PASS_LANGUAGES, passTranslation } from '../../../core/wallet/pass-translations.ts';

describe('what Laurel itself writes on a pass', () => {
  const points: Missing = { amount: '200', unit: 'points', isOne: false };
  const one: Missing = { amount: '1', unit: 'points', isOne: true };
  const ownWord: Missing = { amount: '200', unit: 'none', isOne: false };
  const oneOfOwnWord: Missing = { amount: '1', unit: 'none', isOne: true };
  const money: Missing = { amount: '£690.00', unit: 'money', isOne: false };

  test.each([
    [
      'en',
      [
        '200 more points are needed for Gold',
        '1 more point is needed for Gold',
        '200 more are needed for Gold',
        '1 more is needed for Gold',
        '£690.00 more is needed for Gold',
      ],
    ],
    [
      'es',
      [
        'Necesitas 200 puntos más para Gold',
        'Necesitas 1 punto más para Gold',
        'Necesitas 200 más para Gold',
        'Necesitas 1 más para Gold',
        'Necesitas £690.00 más para Gold',
      ],
    ],
    [
      'de',
      [
        'Für Gold fehlen noch 200 Punkte',
        'Für Gold fehlt noch 1 Punkt',
        'Für Gold fehlen noch 200',
        'Für Gold fehlt noch 1',
        'Für Gold fehlen noch £690.00',
      ],
    ],
    [
      'fr',
      [
        'Il manque encore 200 points pour Gold',
        'Il manque encore 1 point pour Gold',
        'Il manque encore 200 pour Gold',
        'Il manque encore 1 pour Gold',
        'Il manque encore £690.00 pour Gold',
      ],
    ],
  ])('says in %s how far the next tier is, with the unit', (language, sentences) => {
    const { toNext } = passTranslation(language);
    expect([points, one, ownWord, oneOfOwnWord, money].map((missing) => toNext(missing, 'Gold'))).toEqual(sentences);
  });

  test.each([
    ['en', ['200 points to Gold', '1 point to Gold', '200 to Gold', '1 to Gold', '£690.00 to Gold']],
    ['es', ['200 puntos para Gold', '1 punto para Gold', '200 para Gold', '1 para Gold', '£690.00 para Gold']],
    [
      'de',
      [
        'Noch 200 Punkte bis Gold',
        'Noch 1 Punkt bis Gold',
        'Noch 200 bis Gold',
        'Noch 1 bis Gold',
        'Noch £690.00 bis Gold',
      ],
    ],
    [
      'fr',
      [
        'Encore 200 points pour Gold',
        'Encore 1 point pour Gold',
        'Encore 200 pour Gold',
        'Encore 1 pour Gold',
        'Encore £690.00 pour Gold',
      ],
    ],
  ])('says in %s how far the next tier is in few words, for the front of a card', (language, sentences) => {
    const { shortToNext } = passTranslation(language);
    expect([points, one, ownWord, oneOfOwnWord, money].map((missing) => shortToNext(missing, 'Gold'))).toEqual(
      sentences,
    );
  });

  test.each([
    [
      'en',
      '200 more points by DAY',
      '£690.00 more by DAY',
      'Nothing more is needed. Your status continues after DAY.',
      'Gold after DAY',
    ],
    [
      'es',
      '200 puntos más hasta el DAY',
      '£690.00 más hasta el DAY',
      'No necesitas nada más. Tu nivel continúa después del DAY.',
      'Gold después del DAY',
    ],
    [
      'de',
      'Noch 200 Punkte bis zum DAY',
      'Noch £690.00 bis zum DAY',
      'Dafür ist nichts mehr nötig. Der Status bleibt nach dem DAY bestehen.',
      'Gold nach dem DAY',
    ],
    [
      'fr',
      'Encore 200 points jusqu’au DAY',
      'Encore £690.00 jusqu’au DAY',
      'Rien de plus n’est nécessaire. Votre statut continue après le DAY.',
      'Gold après le DAY',
    ],
  ])('says in %s what keeps this tier until a day, and what follows after it', (language, ...sentences) => {
    const words = passTranslation(language);
    expect([
      words.toKeep(points, 'DAY'),
      words.toKeep(money, 'DAY'),
      words.kept('DAY'),
      words.after('DAY', 'Gold'),
    ]).toEqual(sentences);
  });

  test('is in four languages, each with a word for every place', () => {
    expect(PASS_LANGUAGES).toEqual(['en', 'es', 'de', 'fr']);
    for (const language of PASS_LANGUAGES) {
      const { labels, description, spent } = passTranslation(language);
      expect(Object.keys(labels)).toEqual(Object.keys(passTranslation('en').labels));
      for (const word of [description, spent, ...Object.values(labels)]) expect(word).toMatch(/^\p{Lu}\p{L}/u);
    }
  });

  test('is in the first language that it knows, whatever country it is spoken in, and else in English', () => {
    expect(passTranslation('ja', 'de-CH', 'fr').description).toBe('Treuekarte');
    expect(passTranslation(undefined, 'ja').description).toBe('Loyalty card');
  });
});

describe('a brand’s text', () => {
  const text = { de: 'Punkte', 'de-CH': 'Pünkt', es: 'Puntos' };

  test.each([
    [['de-CH'], 'Pünkt'],
    [['de-AT'], 'Punkte'],
    [['ja', 'es-MX'], 'Puntos'],
    [[undefined, 'es'], 'Puntos'],
    // Rather another language than nothing.
    [['ja'], 'Punkte'],
    [[], 'Punkte'],
  ])('for those who read %j is "%s"', (locales, expected) => {
    expect(inLanguage(text, ...locales)).toBe(expected);
  });

  test('that is one for all is that for everyone', () => {
    expect(inLanguage('Points', 'ja')).toBe('Points');
  });
});
