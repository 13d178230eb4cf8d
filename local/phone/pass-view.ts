import { FIELD_PLACES, type FieldPlace, type PassField, type PassJson, type Pkpass } from './pkpass.ts';

/** The parts of a pass that a phone shows. */
export interface PassView {
  description: string;
  organizationName: string;
  logoText: string;
  colours: { background: string; foreground: string; label: string };
  fields: Record<FieldPlace, FieldView[]>;
  barcode: { altText: string } | null;
  images: string[];
}

export interface FieldView {
  key: string;
  label: string;
  value: string;
  isOnTheRight: boolean;
}

/** Draws a pass for a phone that speaks a language: it takes the pass's own translation where there is one. */
export function viewOf({ pass, strings, images }: Pkpass, language: string): PassView {
  const translations = strings[language] ?? strings[language.split('-')[0]!] ?? {};
  const say = (text: string) => translations[text] ?? text;
  const fields = Object.fromEntries(
    FIELD_PLACES.map((place) => [
      place,
      (pass.storeCard[place] ?? []).map((field) => ({
        key: field.key,
        label: say(field.label ?? ''),
        value: writtenValue(field, language, say),
        isOnTheRight: field.textAlignment === 'PKTextAlignmentRight',
      })),
    ]),
  ) as PassView['fields'];
  const barcode = barcodeOf(pass);
  return {
    description: say(pass.description),
    organizationName: pass.organizationName,
    logoText: say(pass.logoText ?? ''),
    colours: {
      background: pass.backgroundColor ?? 'rgb(255, 255, 255)',
      foreground: pass.foregroundColor ?? 'rgb(0, 0, 0)',
      label: pass.labelColor ?? pass.foregroundColor ?? 'rgb(0, 0, 0)',
    },
    fields,
    barcode: barcode && { altText: barcode.altText ?? '' },
    images: Object.keys(images),
  };
}

/** The first that this phone can draw. */
export function barcodeOf(pass: PassJson): { message: string; altText?: string } | null {
  return pass.barcodes?.find(({ format }) => format === 'PKBarcodeFormatQR') ?? null;
}

/** The phone writes numbers as its owner does. */
function writtenValue({ value, currencyCode }: PassField, language: string, say: (text: string) => string): string {
  if (typeof value === 'string') return say(value);
  const style = currencyCode === undefined ? {} : ({ style: 'currency', currency: currencyCode } as const);
  return new Intl.NumberFormat(language, style).format(value);
}

/**
 * What a phone tells its owner when a pass takes the place of another: of each field that says something else, its text of change.
 * https://developer.apple.com/documentation/walletpasses/passfieldcontent
 */
export function newsBetween(before: Pkpass, after: Pkpass, language: string): string[] {
  const [old, now] = [before, after].map((pkpass) => viewOf(pkpass, language)) as [PassView, PassView];
  const translations = after.strings[language] ?? after.strings[language.split('-')[0]!] ?? {};
  return FIELD_PLACES.flatMap((place) =>
    (after.pass.storeCard[place] ?? []).flatMap(({ key, changeMessage }) => {
      const valueIn = (view: PassView) => view.fields[place].find((field) => field.key === key)?.value;
      const value = valueIn(now) ?? '';
      if (changeMessage === undefined || valueIn(old) === undefined || valueIn(old) === value) return [];
      return [(translations[changeMessage] ?? changeMessage).replaceAll('%@', value)];
    }),
  );
}
