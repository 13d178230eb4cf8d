import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Phone } from '../../local/phone/phone.ts';
import { launchChromium } from './chromium.ts';
import { BRONZE, type Files, passFiles, pkpassOf, QUIET_BRONZE, SILVER } from './example-pkpass.ts';

/** The browser's globals, for functions that run on the page. */
declare const document: { getElementById(id: string): Picture; getAnimations(): { playState: string }[] };
declare const getComputedStyle: (element: unknown) => { backgroundColor: string };
interface Picture {
  naturalWidth: number;
  complete: boolean;
}

/** A busy machine may be slow. */
const PATIENT = { timeout: 15_000 };
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
  /** A picture has no width before it is loaded, or when its loading failed. */
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
    // The hidden front can be neither read nor focused.
    expect(await page.getByRole('article').count()).toBe(0);
    await still();
    await screenshot('back-bronze');
    await page.getByRole('button', { name: 'Show the front' }).click();
    await page.getByRole('article').waitFor();
    expect(complaints).toEqual([]);
  });

  test('shows another tier when a push arrives, with the pass’s own message', async () => {
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

  test('shows no message where the pass has none, and still lists the push', async () => {
    files = QUIET_BRONZE;
    await phone.pushArrived();
    await shows('points', '900');
    await page.getByRole('listitem').filter({ hasText: 'The pass changed, in silence.' }).waitFor();
    await phone.pushArrived();
    await page.getByRole('listitem').filter({ hasText: 'The pass was the same.' }).waitFor();
    expect(await page.locator('#banner.shown').count()).toBe(0);
  });

  test('keeps its pass when the next one cannot be fetched, and shows the reason', async () => {
    files = new Error('401: the token is not the pass’s.');
    await phone.pushArrived();
    await page.getByRole('alert').filter({ hasText: '401: the token is not the pass’s.' }).waitFor();
    expect(await field('tier').textContent()).toBe('Bronze');
    files = SILVER;
    await phone.refresh();
    await shows('tier', 'Silver');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('shows the same state when it is opened later, without announcing it again', async () => {
    files = SILVER;
    await phone.pushArrived();
    const later = await browser.newPage();
    await later.goto(phone.url);
    await later.getByRole('listitem').filter({ hasText: "you're now Silver" }).waitFor();
    expect(await later.locator('#banner.shown').count()).toBe(0);
    await later.close();
  });

  test('calls only its own server, and runs no injected script', async () => {
    files = passFiles('gold', { name: '<img src=x onerror=alert(1)>', points: 5000 });
    await phone.pushArrived();
    await shows('tier', '<img src=x onerror=alert(1)>');
    expect(complaints).toEqual([]);
    const rules = (await page.request.get(phone.url)).headers()['content-security-policy'];
    expect(rules).toContain("default-src 'none'");
    expect(rules).not.toContain('unsafe');
  });
});
