import type { RunEngine, Runs } from '../ports.ts';
import type { Program } from '../program/program.ts';
import { cycleEndsOfLastDays, isCycleEnd, lastCycleEnd, RECALCULATED_WITHIN_DAYS } from '../rules/cycle-ends.ts';
import { NO_COUNTS, type RecalculationRun } from '../runs/run.ts';
import { segmentsOf } from '../runs/segment.ts';
import { formatInstant, type Instant, laterByYears } from '../time.ts';

/** A request for a recalculation. */
export interface RecalculationRequest {
  dryRun: boolean;
  /** An end of a cycle; now if left out. A dry run accepts any moment. */
  at?: Instant;
  /** Whether members are notified; if left out, only of a cycle's end. */
  notify?: boolean;
  /** The share of the members that may go down. */
  abortWhenDown?: number;
}

export type RecalculationStart =
  | { status: 'started'; run: RecalculationRun }
  /** A run of the same cycle end is under way. */
  | { status: 'live'; run: RecalculationRun };

type Ports = { runs: Runs; engine: RunEngine };

/** How far ahead a dry run can look, and how far back if the program does not say when it began. */
const YEARS = 5;

/** The limit of runs of one cycle end, which staff can recalculate again. */
const RUNS_OF_A_CYCLE_END = 100;

/** Every reason why a request is refused, each with what would be allowed. */
export function recalculationProblems(
  { dryRun, at }: RecalculationRequest,
  program: Program,
  now: Instant,
): { path: string; message: string }[] {
  if (at === undefined) return [];
  const earliest = program.launchedAt ?? laterByYears(now, -YEARS, program.timeZone);
  const latest = laterByYears(now, YEARS, program.timeZone);
  const problem = (message: string) => [{ path: 'at', message }];
  if (at < earliest) {
    const why = program.launchedAt === undefined ? `more than ${YEARS} years ago` : 'before the program began';
    return problem(`must not lie ${why}: ${formatInstant(earliest)} at the earliest`);
  }
  if (at > latest)
    return problem(`must be at most ${YEARS} years ahead of now: ${formatInstant(latest)} at the latest`);
  if (dryRun) return [];
  const last = lastCycleEnd(program, now);
  if (last === undefined) {
    return problem('must be left out, as the program’s cycles never end: members are then judged as of now');
  }
  if (at > now) return problem('must not lie ahead: a dry run shows what that moment will bring');
  if (!isCycleEnd(program, at)) {
    return problem(
      `must be the end of a cycle, such as ${formatInstant(last)}; left out, members are judged as of now`,
    );
  }
  const oldest = program.cycle.type === 'enrollment' ? laterByYears(last, -1, program.timeZone) : last;
  return at < oldest ? problem(`must be the last end of a cycle: ${formatInstant(last)}`) : [];
}

/**
 * Starts a recalculation, or a dry run of one, and returns at once. A cycle end has one live run at a time. A run that failed, or that an
 * operator stopped, goes on.
 * @param request without problems, by `recalculationProblems`
 * @param newId makes the id of a run of which there may be several
 */
export async function startRecalculation(
  ports: Ports,
  program: Program,
  request: RecalculationRequest,
  newId: () => string,
  now: Instant,
): Promise<RecalculationStart> {
  const { dryRun, at = now, abortWhenDown } = request;
  const occasion = request.at !== undefined && isCycleEnd(program, at) ? 'cycleEnd' : 'request';
  const notify = !dryRun && (request.notify ?? occasion === 'cycleEnd');
  const makeRun = (runId: string) => newRun(runId, { occasion, at, dryRun, notify, abortWhenDown }, program, now);
  if (dryRun || occasion === 'request') {
    return { status: 'started', run: await begin(ports, makeRun(`${dryRun ? 'dry' : 'everyone'}-${newId()}`)) };
  }
  for (let time = 1; time <= RUNS_OF_A_CYCLE_END; time++) {
    const runId = cycleEndRunId(at, time);
    const existing = await ports.runs.load(runId);
    if (!existing) {
      const run = makeRun(runId);
      const there = await begin(ports, run);
      // A simultaneous request may have asked for something else.
      return { status: there === run ? 'started' : 'live', run: there };
    }
    if (existing.kind !== 'recalculation' || existing.finishedAt !== undefined) continue;
    if ((await ports.engine.stateOf(existing)) === 'running') return { status: 'live', run: existing };
    // The run goes on as the present request says.
    const { notify: tells = existing.notify, abortWhenDown: mayFall = existing.abortWhenDown } = request;
    const amendment = { notify: tells, ...(mayFall !== undefined && { abortWhenDown: mayFall }) };
    await ports.runs.amend(runId, amendment);
    return { status: 'started', run: await begin(ports, { ...existing, ...amendment }, { evenIfStopped: true }) };
  }
  throw new Error(`The end of a cycle at ${formatInstant(at)} was recalculated ${RUNS_OF_A_CYCLE_END} times.`);
}

/**
 * Starts the runs of the cycle ends that have come and have no run yet. Called every night; idempotent. A failed run goes on. A run that
 * stopped at its limit, or that an operator stopped, waits for a person.
 * @param abortWhenDown the brand's downgrade limit
 */
export async function startDueRecalculations(
  ports: Ports,
  program: Program,
  abortWhenDown: number | undefined,
  now: Instant,
): Promise<RecalculationRun[]> {
  const runs: RecalculationRun[] = [];
  const failures: unknown[] = [];
  for (const at of cycleEndsOfLastDays(program, RECALCULATED_WITHIN_DAYS, now)) {
    if (program.launchedAt !== undefined && at < program.launchedAt) continue;
    const runId = cycleEndRunId(at, 1);
    const existing = await ports.runs.load(runId);
    if (existing?.finishedAt !== undefined) continue;
    const run = newRun(runId, { occasion: 'cycleEnd', at, dryRun: false, notify: true, abortWhenDown }, program, now);
    try {
      runs.push(await begin(ports, run));
    } catch (error) {
      // An end whose run cannot start must not stop the other ends.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return runs;
}

function newRun(
  runId: string,
  what: Pick<RecalculationRun, 'occasion' | 'at' | 'dryRun' | 'notify'> & { abortWhenDown: number | undefined },
  program: Program,
  now: Instant,
): RecalculationRun {
  const { abortWhenDown, ...rest } = what;
  return {
    runId,
    kind: 'recalculation',
    ...rest,
    startedAt: now,
    segments: segmentsOf(what, program),
    counts: NO_COUNTS,
    // The preview counts the downgrades before any member is written.
    ...(!what.dryRun && { previewRunId: `${runId}-preview` }),
    ...(!what.dryRun && abortWhenDown !== undefined && { abortWhenDown }),
  };
}

/** The next call finishes one that ended half way. Nothing here has an effect twice. */
async function begin(
  { runs, engine }: Ports,
  run: RecalculationRun,
  options: { evenIfStopped?: boolean } = {},
): Promise<RecalculationRun> {
  const { previewRunId, abortWhenDown: _, total: __, ...preview } = run;
  if (previewRunId !== undefined) {
    const silent = { dryRun: true, notify: false, counts: NO_COUNTS };
    await runs.create({ ...preview, ...silent, runId: previewRunId, previewOf: run.runId });
  }
  const created = await runs.create(run);
  const there = created.status === 'exists' && created.run.kind === 'recalculation' ? created.run : run;
  await engine.start(there, options);
  return there;
}

/** An id that sorts by the cycle's end. */
function cycleEndRunId(at: Instant, time: number): string {
  return `cycle-${formatInstant(at).replace(/[-:.]/g, '').toLowerCase()}-${time}`;
}
