import { describe, expect, test } from 'vitest';
import type { TierNotice } from '../../../core/member/tier-change.ts';
import type { PassFiles } from '../../../core/ports.ts';
import { drawPass } from '../../../core/use-cases/draw-pass.ts';
import { exampleImages } from '../../support/images.ts';
import { slippingIn } from '../../support/trouble.ts';
import { MEMBER_ID } from '../histories.ts';
import { at } from '../members.ts';
import { APPLE, beatenTo, CHANGE, knowOnlyTheLedger, NOW, passPorts } from './passes.ts';

/** The fields of `pass.json` by their keys. */
function fieldsOf(files: PassFiles): Record<string, { value: unknown; changeMessage?: string }> {
  const { storeCard } = JSON.parse(new TextDecoder().decode(files['pass.json']));
  return Object.fromEntries(
    Object.values<{ key: string; value: unknown }[]>(storeCard).flatMap((fields) =>
      fields.map((field) => [field.key, field]),
    ),
  );
}

describe('a pass that others draw at the same time', () => {
  test('is of the version that is kept: a phone is never given a date that is of no pass', async () => {
    const ports = await passPorts();
    const drawing = slippingIn('registrations', 'version');
    drawing.happens(async () => {
      await ports.profiles.merge(MEMBER_ID, { name: 'Ana María' });
      await drawPass(ports, APPLE, MEMBER_ID, NOW - 60_000);
      await ports.profiles.merge(MEMBER_ID, { name: 'Ana Luz' });
    });
    const registrations = drawing.reach('registrations', ports.registrations);
    const drawn = await drawPass({ ...ports, registrations }, APPLE, MEMBER_ID, NOW);
    expect(fieldsOf(drawn!.files).member).toMatchObject({ value: 'Ana Luz' });
    expect(drawn!.version).toEqual(await ports.registrations.version(MEMBER_ID));
  });

  test('is drawn where they leave off in time, and otherwise left to a later attempt', async () => {
    const ports = await passPorts();
    const draw = (times: number) =>
      drawPass({ ...ports, registrations: beatenTo(ports.registrations, 'saveVersion', times) }, APPLE, MEMBER_ID, NOW);
    await expect(draw(5)).rejects.toThrow(
      'The pass of member m-1 changed 5 times in a row while it was drawn. It is tried again.',
    );
    expect(await ports.registrations.version(MEMBER_ID)).toBeUndefined();
    expect(await draw(4)).toMatchObject({ version: { updatedAt: NOW } });
  });
});

describe('a pass shows', () => {
  test('what the ledger says where the member’s own figures are still to be made', async () => {
    const ports = await passPorts();
    await knowOnlyTheLedger(ports);
    const { files } = (await drawPass(ports, APPLE, MEMBER_ID, NOW))!;
    expect(fieldsOf(files)).toMatchObject({ tier: { value: 'Silver' }, points: { value: 1300 } });
  });

  test('the words of the last change of tier, also after a notice of a tier that stays', async () => {
    const ports = await passPorts();
    const { direction: _, cause: __, ...news } = CHANGE;
    const notice: TierNotice = { ...news, sequence: 2, kind: 'renewed', from: news.to };
    const member = (await ports.members.load(MEMBER_ID))!;
    await ports.members.save({ ...member, version: member.version + 1, changes: 2 }, member.version, [notice]);
    const { files } = (await drawPass(ports, APPLE, MEMBER_ID, at('2026-05-03T10:00:00Z')))!;
    expect(fieldsOf(files).tier).toMatchObject({
      value: 'Silver',
      changeMessage: "Your status level has changed, you're now %@",
    });
  });
});

test('a pass holds the images of its design that Apple knows, and nothing else that lies in their folder', async () => {
  const ports = await passPorts();
  const images = {
    of: async () => ({ ...exampleImages(), 'notes.txt': new Uint8Array(), 'icon@4x.png': new Uint8Array() }),
  };
  const { files } = (await drawPass({ ...ports, images }, APPLE, MEMBER_ID, NOW))!;
  const languages = ['en', 'es', 'de', 'fr'].map((language) => `${language}.lproj/pass.strings`);
  expect(Object.keys(files).sort()).toEqual(['pass.json', ...languages, ...Object.keys(exampleImages())].sort());
});
