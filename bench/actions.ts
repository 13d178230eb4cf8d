import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TierAction } from '../core/actions/tier-action.ts';
import type { MemberStore, WakeUpTimers } from '../core/ports.ts';
import { compileProgram } from '../core/program/program.ts';
import type { Instant } from '../core/time.ts';
import { expireTier } from '../core/use-cases/expire-tier.ts';
import { manageTier } from '../core/use-cases/manage-tier.ts';
import { MemoryMemberStore } from '../fakes/memory-member-store.ts';
import { CountedScheduler } from './counted-scheduler.ts';
import { demoBrand } from './demo-program.ts';
import type { Limit } from './limit.ts';
import { ledgerOnTheFly, MembersOnTheFly, memberIdOf } from './members-on-the-fly.ts';

export interface ActionFigures {
  schedules: ScheduleFigures[];
  groups: GroupFigures[];
}

export interface ScheduleFigures {
  what: string;
  /** How often the clock was asked, and EventBridge. */
  asked: number;
  calls: number;
  schedules: number;
  bound: number;
}

export interface GroupFigures {
  what: string;
  members: number;
  /** A second of one core. */
  perSecond: number;
  liveMb: number;
  isPeer: boolean;
}

const MEMBERS = 1_000_000;
const INSTANCES = 1000;
const FULL_ACTIONS = 20_000;
const SMALL_GROUP = 10_000;
const LARGE_GROUP = 100_000;
/** How much more of the heap may be alive for a group that is ten times as large. */
const GROWTH = 1.5;

export const HOW_ACTIONS = [
  'Schedules: the real clock over the real client, which a stub answers that refuses a name twice, as EventBridge does. A million wakes are',
  `calls of the clock alone, by ${INSTANCES} instances of a function that know nothing of each other; of ${FULL_ACTIONS.toLocaleString('en')} members the whole action is taken`,
  'in memory (loads, decision, record, save), and what is due until its end: two reminders and the end, each with the next schedule.',
  'Groups: changeGroupTiers page after page, in a process of its own, over members that are made when they are read and forgotten when they',
  'are written, so that what memory is taken is the engine’s: the heap right after a collection, the highest of ten samples. A second is one',
  'of processor time; the database is not in it.',
];

const NOW: Instant = Date.UTC(2026, 4, 2, 10);
const ANNOUNCING = { notifyOnRealtimeDowngrade: false };
const ACTION: TierAction = {
  id: 'summer',
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'gold' },
  expiry: { type: 'date', date: '2026-12-31' },
};
/** Local midnights, in winter. */
const REMINDERS_AND_END = [Date.UTC(2026, 10, 30, 23), Date.UTC(2026, 11, 23, 23), Date.UTC(2026, 11, 30, 23)];

export async function measureActions(onProgress: (what: string) => void): Promise<ActionFigures> {
  onProgress('a million wakes');
  const schedules = [await wakesOfAMillion()];
  onProgress('full actions');
  schedules.push(...(await fullActions()));
  const groups: GroupFigures[] = [];
  for (const [members, isPeer] of [
    [SMALL_GROUP, false],
    [LARGE_GROUP, false],
    [LARGE_GROUP, true],
  ] as const) {
    onProgress(`a group of ${members.toLocaleString('en')}`);
    groups.push(await runGroup(members, isPeer));
  }
  return { schedules, groups };
}

async function wakesOfAMillion(): Promise<ScheduleFigures> {
  const scheduler = new CountedScheduler();
  for (let instance = 0; instance < INSTANCES; instance++) {
    const clock = scheduler.newClock();
    for (let n = 0; n < MEMBERS / INSTANCES; n++) await clock.wakeAt(REMINDERS_AND_END[0]!);
  }
  const { calls, schedules } = scheduler;
  return { what: 'a million members wait for one moment', asked: MEMBERS, calls, schedules, bound: 1 };
}

async function fullActions(): Promise<ScheduleFigures[]> {
  const program = compileProgram(demoBrand());
  const scheduler = new CountedScheduler();
  const source = new MembersOnTheFly(program, NOW);
  const members: MemberStore = new MemoryMemberStore();
  const instance = scheduler.newClock();
  let asked = 0;
  const timers: WakeUpTimers = {
    async wakeAt(at) {
      asked += 1;
      await instance.wakeAt(at);
    },
  };
  const ports = { ledger: ledgerOnTheFly(NOW), members, timers };
  const staff = { type: 'staff' as const };
  const sofar = (what: string, bound: number) => {
    const { calls, schedules } = scheduler;
    return { what, asked, calls, schedules, bound };
  };

  for (let n = 0; n < FULL_ACTIONS; n++) {
    const memberId = memberIdOf(n);
    await members.save({ ...(await source.load(memberId)), version: 1 }, 0, []);
    const { record } = await manageTier(
      ports,
      { program, announcementPolicy: ANNOUNCING },
      memberId,
      { action: ACTION, origin: staff },
      NOW,
    );
    if (record.outcome !== 'APPLIED') throw new Error(`The action on ${memberId} came to ${record.outcome}.`);
  }
  const given = sofar(`${FULL_ACTIONS.toLocaleString('en')} whole actions with one end date`, 1);
  for (const [place, at] of REMINDERS_AND_END.entries()) {
    const isEnd = place === REMINDERS_AND_END.length - 1;
    for (let n = 0; n < FULL_ACTIONS; n++) {
      const { changes, notices } = await expireTier(
        ports,
        { program, announcementPolicy: ANNOUNCING },
        memberIdOf(n),
        at,
      );
      const isRight = changes.length === (isEnd ? 1 : 0) && (!isEnd || changes[0]!.to.id === 'silver');
      if (!isRight || notices.length !== (isEnd ? 0 : 1)) {
        throw new Error(`At ${new Date(at).toISOString()} ${memberIdOf(n)} had ${changes.length} changes.`);
      }
    }
  }
  return [given, sofar('the same, until it has ended for all of them', REMINDERS_AND_END.length)];
}

async function runGroup(members: number, isPeer: boolean): Promise<GroupFigures> {
  const file = path.join(import.meta.dirname, 'group-run.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--expose-gc', file, String(members)],
    ...(isPeer ? ['keep'] : []),
  ]);
  const what = `a group of ${members.toLocaleString('en')}`;
  return { what: isPeer ? `${what} whose outcomes are kept` : what, members, isPeer, ...JSON.parse(stdout) };
}

export function limitsOfActions({ schedules, groups }: ActionFigures): Limit[] {
  const [small, large] = groups;
  return [
    ...schedules.map(
      ({ what, schedules, bound }): Limit => ({
        what,
        unit: 'schedules',
        measured: schedules,
        sense: 'at most',
        bound,
      }),
    ),
    { what: large!.what, unit: 'MB of heap', measured: large!.liveMb, sense: 'at most', bound: liveMbAtMost(small!) },
  ];
}

export function liveMbAtMost(small: GroupFigures): number {
  return small.liveMb * GROWTH;
}
