import { randomUUID } from 'node:crypto';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Grant } from '../core/actions/grant.ts';
import type { LedgerEntry } from '../core/ledger/transaction.ts';
import { countEntries } from '../core/member/count-entries.ts';
import { NOTHING_COUNTED } from '../core/member/counted-window.ts';
import type { Member } from '../core/member/member.ts';
import type { ProgramFile } from '../core/program/brand.ts';
import { compileProgram, type Program } from '../core/program/program.ts';
import { emptyTally } from '../core/rules/tally.ts';
import { HOUR_MS, type Instant } from '../core/time.ts';
import { entryOf, itemOf } from '../functions/adapters/dynamo-ledger.ts';
import { demoBrand } from './demo-program.ts';
import type { Limit } from './limit.ts';

export interface EngineFigures {
  decisions: Rate[];
  peers: Rate[];
}

export interface Rate {
  what: string;
  /** A second of one core. */
  perSecond: number;
  lowest: number;
  highest: number;
}

export const DECISIONS_PER_SECOND = 500_000;

const NOW: Instant = Date.UTC(2026, 4, 2, 10);
const MEMBERS = 256;
const WARM_UP_ROUNDS = 2;
const ROUNDS = 9;
const ROUND_MS = 150;

export const HOW_ENGINE = [
  'One decision: countEntries with one purchase, from the member as it was read to the member as it is written. It looks for the entry in the',
  'window, rolls the cycle, adds to every sum, judges four tiers, and writes down the change if there is one.',
  `Each pass goes over ${MEMBERS} members with a purchase each, none like another, as DynamoDB’s client makes them of what was read: one member`,
  `decided on again and again would flatter the figure. The median of ${ROUNDS} rounds, after ${WARM_UP_ROUNDS} to warm up.`,
  'They fit the processor’s cache, as what was just read does. A second is a second of processor time of this process, collecting garbage',
  'included: what else this machine does is not in it.',
];

/** Three trackers of different kinds, each with a tier that asks for it. */
function withThreeTrackers(program: ProgramFile): ProgramFile {
  const [bronze, silver, gold, platinum] = program.tiers;
  return {
    ...program,
    trackers: {
      workshops: { measure: 'count', of: { field: 'kind', equals: 'workshop' }, over: 'cycle' },
      nights: {
        measure: { sum: 'nights' },
        of: { all: [{ type: 'purchase' }, { field: 'nights', atLeast: 1 }] },
        over: 'cycle',
      },
      shops: { measure: 'count', of: { field: 'source', oneOf: ['pos', 'api'] }, over: 'lifetime' },
    },
    tiers: [
      bronze!,
      silver!,
      { ...gold!, qualification: { any: 2, of: [{ tracker: 'nights', atLeast: 500 }, { orders: 1000 }] } },
      {
        ...platinum!,
        qualification: {
          any: 2,
          of: [
            { tracker: 'workshops', atLeast: 500 },
            { tracker: 'shops', atLeast: 900 },
          ],
        },
      },
    ],
  };
}

function withoutTrackers({ trackers: _, ...program }: ProgramFile): ProgramFile {
  return { ...program, tiers: program.tiers.map(({ qualification: _, ...tier }) => tier) };
}

/** A purchase as the stream brings it. */
function aPurchase(memberId: string, recordedAt: Instant, points: number): LedgerEntry {
  const entry: LedgerEntry = {
    memberId,
    id: randomUUID(),
    source: 'api',
    type: 'purchase',
    amountMinor: points * 10,
    currency: 'EUR',
    occurredAt: recordedAt - 40,
    fields: { kind: 'workshop', nights: 2 },
    recordedAt,
    awardedPoints: points,
    spendMinor: points * 10,
  };
  return entryOf(unmarshall(marshall(itemOf(entry))));
}

/** What staff and a promotion gave, the better of which ends first. */
function twoGrants(): Grant[] {
  const [key, order] = [randomUUID(), randomUUID()];
  return [
    { key, kind: 'floor', tier: 'gold', from: NOW - 40 * HOUR_MS, until: NOW + 900 * HOUR_MS },
    {
      ...{ key: `promotion#hotel-stay#api#${order}`, kind: 'floor', tier: 'platinum', from: NOW - 30 * HOUR_MS },
      ...{ until: NOW + 600 * HOUR_MS, promotion: 'hotel-stay', transactionId: order, tellEnd: ['email', 'sms'] },
    },
  ];
}

/** A Silver member of some months, with that many purchases of the last day, read from its item. */
function aMember(memberId: string, program: Program, points: number, purchases: number, grants?: Grant[]): Member {
  const enrolledAt = NOW - 200 * 24 * HOUR_MS;
  const tally = emptyTally(program, enrolledAt, NOW);
  let member: Member = {
    memberId,
    enrolledAt,
    blocked: false,
    version: 41,
    tier: { id: grants ? 'platinum' : 'silver', since: NOW - 30 * HOUR_MS },
    ...(grants && { grants, nextDueAt: NOW + 400 * HOUR_MS }),
    changes: 1,
    tally: {
      ...tally,
      previous: { ...tally.previous, tier: 400 },
      current: { ...tally.current, tier: points - 400 - purchases },
      lifetimePoints: points,
      lifetimeSpendMinor: 10 * points,
      orders: 40,
      balance: points,
    },
    countedUnder: program.countingRule,
    counted: NOTHING_COUNTED,
  };
  for (let n = 0; n < purchases; n++) {
    member = decide(member, aPurchase(memberId, NOW - HOUR_MS * (purchases - n), 1), program);
  }
  return unmarshall(marshall(member)) as Member;
}

function decide(member: Member, entry: LedgerEntry, program: Program): Member {
  const counting = countEntries(member, [entry], program, NOW);
  if (counting.kind !== 'counted') throw new Error(`The entry was not counted: ${JSON.stringify(counting)}`);
  return counting.member;
}

export function measureEngine(onProgress: (what: string) => void): EngineFigures {
  const plain = compileProgram(demoBrand(withoutTrackers));
  const tracking = compileProgram(demoBrand(withThreeTrackers));
  const cases: [what: string, program: Program, purchases: number, points: number, gain: number, grants?: true][] = [
    ['no trackers, 2 purchases in the window', plain, 2, 1300, 50],
    ['no trackers, a busy day: the window is full', plain, 14, 1300, 50],
    ['3 trackers, 2 purchases in the window', tracking, 2, 1300, 50],
    ['3 trackers, a busy day: the window is full', tracking, 14, 1300, 50],
    ['3 trackers, the tier moves from Silver to Gold', tracking, 2, 4990, 50],
    ['no trackers, two grants, 2 purchases in the window', plain, 2, 1300, 50, true],
    ['3 trackers, two grants, a busy day', tracking, 14, 1300, 50, true],
  ];
  const decisions = cases.map(([what, program, purchases, points, gain, grants]) => {
    onProgress(what);
    const members = many((n) => aMember(`m-${n}`, program, points, purchases, grants && twoGrants()));
    const entries = members.map(({ memberId }) => aPurchase(memberId, NOW - 1000, gain));
    return measureRate(what, (n) => decide(members[n]!, entries[n]!, program).tally.orders);
  });
  onProgress('peers');
  const texts = many((n) => JSON.stringify(aPurchase(`m-${n}`, NOW, 50)));
  const members = many((n) => aMember(`m-${n}`, plain, 1300, 2));
  return {
    decisions,
    peers: [
      measureRate('JSON.parse of the entry', (n) => JSON.parse(texts[n]!).awardedPoints),
      measureRate('structuredClone of the member', (n) => structuredClone(members[n]!).version),
    ],
  };
}

function many<T>(make: (n: number) => T): T[] {
  return Array.from({ length: MEMBERS }, (_, n) => make(n));
}

/** @param work what it returns is added up, so that the compiler cannot leave anything out */
function measureRate(what: string, work: (n: number) => number): Rate {
  let sum = 0;
  const round = () => {
    const start = process.cpuUsage();
    let done = 0;
    let spent: number;
    do {
      for (let n = 0; n < MEMBERS; n++) sum += work(n);
      done += MEMBERS;
      const { user, system } = process.cpuUsage(start);
      spent = (user + system) / 1e6;
    } while (spent < ROUND_MS / 1000);
    return done / spent;
  };
  for (let n = 0; n < WARM_UP_ROUNDS; n++) round();
  const rates = Array.from({ length: ROUNDS }, round).sort((a, b) => a - b);
  if (!Number.isFinite(sum)) throw new Error(`${what} came to nothing.`);
  const perSecond = rates[Math.floor(ROUNDS / 2)]!;
  return { what, perSecond: Math.round(perSecond), lowest: Math.round(rates[0]!), highest: Math.round(rates.at(-1)!) };
}

export function limitsOfEngine({ decisions }: EngineFigures): Limit[] {
  return decisions.map(({ what, perSecond }) => ({
    what: `decisions, ${what}`,
    unit: '/s',
    measured: perSecond,
    sense: 'at least',
    bound: DECISIONS_PER_SECOND,
  }));
}
