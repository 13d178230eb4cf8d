import { describe, expect, test } from 'vitest';
import { forget } from '../support/heard.ts';
import { exampleBrand } from '../support/program.ts';
import { redeployed } from '../support/redeployed.ts';
import { makeWorld, type World } from '../support/world.ts';

const NIGHT_2025 = '2025-12-31T23:05:00Z';
const END_2026 = '2026-12-31T23:00:00Z';
const NIGHT_2026 = '2026-12-31T23:05:00Z';

const withGoldAt = (threshold: number) =>
  exampleBrand().program.tiers.map((tier) => (tier.id === 'gold' ? { ...tier, threshold } : tier));
const subjects = (world: World) => world.ports.mailer.sent.map(({ subject }) => subject);
const runOf = async (world: World, runId: string) => (await world.call('GET run', { params: { runId } })).body;

async function withPoints(points: number, options: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const world = makeWorld({ now: '2025-06-10T10:00:00Z', ...options });
  await world.enrol('m-1');
  await world.post('m-1', { id: 'first', points });
  await world.deliver();
  forget(world);
  return world;
}

describe('what held', () => {
  test('a tier taken out of the program: moved in silence by the night', async () => {
    const before = await withPoints(5500);
    const world = redeployed(before, { tiers: withGoldAt(6000).filter(({ id }) => id !== 'gold') });
    world.at(NIGHT_2025);
    const [runId] = await world.night();
    await world.deliver();
    expect([(await world.read('m-1')).tier.id, subjects(world)]).toEqual(['silver', []]);
    expect(await runOf(world, runId!)).toMatchObject({ failed: 0, processed: 1 });
  });
  test('the brake: a run of the same end that a person lets through is not stopped by the first one’s share', async () => {
    const world = await withPoints(1300, { recalculation: { abortWhenDown: 0.1 } });
    world.at(NIGHT_2026);
    const [first] = await world.night();
    expect((await runOf(world, first!)).status).toBe('aborted');
    // A second execution of the aborted run writes nothing.
    await world.carry(first!);
    expect(await world.changes('m-1')).toHaveLength(1);
    const { body } = await world.recalculateEveryone({ at: END_2026, abortWhenDown: 1 });
    expect(body).toMatchObject({ status: 'completed', down: 1 });
  });
});
