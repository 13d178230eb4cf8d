import { describe, expect, test } from 'vitest';
import { viewNow } from '../../../core/member/member-view.ts';
import type { Brand, ProgramFile, WalletSettings } from '../../../core/program/brand.ts';
import { compileProgram } from '../../../core/program/program.ts';
import { hasWallet, type PassHolder, passContentOf } from '../../../core/wallet/pass-content.ts';
import { exampleBrand, exampleWallet } from '../../support/program.ts';
import { makeWorld, type World } from '../../support/world.ts';

async function contentFrom(world: World, holder: PassHolder | undefined, brand: Brand = world.brand) {
  if (!hasWallet(brand)) throw new Error('The example brand has a wallet.');
  const member = await world.ports.members.load('m-1');
  const program = compileProgram(brand);
  return passContentOf(viewNow(member!, program, world.now())!, holder, brand, program);
}

async function silverWorld(wallet: Partial<WalletSettings> = {}) {
  const world = makeWorld({ wallet: exampleWallet(wallet) });
  await world.enrol('m-1');
  await world.post('m-1', { points: 1300 });
  await world.deliver();
  return world;
}

describe('the content of a pass', () => {
  test('tells tier, points, the way to the next tier, name, and what a till scans', async () => {
    expect(await contentFrom(await silverWorld(), { name: 'Ana García' })).toMatchObject({
      organizationName: 'Example Shop',
      tier: { id: 'silver', label: 'Status', value: 'Silver' },
      points: { label: 'Points', value: 1300, currency: undefined },
      next: {
        label: 'Next status',
        value: '3,700 more points are needed for Gold',
        short: '3,700 points to Gold',
        missing: 3700,
      },
      expires: null,
      member: { label: 'Member', value: 'Ana García' },
      balance: { label: 'Points to spend', value: 1300 },
      keep: { value: 'Nothing more is needed. Your status continues after December 31, 2026.' },
      barcode: 'm-1',
      terms: { label: 'Terms', value: 'Terms of the Example Shop.' },
      design: { background: '#c0c0c0' },
    });
  });

  test('speaks the member’s language, in the brand’s words where it has its own', async () => {
    const world = await silverWorld({ terms: { en: 'Terms.', es: 'Condiciones.' } });
    expect(await contentFrom(world, { locale: 'es-MX' })).toMatchObject({
      locale: 'es-MX',
      description: 'Tarjeta de fidelidad, Example Shop',
      tier: { label: 'Nivel' },
      next: { value: 'Necesitas 3,700 puntos más para Gold' },
      terms: { label: 'Condiciones', value: 'Condiciones.' },
      member: null,
    });
  });

  test('a language that nobody has words in is read in the brand’s, and then in English', async () => {
    const world = await silverWorld();
    expect(await contentFrom(world, { locale: 'ja' })).toMatchObject({ tier: { label: 'Status' } });
    const brand = { ...world.brand, notifications: { ...world.brand.notifications, defaultLocale: 'de' } };
    expect(await contentFrom(world, { locale: 'ja' }, brand)).toMatchObject({ points: { label: 'Punkte' } });
  });

  test('numbers and dates are written as the words around them, and a tier is called as the brand calls it', async () => {
    const [bronze, silver, gold] = exampleBrand().program.tiers;
    const world = makeWorld({
      program: { tiers: [bronze!, { ...silver!, names: { es: 'Plata' } }, { ...gold!, names: { es: 'Oro' } }] },
      notifications: { defaultLocale: 'es' },
      now: '2026-12-30T10:00:00Z',
    });
    await world.enrol('m-1');
    await world.post('m-1', { points: 1300 });
    await world.deliver();
    world.at('2027-01-10T10:00:00Z');
    const content = await contentFrom(world, { locale: 'ja' });
    expect(content).toMatchObject({
      tier: { value: 'Plata' },
      next: { value: 'Necesitas 3700 puntos más para Oro' },
      keep: { value: '1000 puntos más hasta el 31 de diciembre de 2027' },
    });
    expect({ ...content, locale: 'es' }).toEqual(await contentFrom(world, undefined));
    await world.act('m-1', {
      action: 'upgrade',
      strategy: { type: 'specific', tier: 'gold' },
      expiry: { type: 'date', date: '2027-02-01' },
    });
    expect(await contentFrom(world, { locale: 'ja' })).toMatchObject({
      tier: { value: 'Oro' },
      expires: { value: '31 de enero de 2027' },
    });
  });

  describe('of a member who is held down below the tier that the points give', () => {
    async function heldDown(action: Record<string, unknown>, program: Partial<ProgramFile> = {}, now?: string) {
      const world = makeWorld({ program, ...(now !== undefined && { now }) });
      await world.enrol('m-1');
      await world.post('m-1', { points: 6000 });
      await world.deliver();
      if (now !== undefined) world.at('2027-02-01T10:00:00Z');
      await world.act('m-1', { action: 'downgrade', strategy: { type: 'specific', tier: 'silver' }, ...action });
      return contentFrom(world, undefined);
    }

    test.each<[string, Record<string, unknown>, string, string]>([
      [
        'within the cycle',
        { expiry: { type: 'date', date: '2026-08-01' } },
        'July 31, 2026',
        'Gold after July 31, 2026',
      ],
      ['with the cycle', {}, 'December 31, 2026', 'Gold after December 31, 2026'],
    ])('says after which day the higher tier comes, where it comes %s', async (_, action, until, next) => {
      expect(await heldDown(action)).toMatchObject({
        tier: { value: 'Silver' },
        next: { value: next, short: 'Gold', missing: 0, tier: 'gold' },
        expires: { value: until },
        keep: null,
      });
    });

    test('names the next tier alone where a cycle ends before the higher one comes', async () => {
      expect(await heldDown({ expiry: { type: 'date', date: '2027-02-01' } })).toMatchObject({
        next: { value: 'Gold', missing: 0 },
        expires: { value: 'January 31, 2027' },
      });
    });

    test('names the next tier alone where the points are gone once the cycle ends', async () => {
      const content = await heldDown({}, {}, '2026-12-01T10:00:00Z');
      expect(content).toMatchObject({
        next: { value: 'Gold', missing: 0 },
        expires: { value: 'December 31, 2027' },
        keep: { value: '1,000 more points by December 31, 2027' },
      });
    });

    test('says that the higher tier comes within the cycle, whatever the end of the cycle brings', async () => {
      const content = await heldDown({ expiry: { type: 'date', date: '2027-08-01' } }, {}, '2026-12-01T10:00:00Z');
      expect(content).toMatchObject({
        next: { value: 'Gold after July 31, 2027' },
        expires: { value: 'July 31, 2027' },
      });
    });

    test('names the next tier alone where the end of the cycle leaves the present one', async () => {
      const world = makeWorld({ now: '2026-12-01T10:00:00Z' });
      await world.enrol('m-1');
      await world.post('m-1', { points: 5000 });
      world.at('2027-02-01T10:00:00Z');
      await world.post('m-1', { points: 1200 });
      await world.deliver();
      await world.act('m-1', { action: 'downgrade', strategy: { type: 'specific', tier: 'silver' } });
      expect(await contentFrom(world, undefined)).toMatchObject({
        next: { value: 'Gold', missing: 0 },
        keep: { value: 'Nothing more is needed. Your status continues after December 31, 2027.' },
      });
    });

    test('says after which day the higher tier comes where no cycle ends', async () => {
      const expiry = { type: 'date', date: '2026-08-01' };
      expect(await heldDown({ expiry }, { cycle: { type: 'none' } })).toMatchObject({
        next: { value: 'Gold after July 31, 2026' },
        keep: null,
      });
    });

    test('names the next tier alone where nothing ends', async () => {
      const content = await heldDown({}, { cycle: { type: 'none' } });
      expect(content).toMatchObject({ next: { value: 'Gold', missing: 0 }, expires: null, keep: null });
    });
  });

  test.each<[string, string, { value: string } | null]>([
    ['says nothing of keeping a tier that ends before the cycle does', '2026-12-31', null],
    [
      'says what keeps a tier that ends with the cycle',
      '2027-01-01',
      { value: '3,700 more points by December 31, 2026' },
    ],
    [
      'says that a tier is kept that ends after the cycle',
      '2027-01-02',
      { value: 'Nothing more is needed. Your status continues after December 31, 2026.' },
    ],
  ])('%s', async (_, date, keep) => {
    const world = await silverWorld();
    await world.act('m-1', { expiry: { type: 'date', date } });
    const content = await contentFrom(world, undefined);
    expect(content.tier.value).toBe('Gold');
    if (keep) expect(content.keep).toMatchObject(keep);
    else expect(content.keep).toBeNull();
  });

  test('a design’s own labels come before Laurel’s', async () => {
    const designs = exampleWallet().designs;
    const world = await silverWorld({
      designs: {
        ...designs,
        silver: { ...designs.silver!, labels: { points: { en: 'Beans', es: 'Granos' }, tier: 'Club' } },
      },
    });
    expect(await contentFrom(world, { locale: 'es' })).toMatchObject({
      points: { label: 'Granos' },
      tier: { label: 'Club' },
      // Laurel's word would contradict the brand's.
      next: { value: 'Necesitas 3700 más para Gold' },
    });
    expect(await contentFrom(world, undefined)).toMatchObject({ next: { value: '3,700 more are needed for Gold' } });
  });

  test('at the top there is no next tier; with spend, the figure is money and is called spent', async () => {
    const world = makeWorld({ program: { basis: 'spend' }, wallet: exampleWallet() });
    await world.enrol('m-1');
    await world.post('m-1', { amount: '12000.50' });
    await world.deliver();
    expect(await contentFrom(world, undefined)).toMatchObject({
      tier: { id: 'platinum' },
      next: null,
      points: { label: 'Spent', value: 12000.5, currency: 'EUR' },
    });
  });

  test('a label of the brand’s own for the points is kept where they are money', async () => {
    const designs = exampleWallet().designs;
    const wallet = exampleWallet({
      designs: { ...designs, bronze: { ...designs.bronze!, labels: { points: 'This year' } } },
    });
    const world = makeWorld({ program: { basis: 'spend' }, wallet });
    await world.enrol('m-1');
    expect(await contentFrom(world, undefined)).toMatchObject({
      points: { label: 'This year', value: 0, currency: 'EUR' },
      next: { value: '€1,000.00 more is needed for Silver' },
    });
  });

  test.each<[string, Partial<ProgramFile>, string, string, string]>([
    ['points', {}, '1300', '3,700 more points are needed for Gold', '1,000 more points by December 31, 2027'],
    ['a single point', {}, '4999', '1 more point is needed for Gold', '1,000 more points by December 31, 2027'],
    [
      'money',
      { basis: 'spend' },
      '1300.50',
      '€3,699.50 more is needed for Gold',
      '€1,000.00 more by December 31, 2027',
    ],
    [
      'money, with the digits that the ledger has and Intl leaves out',
      { basis: 'spend', currency: 'HUF' },
      '1300.50',
      'HUF\u00a03,699.50 more is needed for Gold',
      'HUF\u00a01,000.00 more by December 31, 2027',
    ],
    [
      'money of a currency without digits',
      { basis: 'spend', currency: 'JPY' },
      '1300',
      '¥3,700 more is needed for Gold',
      '¥1,000 more by December 31, 2027',
    ],
  ])(
    'says in %s how far it is to the next tier, and what keeps this one once its points count no more',
    async (_, file, amount, toNext, toKeep) => {
      const world = makeWorld({ program: file });
      await world.enrol('m-1');
      await world.post('m-1', { amount });
      await world.deliver();
      world.at('2027-02-01T10:00:00Z');
      expect(await contentFrom(world, undefined)).toMatchObject({
        tier: { id: 'silver' },
        next: { value: toNext },
        keep: { value: toKeep },
      });
    },
  );

  test('promises nothing of a tier that no points keep, and counts no points to one that they do not lead to', async () => {
    const stays = (atLeast: number) => ({ qualification: { all: [{ tracker: 'stays', atLeast }] } });
    const world = makeWorld({
      program: {
        trackers: { stays: { measure: 'count', of: { type: 'purchase' }, over: 'cycle' } },
        tiers: [
          { id: 'bronze', name: 'Bronze', threshold: 0 },
          { id: 'silver', name: 'Silver', ...stays(1) },
          { id: 'gold', name: 'Gold', ...stays(9) },
        ],
      },
    });
    await world.enrol('m-1');
    await world.post('m-1', { points: 10 });
    await world.deliver();
    world.at('2027-02-01T10:00:00Z');
    expect(await contentFrom(world, undefined)).toMatchObject({
      tier: { id: 'silver' },
      next: { label: 'Next status', value: 'Gold', short: 'Gold', missing: null, tier: 'gold' },
      keep: null,
    });
  });

  test.each<[string, ProgramFile['tiers'][number]['qualification'], string]>([
    [
      'says that points are needed where every condition is',
      { all: [{ orders: 2 }] },
      '600 more points are needed for Gold',
    ],
    ['says how far it is by points where others may stand in', { any: 1, of: [{ orders: 2 }] }, '600 points to Gold'],
  ])('%s', async (_, qualification, value) => {
    const tiers = [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'gold', name: 'Gold', threshold: 1000, qualification: qualification! },
    ];
    const world = makeWorld({ program: { tiers } });
    await world.enrol('m-1');
    await world.post('m-1', { points: 400 });
    await world.deliver();
    expect(await contentFrom(world, undefined)).toMatchObject({ next: { value, short: '600 points to Gold' } });
  });

  test('a tier that a tier action gave tells its last day', async () => {
    const world = await silverWorld();
    await world.act('m-1', { expiry: { type: 'date', date: '2026-08-01' } });
    expect(await contentFrom(world, undefined)).toMatchObject({
      tier: { id: 'gold' },
      expires: { label: 'Status until', value: 'July 31, 2026' },
    });
  });
});

test('a brand without a wallet has no pass', () => {
  expect(hasWallet(exampleBrand())).toBe(false);
});
