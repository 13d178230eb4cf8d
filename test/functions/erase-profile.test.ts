import { expect, test } from 'vitest';
import { makeWorld } from '../support/world.ts';

test('a profile that an enrolment left behind without its member can be erased', async () => {
  const world = makeWorld();
  await world.ports.profiles.merge('m-1', { email: 'ana@mail.example' });
  const erase = () => world.call('DELETE profile', { params: { memberId: 'm-1' } });
  expect((await erase()).status).toBe(204);
  expect(await world.ports.profiles.load('m-1')).toBeUndefined();
  expect((await erase()).status).toBe(404);
});
