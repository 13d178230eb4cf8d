/** A text in several languages, of which Google Wallet shows the phone's: https://developers.google.com/wallet/reference/rest/v1/LocalizedString */
export interface GoogleTexts {
  defaultValue: GoogleText;
  translatedValues?: GoogleText[];
}

interface GoogleText {
  /** BCP 47. */
  language: string;
  value: string;
}

/**
 * @param own the language for phones whose own there is no text in
 * @param others every other language that there is a text in; those that say the same are left out
 */
export function googleTexts(
  own: string,
  languages: readonly string[],
  textIn: (language: string) => string,
): GoogleTexts {
  const value = textIn(own);
  const translatedValues = languages
    .filter((language) => language !== own)
    .map((language) => ({ language, value: textIn(language) }))
    .filter((text) => text.value !== value);
  return { defaultValue: { language: own, value }, ...(translatedValues.length > 0 && { translatedValues }) };
}
