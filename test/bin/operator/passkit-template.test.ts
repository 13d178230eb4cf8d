import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { isKnownToPasskit } from '../../../bin/operator/passkit-template.ts';
import { exampleImages } from '../../support/images.ts';
import { readPass } from '../../support/read-pass.ts';
import { makeWorld } from '../../support/world.ts';

/** The library says there what it refuses. */
const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
afterEach(() => said.mockClear());

async function passOf() {
  const world = makeWorld();
  await world.enrol('m-1', { name: 'Ana' });
  await world.post('m-1', { points: 1300 });
  await world.act('m-1', { expiry: { type: 'date', date: '2026-08-01' }, notify: { channels: ['push'] } });
  await world.deliver();
  return readPass((await world.call('GET pass', { params: { memberId: 'm-1' } })).body).pass;
}

const known = (pass: unknown) =>
  isKnownToPasskit({ 'pass.json': Buffer.from(JSON.stringify(pass)), ...exampleImages() });

test('passkit-generator knows every property of a pass that a member gets, with all there can be on it', async () => {
  const pass = await passOf();
  expect(pass.storeCard.primaryFields[0].changeMessage).toBe("Your status level has changed, you're now %@");
  expect(pass.storeCard.secondaryFields).toHaveLength(2);
  expect(known(pass)).toBe(true);
  expect(said).not.toHaveBeenCalled();
});

test('and would have noticed: another barcode, a colour by its name, a property that Apple has not', async () => {
  const pass = await passOf();
  expect(known({ ...pass, barcodes: [{ ...pass.barcodes[0], format: 'QR' }] })).toBe(false);
  expect(known({ ...pass, backgroundColor: 'gold' })).toBe(false);
  expect(known({ ...pass, tier: 'gold' })).toBe(false);
});

test('no function carries it: it is imported by the check of a deployment only', () => {
  const root = path.join(import.meta.dirname, '../../..');
  const importers = globSync('{core,functions,lib,bin,local,fakes}/**/*.ts', { cwd: root }).filter((file) =>
    /from '(?:passkit-generator|.*passkit-template\.ts)'/.test(readFileSync(path.join(root, file), 'utf8')),
  );
  expect(importers.sort()).toEqual(['bin/operator/design-check.ts', 'bin/operator/passkit-template.ts']);
});
