import { describe, expect, test } from 'vitest';
import { exampleBrand } from '../support/program.ts';
import { redeployed } from '../support/redeployed.ts';
import { makeWorld } from '../support/world.ts';

describe('the brake', () => {
  test('does not let a run through whose preview could judge nobody', async () => {
    const before = makeWorld({ now: '2025-06-10T10:00:00Z' });
    await before.enrol('m-1');
    await before.post('m-1', { points: 1300 });
    await before.deliver();
    // After an edit of the zone each member is judged by the ledger.
    const world = redeployed(before, { timeZone: 'Europe/London' });
    world.at('2027-01-01T00:05:00Z');
    const body = { at: '2027-01-01T00:00:00Z', abortWhenDown: 0.3 };
    const { runId } = (await world.call('POST recalculations', { body })).body;
    const run = world.ports.engine.runs.get(runId)!;
    if (run.kind !== 'recalculation') throw new Error();
    const real = before.ports.ledger.entriesOf.bind(before.ports.ledger);
    before.ports.ledger.entriesOf = async () => {
      throw Object.assign(new Error('the ledger is not to be reached'), { $metadata: {} });
    };
    for (const segment of run.segments) {
      await world.recalculateCycle({ runId: run.previewRunId!, segment, page: 0, givesUp: true });
    }
    before.ports.ledger.entriesOf = real;
    expect((await world.call('GET run', { params: { runId: run.previewRunId! } })).body).toMatchObject({ failed: 1 });
    expect(await world.weighPreview({ runId })).toMatchObject({ goesOn: false });
  });
});

describe('a recalculation of everyone', () => {
  test('counts the same after a death, where a page’s clock is behind that of the call that started it', async () => {
    const before = makeWorld({ now: '2025-06-10T10:00:00Z' });
    await before.enrol('m-1');
    await before.post('m-1', { points: 5500 });
    await before.deliver();
    const tiers = exampleBrand().program.tiers.map((tier) =>
      tier.id === 'gold' ? { ...tier, threshold: 6000 } : tier,
    );
    const world = redeployed(before, { tiers });
    world.at('2025-07-01T10:00:00.500Z');
    const { runId } = (await world.call('POST recalculations', { body: {} })).body;
    world.at('2025-07-01T10:00:00.400Z');
    const run = world.ports.engine.runs.get(runId)!;
    if (run.kind !== 'recalculation') throw new Error();
    const real = before.ports.runs.recordPage.bind(before.ports.runs);
    before.ports.runs.recordPage = async () => {
      throw Object.assign(new Error('died'), { $metadata: {} });
    };
    for (const segment of run.segments) await world.recalculateCycle({ runId, segment, page: 0 }).catch(() => {});
    before.ports.runs.recordPage = real;
    await world.carry(runId);
    expect((await world.call('GET run', { params: { runId } })).body).toMatchObject({ down: 1, unchanged: 0 });
  });
});
