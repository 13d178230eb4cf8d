import type { RunEngine, Runs } from '../ports.ts';
import type { Program } from '../program/program.ts';
import { type AuditRun, NO_COUNTS } from '../runs/run.ts';
import { segmentsOfEveryone } from '../runs/segment.ts';
import { type Instant, localDate } from '../time.ts';

/** An audit as old as this still says since when the rules are in force; the longest time between two is a month. */
const LOOKS_BACK_DAYS = 40;

/**
 * Starts the audit of a day of the brand's, or brings it on its way again where it was given up. One that is done is done: however often it
 * is called, a day has one.
 */
export async function startAudit(
  { runs, engine }: { runs: Runs; engine: RunEngine },
  program: Program,
  { heal }: { heal: boolean },
  now: Instant,
): Promise<AuditRun> {
  const runId = auditRunId(now, program);
  const existing = await runs.load(runId);
  if (existing?.finishedAt !== undefined && existing.kind === 'audit') return existing;
  const inForceSince = await rulesInForceSince(runs, program, now);
  const run: AuditRun = {
    ...{ runId, kind: 'audit', heal, programVersion: program.version, startedAt: now },
    ...(inForceSince !== undefined && { inForceSince }),
    segments: segmentsOfEveryone(),
    counts: NO_COUNTS,
  };
  const created = await runs.create(run);
  const there = created.status === 'exists' && created.run.kind === 'audit' ? created.run : run;
  await engine.start(there);
  return there;
}

/**
 * Since when the present rules are known to be in force: the first of the audits that went by them, one after the other. What was counted since
 * then was judged by them.
 */
export async function rulesInForceSince(runs: Runs, program: Program, now: Instant): Promise<Instant | undefined> {
  for (let days = 1; days <= LOOKS_BACK_DAYS; days++) {
    const before = await runs.load(auditRunId(now, program, days));
    if (before?.kind !== 'audit') continue;
    return before.programVersion === program.version ? (before.inForceSince ?? before.startedAt) : undefined;
  }
  return undefined;
}

/** Sorts by its day, and is an id as runs have them. */
function auditRunId(now: Instant, { timeZone }: Program, daysBefore = 0): string {
  return `audit-${localDate(now, timeZone).subtract({ days: daysBefore })}`;
}
