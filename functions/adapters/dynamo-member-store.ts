import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  paginateScan,
  QueryCommand,
  ScanCommand,
  type ScanCommandOutput,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { ActionRecord } from '../../core/actions/action-record.ts';
import { DUE_SHARDS } from '../../core/actions/due-moments.ts';
import type { Grant } from '../../core/actions/grant.ts';
import type { MemberRecords } from '../../core/member/audit/audit-member.ts';
import type { Member } from '../../core/member/member.ts';
import {
  isActionRecord,
  isNotice,
  type MemberRecord,
  type TierChange,
  type TierNotice,
} from '../../core/member/tier-change.ts';
import type { MemberStore } from '../../core/ports.ts';
import { counted } from '../../core/quantity.ts';
import { ANNIVERSARY_PARTS, type Segment } from '../../core/runs/segment.ts';
import type { Instant } from '../../core/time.ts';
import { isLostCondition } from './dynamo-client.ts';
import { longNames, renamed } from './short-names.ts';

const MEMBER = 'MEMBER';
export const CHANGE_PREFIX = 'CHANGE#';
export const NOTICE_PREFIX = 'NOTICE#';
const ACTION_PREFIX = 'ACTION#';
/** The index of members with something due, by `dueShard` and `nextDueAt`. Only such members have these attributes. */
export const DUE_INDEX = 'Due';
const DUE_PAGE = 100;
/** The index of members whose cycles end on an anniversary, by the anniversary's part and the member's id. */
export const ANNIVERSARY_INDEX = 'Anniversary';
/** The most items that DynamoDB returns by key in one call. */
const BATCH = 100;
const BATCH_ATTEMPTS = 5;

/** Padded to the same length, so that sequence numbers sort correctly as text. */
function keyOfNews(prefix: string, sequence: number): string {
  return `${prefix}${String(sequence).padStart(10, '0')}`;
}

/** The members table: an item for each member, and beside it one for each tier change, notice and action. */
export class DynamoMemberStore implements MemberStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async load(memberId: string): Promise<Member | undefined> {
    const Item = await this.#get(memberId, MEMBER);
    return Item && memberOf(Item);
  }

  async save(member: Member, readVersion: number, records: readonly MemberRecord[]): Promise<'saved' | 'conflict'> {
    const put = {
      TableName: this.#table,
      Item: itemOfMember(member),
      ...(readVersion === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': readVersion } }),
    };
    try {
      if (records.length === 0) await this.#client.send(new PutCommand(put));
      else {
        const puts = [put, ...records.map((record) => this.#putOf(itemOfRecord(record)))];
        await this.#client.send(new TransactWriteCommand({ TransactItems: puts.map((Put) => ({ Put })) }));
      }
      return 'saved';
    } catch (error) {
      if (isLostCondition(error)) return 'conflict';
      throw error;
    }
  }

  #putOf(Item: Record<string, unknown>) {
    return { TableName: this.#table, Item, ConditionExpression: 'attribute_not_exists(pk)' };
  }

  async #get(memberId: string, sk: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk: memberId, sk }, ConsistentRead: true }),
    );
    return Item;
  }

  async changesOf(memberId: string, page: { limit: number; before?: number }): Promise<TierChange[]> {
    const { Items } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: {
          ':pk': memberId,
          ':first': keyOfNews(CHANGE_PREFIX, 0),
          ':last': keyOfNews(CHANGE_PREFIX, (page.before ?? 10_000_000_000) - 1),
        },
        ScanIndexForward: false,
        Limit: page.limit,
        // A retried page of a recalculation must see changes written a moment ago.
        ConsistentRead: true,
      }),
    );
    return (Items ?? []).map(changeOf);
  }

  async change(memberId: string, sequence: number): Promise<TierChange | undefined> {
    const Item = await this.#get(memberId, keyOfNews(CHANGE_PREFIX, sequence));
    return Item && changeOf(Item);
  }

  async notice(memberId: string, sequence: number): Promise<TierNotice | undefined> {
    const Item = await this.#get(memberId, keyOfNews(NOTICE_PREFIX, sequence));
    return Item && noticeOf(Item);
  }

  async recordAction(record: ActionRecord): Promise<'recorded' | 'exists'> {
    try {
      await this.#client.send(new PutCommand(this.#putOf(itemOfAction(record))));
      return 'recorded';
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return 'exists';
      throw error;
    }
  }

  async action(memberId: string, key: string): Promise<ActionRecord | undefined> {
    const Item = await this.#get(memberId, ACTION_PREFIX + key);
    return Item && actionOf(Item);
  }

  async actionsOf(memberId: string): Promise<ActionRecord[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :actions)',
        ExpressionAttributeValues: { ':pk': memberId, ':actions': ACTION_PREFIX },
        ConsistentRead: true,
      },
    );
    const actions: ActionRecord[] = [];
    for await (const page of pages) actions.push(...(page.Items ?? []).map(actionOf));
    return actions;
  }

  async recordsOf(memberId: string): Promise<MemberRecords | undefined> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        // The range ends before the profile, which holds personal data.
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': memberId, ':first': ACTION_PREFIX, ':last': `${NOTICE_PREFIX}\uffff` },
        ConsistentRead: true,
      },
    );
    const items: Record<string, unknown>[] = [];
    for await (const { Items = [] } of pages) items.push(...Items);
    const item = items.find(({ sk }) => sk === MEMBER);
    if (!item) return undefined;
    const startingWith = (prefix: string) => items.filter(({ sk }) => String(sk).startsWith(prefix));
    const member = memberOf(item);
    return {
      member,
      actions: startingWith(ACTION_PREFIX).map(actionOf),
      news: [...startingWith(CHANGE_PREFIX), ...startingWith(NOTICE_PREFIX)]
        .map(newsOf)
        .sort((a, b) => a.sequence - b.sequence),
      staleIndexKeys: straysOf(item, itemOfMember(member)),
    };
  }

  async *due(shard: number, now: Instant): AsyncIterable<string[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        IndexName: DUE_INDEX,
        KeyConditionExpression: 'dueShard = :shard AND nextDueAt <= :now',
        ExpressionAttributeValues: { ':shard': String(shard), ':now': now },
        Limit: DUE_PAGE,
      },
    );
    for await (const { Items = [] } of pages) if (Items.length > 0) yield Items.map(({ pk }) => String(pk));
  }

  async inSegment(segment: Segment, page: { limit: number; after?: string }): ReturnType<MemberStore['inSegment']> {
    return segment.kind === 'everyone' ? this.#scanned(segment, page) : this.#ofAnniversary(segment, page);
  }

  /** Skips all items but members. Each page except the last is at least half full. */
  async #scanned({ part, of }: { part: number; of: number }, { limit, after }: { limit: number; after?: string }) {
    const half = Math.ceil(limit / 2);
    const members: Member[] = [];
    let next = after === undefined ? undefined : JSON.parse(after);
    do {
      const { Items = [], LastEvaluatedKey }: ScanCommandOutput = await this.#client.send(
        new ScanCommand({
          TableName: this.#table,
          Segment: part,
          TotalSegments: of,
          // The room that is left if every scanned item is a member.
          Limit: limit - half + 1,
          ...(next && { ExclusiveStartKey: next }),
          FilterExpression: 'sk = :member',
          ExpressionAttributeValues: { ':member': MEMBER },
          ConsistentRead: true,
        }),
      );
      members.push(...Items.map(memberOf));
      next = LastEvaluatedKey;
    } while (next && members.length < half);
    return { members, ...(next && { next: JSON.stringify(next) }) };
  }

  async #ofAnniversary(
    { day, part }: { day: string; part: number },
    { limit, after }: { limit: number; after?: string },
  ) {
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        IndexName: ANNIVERSARY_INDEX,
        KeyConditionExpression: 'anniversaryPart = :part',
        ExpressionAttributeValues: { ':part': anniversaryPart(day, part) },
        Limit: limit,
        ...(after !== undefined && { ExclusiveStartKey: JSON.parse(after) }),
      }),
    );
    const members: Member[] = [];
    for (let start = 0; start < Items.length; start += BATCH) {
      members.push(...(await this.#membersOf(Items.slice(start, start + BATCH).map(({ pk }) => String(pk)))));
    }
    // The index may lag behind: a member whose anniversary moved is dropped here and appears under the new day.
    const there = members.filter(({ anniversary }) => anniversary === day);
    return { members: there, ...(LastEvaluatedKey && { next: JSON.stringify(LastEvaluatedKey) }) };
  }

  /** Returns the members in no particular order. DynamoDB may leave keys unprocessed; they are requested again. */
  async #membersOf(memberIds: readonly string[]): Promise<Member[]> {
    const members: Member[] = [];
    let Keys: Record<string, unknown>[] | undefined = memberIds.map((pk) => ({ pk, sk: MEMBER }));
    for (let attempt = 0; Keys !== undefined && Keys.length > 0; attempt++) {
      if (attempt === BATCH_ATTEMPTS)
        throw new Error(`DynamoDB held back ${counted(Keys.length, 'member')} ${attempt} times.`);
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * 25 * Math.random()));
      const RequestItems = { [this.#table]: { Keys, ConsistentRead: true } };
      const answer: BatchGetCommandOutput = await this.#client.send(new BatchGetCommand({ RequestItems }));
      members.push(...(answer.Responses?.[this.#table] ?? []).map(memberOf));
      Keys = answer.UnprocessedKeys?.[this.#table]?.Keys;
    }
    return members;
  }

  async *everyId(): AsyncIterable<string> {
    const pages = paginateScan(
      { client: this.#client },
      {
        TableName: this.#table,
        FilterExpression: 'sk = :member',
        ExpressionAttributeValues: { ':member': MEMBER },
        ProjectionExpression: 'pk',
        // Includes members enrolled a moment ago, as `inSegment` does.
        ConsistentRead: true,
      },
    );
    for await (const page of pages) for (const item of page.Items ?? []) yield String(item.pk);
  }
}

export function itemOfMember({ memberId, grants, ...rest }: Member): Record<string, unknown> {
  return {
    pk: memberId,
    sk: MEMBER,
    ...rest,
    ...(grants && { grants: grants.map((grant) => renamed(grant, SHORT_NAMES)) }),
    ...(rest.nextDueAt !== undefined && { dueShard: String(partOf(memberId, DUE_SHARDS)) }),
    ...(rest.anniversary !== undefined && {
      anniversaryPart: anniversaryPart(rest.anniversary, partOf(memberId, ANNIVERSARY_PARTS)),
    }),
  };
}

/** Returns stored index attributes that differ from those the member should have. */
function straysOf(item: Record<string, unknown>, whole: Record<string, unknown>): MemberRecords['staleIndexKeys'] {
  return ['dueShard', 'anniversaryPart']
    .filter((name) => item[name] !== whole[name])
    .map((figure) => ({ figure, stored: item[figure] ?? null, ledger: whole[figure] ?? null }));
}

export function memberOf(item: Record<string, unknown>): Member {
  const { pk, sk: _, dueShard: __, anniversaryPart: ___, grants, ...rest } = item;
  return {
    ...rest,
    memberId: pk,
    ...(Array.isArray(grants) && { grants: grants.map((grant) => renamed(grant, LONG_NAMES)) }),
  } as Member;
}

function anniversaryPart(day: string, part: number): string {
  return `${day}.${part}`;
}

/** Short attribute names keep a member's item within 1 KB, the size of one write unit. */
const SHORT_NAMES: Readonly<Record<keyof Grant, string>> = {
  key: 'k',
  kind: 'd',
  tier: 't',
  from: 'f',
  until: 'u',
  reassessFrom: 'r',
  promotion: 'p',
  transactionId: 'x',
  tellEnd: 'e',
};
const LONG_NAMES = longNames(SHORT_NAMES);

/** Returns a stable part number for a member: FNV-1a, 32 bits. http://www.isthe.com/chongo/tech/comp/fnv/ */
function partOf(memberId: string, parts: number): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(memberId)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  // The hash's lowest bits depend only on the id's lowest bits, so the high bits are mixed in.
  return ((hash ^ (hash >>> 16)) >>> 0) % parts;
}

function itemOfRecord(record: MemberRecord): Record<string, unknown> {
  return isActionRecord(record) ? itemOfAction(record) : itemOfNews(record);
}

function itemOfAction({ memberId, key, ...rest }: ActionRecord): Record<string, unknown> {
  return { pk: memberId, sk: ACTION_PREFIX + key, ...rest };
}

function actionOf(item: Record<string, unknown>): ActionRecord {
  const { pk, sk, ...rest } = item;
  return { memberId: pk, key: String(sk).slice(ACTION_PREFIX.length), ...rest } as ActionRecord;
}

export function itemOfNews(news: TierChange | TierNotice): Record<string, unknown> {
  const sk = keyOfNews(isNotice(news) ? NOTICE_PREFIX : CHANGE_PREFIX, news.sequence);
  return { pk: news.memberId, sk, ...news };
}

/** Reads a change or a notice from a record of the table's stream. @throws when the item is neither */
export function newsOfImage(image: object | undefined): TierChange | TierNotice {
  return newsOf(unmarshall(image as Parameters<typeof unmarshall>[0]));
}

/** @throws when the item is neither a change nor a notice, so Laurel did not write it */
export function newsOf(item: Record<string, unknown>): TierChange | TierNotice {
  const { pk, sk, ...news } = item as Record<string, unknown> & Partial<TierChange> & Partial<TierNotice>;
  const moves = news.direction === 'up' || news.direction === 'down';
  const tells = news.kind === 'renewed' || news.kind === 'expiring';
  const whole =
    typeof news.memberId === 'string' &&
    Number.isSafeInteger(news.sequence) &&
    typeof news.from?.id === 'string' &&
    typeof news.to?.id === 'string' &&
    (moves ? news.kind === undefined : tells && news.direction === undefined) &&
    typeof news.announced === 'boolean' &&
    Number.isSafeInteger(news.occurredAt);
  if (!whole) throw new Error(`The item ${String(pk)} / ${String(sk)} is neither a tier change nor a notice.`);
  return news as TierChange | TierNotice;
}

function changeOf(item: Record<string, unknown>): TierChange {
  const news = newsOf(item);
  if (isNotice(news)) throw new Error(`The item ${String(item.pk)} / ${String(item.sk)} is not a tier change.`);
  return news;
}

function noticeOf(item: Record<string, unknown>): TierNotice {
  const news = newsOf(item);
  if (!isNotice(news)) throw new Error(`The item ${String(item.pk)} / ${String(item.sk)} is not a notice.`);
  return news;
}
