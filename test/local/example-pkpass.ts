import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { zipSync } from 'fflate';
import { readBrandFile } from '../../bin/operator/brand-file.ts';

const BRANDS = resolve(import.meta.dirname, '../../brands');
const { designs } = readBrandFile('demo', 'its name').settings.wallet!;

export type Files = Record<string, Uint8Array>;

const encode = (text: string) => new TextEncoder().encode(text);

function rgb(hex: string): string {
  return `rgb(${[1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16)).join(', ')})`;
}

/** The files of a demo pass, written by hand, so that the tests do not depend on Laurel's own passes. */
export function passFiles(
  tier: string,
  facts: { name: string; points: number; next?: string; changeMessage?: string },
): Files {
  const design = designs[tier]!;
  const pass = {
    formatVersion: 1,
    passTypeIdentifier: 'pass.example.aurora.loyalty',
    serialNumber: 'ana',
    teamIdentifier: 'AURORA2026',
    organizationName: 'Aurora Coffee',
    description: 'Loyalty card, Aurora Coffee',
    logoText: 'Aurora Coffee',
    backgroundColor: rgb(design.background),
    foregroundColor: rgb(design.foreground),
    labelColor: rgb(design.label),
    barcodes: [{ format: 'PKBarcodeFormatQR', message: 'ana', messageEncoding: 'iso-8859-1', altText: 'ana' }],
    storeCard: {
      headerFields: [{ key: 'points', label: 'Points', value: facts.points }],
      primaryFields: [
        {
          key: 'tier',
          label: 'Status',
          value: facts.name,
          ...(facts.changeMessage && { changeMessage: facts.changeMessage }),
        },
      ],
      secondaryFields: [{ key: 'next', label: 'Next status', value: facts.next ?? '' }],
      auxiliaryFields: [{ key: 'member', label: 'Member', value: 'Ana García' }],
      backFields: [
        { key: 'balance', label: 'Points to spend', value: facts.points },
        { key: 'terms', label: 'Terms', value: 'Points are given for what you buy.\nThey are yours alone.' },
      ],
    },
  };
  const images = ['icon', 'logo', 'strip'].flatMap((name) => [`${name}.png`, `${name}@2x.png`, `${name}@3x.png`]);
  return {
    'pass.json': encode(JSON.stringify(pass)),
    'es.lproj/pass.strings': encode(
      '"Status" = "Nivel";\n"Terms" = "Condiciones \\"de uso\\"";\n"Silver" = "Plata";\n',
    ),
    ...Object.fromEntries(
      images.map((name) => [name, new Uint8Array(readFileSync(resolve(BRANDS, design.images, name)))]),
    ),
  };
}

/** Packs files into a pass, with a correct manifest and a made-up signature. */
export function pkpassOf(files: Files, spoil: (all: Files) => void = () => {}): Uint8Array {
  const sums = Object.entries(files).map(([name, bytes]) => [name, createHash('sha1').update(bytes).digest('hex')]);
  const all: Files = {
    ...files,
    'manifest.json': encode(JSON.stringify(Object.fromEntries(sums))),
    signature: encode('nobody'),
  };
  spoil(all);
  return zipSync(all);
}

const CHANGED = "Your status level has changed, you're now %@";
export const BRONZE = passFiles('bronze', { name: 'Bronze', points: 800, next: '200 to Silver' });
export const SILVER = passFiles('silver', {
  name: 'Silver',
  points: 1300,
  next: '3,700 to Gold',
  changeMessage: CHANGED,
});
export const QUIET_BRONZE = passFiles('bronze', { name: 'Bronze', points: 900, next: '100 to Silver' });
