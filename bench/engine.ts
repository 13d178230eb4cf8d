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
import { atLeast, limitsIn, median, type OnProgress, type Report, ratePerSecond, table, whole } from './report.ts';

const DECISIONS_PER_SECOND = 500_000;
const NOW: Instant = Date.UTC(2026, 4, 2, 10);
const MEMBERS = 256;
const WARM_UP_ROUNDS = 2;
const ROUNDS = 9;
const ROUND_MS = 150;

const HOW = [
  'One decision is countEntries with one purchase: it searches the list of counted entries, rolls the cycle, adds to every sum, judges four tiers,',
  `and makes the change if there is one. Each pass takes ${MEMBERS} different members with one purchase each, as DynamoDB’s client decodes them.`,
  `The median of ${ROUNDS} rounds, after ${WARM_UP_ROUNDS} to warm up. A second is a second of processor time, garbage collection included.`,
];

/** Three trackers of different kinds, each with a tier that requires it. */
function withThreeTrackers(program: ProgramFile): ProgramFile {
  const [bronze, silver, gold, platinum] = program.tiers;
  const nights = { all: [{ type: 'purchase' as const }, { field: 'nights', atLeast: 1 }] };
  const ofGold = [{ tracker: 'nights', atLeast: 500 }, { orders: 1000 }];
  const ofPlatinum = ['workshops', 'shops'].map((tracker) => ({ tracker, atLeast: 900 }));
  return {
    ...program,
    trackers: {
      workshops: { measure: 'count', of: { field: 'kind', equals: 'workshop' }, over: 'cycle' },
      nights: { measure: { sum: 'nights' }, of: nights, over: 'cycle' },
      shops: { measure: 'count', of: { field: 'source', oneOf: ['pos', 'api'] }, over: 'lifetime' },
    },
    tiers: [
      ...[bronze!, silver!, { ...gold!, qualification: { any: 2, of: ofGold } }],
      { ...platinum!, qualification: { any: 2, of: ofPlatinum } },
    ],
  };
}

/** A purchase as the stream delivers it. */
function aPurchase(memberId: string, recordedAt: Instant, points: number): LedgerEntry {
  const entry: LedgerEntry = {
    ...{ memberId, id: randomUUID(), source: 'api', type: 'purchase', currency: 'EUR', awardedPoints: points },
    ...{ amountMinor: points * 10, spendMinor: points * 10, fields: { kind: 'workshop', nights: 2 } },
    ...{ occurredAt: recordedAt - 40, recordedAt },
  };
  return entryOf(unmarshall(marshall(itemOf(entry))));
}

/** A grant of staff and a grant of a promotion; the better one ends first. */
function twoGrants(): Grant[] {
  const order = randomUUID();
  return [
    { key: randomUUID(), kind: 'floor', tier: 'gold', from: NOW - 40 * HOUR_MS, until: NOW + 900 * HOUR_MS },
    {
      ...{ key: `promotion#hotel-stay#api#${order}`, kind: 'floor', tier: 'platinum', from: NOW - 30 * HOUR_MS },
      ...{ until: NOW + 600 * HOUR_MS, promotion: 'hotel-stay', transactionId: order, tellEnd: ['email', 'sms'] },
    },
  ];
}

/** A Silver member of some months, with so many purchases of the last day, as read from its item. */
function aMember(memberId: string, program: Program, points: number, purchases: number, grants?: Grant[]): Member {
  const enrolledAt = NOW - 200 * 24 * HOUR_MS;
  const tally = emptyTally(program, enrolledAt, NOW);
  let member: Member = {
    ...{ memberId, enrolledAt, blocked: false, version: 41, changes: 1, countedUnder: program.countingRule },
    tier: { id: grants ? 'platinum' : 'silver', since: NOW - 30 * HOUR_MS },
    ...(grants && { grants, nextDueAt: NOW + 400 * HOUR_MS }),
    tally: {
      ...tally,
      previous: { ...tally.previous, tier: 400 },
      current: { ...tally.current, tier: points - 400 - purchases },
      ...{ lifetimePoints: points, lifetimeSpendMinor: 10 * points, orders: 40, balance: points },
    },
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

export async function measureEngine(onProgress: OnProgress): Promise<Report> {
  const demo = compileProgram(demoBrand());
  const tracking = compileProgram(demoBrand(withThreeTrackers));
  const cases: [what: string, program: Program, purchases: number, points: number, grants?: true][] = [
    ['the demo’s program, 2 purchases in the list', demo, 2, 1300],
    ['3 trackers, the tier moves from Silver to Gold', tracking, 2, 4990],
    ['3 trackers, two grants, the list is full', tracking, 14, 1300, true],
  ];
  const many = <T>(make: (n: number) => T) => Array.from({ length: MEMBERS }, (_, n) => make(n));
  const rates: { what: string; perSecond: number }[] = [];
  /** @param work its results are added up, so that the compiler cannot omit it */
  const measure = async (what: string, work: (n: number) => number) => {
    onProgress(what);
    let total = 0;
    const pass = () => {
      for (let n = 0; n < MEMBERS; n++) total += work(n);
    };
    const rounds: number[] = [];
    for (let n = 0; n < WARM_UP_ROUNDS + ROUNDS; n++) rounds.push(await ratePerSecond(pass, MEMBERS, ROUND_MS));
    if (!Number.isFinite(total)) throw new Error(`${what} has no result.`);
    rates.push({ what, perSecond: median(rounds.slice(WARM_UP_ROUNDS)) });
  };
  for (const [what, program, purchases, points, grants] of cases) {
    const members = many((n) => aMember(`m-${n}`, program, points, purchases, grants && twoGrants()));
    const entries = members.map(({ memberId }) => aPurchase(memberId, NOW - 1000, 50));
    await measure(what, (n) => decide(members[n]!, entries[n]!, program).tally.orders);
  }
  const texts = many((n) => JSON.stringify(aPurchase(`m-${n}`, NOW, 50)));
  await measure('peer: JSON.parse of the entry', (n) => JSON.parse(texts[n]!).awardedPoints);

  const rows = rates.map(({ what, perSecond }, place) => {
    const isPeer = place === cases.length;
    return [what, whole(perSecond), isPeer ? '' : atLeast(DECISIONS_PER_SECOND, perSecond, '/s', `decisions, ${what}`)];
  });
  const lines = [table(['', 'per second', 'limit'], rows)];
  return { title: 'Engine', how: HOW, lines, limits: limitsIn(rows), figures: rates };
}
