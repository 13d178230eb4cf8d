import { describe, expect, test } from 'vitest';
import { newsBetween, viewOf } from '../../local/phone/pass-view.ts';
import { Phone } from '../../local/phone/phone.ts';
import { openPkpass, parseStrings } from '../../local/phone/pkpass.ts';
import { qrCode } from '../../local/phone/qr-code.ts';
import { BRONZE, type Files, pkpassOf, QUIET_BRONZE, SILVER } from './example-pkpass.ts';

describe('a pass as a phone opens it', () => {
  test('has its contents, its translations and its sharpest pictures', () => {
    const { pass, strings, images } = openPkpass(pkpassOf(BRONZE));
    expect(pass.logoText).toBe('Aurora Coffee');
    expect(strings.es).toMatchObject({ Status: 'Nivel', Terms: 'Condiciones "de uso"' });
    expect(Buffer.from(images.strip!).equals(Buffer.from(BRONZE['strip@3x.png']!))).toBe(true);
    expect(Object.keys(images).sort()).toEqual(['icon', 'logo', 'strip']);
  });

  test.each<[string, (all: Files) => void, string]>([
    [
      'a file that was changed',
      (all) => Object.assign(all, { 'icon.png': new Uint8Array([1]) }),
      'icon.png is not what the manifest says',
    ],
    [
      'a file too many',
      (all) => Object.assign(all, { 'evil.png': new Uint8Array([1]) }),
      'evil.png is not what the manifest says',
    ],
    ['a file too few', (all) => delete all['strip.png'], 'strip.png is not what the manifest says'],
    ['no signature', (all) => delete all.signature, 'The pass has no signature'],
    ['no manifest', (all) => delete all['manifest.json'], 'The pass has no manifest.json'],
  ])('is refused with %s', (_, spoil, sentence) => {
    expect(() => openPkpass(pkpassOf(BRONZE, spoil))).toThrow(sentence);
  });

  test.each<[string, Uint8Array | Files, string]>([
    ['no archive', new TextEncoder().encode('<html>404</html>'), 'invalid zip data'],
    [
      'no store card',
      {
        'pass.json': new TextEncoder().encode(
          '{"formatVersion":1,"serialNumber":"a","organizationName":"b","description":"c"}',
        ),
      },
      'no store card',
    ],
    [
      'half of what it needs',
      { 'pass.json': new TextEncoder().encode('{"formatVersion":1,"storeCard":{}}') },
      'pass.json lacks serialNumber, organizationName, description',
    ],
    ['larger than any pass', { 'pass.json': new Uint8Array(11 * 1024 * 1024) }, 'The pass has more than'],
  ])('is refused where it is %s', (_, given, sentence) => {
    expect(() => openPkpass(given instanceof Uint8Array ? given : pkpassOf(given))).toThrow(sentence);
  });

  test('is read in the phone’s language, where it has a translation', () => {
    const tierIn = (language: string) => viewOf(openPkpass(pkpassOf(SILVER)), language).fields.primaryFields[0];
    expect(tierIn('es-ES')).toMatchObject({ label: 'Nivel', value: 'Plata' });
    expect(tierIn('en')).toMatchObject({ label: 'Status', value: 'Silver' });
    expect(parseStrings('"a\\nb" = "c";')).toEqual({ 'a\nb': 'c' });
  });

  test('announces a change in the pass’s own words, and announces nothing where the pass has none', () => {
    const [bronze, silver, quiet] = [BRONZE, SILVER, QUIET_BRONZE].map((files) => openPkpass(pkpassOf(files)));
    expect(newsBetween(bronze!, silver!, 'en')).toEqual(["Your status level has changed, you're now Silver"]);
    expect(newsBetween(bronze!, silver!, 'es')).toEqual(["Your status level has changed, you're now Plata"]);
    expect(newsBetween(silver!, silver!, 'en')).toEqual([]);
    expect(newsBetween(bronze!, quiet!, 'en')).toEqual([]);
  });

  test('has its barcode drawn with a border that scanners need', () => {
    const svg = qrCode('ana');
    // Version 1: 21 modules, and 4 of border on each side. Its upper left corner is a finder's.
    expect(svg).toContain('viewBox="0 0 29 29"');
    expect(svg).toContain('M4 4h1v1h-1z');
    expect(svg).not.toMatch(/M[0-3] |M\d+ [0-3]h/);
  });
});

describe('the phone’s server', () => {
  test('waits for a pass that does not exist yet', async () => {
    let there = false;
    const phone = await Phone.start({
      fetchPass: async () => (there ? pkpassOf(BRONZE) : Promise.reject(new Error('404'))),
    });
    there = true;
    expect(await phone.pushArrived()).toMatchObject({ outcome: 'changed', told: [] });
    await phone.stop();
  });

  test('answers only GET requests for its own files', async () => {
    const phone = await Phone.start({ fetchPass: async () => pkpassOf(BRONZE) });
    expect((await fetch(phone.url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${phone.url}etc/passwd`)).status).toBe(404);
    expect((await fetch(`${phone.url}0000000000000000/none.png`)).status).toBe(404);
    await phone.stop();
  });

  test('takes another port where its own is taken', async () => {
    const fetchPass = async () => pkpassOf(BRONZE);
    const first = await Phone.start({ fetchPass });
    const second = await Phone.start({ fetchPass, preferredPort: Number(new URL(first.url).port) });
    expect(second.url).not.toBe(first.url);
    await Promise.all([first.stop(), second.stop()]);
  });
});
