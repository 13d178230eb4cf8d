import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DynamoDbLocal } from '../local/dynamodb-local.ts';
import type { Limit } from './limit.ts';
import { measureOnDynamoDb, type RecalculationOnDynamoDb } from './recalculation-database.ts';
import { ENTRIES_OF_A_MEMBER } from './year-end.ts';

export interface RecalculationFigures {
  inMemory: RecalculationRate[];
  onDynamoDb: RecalculationOnDynamoDb;
}

export interface RecalculationRate {
  what: string;
  members: number;
  dryRun: boolean;
  /** Members a second of one core. */
  perSecond: number;
  /** The same items merely read and decoded, by turns in the same process. */
  decodedPerSecond: number;
  liveMb: number;
  /** What the figure of the memory is held to. */
  liveMbAtMost?: number;
  isPeer: boolean;
}

/** Judging must not cost more than reading; writing reads the ledger as well, makes the member anew from it, and makes the change. */
const DRY_SHARE = 0.5;
const REAL_SHARE = 0.25;
/** The SDK's calls that keep the page are in it, which merely scanning has not. */
const DRY_SHARE_ON_DYNAMODB = 0.25;
/** Member and change, 1 KB each, in one transaction. */
export const WRITE_UNITS_OF_A_CHANGE = 4;
/** The member, the ledger, the actions; and the write. */
export const ROUND_TRIPS_OF_A_CHANGE = 4;

const SMALL = 10_000;
const LARGE = 200_000;
/** Of twenty times as many members. */
const GROWTH = 1.2;

export const HOW_RECALCULATIONS = [
  'In memory: recalculatePage over pages of 500 members on the night after a cycle’s end, in a process of its own. Each page is text as DynamoDB',
  'sends it, made when it is read, and decoded as the adapter does it: JSON.parse, unmarshall, memberOf. Decoded: the same text and nothing more,',
  'page by page in turn with the run, so that both meet the same machine; of members that are written their item and their ledger as well, of',
  `${ENTRIES_OF_A_MEMBER} purchases. The limit of a run is the rate at which what it reads is decoded. Memory: as for groups. A second is one of processor time.`,
  'On DynamoDB Local: the real handler of recalculate-cycle, segment after segment; beside each member lie a profile, a change and a message.',
  'Scanned: inSegment alone. Units by the meter of the database, and put right as there; what keeps the pages is counted apart.',
];

export async function measureRecalculations(
  dynamoDb: DynamoDbLocal,
  onProgress: (what: string) => void,
): Promise<RecalculationFigures> {
  const rates: RecalculationRate[] = [];
  const measure = async (members: number, downOfTen: number, dryRun: boolean, isPeer = false) => {
    const what = `${dryRun ? 'dry run' : 'run'} of ${members.toLocaleString('en')}, ${downOfTen * 10} % go down`;
    onProgress(what);
    const measured = await recalculate(members, downOfTen, dryRun, isPeer);
    const small = rates.find((rate) => rate.dryRun === dryRun && rate.members === SMALL);
    const bound = members > SMALL && small ? { liveMbAtMost: Number((small.liveMb * GROWTH).toFixed(1)) } : {};
    rates.push({
      what: isPeer ? `${what}, outcomes kept` : what,
      ...{ members, dryRun, isPeer, ...measured, ...bound },
    });
  };
  await measure(SMALL, 3, true);
  await measure(LARGE, 3, true);
  await measure(LARGE, 3, true, true);
  for (const downOfTen of [0, 1, 3]) await measure(SMALL, downOfTen, false);
  await measure(LARGE / 4, 3, false);
  return { inMemory: rates, onDynamoDb: await measureOnDynamoDb(dynamoDb, onProgress) };
}

async function recalculate(members: number, downOfTen: number, dryRun: boolean, keeps: boolean) {
  const file = path.join(import.meta.dirname, 'recalculation-run.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--expose-gc', file, String(members), String(downOfTen), dryRun ? 'dry' : 'real'],
    ...(keeps ? ['keep'] : []),
  ]);
  return JSON.parse(stdout) as Pick<RecalculationRate, 'perSecond' | 'decodedPerSecond' | 'liveMb'>;
}

/** What one changed member costs beyond having been looked at. */
export function costOfAChange({ real, dry, changed }: RecalculationOnDynamoDb) {
  return {
    writeUnits: real.writeUnits / changed,
    readUnits: (real.readUnits - dry.readUnits) / changed,
    roundTrips: (real.roundTrips - dry.roundTrips) / changed,
  };
}

export function shareAtLeast({ dryRun }: Pick<RecalculationRate, 'dryRun'>): number {
  return dryRun ? DRY_SHARE : REAL_SHARE;
}

export function limitsOfRecalculations({ inMemory, onDynamoDb }: RecalculationFigures): Limit[] {
  const percent = (share: number) => share * 100;
  const { dryPerSecond, scannedPerSecond, dry, again } = onDynamoDb;
  const { writeUnits, roundTrips } = costOfAChange(onDynamoDb);
  return [
    ...inMemory
      .filter(({ isPeer }) => !isPeer)
      .flatMap((rate): Limit[] => [
        {
          ...{ what: rate.what, unit: '% of the rate of decoding', sense: 'at least' },
          ...{ measured: percent(rate.perSecond / rate.decodedPerSecond), bound: percent(shareAtLeast(rate)) },
        },
        ...(rate.liveMbAtMost === undefined
          ? []
          : [
              {
                ...{ what: rate.what, unit: 'MB of heap', sense: 'at most' as const },
                ...{ measured: rate.liveMb, bound: rate.liveMbAtMost },
              },
            ]),
      ]),
    {
      ...{ what: 'dry run on DynamoDB Local', unit: '% of the rate of scanning', sense: 'at least' },
      ...{ measured: percent(dryPerSecond / scannedPerSecond), bound: percent(DRY_SHARE_ON_DYNAMODB) },
    },
    {
      what: 'member that changes',
      unit: 'write units',
      measured: writeUnits,
      sense: 'at most',
      bound: WRITE_UNITS_OF_A_CHANGE,
    },
    {
      what: 'member that changes',
      unit: 'round trips',
      measured: roundTrips,
      sense: 'at most',
      bound: ROUND_TRIPS_OF_A_CHANGE,
    },
    { what: 'dry run, its members', unit: 'write units', measured: dry.writeUnits, sense: 'at most', bound: 0 },
    {
      what: 'second run of a cycle’s end, its members',
      unit: 'write units',
      measured: again.writeUnits,
      sense: 'at most',
      bound: 0,
    },
  ];
}
