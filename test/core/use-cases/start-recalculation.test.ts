import { describe, expect, test } from 'vitest';
import { NO_COUNTS, type RecalculationRun } from '../../../core/runs/run.ts';
import { segmentsOfEveryone } from '../../../core/runs/segment.ts';
import { DAY_MS } from '../../../core/time.ts';
import {
  type RecalculationRequest,
  recalculationProblems,
  startDueRecalculations,
  startRecalculation,
} from '../../../core/use-cases/start-recalculation.ts';
import { MemoryRunEngine } from '../../../fakes/memory-run-engine.ts';
import { MemoryRuns } from '../../../fakes/memory-runs.ts';
import { exampleProgram } from '../../support/program.ts';
import { intercept } from '../../support/trouble.ts';
import { at } from '../members.ts';

const PROGRAM = exampleProgram();
const ANNIVERSARIES = exampleProgram({ cycle: { type: 'enrollment' } });
const END = at('2026-12-31T23:00:00Z');
const NOW = at('2027-01-02T10:00:00Z');
const RUN_ID = 'cycle-20261231t230000z-1';

const ofEnd = (more: Partial<RecalculationRun> = {}): RecalculationRun => ({
  ...{ runId: RUN_ID, kind: 'recalculation', occasion: 'cycleEnd', at: END, dryRun: false, notify: true },
  ...{ startedAt: NOW, segments: segmentsOfEveryone(), counts: NO_COUNTS, previewRunId: `${RUN_ID}-preview` },
  ...more,
});

async function brand(...runs: RecalculationRun[]) {
  const ports = { runs: new MemoryRuns(), engine: new MemoryRunEngine() };
  for (const run of runs) await ports.runs.create(run);
  const created: string[] = [];
  const reach = intercept('runs', 'create', async (call, run) => {
    created.push((run as RecalculationRun).runId);
    return call();
  });
  const watched = { ...ports, runs: reach('runs', ports.runs) };
  return {
    ...ports,
    created,
    start: (request: RecalculationRequest, now = NOW) =>
      startRecalculation(watched, PROGRAM, request, () => 'new', now),
    night: (program = PROGRAM, now = NOW, engine = ports.engine) =>
      startDueRecalculations({ ...watched, engine }, program, undefined, now),
  };
}

describe('what is asked for', () => {
  test.each([
    [
      'is told how far back it may lie',
      { dryRun: true, at: at('2022-01-02T09:59:59Z') },
      PROGRAM,
      'must not lie more than 5 years ago: 2022-01-02T10:00:00Z at the earliest',
    ],
    [
      'is told when the program began',
      { dryRun: true, at: at('2026-11-30T22:59:59Z') },
      exampleProgram({ launchedOn: '2026-12-01' }),
      'must not lie before the program began: 2026-11-30T23:00:00Z at the earliest',
    ],
    ['may be the last end of a cycle', { dryRun: false, at: END }, PROGRAM, undefined],
    [
      'may not be the end before it',
      { dryRun: false, at: at('2025-12-31T23:00:00Z') },
      PROGRAM,
      'must be the last end of a cycle: 2026-12-31T23:00:00Z',
    ],
    [
      'may be a day of the last year, where each member has an anniversary',
      { dryRun: false, at: at('2026-01-01T23:00:00Z') },
      ANNIVERSARIES,
      undefined,
    ],
    [
      'may not be a day before that',
      { dryRun: false, at: at('2025-12-31T23:00:00Z') },
      ANNIVERSARIES,
      'must be the last end of a cycle: 2027-01-01T23:00:00Z',
    ],
  ])('%s', (_, request, program, message) => {
    const problems = message === undefined ? [] : [{ path: 'at', message }];
    expect(recalculationProblems(request, program, NOW)).toEqual(problems);
  });

  test('may be an end that comes at this very moment', () => {
    expect(recalculationProblems({ dryRun: false, at: END }, PROGRAM, END)).toEqual([]);
  });
});

describe('a recalculation', () => {
  test('of a cycle’s end has a silent dry run before it, and stops at the brake', async () => {
    const { start, runs, engine } = await brand();
    const run = ofEnd({ abortWhenDown: 0.3 });
    const request = { dryRun: false, at: END, abortWhenDown: 0.3 };
    expect(await start(request)).toStrictEqual({ status: 'started', run });
    expect(await runs.load(RUN_ID)).toStrictEqual(run);
    const { previewRunId, abortWhenDown: _, ...preview } = run;
    expect(await runs.load(previewRunId!)).toStrictEqual({
      ...preview,
      ...{ runId: previewRunId, dryRun: true, notify: false, previewOf: RUN_ID },
    });
    expect(engine.runs).toStrictEqual(new Map([[RUN_ID, run]]));
    // Whoever asks again is told which one is in the way.
    expect(await start(request)).toStrictEqual({ status: 'live', run });
  });

  test('of everyone, as of now, is nobody’s end of a cycle, though it is asked for as one ends', async () => {
    const { start } = await brand();
    const { previewRunId: _, ...run } = ofEnd({
      runId: 'everyone-new',
      occasion: 'request',
      notify: false,
      startedAt: END,
    });
    const started = { status: 'started', run: { ...run, previewRunId: 'everyone-new-preview' } };
    expect(await start({ dryRun: false }, END)).toStrictEqual(started);
  });

  test.each([
    ['an end of a cycle', END, 'cycleEnd'],
    ['any other moment', END + 1, 'request'],
  ] as const)('that is a dry run of %s is one run, and has no brake', async (_, moment, occasion) => {
    const { start, created, engine } = await brand();
    const { previewRunId: __, ...run } = ofEnd({ runId: 'dry-new', occasion, at: moment, dryRun: true, notify: false });
    const request = { dryRun: true, at: moment, abortWhenDown: 0.3 };
    expect(await start(request)).toStrictEqual({ status: 'started', run });
    expect(created).toStrictEqual(['dry-new']);
    expect(engine.runs).toStrictEqual(new Map([['dry-new', run]]));
  });

  test.each<[string, Partial<RecalculationRun>, Partial<RecalculationRequest>, Partial<RecalculationRun>]>([
    ['as it was', { abortWhenDown: 0.3 }, {}, {}],
    ['as it was, without a brake', {}, {}, {}],
    ['past its brake, where that is what they say', { abortWhenDown: 0.3 }, { abortWhenDown: 1 }, { abortWhenDown: 1 }],
    ['in silence, where that is what they say', {}, { notify: false }, { notify: false }],
  ])('that was given up goes on for whoever asks again, %s', async (_, was, request, amended) => {
    const before = ofEnd({ ...was, startedAt: END });
    const { start, runs, engine } = await brand(before);
    await engine.start(before);
    engine.stop(RUN_ID);
    const run = { ...before, ...amended };
    expect(await start({ dryRun: false, at: END, ...request })).toStrictEqual({ status: 'started', run });
    expect(await runs.load(RUN_ID)).toStrictEqual(run);
    expect(await engine.stateOf(run)).toBe('running');
  });

  test('of an end that was recalculated 99 times is the hundredth, and then there is an end to it', async () => {
    const done = Array.from({ length: 99 }, (_, place) =>
      ofEnd({ runId: `cycle-20261231t230000z-${place + 1}`, finishedAt: NOW }),
    );
    const { start, runs } = await brand(...done);
    const request = { dryRun: false, at: END };
    const runId = 'cycle-20261231t230000z-100';
    const run = ofEnd({ runId, previewRunId: `${runId}-preview` });
    expect(await start(request)).toStrictEqual({ status: 'started', run });
    await runs.finish(runId, NOW);
    await expect(start(request)).rejects.toThrow(
      'The end of a cycle at 2026-12-31T23:00:00Z was recalculated 100 times.',
    );
  });
});

describe('the night', () => {
  test('begins the end that has come, and again only while it is not done', async () => {
    const { night, runs, engine } = await brand();
    expect(await night()).toStrictEqual([ofEnd()]);
    engine.giveUp(RUN_ID);
    expect(await night(PROGRAM, NOW + DAY_MS)).toStrictEqual([ofEnd()]);
    expect(await engine.stateOf(ofEnd())).toBe('running');
    await runs.finish(RUN_ID, NOW);
    const untouched = new MemoryRunEngine();
    expect([await night(PROGRAM, NOW + 2 * DAY_MS, untouched), untouched.started]).toStrictEqual([[], []]);
  });

  test.each([
    ['is begun where the program began long before', '2025-06-01', [RUN_ID]],
    ['is begun where the program began with it', '2027-01-01', [RUN_ID]],
    ['is nobody’s where the program began after it', '2027-01-02', []],
  ])('an end %s', async (_, launchedOn, runIds) => {
    const { night } = await brand();
    const begun = await night(exampleProgram({ launchedOn }));
    expect(begun.map(({ runId }) => runId)).toStrictEqual(runIds);
  });

  test('begins every end that it can, and then says what kept it from the others: so it comes again', async () => {
    const { night, engine } = await brand();
    const refused = 'cycle-20261229t230000z-1';
    const reach = intercept('engine', 'start', async (call, run) => {
      if ((run as RecalculationRun).runId === refused) throw new Error('was given up 10 times');
      return call();
    });
    await expect(night(ANNIVERSARIES, NOW, reach('engine', engine))).rejects.toThrow('was given up 10 times');
    expect(engine.started).toStrictEqual(
      ['26', '27', '28', '30', '31'].map((day) => `cycle-202612${day}t230000z-1`).concat('cycle-20270101t230000z-1'),
    );
  });
});
