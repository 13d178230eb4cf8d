import { describe, expect, test } from 'vitest';
import { FACE_LANGUAGES, faceWords, inLanguage } from '../../../core/wallet/face-words.ts';

describe('what Laurel itself writes on a pass', () => {
  test.each([
    ['en', '200 to Gold', '200 more by 31 December', 'Nothing: it is yours until 31 December and beyond'],
    ['es', '200 para Gold', '200 más hasta el 31 December', 'Nada: es tuyo hasta el 31 December y después'],
    ['de', 'Noch 200 bis Gold', 'Noch 200 bis zum 31 December', 'Nichts: er bleibt über den 31 December hinaus'],
    ['fr', 'Encore 200 pour Gold', 'Encore 200 jusqu’au 31 December', 'Rien : il est à vous au-delà du 31 December'],
  ])('says in %s how far the next tier is, and what keeps this one', (language, toNext, toKeep, kept) => {
    const words = faceWords(language);
    expect(words.toNext('200', 'Gold')).toBe(toNext);
    expect(words.toKeep('200', '31 December')).toBe(toKeep);
    expect(words.kept('31 December')).toBe(kept);
  });

  test('is in four languages, each with a word for every place', () => {
    expect(FACE_LANGUAGES).toEqual(['en', 'es', 'de', 'fr']);
    for (const language of FACE_LANGUAGES) {
      const { labels, description } = faceWords(language);
      expect(Object.keys(labels)).toEqual(Object.keys(faceWords('en').labels));
      for (const word of [description, ...Object.values(labels)]) expect(word).toMatch(/^\p{Lu}\p{L}/u);
    }
  });

  test('is in the first language that it knows, whatever country it is spoken in, and else in English', () => {
    expect(faceWords('ja', 'de-CH', 'fr').description).toBe('Treuekarte');
    expect(faceWords(undefined, 'ja').description).toBe('Loyalty card');
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
