/**
 * Recalculates as many members as it is told, in a process of its own (`--expose-gc`), beside merely decoding what the run reads; and says
 * how fast both were, and how much of the heap was alive at most. `keep` as last argument holds on to every outcome, as a run must not: it
 * shows that the figure would see that.
 */
import type { Ledger, MemberStore, Runs, WakeUpTimers } from '../core/ports.ts';
import { compileProgram } from '../core/program/program.ts';
import type { RunOutcome } from '../core/runs/run.ts';
import { PAGE_SIZE, type PagePlace, recalculatePage } from '../core/use-cases/recalculate-page.ts';
import { demoBrand } from './demo-program.ts';
import { CountedRun } from './members-on-the-fly.ts';
import { NIGHT, runOfTheNight } from './year-end.ts';
import { YearEndOnTheWire } from './year-end-on-the-wire.ts';

const SEGMENT = { kind: 'everyone', part: 0, of: 1 } as const;
const FAILING = { isTransient: () => true, givesUp: false };
const WARM_UP_MEMBERS = 5000;
const SAMPLES = 10;

const [size, downOfTen, dryRun] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4] === 'dry'];
const kept: RunOutcome[] | undefined = process.argv[5] === 'keep' ? [] : undefined;
const program = compileProgram(demoBrand());

await recalculate(WARM_UP_MEMBERS);
const { members, counts, decodeMs, runMs, liveBytes } = await recalculate(size);

const falling = (size * downOfTen) / 10;
if (counts.processed !== size || counts.down !== falling || members.saved !== (dryRun ? 0 : falling)) {
  throw new Error(`Of ${size} members ${counts.down} went down, and ${members.saved} were written.`);
}
const perSecond = (ms: number) => Math.round(size / (ms / 1000));
const liveMb = Number((liveBytes / 1e6).toFixed(1));
process.stdout.write(JSON.stringify({ perSecond: perSecond(runMs), decodedPerSecond: perSecond(decodeMs), liveMb }));

async function recalculate(membersInAll: number) {
  const members = new YearEndOnTheWire(program, membersInAll, downOfTen);
  const run = new CountedRun(runOfTheNight('cycle-1', dryRun, [SEGMENT]));
  const ports = {
    ledger: members as Partial<Ledger> as Ledger,
    members: members as Partial<MemberStore> as MemberStore,
    runs: run as Partial<Runs> as Runs,
    timers: { wakeAt: async () => {} } satisfies WakeUpTimers,
  };
  const pagesBetweenSamples = Math.ceil(membersInAll / PAGE_SIZE / SAMPLES);
  let [decodeMs, runMs, liveBytes, decoded] = [0, 0, 0, 0];
  let place: PagePlace | undefined = { runId: 'cycle-1', segment: SEGMENT, page: 0 };
  while (place !== undefined) {
    const at: PagePlace = place;
    decodeMs += await processorMs(async () => {
      decoded += await decodePage(members, at.page * PAGE_SIZE);
    });
    runMs += await processorMs(async () => {
      const page = await recalculatePage(
        ports,
        { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } },
        at,
        () => NIGHT,
        FAILING,
      );
      kept?.push(...page.outcomes);
      place = page.next === undefined ? undefined : { ...at, page: at.page + 1, after: page.next };
    });
    if (at.page % pagesBetweenSamples === 0) {
      globalThis.gc!();
      liveBytes = Math.max(liveBytes, process.memoryUsage().heapUsed);
    }
  }
  if (decoded < membersInAll) throw new Error(`${decoded} members were decoded.`);
  return { members, counts: run.counts, decodeMs, runMs, liveBytes };
}

/** Reads what a run reads: the page, and of those that it writes the member and the ledger once more. */
async function decodePage(members: YearEndOnTheWire, first: number): Promise<number> {
  let items = 0;
  for (const { memberId } of members.page(first, PAGE_SIZE)) {
    items += 1;
    if (dryRun || !members.falls(memberId)) continue;
    await members.load(memberId);
    items += (await members.entriesOf(memberId)).length;
  }
  return items;
}

async function processorMs(work: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
