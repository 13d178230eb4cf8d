/**
 * Takes a tier action on a group of as many members as it is told, in a process of its own (`--expose-gc`), and says how fast it was and
 * how much of the heap was alive at most. `keep` as second argument holds on to every outcome, as a run must not: it shows that the
 * figure would see that.
 */
import type { TierAction } from '../core/actions/tier-action.ts';
import type { MemberStore, Runs } from '../core/ports.ts';
import { compileProgram } from '../core/program/program.ts';
import { NO_COUNTS, type RunOutcome } from '../core/runs/run.ts';
import { changeGroupTiers, PAGE_SIZE } from '../core/use-cases/change-group-tiers.ts';
import { CountedScheduler } from './counted-scheduler.ts';
import { demoBrand } from './demo-program.ts';
import { CountedRun, groupOf, ledgerOnTheFly, MembersOnTheFly } from './members-on-the-fly.ts';

const NOW = Date.UTC(2026, 4, 2, 10);
const ACTION: TierAction = {
  id: 'summer',
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'gold' },
  expiry: { type: 'date', date: '2026-12-31' },
};

const SAMPLES = 10;

const size = Number(process.argv[2]);
const kept: RunOutcome[] | undefined = process.argv[3] === 'keep' ? [] : undefined;

const program = compileProgram(demoBrand());
const members = new MembersOnTheFly(program, NOW);
const run = new CountedRun({
  ...{ runId: 'group-1', kind: 'groupAction', groupId: 'vips', action: ACTION, startedAt: NOW, counts: NO_COUNTS },
});
const ports = {
  ledger: ledgerOnTheFly(NOW),
  members: members as Partial<MemberStore> as MemberStore,
  groups: groupOf(size),
  runs: run as Partial<Runs> as Runs,
  timers: new CountedScheduler().newClock(),
};

const pagesBetweenSamples = Math.ceil(size / PAGE_SIZE / SAMPLES);
let liveBytes = 0;
let processorMs = 0;
let pages = 0;
let after: string | undefined = '';
while (after !== undefined) {
  const start = process.cpuUsage();
  const page = await changeGroupTiers(
    ports,
    { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } },
    { runId: 'group-1', after },
    () => NOW,
    () => false,
  );
  const { user, system } = process.cpuUsage(start);
  processorMs += (user + system) / 1000;
  kept?.push(...page.outcomes);
  after = page.next;
  pages += 1;
  if (pages % pagesBetweenSamples === 0) {
    globalThis.gc!();
    liveBytes = Math.max(liveBytes, process.memoryUsage().heapUsed);
  }
}

if (members.saved !== size || run.counts.up !== size) throw new Error(`Of ${size} members ${run.counts.up} went up.`);
const perSecond = Math.round(size / (processorMs / 1000));
process.stdout.write(JSON.stringify({ perSecond, liveMb: Number((liveBytes / 1e6).toFixed(1)) }));
