import { describe, expect, test } from 'vitest';
import { viewNow } from '../../../core/member/member-view.ts';
import type { Brand, ProgramFile, WalletSettings } from '../../../core/program/brand.ts';
import { compileProgram } from '../../../core/program/program.ts';
import { faceOf, hasWallet, type PassHolder } from '../../../core/wallet/pass-face.ts';
import { exampleBrand, exampleWallet } from '../../support/program.ts';
import { makeWorld, type World } from '../../support/world.ts';

async function faceFrom(world: World, holder: PassHolder | undefined, brand: Brand = world.brand) {
  if (!hasWallet(brand)) throw new Error('The example brand has a wallet.');
  const member = await world.ports.members.load('m-1');
  const program = compileProgram(brand);
  return faceOf(viewNow(member!, program, world.now())!, holder, brand, program);
}

async function silverWorld(wallet: Partial<WalletSettings> = {}) {
  const world = makeWorld({ wallet: exampleWallet(wallet) });
  await world.enrol('m-1');
  await world.post('m-1', { points: 1300 });
  await world.deliver();
  return world;
}

describe('the face of a pass', () => {
  test('tells tier, points, the way to the next tier, name, and what a till scans', async () => {
    expect(await faceFrom(await silverWorld(), { name: 'Ana García' })).toMatchObject({
      organizationName: 'Example Shop',
      tier: { id: 'silver', label: 'Status', value: 'Silver' },
      points: { label: 'Points', value: 1300, currency: undefined },
      next: { label: 'Next status', value: '3,700 to Gold', missing: 3700 },
      expires: null,
      member: { label: 'Member', value: 'Ana García' },
      keep: { value: 'Nothing: it is yours until December 31, 2026 and beyond' },
      barcode: 'm-1',
      terms: { label: 'Terms', value: 'Terms of the Example Shop.' },
      design: { background: '#c0c0c0' },
    });
  });

  test('speaks the member’s language, in the brand’s words where it has its own', async () => {
    const world = await silverWorld({ terms: { en: 'Terms.', es: 'Condiciones.' } });
    expect(await faceFrom(world, { locale: 'es-MX' })).toMatchObject({
      locale: 'es-MX',
      description: 'Tarjeta de fidelidad, Example Shop',
      tier: { label: 'Nivel' },
      next: { value: '3,700 para Gold' },
      terms: { label: 'Condiciones', value: 'Condiciones.' },
      member: null,
    });
  });

  test('a language that nobody has words in is read in the brand’s, and then in English', async () => {
    const world = await silverWorld();
    expect(await faceFrom(world, { locale: 'ja' })).toMatchObject({ tier: { label: 'Status' } });
    const brand = { ...world.brand, notifications: { ...world.brand.notifications, defaultLocale: 'de' } };
    expect(await faceFrom(world, { locale: 'ja' }, brand)).toMatchObject({ points: { label: 'Punkte' } });
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
    const face = await faceFrom(world, { locale: 'ja' });
    expect(face).toMatchObject({
      tier: { value: 'Plata' },
      next: { value: '3700 para Oro' },
      keep: { value: '1000 más hasta el 31 de diciembre de 2027' },
    });
    expect({ ...face, locale: 'es' }).toEqual(await faceFrom(world, undefined));
    await world.act('m-1', {
      action: 'upgrade',
      strategy: { type: 'specific', tier: 'gold' },
      expiry: { type: 'date', date: '2027-02-01' },
    });
    expect(await faceFrom(world, { locale: 'ja' })).toMatchObject({
      tier: { value: 'Oro' },
      expires: { value: '31 de enero de 2027' },
    });
  });

  test('a tier that is only held down is named, and nothing is said to be missing for it', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', { points: 6000 });
    await world.deliver();
    await world.act('m-1', { action: 'downgrade', strategy: { type: 'specific', tier: 'silver' } });
    expect(await faceFrom(world, undefined)).toMatchObject({
      tier: { value: 'Silver' },
      next: { value: 'Gold', missing: 0, tier: 'gold' },
    });
  });

  test('a design’s own labels come before Laurel’s', async () => {
    const designs = exampleWallet().designs;
    const world = await silverWorld({
      designs: {
        ...designs,
        silver: { ...designs.silver!, labels: { points: { en: 'Beans', es: 'Granos' }, tier: 'Club' } },
      },
    });
    expect(await faceFrom(world, { locale: 'es' })).toMatchObject({
      points: { label: 'Granos' },
      tier: { label: 'Club' },
    });
  });

  test('at the top there is no next tier; with spend, points are money', async () => {
    const world = makeWorld({ program: { basis: 'spend' }, wallet: exampleWallet() });
    await world.enrol('m-1');
    await world.post('m-1', { amount: '12000.50' });
    await world.deliver();
    expect(await faceFrom(world, undefined)).toMatchObject({
      tier: { id: 'platinum' },
      next: null,
      points: { value: 12000.5, currency: 'EUR' },
    });
  });

  test.each<[string, Partial<ProgramFile>, string, string, string]>([
    ['points', {}, '1300', '3,700 to Gold', '1,000 more by December 31, 2027'],
    ['money', { basis: 'spend' }, '1300.50', '€3,699.50 to Gold', '€1,000.00 more by December 31, 2027'],
  ])(
    'says in %s how far it is to the next tier, and what keeps this one once its points count no more',
    async (_, file, amount, toNext, toKeep) => {
      const world = makeWorld({ program: file });
      await world.enrol('m-1');
      await world.post('m-1', { amount });
      await world.deliver();
      world.at('2027-02-01T10:00:00Z');
      expect(await faceFrom(world, undefined)).toMatchObject({
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
    expect(await faceFrom(world, undefined)).toMatchObject({
      tier: { id: 'silver' },
      next: { label: 'Next status', value: 'Gold', missing: null, tier: 'gold' },
      keep: null,
    });
  });

  test('a tier that a tier action gave tells its last day', async () => {
    const world = await silverWorld();
    await world.act('m-1', { expiry: { type: 'date', date: '2026-08-01' } });
    expect(await faceFrom(world, undefined)).toMatchObject({
      tier: { id: 'gold' },
      expires: { label: 'Status until', value: 'July 31, 2026' },
    });
  });
});

test('a brand without a wallet has no pass', () => {
  expect(hasWallet(exampleBrand())).toBe(false);
});
