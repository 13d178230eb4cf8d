import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { PAGE_SIZE } from '../core/use-cases/recalculate-page.ts';
import type { DynamoDbLocal } from '../local/dynamodb-local.ts';
import type { Consumption } from './capacity-meter.ts';
import { measureOnDynamoDb, type RecalculationOnDynamoDb } from './recalculation-database.ts';
import {
  atLeast,
  atMost,
  limitsIn,
  type OnProgress,
  percent,
  type Report,
  type Row,
  rounded,
  table,
  whole,
} from './report.ts';
import { ENTRIES_OF_A_MEMBER } from './year-end.ts';

interface PageRates {
  /** Members a second of one core. */
  perSecond: number;
  /** The same items, only read and decoded, in turn in the same process. */
  decodedPerSecond: number;
  liveMb: number;
}

interface PageRun extends PageRates {
  what: string;
  kind: 'dry' | 'real' | 'group';
  members: number;
  shareAtLeast: number | undefined;
  liveMbAtMost: number | undefined;
}

/**
 * The least share of the rate of decoding. In a dry run, judging may cost as much as reading. A run that writes also reads the ledger,
 * rebuilds the member and makes the change. A group's action has no such limit.
 */
const SHARE_AT_LEAST = { dry: 0.5, real: 0.25, group: undefined };
/** How much more of the heap may be alive than in the smallest run of the kind: members must not pile up. */
const HEAP_GROWTH = { dry: 1.2, real: 1.2, group: 1.5 };
/** A dry run also makes the SDK's calls that store the page. */
const DRY_SHARE_ON_DYNAMODB = 0.25;
/** Member and change, 1 KB each, in one transaction. */
const WRITE_UNITS_OF_A_CHANGE = 4;
/** The member, the ledger, the actions, and the write. */
const ROUND_TRIPS_OF_A_CHANGE = 4;

const HOW = [
  `In memory: recalculatePage over pages of ${PAGE_SIZE} members on the night after a cycle’s end, in a process of its own. Each page is text like DynamoDB’s,`,
  'made when it is read and decoded like the adapter does it: JSON.parse, unmarshall, memberOf. “Decoded” is the same text, only decoded, in turn',
  `with the run, page by page. For members that are written it includes their item and their ledger of ${ENTRIES_OF_A_MEMBER} purchases. A second is a second of`,
  'processor time. Groups: changeGroupTiers over the same members. MB alive: the heap right after a collection, the highest of ten samples.',
  'On DynamoDB Local: the real handler of recalculate-cycle, one segment after the other. Beside each member are a profile, a change and a message.',
  'Scanned: inSegment alone. The meter of the part “database” counts the units; the writes of the pages are not included.',
];

export async function measureRecalculations(
  dynamoDb: DynamoDbLocal,
  onProgress: OnProgress,
): Promise<Report<RecalculationOnDynamoDb & { inMemory: PageRun[] }>> {
  const inMemory: PageRun[] = [];
  for (const [kind, members, downOfTen] of [
    ['dry', 10_000, 3],
    ['dry', 200_000, 3],
    ['real', 10_000, 0],
    ['real', 10_000, 1],
    ['real', 10_000, 3],
    ['real', 50_000, 3],
    ['group', 10_000, 0],
    ['group', 100_000, 0],
  ] as const) {
    const name = { dry: 'dry run of', real: 'run of', group: 'a group’s action on' }[kind];
    const what = `${name} ${whole(members)}${kind === 'group' ? '' : `, ${downOfTen * 10} % go down`}`;
    onProgress(what);
    const measured = await runPages(kind, members, downOfTen);
    const small = inMemory.find((run) => run.kind === kind);
    const isLarger = small !== undefined && members > small.members;
    const liveMbAtMost = isLarger ? rounded(small.liveMb * HEAP_GROWTH[kind], 1) : undefined;
    inMemory.push({ what, kind, members, ...measured, shareAtLeast: SHARE_AT_LEAST[kind], liveMbAtMost });
  }
  const figures = await measureOnDynamoDb(dynamoDb, onProgress);
  const [runs, rates, units] = [inMemory.map(rowOfRun), ratesOf(figures), unitsOf(figures)];
  const head = [
    'in memory\n',
    'members\nper second',
    'decoded\nper second',
    'share\n',
    '\nlimit',
    'MB alive\n',
    '\nlimit',
  ];
  const bytes = Object.entries(figures.itemBytes).map(([what, size]) => `${what} ${size}`);
  return {
    title: 'Recalculations',
    how: HOW,
    lines: [
      table(head, runs),
      table(['on DynamoDB Local', 'members per second', 'of scanning', 'limit'], rates),
      table(['', 'write', 'limit', 'read', 'trips', 'limit'], units),
      `Bytes of an item, and of an outcome in its page: ${bytes.join(', ')}.`,
    ],
    limits: limitsIn([...runs, ...rates, ...units]),
    figures: { ...figures, inMemory },
  };
}

/** @param share of every ten so many go down; of an audit, one of so many members is wrong */
export async function runPages(kind: string, members: number, share: number): Promise<PageRates> {
  const args = ['--expose-gc', path.join(import.meta.dirname, 'page-run.ts'), kind, String(members), String(share)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

/** What one changed member costs in addition to being judged. */
export function costOfAChange({ real, dry, changed }: RecalculationOnDynamoDb) {
  return {
    writeUnits: real.writeUnits / changed,
    readUnits: (real.readUnits - dry.readUnits) / changed,
    roundTrips: (real.roundTrips - dry.roundTrips) / changed,
  };
}

function rowOfRun({ what, perSecond, decodedPerSecond, shareAtLeast, liveMb, liveMbAtMost }: PageRun): Row {
  const share = perSecond / decodedPerSecond;
  return [
    ...[what, whole(perSecond), whole(decodedPerSecond), percent(share)],
    shareAtLeast === undefined ? '' : atLeast(100 * shareAtLeast, 100 * share, '% of the rate of decoding', what),
    liveMb.toFixed(1),
    liveMbAtMost === undefined ? '' : atMost(liveMbAtMost, liveMb, 'MB of heap', what),
  ];
}

function ratesOf({ scannedPerSecond, dryPerSecond, realPerSecond }: RecalculationOnDynamoDb): Row[] {
  const share = (rate: number) => rate / scannedPerSecond;
  const unit = '% of the rate of scanning';
  const limit = atLeast(100 * DRY_SHARE_ON_DYNAMODB, 100 * share(dryPerSecond), unit, 'dry run on DynamoDB Local');
  return [
    ['peer: only scanned and decoded', whole(scannedPerSecond), percent(1), ''],
    ['dry run', whole(dryPerSecond), percent(share(dryPerSecond)), limit],
    ['run, 30 % go down', whole(realPerSecond), percent(share(realPerSecond)), ''],
  ];
}

function unitsOf(figures: RecalculationOnDynamoDb): Row[] {
  const { members, dry, again } = figures;
  const { writeUnits, readUnits, roundTrips } = costOfAChange(figures);
  const change = 'a member that changes';
  const unwritten = (what: string, units: Consumption): Row => [
    ...[what, units.writeUnits, atMost(0, units.writeUnits, 'write units', what), units.readUnits, units.roundTrips],
    '',
  ];
  return [
    [
      ...[change, writeUnits, atMost(WRITE_UNITS_OF_A_CHANGE, writeUnits, 'write units', change), readUnits.toFixed(2)],
      ...[roundTrips.toFixed(2), atMost(ROUND_TRIPS_OF_A_CHANGE, roundTrips, 'round trips', change)],
    ],
    unwritten(`dry run of ${members}, its members`, dry),
    unwritten(`a second run of ${members}, its members`, again),
  ];
}
