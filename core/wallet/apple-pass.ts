import type { PassContent } from './pass-content.ts';

/**
 * `pass.json` of a store card, as Apple Wallet reads it.
 * https://developer.apple.com/documentation/walletpasses/pass
 */
export interface ApplePass {
  formatVersion: 1;
  passTypeIdentifier: string;
  teamIdentifier: string;
  serialNumber: string;
  authenticationToken: string;
  webServiceURL: string;
  organizationName: string;
  description: string;
  logoText: string;
  backgroundColor: string;
  foregroundColor: string;
  labelColor: string;
  sharingProhibited: true;
  barcodes: { format: string; message: string; messageEncoding: string; altText: string }[];
  storeCard: Record<FieldPlace, AppleField[]>;
}

type FieldPlace = 'headerFields' | 'primaryFields' | 'secondaryFields' | 'auxiliaryFields' | 'backFields';

export interface AppleField {
  key: string;
  label: string;
  value: string | number;
  changeMessage?: string;
  currencyCode?: string;
  textAlignment?: string;
}

export interface AppleIssue {
  passTypeId: string;
  teamId: string;
  /** Opaque to the phone, and the same for as long as the member has the pass. */
  serialNumber: string;
  authenticationToken: string;
  /** Without the `/v1` that the phone adds. */
  webServiceUrl: string;
}

/** What Wallet puts the new value in for, in the text that it shows when a field has changed. */
export const NEW_VALUE = '%@';

/**
 * Draws a content as a store card.
 * @param tierChanged what the phone says when the tier is another than on the pass it holds; it says nothing where it is left out
 */
export function applePass(content: PassContent, issue: AppleIssue, tierChanged: string | undefined): ApplePass {
  const { design, points } = content;
  const fields = (...given: (AppleField | null)[]) => given.filter((field) => field !== null);
  return {
    formatVersion: 1,
    passTypeIdentifier: issue.passTypeId,
    teamIdentifier: issue.teamId,
    serialNumber: issue.serialNumber,
    authenticationToken: issue.authenticationToken,
    webServiceURL: issue.webServiceUrl,
    organizationName: content.organizationName,
    description: content.description,
    logoText: content.brandName,
    backgroundColor: rgb(design.background),
    foregroundColor: rgb(design.foreground),
    labelColor: rgb(design.label),
    // A pass shows one member's points: who is sent it would be shown them for good.
    sharingProhibited: true,
    barcodes: [
      // A member's id is ASCII.
      {
        format: 'PKBarcodeFormatQR',
        message: content.barcode,
        messageEncoding: 'iso-8859-1',
        altText: content.barcode,
      },
    ],
    storeCard: {
      // The phone writes numbers as its own language does.
      headerFields: fields({
        key: 'points',
        label: points.label,
        value: points.value,
        ...(points.currency !== undefined && { currencyCode: points.currency }),
      }),
      primaryFields: fields({
        key: 'tier',
        label: content.tier.label,
        value: content.tier.value,
        ...(tierChanged !== undefined && { changeMessage: withNewValue(tierChanged) }),
      }),
      secondaryFields: fields(
        content.next && { key: 'next', label: content.next.label, value: content.next.short },
        content.expires && {
          key: 'expires',
          label: content.expires.label,
          value: content.expires.value,
          ...(content.next && { textAlignment: 'PKTextAlignmentRight' }),
        },
      ),
      auxiliaryFields: fields(
        content.member && { key: 'member', label: content.member.label, value: content.member.value },
      ),
      backFields: fields(
        { key: 'balance', label: content.balance.label, value: content.balance.value },
        // All that is on the front shares one row, which has no room for a sentence.
        content.next && { key: 'toNext', label: content.next.label, value: content.next.value },
        content.keep && { key: 'keep', label: content.keep.label, value: content.keep.value },
        { key: 'terms', label: content.terms.label, value: content.terms.value },
      ),
    },
  };
}

/** Wallet shows a text of change only where it has a place for the new value: a text without one gets it at its end. */
function withNewValue(text: string): string {
  return text.includes(NEW_VALUE) ? text : `${text}: ${NEW_VALUE}`;
}

function rgb(colour: string): string {
  const parts = [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
  return `rgb(${parts.join(', ')})`;
}

/**
 * What a pass says in a language: each of its texts, and what stands in its place there, which may be the same. Wallet takes it where it
 * is the phone's language.
 * @returns the contents of `pass.strings`
 */
export function appleStrings(pass: ApplePass, translated: ApplePass): string {
  const texts = new Map<string, string>();
  const other = textsOf(translated);
  for (const [place, text] of textsOf(pass)) {
    // A text may stand in two places, and be another in one of them only.
    if ((texts.get(text) ?? text) === text) texts.set(text, other.get(place) ?? text);
  }
  return [...texts].map(([text, instead]) => `${quoted(text)} = ${quoted(instead)};\n`).join('');
}

/** The texts that Wallet translates, by their place. */
function textsOf(pass: ApplePass): Map<string, string> {
  const texts = new Map<string, string>([['description', pass.description]]);
  for (const fields of Object.values(pass.storeCard)) {
    for (const { key, label, value, changeMessage } of fields) {
      texts.set(`${key}.label`, label);
      if (typeof value === 'string') texts.set(`${key}.value`, value);
      if (changeMessage !== undefined) texts.set(`${key}.changeMessage`, changeMessage);
    }
  }
  return texts;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
