import { randomUUID } from 'node:crypto';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { compileProgram, type Program } from '../core/program/program.ts';
import { type Segment, segmentsOf } from '../core/runs/segment.ts';
import { PAGE_SIZE } from '../core/use-cases/recalculate-page.ts';
import { MemoryWakeUpTimers } from '../fakes/memory-wake-up-timers.ts';
import { dynamoClient } from '../functions/adapters/dynamo-client.ts';
import { DynamoLedger, itemOf } from '../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore, itemOfMember, itemOfNews } from '../functions/adapters/dynamo-member-store.ts';
import { DynamoRuns } from '../functions/adapters/dynamo-runs.ts';
import { makeHandler, type SegmentState } from '../functions/recalculate-cycle/make-handler.ts';
import { clientConfigOf, type DynamoDbLocal, makeTables } from '../local/dynamodb-local.ts';
import { CapacityMeter, type Consumption } from './capacity-meter.ts';
import { demoBrand } from './demo-program.ts';
import { itemBytes } from './item-bytes.ts';
import { captureLog } from './logged-bytes.ts';
import { type OnProgress, processorMs, sum } from './report.ts';
import { memberIdOf, NIGHT, runOfTheNight, YEAR_END, YearEnd } from './year-end.ts';

export interface RecalculationOnDynamoDb {
  members: number;
  /** How many of them went down. */
  changed: number;
  /** Members for each second of this process: only scanned and decoded, judged in a dry run, and judged and written. */
  scannedPerSecond: number;
  dryPerSecond: number;
  realPerSecond: number;
  /** Of members and ledgers, without the writes of the pages. */
  dry: Consumption;
  real: Consumption;
  /** Another run of the same cycle: no member moves. */
  again: Consumption;
  logBytesOfAPage: number;
  itemBytes: Record<'member' | 'profile' | 'change' | 'message' | 'entry' | 'outcome', number>;
}

/** Fewer members are metered for units, because the meter reads every written item. */
const MEMBERS = 1500;
const METERED_MEMBERS = 500;
const DOWN_OF_TEN = 3;
/** As many as DynamoDB takes in one call. */
const BATCH = 25;

type Written = { TableName: string; item: Record<string, unknown> };

/** The night after a cycle's end. */
export async function measureOnDynamoDb(
  dynamoDb: DynamoDbLocal,
  onProgress: OnProgress,
): Promise<RecalculationOnDynamoDb> {
  const program = compileProgram(demoBrand());
  // The untimed part comes first, so the code is warm, as after the first pages of a long run.
  onProgress('write units of a recalculation');
  const metered = await openNight(dynamoDb, program, METERED_MEMBERS);
  const { result: units } = await captureLog(() => measureUnits(metered));
  metered.close();
  onProgress('a recalculation on DynamoDB Local');
  const timed = await openNight(dynamoDb, program, MEMBERS);
  const { result: speed } = await captureLog(() => measureSpeed(timed));
  timed.close();
  return { ...units, ...speed };
}

type Night = Awaited<ReturnType<typeof openNight>>;

async function measureSpeed(night: Night) {
  await night.scan();
  await night.run('warm', true);
  // In turn, so that other work of this machine slows both alike.
  const rounds = ['dry-1', 'dry-2'];
  let [scanMs, dryMs] = [0, 0];
  for (const runId of rounds) {
    scanMs += await processorMs(() => night.scan());
    dryMs += await processorMs(() => night.run(runId, true));
  }
  const realMs = await processorMs(() => night.run('real', false));
  const perSecond = (ms: number, times: number) => Math.round((MEMBERS * times) / (ms / 1000));
  return {
    scannedPerSecond: perSecond(scanMs, rounds.length),
    dryPerSecond: perSecond(dryMs, rounds.length),
    realPerSecond: perSecond(realMs, 1),
  };
}

async function measureUnits(night: Night) {
  const dry = await night.metered(() => captureLog(() => night.run('dry', true)));
  const real = await night.metered(() => captureLog(() => night.run('real', false)));
  const again = await night.metered(() => captureLog(() => night.run('again', false)));
  const { result: pages, bytes } = real.result;
  return {
    ...{ members: METERED_MEMBERS, changed: (METERED_MEMBERS * DOWN_OF_TEN) / 10 },
    ...{ dry: dry.consumed, real: real.consumed, again: again.consumed },
    logBytesOfAPage: Math.round(bytes / pages),
    itemBytes: await night.itemBytes(pages),
  };
}

async function openNight(dynamoDb: DynamoDbLocal, program: Program, members: number) {
  const tables = await makeTables(dynamoDb, `bench-${randomUUID()}`);
  const client = dynamoClient(clientConfigOf(dynamoDb));
  const clientOfRuns = dynamoClient(clientConfigOf(dynamoDb));
  const raw = new DynamoDBClient(clientConfigOf(dynamoDb));
  const store = new DynamoMemberStore(client, tables.members);
  const runs = new DynamoRuns(clientOfRuns, tables.members);
  const ports = {
    members: store,
    ledger: new DynamoLedger(client, tables.points),
    runs,
    timers: new MemoryWakeUpTimers(),
  };
  const handler = makeHandler(
    ports,
    { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } },
    () => NIGHT,
  );
  const segments = segmentsOf({ occasion: 'cycleEnd', at: YEAR_END }, program);
  let meter: CapacityMeter | undefined;
  const falling = (members * DOWN_OF_TEN) / 10;

  await writeAll(client, itemsOf(new YearEnd(program, DOWN_OF_TEN), members, tables));

  return {
    /** Only reads and decodes the table. */
    async scan(): Promise<void> {
      let found = 0;
      for (const segment of segments) {
        let after: string | undefined = '';
        while (after !== undefined) {
          const page = await store.inSegment(segment, { limit: PAGE_SIZE, ...(after !== '' && { after }) });
          found += page.members.length;
          after = page.next;
        }
      }
      if (found !== members) throw new Error(`${found} of ${members} members were found.`);
    },

    /** Calls the real handler for one segment after the other. @returns how many pages it took */
    async run(runId: string, dryRun: boolean): Promise<number> {
      await runs.create(runOfTheNight(runId, dryRun, segments));
      let pages = 0;
      for (const segment of segments) pages += await throughSegment(runId, segment);
      const { counts } = (await runs.load(runId))!;
      if (counts.processed !== members || ![0, falling].includes(counts.down)) {
        throw new Error(`Of ${members} members ${counts.down} went down in the run ${runId}.`);
      }
      return pages;
    },

    /** Counts what the work consumes, without the writes of the pages. */
    async metered<T>(work: () => Promise<T>): Promise<{ result: T; consumed: Consumption }> {
      meter ??= new CapacityMeter(client);
      return { result: await work(), consumed: meter.take() };
    },

    /** The sizes of a fallen member's items, and of an outcome in its page. */
    async itemBytes(pages: number): Promise<RecalculationOnDynamoDb['itemBytes']> {
      const items = await itemsUnder(tables.members, memberIdOf(0));
      const bytes = (prefix: string) => itemBytes(items.findLast(({ sk }) => sk!.S!.startsWith(prefix))!);
      const [entry] = await itemsUnder(tables.points, memberIdOf(0));
      const ofRun = await itemsUnder(tables.members, 'RUN#real');
      const pageBytes = ofRun.filter(({ sk }) => sk!.S!.startsWith('PAGE#')).map(itemBytes);
      if (pageBytes.length !== pages) throw new Error(`${pageBytes.length} of ${pages} pages were kept.`);
      const outcome = Math.round(sum(pageBytes) / falling);
      const message = bytes('MESSAGE#');
      return {
        ...{ member: bytes('MEMBER'), profile: bytes('PROFILE'), change: bytes('CHANGE#'), message },
        ...{ entry: itemBytes(entry!), outcome },
      };
    },

    close(): void {
      for (const each of [client, clientOfRuns, raw]) each.destroy();
    },
  };

  async function throughSegment(runId: string, segment: Segment): Promise<number> {
    let state: SegmentState = { runId, segment, page: 0 };
    while (!state.done) state = await handler(state);
    return state.page + 1;
  }

  async function itemsUnder(TableName: string, pk: string) {
    const query = new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: marshall({ ':pk': pk }),
    });
    return (await raw.send(query)).Items ?? [];
  }
}

/** Each member has its item, its profile, an old change and its message. Only members that will fall have a ledger. */
function* itemsOf(yearEnd: YearEnd, members: number, tables: { points: string; members: string }): Iterable<Written> {
  for (let number = 0; number < members; number++) {
    const memberId = memberIdOf(number);
    const { member, entries } = yearEnd.sample(number);
    const change = itemOfNews({
      ...{ memberId, sequence: 1, from: { id: 'bronze', name: 'Bronze', rank: 0 } },
      ...{ to: { id: 'silver', name: 'Silver', rank: 1 }, direction: 'up', cause: 'transaction' },
      ...{ transactionId: randomUUID(), programVersion: member.countedUnder, announced: true, points: 1010 },
      ...{ occurredAt: member.enrolledAt, recordedAt: member.enrolledAt, expiresAt: null },
      next: { id: 'gold', name: 'Gold', rank: 2, missing: 3990 },
    });
    const email = `ada.${memberId}@mail.example`;
    const ofMember = [
      itemOfMember({ ...member, memberId, changes: 1 }),
      { pk: memberId, sk: 'PROFILE', name: 'Ada', email, locale: 'es-ES' },
      { pk: memberId, sk: 'MESSAGE#0000000001#email', sentAt: '2025-06-10T10:00:01Z' },
      change,
    ];
    for (const item of ofMember) yield { TableName: tables.members, item };
    if (!yearEnd.falls(number)) continue;
    for (const entry of entries) yield { TableName: tables.points, item: itemOf({ ...entry, memberId }) };
  }
}

async function writeAll(client: DynamoDBDocumentClient, items: Iterable<Written>): Promise<void> {
  const all = [...items];
  for (let first = 0; first < all.length; first += BATCH) await writeBatch(client, all.slice(first, first + BATCH));
}

async function writeBatch(client: DynamoDBDocumentClient, batch: readonly Written[]): Promise<void> {
  const byTable = Map.groupBy(batch, ({ TableName }) => TableName);
  const puts = [...byTable].map(([table, items]) => [table, items.map(({ item }) => ({ PutRequest: { Item: item } }))]);
  const RequestItems = Object.fromEntries(puts);
  const { UnprocessedItems = {} } = await client.send(new BatchWriteCommand({ RequestItems }));
  if (Object.keys(UnprocessedItems).length > 0) throw new Error('DynamoDB Local did not take all items.');
}
