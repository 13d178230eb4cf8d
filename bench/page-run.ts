/**
 * Runs a recalculation (`real` or `dry`), a group's action (`group`) or an audit (`audit`) over so many members, in a process of its own
 * (`--expose-gc`). Prints the rate of the run, the rate at which its reads are only decoded, and how many MB of the heap were alive at most.
 */
import type { Groups, Ledger, MemberStore, Runs, WakeUpTimers } from '../core/ports.ts';
import { compileProgram } from '../core/program/program.ts';
import { type AuditRun, type GroupActionRun, NO_COUNTS, plusCounts } from '../core/runs/run.ts';
import { AUDIT_PAGE_SIZE, auditPage } from '../core/use-cases/audit-page.ts';
import { changeGroupTiers, PAGE_SIZE as GROUP_PAGE } from '../core/use-cases/change-group-tiers.ts';
import { auditTotals } from '../core/use-cases/finish-audit.ts';
import { PAGE_SIZE, recalculatePage } from '../core/use-cases/recalculate-page.ts';
import { demoBrand } from './demo-program.ts';
import { processorMs, rounded } from './report.ts';
import { memberIdOf, NIGHT, numberOf, runOfTheNight } from './year-end.ts';
import { YearEndOnTheWire } from './year-end-on-the-wire.ts';

const SEGMENT = { kind: 'everyone', part: 0, of: 1 } as const;
const FAILING = { isTransient: () => true, givesUp: false, pause: async () => {} };
const GROUP_ACTION: GroupActionRun = {
  ...{ runId: 'run-1', kind: 'groupAction', groupId: 'vips', startedAt: NIGHT, counts: NO_COUNTS },
  action: {
    ...{ id: 'summer', action: 'upgrade', strategy: { type: 'specific', tier: 'platinum' } },
    expiry: { type: 'date', date: '2027-12-31' },
  },
};
const WARM_UP_MEMBERS = 5000;
const SAMPLES = 10;

const [kind, size, share] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const pageSize = { group: GROUP_PAGE, audit: AUDIT_PAGE_SIZE }[kind!] ?? PAGE_SIZE;
const program = compileProgram(demoBrand());
const rules = { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } };
const AUDIT: AuditRun = {
  ...{ runId: 'run-1', kind: 'audit', heal: false, programVersion: program.version, startedAt: NIGHT },
  ...{ segments: [SEGMENT], counts: NO_COUNTS },
};

await run(WARM_UP_MEMBERS);
const { members, counts, decodeMs, runMs, liveBytes } = await run(size);

const falling = (size * share) / 10;
const wrong = share === 0 ? 0 : size / share;
const found = {
  dry: [counts.down === falling, members.saved === 0],
  real: [counts.down === falling, members.saved === falling],
  group: [counts.up === size, members.saved === size],
  audit: [auditTotals(counts).differing === wrong, auditTotals(counts).provedEqual === size - wrong],
}[kind!]!;
if (counts.processed !== size || found.includes(false)) {
  throw new Error(`The run (${kind}) of ${size} members came to ${JSON.stringify({ counts, saved: members.saved })}.`);
}
const perSecond = (ms: number) => Math.round(size / (ms / 1000));
const liveMb = rounded(liveBytes / 1e6, 1);
process.stdout.write(JSON.stringify({ perSecond: perSecond(runMs), decodedPerSecond: perSecond(decodeMs), liveMb }));

async function run(membersInAll: number) {
  const members =
    kind === 'audit'
      ? new YearEndOnTheWire(program, membersInAll, 3, share)
      : new YearEndOnTheWire(program, membersInAll, share);
  const record = { group: GROUP_ACTION, audit: AUDIT }[kind!] ?? runOfTheNight('run-1', kind === 'dry', [SEGMENT]);
  let counts = NO_COUNTS;
  // The run stores nothing but its counts.
  const runs: Partial<Runs> = {
    load: async () => record,
    page: async () => undefined,
    finish: async () => {},
    async recordPage(_runId, page, ofPage) {
      counts = plusCounts(counts, ofPage);
      return page;
    },
  };
  const ports = {
    ledger: members as Partial<Ledger> as Ledger,
    members: members as Partial<MemberStore> as MemberStore,
    runs: runs as Runs,
    groups: groupOf(membersInAll) as Groups,
    timers: { wakeAt: async () => {} } satisfies WakeUpTimers,
  };
  const now = () => NIGHT;
  const runPage = (page: number, after: string) => {
    if (kind === 'group') return changeGroupTiers(ports, rules, { runId: 'run-1', after }, now, () => false);
    const place = { runId: 'run-1', segment: SEGMENT, page, ...(after !== '' && { after }) };
    return (kind === 'audit' ? auditPage : recalculatePage)(ports, rules, place, now, FAILING);
  };
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
  return { members, counts, decodeMs, runMs, liveBytes };
}

/** Decodes what a run reads: the page, and for each member that the run writes or compares its items and its ledger. */
async function decodePage(members: YearEndOnTheWire, first: number): Promise<void> {
  for (const { memberId } of members.page(first, pageSize)) {
    if (kind === 'dry' || (kind === 'real' && !members.falls(numberOf(memberId)))) continue;
    await (kind === 'audit' ? members.recordsOf(memberId) : members.load(memberId));
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
