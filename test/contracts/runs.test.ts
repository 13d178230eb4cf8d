import { describe, expect, test } from 'vitest';
import type { Runs } from '../../core/ports.ts';
import { type AuditRun, countsOf, NO_COUNTS, type RunPage } from '../../core/runs/run.ts';
import { segmentsOfEveryone } from '../../core/runs/segment.ts';
import { PAGE_SIZE } from '../../core/use-cases/recalculate-page.ts';
import { MemoryRuns } from '../../fakes/memory-runs.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoRuns } from '../../functions/adapters/dynamo-runs.ts';
import { freshTables } from './setup/dynamodb.ts';
import { anOutcome, aRecalculation, aRun, freshId, ODD_TEXTS } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { meddle } from './setup/meddle.ts';

const { client, tables } = await freshTables();

const implementations = fakeAndReal<Runs>(
  ['in memory', new MemoryRuns()],
  ['in DynamoDB', new DynamoRuns(client, tables.members)],
);

describe.each(implementations)('runs %s', (_, runs) => {
  const record = (runId: string, page: RunPage) => runs.recordPage(runId, page, countsOf(page.outcomes));

  async function begun(): Promise<string> {
    const runId = freshId();
    await runs.create(aRun(runId));
    return runId;
  }

  test('know no run that was not created', async () => {
    expect(await runs.load(freshId())).toBeUndefined();
    expect(await runs.pages(freshId(), { limit: 10, from: '' })).toEqual([]);
  });

  test('return every field unchanged', async () => {
    const run = aRun(freshId(), {
      action: {
        id: 'a/b#1',
        action: 'downgrade',
        strategy: { type: 'specific', tier: 'silver' },
        expiry: { type: 'fieldDate', field: 'CheckOutDate', plus: { amount: 30, unit: 'days' } },
        transactionId: 'order-1',
        effectiveAt: 0,
        reassess: true,
        reason: 'Café ☕️',
        notify: { channels: ['push', 'sms'], atEnd: true },
      },
      finishedAt: 7,
    });
    expect(await runs.create(run)).toEqual({ status: 'created' });
    expect(await runs.load(run.runId)).toStrictEqual(run);
  });

  test('return an audit with its causes, and its pages with the differences', async () => {
    const run: AuditRun = {
      ...{ runId: freshId(), kind: 'audit', heal: true, programVersion: 'abc', inForceSince: 3, startedAt: 5 },
      segments: segmentsOfEveryone(),
      counts: NO_COUNTS,
    };
    expect(await runs.create(run)).toEqual({ status: 'created' });
    expect(await runs.load(run.runId)).toStrictEqual(run);
    const differences = [
      { figure: 'tally.balance', stored: '7', ledger: '500', cause: 'figure' as const },
      { figure: `grants.${ODD_TEXTS.emoji}`, stored: 'null', ledger: '{"tier":"gold"}', cause: 'grants' as const },
    ];
    const outcome = anOutcome('m-1', { outcome: 'HEALED', direction: 'none', differences });
    const page = { name: '00of8#00000000', outcomes: [outcome] };
    const counts = { ...countsOf(page.outcomes), causes: { figure: 1, grants: 1 } };
    expect(await runs.recordPage(run.runId, page, counts)).toStrictEqual(page);
    await runs.recordPage(run.runId, page, counts);
    await runs.recordPage(run.runId, { name: '01of8#00000000', outcomes: [] }, { ...NO_COUNTS, causes: { figure: 2 } });
    expect(await runs.page(run.runId, page.name)).toStrictEqual(page);
    expect((await runs.load(run.runId))?.counts).toMatchObject({
      outcomes: { HEALED: 1 },
      causes: { figure: 3, grants: 1 },
    });
  });

  test('return every field of a recalculation unchanged', async () => {
    const run = aRecalculation(freshId(), {
      ...{
        occasion: 'request',
        dryRun: true,
        notify: false,
        abortWhenDown: 0.3,
        total: 7,
        aborted: true,
        finishedAt: 9,
      },
      ...{ previewRunId: 'the-preview', previewOf: 'the-run' },
      segments: [
        { kind: 'everyone', part: 1, of: 8 },
        { kind: 'anniversary', day: '02-29', part: 3 },
      ],
      counts: { ...NO_COUNTS, processed: 3, matrix: { gold: { gold: 2, silver: 1 } } },
    });
    await runs.create(run);
    expect(await runs.load(run.runId)).toStrictEqual(run);
  });

  test('return a page by its name, with the start of the next page', async () => {
    const runId = await begun();
    expect(await runs.page(runId, '00of8#00000000')).toBeUndefined();
    const page: RunPage = { name: '00of8#00000000', outcomes: [anOutcome('a')], next: '{"pk":"a","sk":"MEMBER"}' };
    expect(await record(runId, page)).toStrictEqual(page);
    // A second recording with other content is answered with the stored page.
    expect(await record(runId, { ...page, outcomes: [], next: 'elsewhere' })).toStrictEqual(page);
    expect(await runs.page(runId, page.name)).toStrictEqual(page);
    expect(await runs.page(runId, '00of8#00000001')).toBeUndefined();
  });

  test('add the counts recorded with a page, which may cover more members than it lists', async () => {
    const runId = await begun();
    const counts = {
      ...NO_COUNTS,
      processed: 500,
      unchanged: 499,
      down: 1,
      matrix: { gold: { gold: 499, silver: 1 } },
    };
    await runs.recordPage(runId, { name: 'a', outcomes: [anOutcome('x')] }, counts);
    await runs.recordPage(runId, { name: 'a', outcomes: [anOutcome('x')] }, counts);
    await runs.recordPage(runId, { name: 'b', outcomes: [] }, { ...NO_COUNTS, processed: 1, failed: 1 });
    expect((await runs.load(runId))?.counts).toStrictEqual({ ...counts, processed: 501, failed: 1 });
  });

  test('record the total of members, and changed settings of a run', async () => {
    const run = aRecalculation(freshId());
    await runs.create(run);
    await runs.amend(run.runId, {});
    expect(await runs.load(run.runId)).toStrictEqual(run);
    await runs.amend(run.runId, { total: 0 });
    await runs.amend(run.runId, { total: 12, notify: false, abortWhenDown: 1 });
    expect(await runs.load(run.runId)).toStrictEqual({ ...run, total: 12, notify: false, abortWhenDown: 1 });
    await expect(runs.amend(freshId(), { total: 1 })).rejects.toThrow();
  });

  test('record that the downgrade limit ended a run, and a later finish changes nothing', async () => {
    const run = aRecalculation(freshId());
    await runs.create(run);
    await runs.finish(run.runId, 5, { aborted: true });
    await runs.finish(run.runId, 6);
    expect(await runs.load(run.runId)).toStrictEqual({ ...run, finishedAt: 5, aborted: true });
  });

  test('create a run once, and answer with the existing run', async () => {
    const runId = freshId();
    const rivals = Array.from({ length: 8 }, (_, place) => aRun(runId, { startedAt: place }));
    const answers = await Promise.all(rivals.map((run) => runs.create(run)));
    const winners = rivals.filter((_, place) => answers[place]!.status === 'created');
    expect(winners).toHaveLength(1);
    expect(await runs.create(aRun(runId, { groupId: 'late' }))).toStrictEqual({ status: 'exists', run: winners[0] });
  });

  test('add up the outcomes of the members, page by page', async () => {
    const runId = await begun();
    await record(runId, {
      name: '',
      outcomes: [
        anOutcome('a'),
        anOutcome('b', { from: 'silver' }),
        anOutcome('c', { outcome: 'MEMBER_BLOCKED', to: 'bronze', direction: 'none' }),
      ],
    });
    await record(runId, {
      name: 'c',
      outcomes: [
        anOutcome('d'),
        anOutcome('e', { from: 'platinum', to: 'gold', direction: 'down' }),
        anOutcome('f', { outcome: 'EXTENDED', from: 'gold', direction: 'none' }),
        anOutcome('g', { outcome: 'MEMBER_NOT_FOUND', from: null, to: null, direction: 'none' }),
        anOutcome('h', { outcome: 'FAILED', why: 'poison', to: 'bronze', direction: 'none' }),
      ],
    });
    expect((await runs.load(runId))?.counts).toStrictEqual({
      processed: 8,
      up: 3,
      down: 1,
      unchanged: 3,
      failed: 1,
      outcomes: { APPLIED: 4, MEMBER_BLOCKED: 1, EXTENDED: 1, MEMBER_NOT_FOUND: 1, FAILED: 1 },
      matrix: { bronze: { gold: 2 }, silver: { gold: 1 }, platinum: { gold: 1 } },
    });
  });

  test('count a page once, however often it is recorded, and keep its first content', async () => {
    const runId = await begun();
    const page: RunPage = { name: '', outcomes: [anOutcome('a')] };
    await record(runId, page);
    await record(runId, page);
    await record(runId, { name: '', outcomes: [anOutcome('a', { outcome: 'NO_CHANGE' }), anOutcome('b')] });
    expect((await runs.load(runId))?.counts).toMatchObject({ processed: 1, outcomes: { APPLIED: 1 } });
    expect(await runs.pages(runId, { limit: 10, from: '' })).toStrictEqual([page]);
  });

  test('add up pages that are recorded concurrently, each of them twice', async () => {
    const runId = await begun();
    const pages = Array.from(
      { length: 6 },
      (_, place): RunPage => ({ name: `m-${place}`, outcomes: [anOutcome('a')] }),
    );
    await Promise.all([...pages, ...pages].map((page) => record(runId, page)));
    expect((await runs.load(runId))?.counts).toMatchObject({ processed: 6, up: 6, matrix: { bronze: { gold: 6 } } });
    expect(await runs.pages(runId, { limit: 10, from: '' })).toHaveLength(6);
  });

  test('accept a page without members', async () => {
    const runId = await begun();
    await record(runId, { name: '', outcomes: [] });
    expect((await runs.load(runId))?.counts).toStrictEqual(NO_COUNTS);
    expect(await runs.pages(runId, { limit: 10, from: '' })).toStrictEqual([{ name: '', outcomes: [] }]);
  });

  test('accept the longest page of outcomes', async () => {
    const runId = await begun();
    const outcomes = Array.from({ length: 100 }, (_, place) =>
      anOutcome(`${place}`.padEnd(128, '-'), {
        from: `from-${place % 20}`.padEnd(31, '-'),
        to: `to-${Math.floor(place / 5)}`.padEnd(31, '-'),
        why: 'x'.repeat(300),
      }),
    );
    await record(runId, { name: '', outcomes });
    expect(await runs.pages(runId, { limit: 10, from: '' })).toStrictEqual([{ name: '', outcomes }]);
    expect(Object.values((await runs.load(runId))!.counts.matrix).flatMap((row) => Object.values(row))).toHaveLength(
      100,
    );
  });

  test('accept the longest page of a recalculation that moves all its members, with the longest reasons', async () => {
    const runId = await begun();
    const outcomes = Array.from({ length: PAGE_SIZE }, (_, place) =>
      anOutcome(`${place}`.padEnd(128, '-'), {
        ...{
          outcome: 'MOVED',
          from: 'f'.repeat(31),
          to: 't'.repeat(31),
          direction: 'down',
          cause: 'bulkRecalculation',
        },
        ...{ points: 123_456_789_012.34, missing: 123_456_789_012.34, missingFor: 'f'.repeat(31) },
        why: 'é'.repeat(100),
      }),
    );
    await record(runId, { name: '', outcomes });
    expect(await runs.pages(runId, { limit: 1, from: '' })).toStrictEqual([{ name: '', outcomes }]);
  });

  test('return every field of an outcome unchanged', async () => {
    const runId = await begun();
    const outcomes = [
      anOutcome('a', { until: null }),
      anOutcome('b', { until: 8_640_000_000_000_000 }),
      anOutcome('d', { points: 690.5, missing: 0.01, missingFor: 'gold' }),
      anOutcome('e', { points: 0, missing: null, missingFor: 'club' }),
      ...Object.values(ODD_TEXTS).map((text) => anOutcome('c', { why: text })),
    ];
    await record(runId, { name: 'm#1', outcomes });
    expect(await runs.pages(runId, { limit: 1, from: '' })).toStrictEqual([{ name: 'm#1', outcomes }]);
  });

  test('list pages in the order of their names, from a given name', async () => {
    const runId = await begun();
    const names = ['', 'm-001', 'm-002', 'm-003', 'm-004'];
    for (const name of [...names].reverse()) await record(runId, { name, outcomes: [anOutcome('a')] });
    const listed = async (limit: number, from: string) =>
      (await runs.pages(runId, { limit, from })).map(({ name }) => name);
    expect(await listed(2, '')).toEqual(['', 'm-001']);
    expect(await listed(2, 'm-001')).toEqual(['m-001', 'm-002']);
    expect(await listed(5, 'm-002-')).toEqual(['m-003', 'm-004']);
    expect(await listed(5, 'm-005')).toEqual([]);
  });

  test('list the requested number of pages, even if they exceed 1 MB', async () => {
    const runId = await begun();
    const outcomes = Array.from({ length: 10 }, (_, place) => anOutcome(`${place}`, { why: 'x'.repeat(30_000) }));
    for (let n = 0; n < 5; n++) await record(runId, { name: `m-${n}`, outcomes });
    expect((await runs.pages(runId, { limit: 5, from: '' })).map(({ name }) => name)).toEqual([
      'm-0',
      'm-1',
      'm-2',
      'm-3',
      'm-4',
    ]);
    expect(await runs.pages(runId, { limit: 4, from: '' })).toHaveLength(4);
  });

  test('are finished once, and keep their counts', async () => {
    const runId = await begun();
    await record(runId, { name: '', outcomes: [anOutcome('a')] });
    await runs.finish(runId, 500);
    await runs.finish(runId, 600);
    expect(await runs.load(runId)).toMatchObject({ finishedAt: 500, counts: { processed: 1 } });
  });

  test('accept no page of an unknown run, and do not finish it', async () => {
    const runId = freshId();
    await expect(record(runId, { name: '', outcomes: [] })).rejects.toThrow(`There is no run ${runId}`);
    await expect(runs.finish(runId, 1)).rejects.toThrow();
    expect(await runs.load(runId)).toBeUndefined();
    expect(await runs.pages(runId, { limit: 1, from: '' })).toEqual([]);
  });

  test('keep their data unchanged if a caller changes a returned object', async () => {
    const runId = await begun();
    const read = await runs.load(runId);
    meddle(() => {
      read!.counts.matrix.bronze = { gold: 1 };
    });
    meddle(() => {
      read!.startedAt = 1;
    });
    expect(await runs.load(runId)).toStrictEqual(aRun(runId));
  });
});

test('a run does not appear as a member, though both are in one table', async () => {
  const own = await freshTables();
  const runs = new DynamoRuns(client, own.tables.members);
  await runs.create(aRun('run-1'));
  await runs.recordPage('run-1', { name: '', outcomes: [anOutcome('a')] }, NO_COUNTS);
  const members = new DynamoMemberStore(client, own.tables.members);
  for await (const memberId of members.everyId()) expect.fail(`${memberId} was never saved`);
});
