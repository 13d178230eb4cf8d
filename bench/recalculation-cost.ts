import { PAGE_SIZE } from '../core/use-cases/recalculate-page.ts';
import { WORK_MS } from '../functions/recalculate-cycle/make-handler.ts';
import { type CostLine, counted, GB, openBill, sum } from './cost.ts';
import type { DatabaseFigures } from './database.ts';
import type { FunctionFigures } from './deployed-functions.ts';
import { costOfAChange, type RecalculationFigures } from './recalculations.ts';

/** What the recalculation of very many members costs, and how long it takes. */
export interface RecalculationCost {
  what: string;
  lines: CostLine[];
  usd: number;
  /** What the changes and their messages add to the tables, each month. */
  keeping: CostLine[];
  times: { what: string; arithmetic: string; hours: number }[];
  /** What the tables take at most while members are written, and what they may take. */
  writeUnitsPerSecond: { arithmetic: string; measured: number; quota: number };
}

export const MEMBERS = 10_000_000;
const LOOPS = 8;
/** Segments of one anniversary: three days of four parts. */
const DAYS = 3;
/** Members of a page that are written side by side, one trip after the other: the member, its history, the write. */
const SIDE_BY_SIDE = 10;
const TRIPS_IN_A_ROW = 3;
/** Read of a page: whether it was done, and the run. */
const READS_OF_A_PAGE = 2;
const TRIPS_OF_A_PAGE = 2;

export function computeRecalculationCosts(
  recalculations: RecalculationFigures,
  database: DatabaseFigures,
  functions: FunctionFigures,
): RecalculationCost[] {
  const bill = openBill(database, functions);
  const { assumed, line } = bill;
  const { onDynamoDb } = recalculations;
  const { itemBytes: bytes } = onDynamoDb;
  const { memoryMib, share } = bill.sizeOf('recalculate-cycle');
  const { writeUnits, readUnits } = costOfAChange(onDynamoDb);
  const change = { writeUnits: hundredths(writeUnits), readUnits: hundredths(readUnits) };
  const changedShare = onDynamoDb.changed / onDynamoDb.members;
  const judgeMs = 1000 / onDynamoDb.dryPerSecond;
  const changeMs = Math.max(0, (1000 / onDynamoDb.realPerSecond - judgeMs) / changedShare);

  const itemsOfAMember = 2 + assumed('changesPerMember') + assumed('messagesPerMember') + assumed('actionsPerMember');
  const bytesOfAMember =
    bytes.member +
    bytes.profile +
    assumed('changesPerMember') * bytes.change +
    assumed('messagesPerMember') * bytes.message +
    assumed('actionsPerMember') * assumed('actionBytes');

  /** @param looked how many members are looked at, of which `members` are concerned */
  const costOf = (what: string, members: number, percent: number, reading: Reading): RecalculationCost => {
    const changed = Math.round((members * percent) / 100);
    const { pages, looked } = reading;
    const changedOfAPage = changed / pages;
    const pageKb = Math.ceil((changedOfAPage * bytes.outcome) / 1024) || 1;
    const unitsOfAPage = 2 * (pageKb + 1);
    const ms = (n: number) => n.toFixed(3);
    const lookMs = reading.pageMs + TRIPS_OF_A_PAGE * assumed('roundTripMs') + ((looked / pages) * judgeMs) / share;
    const writeMs =
      Math.ceil(changedOfAPage / SIDE_BY_SIDE) * TRIPS_IN_A_ROW * assumed('roundTripMs') +
      (changedOfAPage * changeMs) / share;
    const hours = (msOfAPage: number) => (Math.ceil(pages / LOOPS) * msOfAPage) / 3_600_000;
    const computeSeconds = (pages * (2 * lookMs + writeMs)) / 1000;
    const calls = Math.max(reading.segments * 2, Math.ceil((computeSeconds * 1000) / WORK_MS));
    const lines = [
      line('readUnits', 2 * reading.units, `2 × ${reading.arithmetic}`, 'preview and run'),
      line(
        'readUnits',
        2 * READS_OF_A_PAGE * pages,
        `2 × ${READS_OF_A_PAGE} × ${counted(pages)} pages`,
        'the run and its pages',
      ),
      line(
        'readUnits',
        changed * change.readUnits,
        `${counted(changed)} × ${change.readUnits} for the member, the ledger, the actions`,
        'changed members',
      ),
      line(
        'writeUnits',
        changed * change.writeUnits,
        `${counted(changed)} × ${change.writeUnits} for the member and its change in one transaction`,
        'changed members',
      ),
      line(
        'writeUnits',
        2 * pages * unitsOfAPage,
        `2 × ${counted(pages)} pages × 2 × (⌈${changedOfAPage.toFixed(1)} outcomes × ${bytes.outcome} bytes⌉ = ${pageKb} KB + 1 of the run)`,
        'pages',
      ),
      line('invocations', calls, `a call a minute`, 'recalculate-cycle'),
      line(
        'gbSeconds',
        computeSeconds * (memoryMib / 1024),
        `${counted(pages)} pages × (2 × ${lookMs.toFixed(1)} ms to look + ${writeMs.toFixed(1)} ms to write) × ${memoryMib / 1024} GB`,
        'recalculate-cycle',
      ),
      line('transitions', 2 * calls, `${counted(calls)} calls × (1 page + 1 choice)`),
      line(
        'logs',
        (2 * pages * onDynamoDb.logBytesOfAPage) / GB,
        `2 × ${counted(pages)} pages × ${onDynamoDb.logBytesOfAPage} bytes`,
        'recalculate-cycle',
      ),
      line(
        'writeUnits',
        changed * database.email.writeUnits,
        `${counted(changed)} × ${database.email.writeUnits} for the claim and the mark`,
        'messages',
      ),
      ...bill.telling(changed),
    ];
    const keptGb = (changed * (bytes.change + bytes.message + 2 * bytes.outcome)) / GB;
    const kept = `${counted(changed)} × (${bytes.change} of the change + ${bytes.message} of the message + 2 × ${bytes.outcome} in pages) bytes`;
    // Reads, waits and the processor's time take turns in a loop; so that is how fast a page can be.
    const writesPerSecond = (LOOPS * (changedOfAPage * change.writeUnits + unitsOfAPage)) / ((lookMs + writeMs) / 1000);
    const announcedPerSecond = (assumed('streamShards') * 4 * 1000) / (2 * assumed('providerCallMs'));
    return {
      ...{ what, lines, usd: sum(lines) },
      keeping: [line('storage', keptGb, kept), line('backup', keptGb, kept)],
      times: [
        {
          what: 'preview',
          arithmetic:
            `⌈${counted(pages)} pages ÷ ${LOOPS} loops⌉ × (${reading.waits} + ${TRIPS_OF_A_PAGE} trips × ${assumed('roundTripMs')} ms + ` +
            `${(looked / pages).toFixed(1)} members × ${ms(judgeMs)} ms ÷ ${share.toFixed(2)} = ${lookMs.toFixed(1)} ms)`,
          hours: hours(lookMs),
        },
        {
          what: 'run',
          arithmetic:
            `the same + ⌈${counted(pages)} ÷ ${LOOPS}⌉ × (⌈${changedOfAPage.toFixed(1)} changed ÷ ${SIDE_BY_SIDE}⌉ × ${TRIPS_IN_A_ROW} trips × ${assumed('roundTripMs')} ms + ` +
            `${changedOfAPage.toFixed(1)} × ${ms(changeMs)} ms ÷ ${share.toFixed(2)} = ${writeMs.toFixed(1)} ms)`,
          hours: hours(lookMs + writeMs),
        },
        {
          what: 'announced to the bus and the topic',
          arithmetic: `${counted(changed)} ÷ (${assumed('streamShards')} shards × 4 at once ÷ 2 calls of ${assumed('providerCallMs')} ms)`,
          hours: changed / announcedPerSecond / 3600,
        },
        {
          what: 'mailed',
          arithmetic: `${counted(changed)} ÷ ${assumed('emailsPerSecond')} a second`,
          hours: changed / assumed('emailsPerSecond') / 3600,
        },
      ],
      writeUnitsPerSecond: {
        arithmetic: `${LOOPS} loops × (${changedOfAPage.toFixed(1)} × ${change.writeUnits} + ${unitsOfAPage} of the page) ÷ ${((lookMs + writeMs) / 1000).toFixed(3)} s`,
        measured: writesPerSecond,
        quota: assumed('writeUnitsPerSecond'),
      },
    };
  };

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
    arithmetic: `${counted(MEMBERS)} × ${bytesOfAMember.toFixed(0)} bytes ÷ 4096`,
  };
  const ofADay = Math.round(MEMBERS / 365);
  const looked = DAYS * ofADay;
  const byAnniversary: Reading = {
    segments: DAYS * 4,
    looked,
    pages: Math.ceil(looked / PAGE_SIZE),
    pageMs: assumed('keysPageMs'),
    waits: `${assumed('keysPageMs')} ms`,
    // A strongly consistent unit for each, and the keys of the index by the page: 0.5 for 4 KB.
    units: looked * (1 + (0.5 * KEY_BYTES) / 4096),
    arithmetic: `${DAYS} days × ${counted(ofADay)} × (1 + 0.5 × ${KEY_BYTES} bytes of the index ÷ 4096)`,
  };
  return [10, 30].flatMap((percent) => [
    costOf(`${counted(MEMBERS)} members, ${percent} % of them move`, MEMBERS, percent, scanned),
    costOf(
      `one day of ${counted(MEMBERS)} members of an enrollment program (${counted(ofADay)}), ${percent} % of them move`,
      ofADay,
      percent,
      byAnniversary,
    ),
  ]);
}

function hundredths(figure: number): number {
  return Number(figure.toFixed(2));
}

/** The keys of the index and of the table: the anniversary and its part, a UUID, `MEMBER`, and their names. */
const KEY_BYTES = 100;

/** How the members come to be looked at; once. */
interface Reading {
  segments: number;
  looked: number;
  pages: number;
  /** How long a page is waited for, and why. */
  pageMs: number;
  waits: string;
  units: number;
  arithmetic: string;
}
