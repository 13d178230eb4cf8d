import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';

/** A pass as it was sent to a phone. */
export interface Pkpass {
  pass: PassJson;
  /** Translations by their language, each by the text that it stands for. */
  strings: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By their names without `.png`; of each the sharpest that there is. */
  images: Readonly<Record<string, Uint8Array>>;
}

/** As much of `pass.json` as this phone shows: https://developer.apple.com/documentation/walletpasses/pass */
export interface PassJson {
  formatVersion: number;
  serialNumber: string;
  organizationName: string;
  description: string;
  logoText?: string;
  backgroundColor?: string;
  foregroundColor?: string;
  labelColor?: string;
  barcodes?: { format: string; message: string; altText?: string }[];
  storeCard: { [Place in FieldPlace]?: PassField[] };
}

export const FIELD_PLACES = [
  'headerFields',
  'primaryFields',
  'secondaryFields',
  'auxiliaryFields',
  'backFields',
] as const;
export type FieldPlace = (typeof FIELD_PLACES)[number];

export interface PassField {
  key: string;
  label?: string;
  value: string | number;
  changeMessage?: string;
  currencyCode?: string;
  textAlignment?: string;
}

const MOST_BYTES = 10 * 1024 * 1024;
const REQUIRED = ['serialNumber', 'organizationName', 'description'] as const;

/**
 * Opens a pass as a phone does, though it does not ask who signed it: the tests of passes do.
 * @throws with what a phone would refuse it for
 */
export function openPkpass(file: Uint8Array): Pkpass {
  let size = 0;
  const files = unzipSync(file, {
    filter: ({ name, originalSize }) => {
      size += originalSize;
      if (size > MOST_BYTES) throw new Error(`The pass has more than ${MOST_BYTES} bytes: a phone would not take it.`);
      return !name.endsWith('/');
    },
  });
  holdToManifest(files);
  const pass = JSON.parse(textOf(fileOf(files, 'pass.json'))) as PassJson;
  const missing = REQUIRED.filter((name) => typeof pass[name] !== 'string');
  if (missing.length > 0) throw new Error(`pass.json lacks ${missing.join(', ')}: a phone would not take it.`);
  if (pass.formatVersion !== 1 || typeof pass.storeCard !== 'object') {
    throw new Error('pass.json is no store card of formatVersion 1: this phone shows no other.');
  }
  return { pass, strings: stringsOf(files), images: imagesOf(files) };
}

/** Each file is what the signed manifest says that it is, and none is there besides. */
function holdToManifest(files: Record<string, Uint8Array>): void {
  const manifest = JSON.parse(textOf(fileOf(files, 'manifest.json'))) as Record<string, string>;
  fileOf(files, 'signature');
  const sealed = Object.keys(files).filter((name) => name !== 'manifest.json' && name !== 'signature');
  const names = new Set([...sealed, ...Object.keys(manifest)]);
  for (const name of names) {
    const bytes = files[name];
    if (!bytes || createHash('sha1').update(bytes).digest('hex') !== manifest[name]) {
      throw new Error(`${name} is not what the manifest says: a phone would not take the pass.`);
    }
  }
}

function fileOf(files: Record<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files[name];
  if (!bytes) throw new Error(`The pass has no ${name}: a phone would not take it.`);
  return bytes;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function stringsOf(files: Record<string, Uint8Array>): Record<string, Record<string, string>> {
  const strings: Record<string, Record<string, string>> = {};
  for (const [name, bytes] of Object.entries(files)) {
    const language = /^([A-Za-z0-9-]+)\.lproj\/pass\.strings$/.exec(name)?.[1];
    if (language) strings[language] = parseStrings(textOf(bytes));
  }
  return strings;
}

const QUOTED = /"((?:[^"\\]|\\.)*)"\s*=\s*"((?:[^"\\]|\\.)*)"\s*;/gs;

/** `"a text" = "its translation";`, line after line. */
export function parseStrings(text: string): Record<string, string> {
  const unescaped = (part: string) =>
    part.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
  return Object.fromEntries([...text.matchAll(QUOTED)].map(([, from, to]) => [unescaped(from!), unescaped(to!)]));
}

function imagesOf(files: Record<string, Uint8Array>): Record<string, Uint8Array> {
  const images: Record<string, Uint8Array> = {};
  const sharpest: Record<string, number> = {};
  for (const [name, bytes] of Object.entries(files)) {
    const [, image, scale = '1'] = /^([a-z]+)(?:@([23])x)?\.png$/.exec(name) ?? [];
    if (!image || Number(scale) < (sharpest[image] ?? 0)) continue;
    sharpest[image] = Number(scale);
    images[image] = bytes;
  }
  return images;
}
