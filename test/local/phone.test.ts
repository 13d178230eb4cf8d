import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newsBetween, viewOf } from '../../local/phone/pass-view.ts';
import { Phone } from '../../local/phone/phone.ts';
import { openPkpass, parseStrings } from '../../local/phone/pkpass.ts';
import { qrCode } from '../../local/phone/qr-code.ts';
import { launchChromium } from './chromium.ts';
import { type Files, passFiles, pkpassOf } from './example-pkpass.ts';

/** What there is in the browser, where some of these functions run. */
declare const document: { getElementById(id: string): Picture; getAnimations(): { playState: string }[] };
declare const getComputedStyle: (element: unknown) => { backgroundColor: string };
interface Picture {
  naturalWidth: number;
  complete: boolean;
}

/** Nothing here takes long; a busy machine may be slow. */
const PATIENT = { timeout: 15_000 };
const CHANGED = "Your status level has changed, you're now %@";
const BRONZE = passFiles('bronze', { name: 'Bronze', points: 800, next: '200 to Silver' });
const SILVER = passFiles('silver', { name: 'Silver', points: 1300, next: '3,700 to Gold', changeMessage: CHANGED });
const QUIET_BRONZE = passFiles('bronze', { name: 'Bronze', points: 900, next: '100 to Silver' });

describe('a pass as a phone opens it', () => {
  test('has its contents, its translations, and the sharpest of its pictures', () => {
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

  test('is read in the phone’s language, where it has one for it', () => {
    const tierIn = (language: string) => viewOf(openPkpass(pkpassOf(SILVER)), language).fields.primaryFields[0];
    expect(tierIn('es-ES')).toMatchObject({ label: 'Nivel', value: 'Plata' });
    expect(tierIn('en')).toMatchObject({ label: 'Status', value: 'Silver' });
    expect(parseStrings('"a\\nb" = "c";')).toEqual({ 'a\nb': 'c' });
  });

  test('tells what changed in the pass’s own words, and is silent where the pass is', () => {
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

describe('the phone’s page, in a real browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let page: Page;
  let phone: Phone;
  let files: Files | Error;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  beforeEach(async () => {
    files = BRONZE;
    complaints.length = 0;
    phone = await Phone.start({
      async fetchPass() {
        if (files instanceof Error) throw files;
        return pkpassOf(files);
      },
    });
    page = await browser.newPage({ viewport: { width: 960, height: 900 } });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(phone.url)) complaints.push(`asked elsewhere: ${request.url()}`);
    });
    await page.goto(phone.url);
    await page.getByRole('article').waitFor();
  });
  afterEach(async () => {
    await page.close();
    await phone.stop();
  });

  const field = (key: string) => page.locator(`[data-key="${key}"] dd`);
  const cardColour = () => page.locator('#front').evaluate((front) => getComputedStyle(front).backgroundColor);
  /** A picture that is not there yet, or failed to load, has no width. */
  const widthOf = (id: string) => page.evaluate((name) => document.getElementById(name).naturalWidth, id);
  const still = () =>
    expect
      .poll(
        () => page.evaluate(() => document.getAnimations().filter((one) => one.playState === 'running').length),
        PATIENT,
      )
      .toBe(0);
  const shows = (key: string, text: string) => field(key).filter({ hasText: text }).waitFor();
  const screenshot = async (name: string) => {
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` });
  };

  test('shows the pass’s front: colours, pictures, fields and barcode', async () => {
    for (const id of ['logo', 'strip', 'barcode']) await expect.poll(() => widthOf(id), PATIENT).toBeGreaterThan(0);
    expect(await field('tier').textContent()).toBe('Bronze');
    expect(await field('points').textContent()).toBe('800');
    expect(await field('member').textContent()).toBe('Ana García');
    expect(await cardColour()).toBe('rgb(46, 21, 13)');
    expect(await widthOf('strip')).toBe(1125);
    expect(await page.getByRole('img', { name: 'QR code of ana' }).isVisible()).toBe(true);
    expect(await page.getByRole('article', { name: 'Loyalty card, Aurora Coffee' }).isVisible()).toBe(true);
    await screenshot('front-bronze');
    expect(complaints).toEqual([]);
  });

  test('turns to its back with the terms, by mouse or by keyboard, and back again', async () => {
    const flip = page.getByRole('button', { name: 'Show the back' });
    await flip.focus();
    await page.keyboard.press('Enter');
    const back = page.getByRole('region', { name: 'The back of the pass' });
    await back.waitFor();
    expect(await back.innerText()).toContain('They are yours alone.');
    // Turned away, the front is nothing to read or to reach.
    expect(await page.getByRole('article').count()).toBe(0);
    await still();
    await screenshot('back-bronze');
    await page.getByRole('button', { name: 'Show the front' }).click();
    await page.getByRole('article').waitFor();
    expect(complaints).toEqual([]);
  });

  test('changes before the eyes when a push brings another tier, and says what the pass says', async () => {
    files = SILVER;
    expect(await phone.pushArrived()).toMatchObject({
      outcome: 'changed',
      told: ["Your status level has changed, you're now Silver"],
    });
    await shows('tier', 'Silver');
    await shows('points', '1,300');
    await page.getByRole('listitem').filter({ hasText: "you're now Silver" }).waitFor();
    await expect.poll(cardColour, PATIENT).toBe('rgb(27, 40, 56)');
    await page.locator('#banner.shown').waitFor();
    expect(await page.locator('#banner').innerText()).toContain("you're now Silver");
    await still();
    await expect.poll(() => widthOf('strip'), PATIENT).toBe(1125);
    await screenshot('silver-after-push');
    expect(complaints).toEqual([]);
  });

  test('is silent where the pass is, and lists the push all the same', async () => {
    files = QUIET_BRONZE;
    await phone.pushArrived();
    await shows('points', '900');
    await page.getByRole('listitem').filter({ hasText: 'The pass changed, in silence.' }).waitFor();
    await phone.pushArrived();
    await page.getByRole('listitem').filter({ hasText: 'The pass was the same.' }).waitFor();
    expect(await page.locator('#banner.shown').count()).toBe(0);
  });

  test('keeps the pass that it has when there is no other to be got, and says why', async () => {
    files = new Error('401: the token is not the pass’s.');
    await phone.pushArrived();
    await page.getByRole('alert').filter({ hasText: '401: the token is not the pass’s.' }).waitFor();
    expect(await field('tier').textContent()).toBe('Bronze');
    files = SILVER;
    await phone.refresh();
    await shows('tier', 'Silver');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('shows the same to whoever opens it later, without announcing it again', async () => {
    files = SILVER;
    await phone.pushArrived();
    const later = await browser.newPage();
    await later.goto(phone.url);
    await later.getByRole('listitem').filter({ hasText: "you're now Silver" }).waitFor();
    expect(await later.locator('#banner.shown').count()).toBe(0);
    await later.close();
  });

  test('asks nobody but its own server, and lets nobody put a script in', async () => {
    files = passFiles('gold', { name: '<img src=x onerror=alert(1)>', points: 5000 });
    await phone.pushArrived();
    await shows('tier', '<img src=x onerror=alert(1)>');
    expect(complaints).toEqual([]);
    const rules = (await page.request.get(phone.url)).headers()['content-security-policy'];
    expect(rules).toContain("default-src 'none'");
    expect(rules).not.toContain('unsafe');
  });
});

describe('the phone’s server', () => {
  test('waits for a pass that is not there yet', async () => {
    let there = false;
    const phone = await Phone.start({
      fetchPass: async () => (there ? pkpassOf(BRONZE) : Promise.reject(new Error('404'))),
    });
    there = true;
    expect(await phone.pushArrived()).toMatchObject({ outcome: 'changed', told: [] });
    await phone.stop();
  });

  test('answers for itself only', async () => {
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
