import { PAGE_SIZE } from '../core/use-cases/recalculate-page.ts';
import type { DynamoDbLocal } from '../local/dynamodb-local.ts';
import { type PageRates, runPages } from './page-runs.ts';
import { measureOnDynamoDb, type RecalculationOnDynamoDb } from './recalculation-database.ts';
import { atLeast, atMost, type Limit, type OnProgress, percent, type Report, rounded, table, whole } from './report.ts';
import { ENTRIES_OF_A_MEMBER } from './year-end.ts';

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
  'Scanned: inSegment alone. The meter of the part “database” counts the units; the writes of the pages are counted separately.',
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
  return {
    title: 'Recalculations',
    how: HOW,
    lines: [memoryTable(inMemory), ...dynamoDbLines(figures)],
    limits: [...inMemory.flatMap(limitsInMemory), ...limitsOnDynamoDb(figures)],
    figures: { ...figures, inMemory },
  };
}

/** What one changed member costs in addition to being judged. */
export function costOfAChange({ real, dry, changed }: RecalculationOnDynamoDb) {
  return {
    writeUnits: real.writeUnits / changed,
    readUnits: (real.readUnits - dry.readUnits) / changed,
    roundTrips: (real.roundTrips - dry.roundTrips) / changed,
  };
}

function memoryTable(runs: readonly PageRun[]): string {
  const head = [
    'in memory\n',
    'members\nper second',
    'decoded\nper second',
    'share\n',
    '\nlimit',
    'MB alive\n',
    '\nlimit',
  ];
  const rows = runs.map(({ what, perSecond, decodedPerSecond, shareAtLeast, liveMb, liveMbAtMost }) => [
    ...[what, whole(perSecond), whole(decodedPerSecond), percent(perSecond / decodedPerSecond)],
    ...[shareAtLeast === undefined ? '' : `≥ ${percent(shareAtLeast)}`, liveMb.toFixed(1)],
    liveMbAtMost === undefined ? '' : `≤ ${liveMbAtMost.toFixed(1)}`,
  ]);
  return table(head, rows);
}

function dynamoDbLines(figures: RecalculationOnDynamoDb): string[] {
  const { scannedPerSecond, dryPerSecond, realPerSecond, members, changed, dry, again, pages, pageRecords } = figures;
  const rates = [
    ['peer: only scanned and decoded', scannedPerSecond, ''],
    ['dry run', dryPerSecond, `≥ ${percent(DRY_SHARE_ON_DYNAMODB)}`],
    ['run, 30 % go down', realPerSecond, ''],
  ] as const;
  const change = costOfAChange(figures);
  const units = [
    [
      ...['a member that changes', change.writeUnits, `≤ ${WRITE_UNITS_OF_A_CHANGE}`, change.readUnits.toFixed(2)],
      ...[change.roundTrips.toFixed(2), `≤ ${ROUND_TRIPS_OF_A_CHANGE}`],
    ],
    [
      `a page with its ${(changed / pages).toFixed(1)} changes, and the run’s counts`,
      ...[(pageRecords.writeUnits / pages).toFixed(2), '', (pageRecords.readUnits / pages).toFixed(2), '', ''],
    ],
    [`dry run of ${members}, its members`, dry.writeUnits, '≤ 0', dry.readUnits, dry.roundTrips, ''],
    [`a second run of ${members}, its members`, again.writeUnits, '≤ 0', again.readUnits, again.roundTrips, ''],
  ];
  const bytes = Object.entries(figures.itemBytes).map(([what, size]) => `${what} ${size}`);
  return [
    table(
      ['on DynamoDB Local', 'members per second', 'of scanning', 'limit'],
      rates.map(([what, rate, limit]) => [what, whole(rate), percent(rate / scannedPerSecond), limit]),
    ),
    table(['', 'write', 'limit', 'read', 'trips', 'limit'], units),
    `Bytes of an item, and of an outcome in its page: ${bytes.join(', ')}.`,
  ];
}

function limitsInMemory({ what, shareAtLeast, perSecond, decodedPerSecond, liveMb, liveMbAtMost }: PageRun): Limit[] {
  const share = (100 * perSecond) / decodedPerSecond;
  return [
    ...(shareAtLeast === undefined ? [] : [atLeast(100 * shareAtLeast, share, '% of the rate of decoding', what)]),
    ...(liveMbAtMost === undefined ? [] : [atMost(liveMbAtMost, liveMb, 'MB of heap', what)]),
  ];
}

function limitsOnDynamoDb(figures: RecalculationOnDynamoDb): Limit[] {
  const { dryPerSecond, scannedPerSecond, dry, again } = figures;
  const { writeUnits, roundTrips } = costOfAChange(figures);
  const dryShare = (100 * dryPerSecond) / scannedPerSecond;
  return [
    atLeast(100 * DRY_SHARE_ON_DYNAMODB, dryShare, '% of the rate of scanning', 'dry run on DynamoDB Local'),
    atMost(WRITE_UNITS_OF_A_CHANGE, writeUnits, 'write units', 'member that changes'),
    atMost(ROUND_TRIPS_OF_A_CHANGE, roundTrips, 'round trips', 'member that changes'),
    atMost(0, dry.writeUnits, 'write units', 'dry run, its members'),
    atMost(0, again.writeUnits, 'write units', 'second run of a cycle’s end, its members'),
  ];
}
