import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  paginateScan,
} from '@aws-sdk/lib-dynamodb';
import { entryKey, type LedgerEntry } from '../../core/ledger/transaction.ts';
import type { Ledger } from '../../core/ports.ts';
import { type Instant, MINUTE_MS } from '../../core/time.ts';
import { ENTRY_PREFIX, entryOf } from '../../functions/adapters/dynamo-ledger.ts';
import { CHANGE_PREFIX, NOTICE_PREFIX } from '../../functions/adapters/dynamo-member-store.ts';

type Item = Record<string, unknown>;

interface Put {
  item: Item;
  /** Without a condition the put overwrites the item. */
  condition?: { expression: string; values?: Item };
}

/** From the current table to its restored copy. */
export interface Forwarding {
  client: DynamoDBDocumentClient;
  from: string;
  to: string;
  /** Items written since this moment are read. It is somewhat before the moment of the restore, as clocks differ. */
  since: Instant;
}

/** The result of one batch. */
export interface Forwarded {
  items: number;
  /** Members whose ledger or actions grew: they have to be rebuilt. */
  memberIds: string[];
}

/** The largest expected difference between the clocks of functions. */
const CLOCKS_MS = 5 * MINUTE_MS;
const SIDE_BY_SIDE = 25;
const IF_ABSENT = { expression: 'attribute_not_exists(pk)' };

export function since(at: Instant): Instant {
  return at - CLOCKS_MS;
}

/**
 * Brings what the ledger was given since: entries, which nothing ever changes, and the files of platforms' orders, of which the longer one is
 * the later one.
 * @param beforeEntries is called before entries are put that the table lacks: the stream of a table in use counts them at once
 */
export async function* bringEntriesForward(
  { client, from, to, since }: Forwarding,
  beforeEntries: (entries: readonly LedgerEntry[]) => Promise<void> = async () => {},
): AsyncIterable<Forwarded> {
  const pages = paginateScan(
    { client },
    {
      TableName: from,
      FilterExpression: '(begins_with(sk, :entry) AND recordedAt >= :since) OR sk = :file',
      ExpressionAttributeValues: { ':entry': ENTRY_PREFIX, ':since': since, ':file': 'FILE' },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) {
    const files = Items.filter(({ sk }) => sk === 'FILE');
    const entries = Items.filter(({ sk }) => sk !== 'FILE');
    for (const batch of batchesOf(entries)) {
      const isThere = await Promise.all(batch.map((item) => get(client, to, item.pk, String(item.sk))));
      const absent = batch.filter((_, place) => isThere[place] === undefined);
      if (absent.length > 0) await beforeEntries(absent.map(entryOf));
      yield together(absent, async (item) =>
        outcome(await put(client, to, { item, condition: IF_ABSENT }), String(item.pk)),
      );
    }
    yield* inBatches(files, async (item) => {
      const there = await get(client, to, item.pk, 'FILE');
      if (there && Number(there.version) >= Number(item.version)) return outcome(0);
      const expression = `${IF_ABSENT.expression} OR version < :version`;
      return outcome(await put(client, to, { item, condition: { expression, values: { ':version': item.version } } }));
    });
  }
}

/** A ledger that reads as if the given entries were already in it. */
export function withEntries(ledger: Ledger, brought: readonly LedgerEntry[]): Ledger {
  return {
    record: (entry) => ledger.record(entry),
    entriesOf: async (memberId) => {
      const there = await ledger.entriesOf(memberId);
      const keys = new Set(there.map(entryKey));
      return [...there, ...brought.filter((entry) => entry.memberId === memberId && !keys.has(entryKey(entry)))];
    },
  };
}

/**
 * Brings what the members' table was given since and nobody can make anew: who enrolled, what was decided, who is in which group, which
 * phones hold a pass, which runs there were. A member's points, tier and history are not brought: they follow from the ledger.
 * @param erase does again what was done to a member who was erased since
 * @param kinds `erasures` brings nothing but these
 */
export async function* bringMembersForward(
  forwarding: Forwarding,
  erase: (memberId: string) => Promise<void>,
  kinds: 'everything' | 'erasures' = 'everything',
): AsyncIterable<Forwarded & { erased: number }> {
  const { client, from, to } = forwarding;
  const pages = paginateScan(
    { client },
    {
      TableName: from,
      FilterExpression: 'sk = :member OR begins_with(pk, :run) OR begins_with(pk, :group)',
      ExpressionAttributeValues: { ':member': 'MEMBER', ':run': 'RUN#', ':group': 'GROUP#' },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) {
    let erased = 0;
    const batches = inBatches(Items, async (item) => {
      const isWanted = kinds === 'everything';
      if (item.sk !== 'MEMBER') return outcome(isWanted ? await putAll(client, to, sharedPuts(item)) : 0);
      const memberId = String(item.pk);
      const theirs = await partition(client, from, memberId);
      const isErased = wasErased(theirs) && (await get(client, to, memberId, 'PROFILE')) !== undefined;
      const done = isWanted ? await bringMember(forwarding, memberId, theirs) : outcome(0);
      if (isErased) {
        await erase(memberId);
        await putAll(client, to, putsOfErased(theirs));
        erased++;
      }
      return done;
    });
    for await (const batch of batches) {
      yield { ...batch, erased };
      erased = 0;
    }
  }
}

/** @param theirs all items of this member in the old table */
async function bringMember(
  { client, to, since }: Forwarding,
  memberId: string,
  theirs: readonly Item[],
): Promise<Forwarded> {
  const isKnown = (await get(client, to, memberId, 'MEMBER')) !== undefined;
  const written = await putAll(client, to, isKnown ? putsOfKnown(theirs, since) : putsOfNew(theirs));
  const needsRebuild = !isKnown || theirs.some((one) => isAction(one) && Number(one.recordedAt) >= since);
  return outcome(written, ...(needsRebuild ? [memberId] : []));
}

/** Erasing leaves a pass without contents behind, also where there never was a pass; who enrolled again has a profile. */
function wasErased(items: readonly Item[]): boolean {
  return (
    items.some(({ sk, contents }) => sk === 'PASS' && contents === undefined) &&
    !items.some(({ sk }) => sk === 'PROFILE')
  );
}

function isAction({ sk }: Item): boolean {
  return String(sk).startsWith('ACTION#');
}

/** All items of an enrollment. The member comes last, so a reader who finds the member finds the other items. */
function putsOfNew(items: readonly Item[]): Put[] {
  const [member, rest] = [items.filter(({ sk }) => sk === 'MEMBER'), items.filter(({ sk }) => sk !== 'MEMBER')];
  const all = [...rest.map(silenced).flatMap((item) => [item, ...reverseOf(item)]), ...member];
  return all.map((item) => ({ item, condition: IF_ABSENT }));
}

/** The old stack announces its own changes. It may record an announcement after this read. */
function silenced(item: Item): Item {
  if (![CHANGE_PREFIX, NOTICE_PREFIX].some((prefix) => String(item.sk).startsWith(prefix))) return item;
  const { channels: _, ...rest } = item;
  return { ...rest, announced: false };
}

function putsOfKnown(items: readonly Item[], since: Instant): Put[] {
  return items.flatMap((item): Put[] => {
    const sk = String(item.sk);
    if (isAction(item) && Number(item.recordedAt) >= since) return [{ item, condition: IF_ABSENT }];
    if (sk.startsWith('DEVICE#') && Number(item.registeredAt) >= since) {
      return [item, ...reverseOf(item)].map((each) => ({ item: each, condition: IF_ABSENT }));
    }
    // A phone asks for passes newer than its own, so a version must never decrease.
    if (sk === 'PASS' && Number(item.updatedAt) >= since) {
      const expression = `${IF_ABSENT.expression} OR updatedAt < :updatedAt`;
      return [{ item, condition: { expression, values: { ':updatedAt': item.updatedAt } } }];
    }
    return sk === 'GOOGLE_PASS' ? [{ item, condition: IF_ABSENT }] : [];
  });
}

/** The withdrawn Google passes of erased members. */
function putsOfErased(items: readonly Item[]): Put[] {
  return items.filter(({ sk, state }) => sk === 'GOOGLE_PASS' && state === 'withdrawn').map((item) => ({ item }));
}

/** Of a group's or a run's items: memberships only ever get longer, pages never change, and a run that ended is further than one that did not. */
function sharedPuts(item: Item): Put[] {
  if (Array.isArray(item.moments)) {
    const expression = `${IF_ABSENT.expression} OR size(moments) < :moments`;
    return [{ item, condition: { expression, values: { ':moments': item.moments.length } } }];
  }
  if (item.sk !== 'RUN' || item.finishedAt === undefined) return [{ item, condition: IF_ABSENT }];
  return [{ item, condition: { expression: `${IF_ABSENT.expression} OR attribute_not_exists(finishedAt)` } }];
}

/** A device's registration is two items. */
function reverseOf({ pk, sk }: Item): Item[] {
  return String(sk).startsWith('DEVICE#') ? [{ pk: sk, sk: `PASS#${pk}` }] : [];
}

function outcome(items: number, ...memberIds: string[]): Forwarded {
  return { items, memberIds: items > 0 ? memberIds : [] };
}

async function* inBatches(items: readonly Item[], bring: (item: Item) => Promise<Forwarded>): AsyncIterable<Forwarded> {
  for (const batch of batchesOf(items)) yield together(batch, bring);
}

function* batchesOf(items: readonly Item[]): Iterable<Item[]> {
  for (let start = 0; start < items.length; start += SIDE_BY_SIDE) yield items.slice(start, start + SIDE_BY_SIDE);
}

async function together(items: readonly Item[], bring: (item: Item) => Promise<Forwarded>): Promise<Forwarded> {
  const all = await Promise.all(items.map(bring));
  return {
    items: all.reduce((sum, { items }) => sum + items, 0),
    memberIds: [...new Set(all.flatMap(({ memberIds }) => memberIds))],
  };
}

/** Writes in the given order. @returns how many items were written */
async function putAll(client: DynamoDBDocumentClient, table: string, puts: readonly Put[]): Promise<number> {
  let written = 0;
  for (const each of puts) written += await put(client, table, each);
  return written;
}

async function put(client: DynamoDBDocumentClient, TableName: string, { item, condition }: Put): Promise<0 | 1> {
  try {
    await client.send(
      new PutCommand({
        TableName,
        Item: item,
        ...(condition && { ConditionExpression: condition.expression }),
        ...(condition?.values && { ExpressionAttributeValues: condition.values }),
      }),
    );
    return 1;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return 0;
    throw error;
  }
}

async function get(
  client: DynamoDBDocumentClient,
  TableName: string,
  pk: unknown,
  sk: string,
): Promise<Item | undefined> {
  return (await client.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }))).Item;
}

async function partition(client: DynamoDBDocumentClient, TableName: string, pk: string): Promise<Item[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
    },
  );
  const items: Item[] = [];
  for await (const { Items = [] } of pages) items.push(...Items);
  return items;
}
