/**
 * Runs a recalculation (`real` or `dry`) or a group's action (`group`) over so many members, in a process of its own (`--expose-gc`). Prints
 * how fast the run was, how fast its reads are merely decoded, and how many MB of the heap were alive at most.
 */
import type { Groups, Ledger, MemberStore, Runs, WakeUpTimers } from '../core/ports.ts';
import { compileProgram } from '../core/program/program.ts';
import { type GroupActionRun, NO_COUNTS } from '../core/runs/run.ts';
import { changeGroupTiers, PAGE_SIZE as GROUP_PAGE } from '../core/use-cases/change-group-tiers.ts';
import { PAGE_SIZE, recalculatePage } from '../core/use-cases/recalculate-page.ts';
import { CountedRun } from './counted-run.ts';
import { demoBrand } from './demo-program.ts';
import { processorMs, rounded } from './report.ts';
import { memberIdOf, NIGHT, numberOf, runOfTheNight } from './year-end.ts';
import { YearEndOnTheWire } from './year-end-on-the-wire.ts';

const SEGMENT = { kind: 'everyone', part: 0, of: 1 } as const;
const FAILING = { isTransient: () => true, givesUp: false };
const GROUP_ACTION: GroupActionRun = {
  ...{ runId: 'run-1', kind: 'groupAction', groupId: 'vips', startedAt: NIGHT, counts: NO_COUNTS },
  action: {
    ...{ id: 'summer', action: 'upgrade', strategy: { type: 'specific', tier: 'platinum' } },
    expiry: { type: 'date', date: '2027-12-31' },
  },
};
const WARM_UP_MEMBERS = 5000;
const SAMPLES = 10;

const [kind, size, downOfTen] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const pageSize = kind === 'group' ? GROUP_PAGE : PAGE_SIZE;
const program = compileProgram(demoBrand());
const rules = { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } };

await run(WARM_UP_MEMBERS);
const { members, counts, decodeMs, runMs, liveBytes } = await run(size);

const falling = (size * downOfTen) / 10;
const [moved, written] = kind === 'group' ? [counts.up, size] : [counts.down, kind === 'dry' ? 0 : falling];
if (counts.processed !== size || moved !== (kind === 'group' ? size : falling) || members.saved !== written) {
  throw new Error(`Of ${size} members ${moved} moved, and ${members.saved} were written.`);
}
const perSecond = (ms: number) => Math.round(size / (ms / 1000));
const liveMb = rounded(liveBytes / 1e6, 1);
process.stdout.write(JSON.stringify({ perSecond: perSecond(runMs), decodedPerSecond: perSecond(decodeMs), liveMb }));

async function run(membersInAll: number) {
  const members = new YearEndOnTheWire(program, membersInAll, downOfTen);
  const counted = new CountedRun(kind === 'group' ? GROUP_ACTION : runOfTheNight('run-1', kind === 'dry', [SEGMENT]));
  const ports = {
    ledger: members as Partial<Ledger> as Ledger,
    members: members as Partial<MemberStore> as MemberStore,
    runs: counted as Partial<Runs> as Runs,
    groups: groupOf(membersInAll) as Groups,
    timers: { wakeAt: async () => {} } satisfies WakeUpTimers,
  };
  const runPage = (page: number, after: string) =>
    kind === 'group'
      ? changeGroupTiers(
          ports,
          rules,
          { runId: 'run-1', after },
          () => NIGHT,
          () => false,
        )
      : recalculatePage(
          ports,
          rules,
          { runId: 'run-1', segment: SEGMENT, page, ...(after !== '' && { after }) },
          () => NIGHT,
          FAILING,
        );
  const pagesBetweenSamples = Math.ceil(membersInAll / pageSize / SAMPLES);
  let [decodeMs, runMs, liveBytes, page] = [0, 0, 0, 0];
  for (let after: string | undefined = ''; after !== undefined; page++) {
    decodeMs += await processorMs(() => decodePage(members, page * pageSize));
    runMs += await processorMs(async () => {
      after = (await runPage(page, after!)).next;
    });
    if (page % pagesBetweenSamples === 0) {
      globalThis.gc!();
      liveBytes = Math.max(liveBytes, process.memoryUsage().heapUsed);
    }
  }
  return { members, counts: counted.counts, decodeMs, runMs, liveBytes };
}

/** Decodes what a run reads: the page, and for members that are written the member and its ledger once more. */
async function decodePage(members: YearEndOnTheWire, first: number): Promise<void> {
  for (const { memberId } of members.page(first, pageSize)) {
    if (kind === 'dry' || !(kind === 'group' || members.falls(memberId))) continue;
    await members.load(memberId);
    await members.entriesOf(memberId);
  }
}

/** A group of so many members, by number. */
function groupOf(members: number): Pick<Groups, 'membersAt'> {
  return {
    async membersAt(_groupId, _at, { limit, after }) {
      const first = after === undefined ? 0 : numberOf(after) + 1;
      const count = Math.min(limit, members - first);
      const memberIds = Array.from({ length: count }, (_, place) => memberIdOf(first + place));
      return first + count < members ? { memberIds, next: memberIds.at(-1)! } : { memberIds };
    },
  };
}
