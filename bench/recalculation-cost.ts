import { PAGE_SIZE } from '../core/use-cases/recalculate-page.ts';
import { WORK_MS } from '../functions/recalculate-cycle/make-handler.ts';
import { assumed, billOf, GB, line, openBill, rowsOf, significant, totalOf, usdOf } from './cost.ts';
import type { DatabaseFigures } from './database.ts';
import type { FunctionFigure } from './deployed-functions.ts';
import type { RecalculationOnDynamoDb } from './recalculation-database.ts';
import { costOfAChange } from './recalculations.ts';
import { type Report, rounded, table, whole } from './report.ts';

const MEMBERS = 10_000_000;
const LOOPS = 8;
/** Segments of one anniversary: three days of four parts. */
const DAYS = 3;
/** So many members of a page are written at the same time, each by consecutive trips: the member, its history, the write. */
const SIDE_BY_SIDE = 10;
const TRIPS_IN_A_ROW = 3;
/** Reads of a page: whether it was done, and the run. */
const READS_OF_A_PAGE = 2;
const TRIPS_OF_A_PAGE = 2;
/** The keys of the index and of the table: the anniversary and its part, a UUID, `MEMBER`, and their names. */
const KEY_BYTES = 100;

/** How one pass reads the members. */
interface Reading {
  segments: number;
  looked: number;
  pages: number;
  /** How long a page waits for its reads, and why. */
  pageMs: number;
  waits: string;
  units: number;
  arithmetic: string;
}

/** The cost and the duration of recalculating very many members. */
export function computeRecalculationCosts(
  figures: RecalculationOnDynamoDb,
  database: DatabaseFigures,
  functions: readonly FunctionFigure[],
): Report[] {
  const { itemBytes: bytes } = figures;
  const itemsOfAMember = 2 + assumed('changesPerMember') + assumed('messagesPerMember') + assumed('actionsPerMember');
  const bytesOfAMember =
    bytes.member +
    bytes.profile +
    assumed('changesPerMember') * bytes.change +
    assumed('messagesPerMember') * bytes.message +
    assumed('actionsPerMember') * assumed('actionBytes');
  // A page is scanned until it is half full (functions/adapters/dynamo-member-store.ts).
  const half = PAGE_SIZE / 2;
  const membersOfAScan = (PAGE_SIZE - half + 1) / itemsOfAMember;
  const scans = Math.ceil(half / membersOfAScan);
  const scanned: Reading = {
    segments: LOOPS,
    looked: MEMBERS,
    pages: Math.ceil(MEMBERS / (scans * membersOfAScan)),
    pageMs: scans * assumed('scanPageMs'),
    waits: `${scans} scans × ${assumed('scanPageMs')} ms`,
    units: (MEMBERS * bytesOfAMember) / 4096,
    arithmetic: `${whole(MEMBERS)} × ${bytesOfAMember.toFixed(0)} bytes ÷ 4096`,
  };
  const ofADay = Math.round(MEMBERS / 365);
  const looked = DAYS * ofADay;
  const byAnniversary: Reading = {
    segments: DAYS * 4,
    looked,
    pages: Math.ceil(looked / PAGE_SIZE),
    pageMs: assumed('keysPageMs'),
    waits: `${assumed('keysPageMs')} ms`,
    // One strongly consistent unit for each member, and the keys of the index by the page: 0.5 for 4 KB.
    units: looked * (1 + (0.5 * KEY_BYTES) / 4096),
    arithmetic: `${DAYS} days × ${whole(ofADay)} × (1 + 0.5 × ${KEY_BYTES} bytes of the index ÷ 4096)`,
  };
  const day = `one day of ${whole(MEMBERS)} members of an enrollment program (${whole(ofADay)})`;
  const reportOf = (who: string, members: number, percent: number, reading: Reading) => {
    const changed = Math.round((members * percent) / 100);
    const title = `What a recalculation costs: ${who}, ${percent} % of them move`;
    return { title, ...costOf(changed, reading, figures, { database, functions }) };
  };
  return [10, 30].flatMap((percent) => [
    reportOf(`${whole(MEMBERS)} members`, MEMBERS, percent, scanned),
    reportOf(day, ofADay, percent, byAnniversary),
  ]);
}

function costOf(
  changed: number,
  reading: Reading,
  figures: RecalculationOnDynamoDb,
  measured: { database: DatabaseFigures; functions: readonly FunctionFigure[] },
): Omit<Report, 'title'> {
  const { database, functions } = measured;
  const { itemBytes: bytes, logBytesOfAPage: logBytes } = figures;
  const bill = openBill(database, functions);
  const { memoryMib, share } = bill.sizeOf('recalculate-cycle');
  const tripMs = assumed('roundTripMs');
  const units = costOfAChange(figures);
  const [readUnits, writeUnits] = [rounded(units.readUnits, 2), rounded(units.writeUnits, 2)];
  const judgeMs = 1000 / figures.dryPerSecond;
  const changeMs = Math.max(0, (1000 / figures.realPerSecond - judgeMs) / (figures.changed / figures.members));

  const { pages } = reading;
  const changedOfAPage = changed / pages;
  const perPage = changedOfAPage.toFixed(1);
  const pageKb = Math.ceil((changedOfAPage * bytes.outcome) / 1024) || 1;
  const unitsOfAPage = 2 * (pageKb + 1);
  const membersOfAPage = reading.looked / pages;
  const lookMs = reading.pageMs + TRIPS_OF_A_PAGE * tripMs + (membersOfAPage * judgeMs) / share;
  const rows = Math.ceil(changedOfAPage / SIDE_BY_SIDE);
  const writeMs = rows * TRIPS_IN_A_ROW * tripMs + (changedOfAPage * changeMs) / share;
  const computeSeconds = (pages * (2 * lookMs + writeMs)) / 1000;
  const calls = Math.max(reading.segments * 2, Math.ceil((computeSeconds * 1000) / WORK_MS));
  const of = {
    changed: whole(changed),
    pages: `${whole(pages)} pages`,
    outcomes: `(⌈${perPage} outcomes × ${bytes.outcome} bytes⌉ = ${pageKb} KB + 1 of the run)`,
    page: `(2 × ${lookMs.toFixed(1)} ms to look + ${writeMs.toFixed(1)} ms to write)`,
  };
  const member = `${of.changed} × ${readUnits} for the member, the ledger, the actions`;
  const transaction = `${of.changed} × ${writeUnits} for the member and its change in one transaction`;
  const messages = `${of.changed} × ${database.email.writeUnits} for the claim and the mark`;
  const seconds = `${of.pages} × ${of.page} × ${memoryMib / 1024} GB`;
  const name = 'recalculate-cycle';
  const lines = [
    line('readUnits', 2 * reading.units, `2 × ${reading.arithmetic}`, 'preview and run'),
    line('readUnits', 2 * READS_OF_A_PAGE * pages, `2 × ${READS_OF_A_PAGE} × ${of.pages}`, 'the run and its pages'),
    line('readUnits', changed * readUnits, member, 'changed members'),
    line('writeUnits', changed * writeUnits, transaction, 'changed members'),
    line('writeUnits', 2 * pages * unitsOfAPage, `2 × ${of.pages} × 2 × ${of.outcomes}`, 'pages'),
    line('invocations', calls, 'a call a minute', name),
    line('gbSeconds', computeSeconds * (memoryMib / 1024), seconds, name),
    line('transitions', 2 * calls, `${whole(calls)} calls × (1 page + 1 choice)`),
    line('logs', (2 * pages * logBytes) / GB, `2 × ${of.pages} × ${logBytes} bytes`, name),
    line('writeUnits', changed * database.email.writeUnits, messages, 'messages'),
    ...bill.announcing(changed),
  ];
  const keptGb = (changed * (bytes.change + bytes.message + 2 * bytes.outcome)) / GB;
  const kept = `${of.changed} × (${bytes.change} of the change + ${bytes.message} of the message + 2 × ${bytes.outcome} in pages) bytes`;
  const keeping = [line('storage', keptGb, kept), line('backup', keptGb, kept)];

  // In a loop the reads, the waits and the processor take turns. That limits how fast a page can be.
  const loopSeconds = (lookMs + writeMs) / 1000;
  const writesPerSecond = (LOOPS * (changedOfAPage * writeUnits + unitsOfAPage)) / loopSeconds;
  const hours = (msOfAPage: number) => (Math.ceil(pages / LOOPS) * msOfAPage) / 3_600_000;
  const [shards, callMs, emails] = [assumed('streamShards'), assumed('providerCallMs'), assumed('emailsPerSecond')];
  const times: [what: string, arithmetic: string, hours: number][] = [
    [
      'preview',
      `⌈${of.pages} ÷ ${LOOPS} loops⌉ × (${reading.waits} + ${TRIPS_OF_A_PAGE} trips × ${tripMs} ms + ` +
        `${membersOfAPage.toFixed(1)} members × ${judgeMs.toFixed(3)} ms ÷ ${share.toFixed(2)} = ${lookMs.toFixed(1)} ms)`,
      hours(lookMs),
    ],
    [
      'run',
      `the same + ⌈${whole(pages)} ÷ ${LOOPS}⌉ × (⌈${perPage} changed ÷ ${SIDE_BY_SIDE}⌉ × ${TRIPS_IN_A_ROW} trips × ${tripMs} ms + ` +
        `${perPage} × ${changeMs.toFixed(3)} ms ÷ ${share.toFixed(2)} = ${writeMs.toFixed(1)} ms)`,
      hours(lookMs + writeMs),
    ],
    [
      'announced to the bus and the topic',
      `${of.changed} ÷ (${shards} shards × 4 at once ÷ 2 calls of ${callMs} ms)`,
      changed / ((shards * 4 * 1000) / (2 * callMs)) / 3600,
    ],
    ['mailed', `${of.changed} ÷ ${emails} a second`, changed / emails / 3600],
  ];
  const total = totalOf('= the recalculation, each change told by email', usdOf(lines));
  const writing = `${LOOPS} loops × (${perPage} × ${writeUnits} + ${unitsOfAPage} of the page) ÷ ${loopSeconds.toFixed(3)} s`;
  return {
    how: [],
    lines: [
      billOf([...rowsOf(lines), total, ...rowsOf(keeping)]),
      table(
        ['', 'how long', 'hours'],
        times.map(([what, arithmetic, many]) => [what, arithmetic, significant(many)]),
        [34, 88, 12],
      ),
      `Write units a second: ${writing} = ${whole(writesPerSecond)}, of ${whole(assumed('writeUnitsPerSecond'))} that a table may take.`,
    ],
    limits: [],
    figures: { lines, keeping, times },
  };
}
