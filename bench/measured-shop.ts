import { randomUUID } from 'node:crypto';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
  DynamoDBStreamEvent,
} from 'aws-lambda';
import type { Outcome } from '../core/actions/action-record.ts';
import type { LedgerEntry } from '../core/ledger/transaction.ts';
import { isActionRecord, type TierChange, type TierNotice } from '../core/member/tier-change.ts';
import type { Ledger, MemberStore } from '../core/ports.ts';
import type { Brand } from '../core/program/brand.ts';
import { compileProgram } from '../core/program/program.ts';
import { HOUR_MS, type Instant, MINUTE_MS } from '../core/time.ts';
import { expireTier } from '../core/use-cases/expire-tier.ts';
import { RecordingMailer } from '../fakes/recording-world.ts';
import { dynamoClient } from '../functions/adapters/dynamo-client.ts';
import { DynamoDeliveryLog } from '../functions/adapters/dynamo-delivery-log.ts';
import { DynamoLedger, itemOf } from '../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../functions/adapters/dynamo-member-store.ts';
import { DynamoOrderFiles } from '../functions/adapters/dynamo-order-files.ts';
import { DynamoProfileStore } from '../functions/adapters/dynamo-profile-store.ts';
import { makeHandler as makeExpireTiers } from '../functions/expire-tiers/make-handler.ts';
import { makeHandler as makeManageTier } from '../functions/manage-tier/make-handler.ts';
import { makeHandler as makePutMember } from '../functions/put-member/make-handler.ts';
import { makeHandler as makeRecalculateTier } from '../functions/recalculate-tier/make-handler.ts';
import { makeHandler as makeReceiveShopifyOrder } from '../functions/receive-shopify-order/make-handler.ts';
import { makeHandler as makeRecordTransaction } from '../functions/record-transaction/make-handler.ts';
import { newApiKey } from '../functions/runtime/api-keys.ts';
import { makeHandler as makeSendEmail } from '../functions/send-email/make-handler.ts';
import { clientConfigOf, type DynamoDbLocal, makeTables } from '../local/dynamodb-local.ts';
import { shopifyHeaders } from '../local/shopify-webhook.ts';
import { CapacityMeter, type Consumption } from './capacity-meter.ts';
import { CountedScheduler } from './counted-scheduler.ts';
import { itemBytes } from './item-bytes.ts';

const SHOPIFY_SECRET = 'shpss_of_the_bench';
const PARALLEL_WRITES = 16;

/** A shop that calls the real handlers, over the real adapters, on DynamoDB Local; a meter reads every call to the tables. */
export async function openShop(brand: Brand, dynamoDb: DynamoDbLocal) {
  const program = compileProgram(brand);
  const tables = await makeTables(dynamoDb, `bench-${randomUUID()}`);
  const client = dynamoClient(clientConfigOf(dynamoDb));
  const meter = new CapacityMeter(client);
  const rawClient = new DynamoDBClient(clientConfigOf(dynamoDb));

  let now: Instant = Date.UTC(2026, 4, 2, 10);
  const clock = () => now;
  const recorded: LedgerEntry[] = [];
  const news: (TierChange | TierNotice)[] = [];
  const { text: keyText, kept } = newApiKey('admin', '2026-01-01T00:00:00Z');

  const dynamoLedger = new DynamoLedger(client, tables.points);
  const dynamoMembers = new DynamoMemberStore(client, tables.members);
  const ledger: Ledger = {
    async record(entry) {
      const outcome = await dynamoLedger.record(entry);
      if (outcome.status === 'recorded') recorded.push(entry);
      return outcome;
    },
    entriesOf: (memberId) => dynamoLedger.entriesOf(memberId),
  };
  const members: MemberStore = {
    load: (memberId) => dynamoMembers.load(memberId),
    async save(member, readVersion, records) {
      const outcome = await dynamoMembers.save(member, readVersion, records);
      if (outcome === 'saved') for (const record of records) if (!isActionRecord(record)) news.push(record);
      return outcome;
    },
    change: (memberId, sequence) => dynamoMembers.change(memberId, sequence),
    changesOf: (memberId, page) => dynamoMembers.changesOf(memberId, page),
    notice: (memberId, sequence) => dynamoMembers.notice(memberId, sequence),
    recordAction: (record) => dynamoMembers.recordAction(record),
    action: (memberId, key) => dynamoMembers.action(memberId, key),
    actionsOf: (memberId) => dynamoMembers.actionsOf(memberId),
    recordsOf: (memberId) => dynamoMembers.recordsOf(memberId),
    due: (shard, now) => dynamoMembers.due(shard, now),
    inSegment: (segment, page) => dynamoMembers.inSegment(segment, page),
    everyId: () => dynamoMembers.everyId(),
  };
  const scheduler = new CountedScheduler();
  const ports = {
    ledger,
    members,
    timers: scheduler.newClock(),
    profiles: new DynamoProfileStore(client, tables.members),
    deliveries: new DynamoDeliveryLog(client, tables.members),
    orderFiles: new DynamoOrderFiles(client, tables.points),
    mailer: new RecordingMailer(),
    // The secrets are read once a minute at most, and are no table.
    keys: { read: async () => [kept] },
    secrets: { read: async () => [SHOPIFY_SECRET] },
    park: async ({ reason }: { reason: string }) => {
      throw new Error(`A record was parked: ${reason}`);
    },
  };
  const rules = { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } };
  const recordTransaction = makeRecordTransaction(ports, program, clock);
  const receiveShopifyOrder = makeReceiveShopifyOrder(ports, brand.shopify!, program, clock);
  const putMember = makePutMember(ports, rules, clock);
  const recalculateTier = makeRecalculateTier(ports, rules, clock);
  const manageTier = makeManageTier(ports, rules, clock);
  const expireTiers = makeExpireTiers(ports, rules, clock);
  const sendEmail = makeSendEmail(ports, brand, program, clock);

  async function call(
    handler: (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>,
    pathParameters: Record<string, string>,
    headers: Record<string, string>,
    body: string,
    expected: number[],
  ): Promise<string> {
    const event = { headers, pathParameters, body, isBase64Encoded: false } as unknown as APIGatewayProxyEventV2;
    const { statusCode, body: answer } = await handler(event, {} as Context);
    if (!expected.includes(statusCode ?? 0)) throw new Error(`A call was answered with ${statusCode}: ${answer}`);
    return answer ?? '';
  }

  const authorization = { authorization: `Bearer ${keyText}` };

  return {
    program,
    tables,
    now: () => now,
    pass(milliseconds: number) {
      now += milliseconds;
    },

    /** Posts a transaction; what is left out is a purchase that happens now. */
    async post(memberId: string, transaction: Record<string, unknown>, expected = 202): Promise<void> {
      const body = { id: randomUUID(), type: 'purchase', occurredAt: new Date(now).toISOString(), ...transaction };
      await call(recordTransaction, { memberId }, authorization, JSON.stringify(body), [expected]);
    },

    async postShopify(topic: string, body: string): Promise<void> {
      await call(receiveShopifyOrder, {}, shopifyHeaders(topic, body, SHOPIFY_SECRET), body, [202]);
    },

    async enrol(memberId: string, body: Record<string, unknown> = {}): Promise<void> {
      await call(putMember, { memberId }, authorization, JSON.stringify(body), [200, 201]);
    },

    /** Brings what was recorded since the last time to the recalculation, as one batch of the stream. */
    async recalculate(): Promise<void> {
      const entries = recorded.splice(0);
      const { batchItemFailures } = await recalculateTier(streamOf(entries));
      if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} records were not counted.`);
    },

    /** @param expected the outcome */
    async act(memberId: string, action: Record<string, unknown>, expected: Outcome): Promise<void> {
      const answer = await call(manageTier, { memberId }, authorization, JSON.stringify(action), [200]);
      const { outcome } = JSON.parse(answer) as { outcome: Outcome };
      if (outcome !== expected) throw new Error(`An action came to ${outcome}, and not to ${expected}: ${answer}`);
    },

    /** Writes down what is due for one member. */
    async expire(memberId: string): Promise<void> {
      const { changes, notices } = await expireTier(ports, rules, memberId, now);
      if (changes.length + notices.length !== 1) throw new Error(`${memberId} had ${changes.length} changes.`);
    },

    /** The sweep, which looks for whoever is due. */
    async sweep(): Promise<void> {
      const { batchItemFailures } = await expireTiers({ Records: [{ body: '{}' }] } as never);
      if (batchItemFailures.length > 0) throw new Error('The sweep failed.');
    },

    /** How often EventBridge was asked for a schedule. */
    scheduleCalls: () => scheduler.calls,

    /** Emails what the last change of a tier says. */
    async emailLastChange(): Promise<void> {
      const record = { messageId: randomUUID(), body: JSON.stringify(news.at(-1)) };
      const { batchItemFailures } = await sendEmail({ Records: [record] } as never);
      if (batchItemFailures.length > 0 || ports.mailer.sent.length === 0) throw new Error('The email was not sent.');
    },

    /** A past that was counted long ago: straight into the ledger. */
    async fillLedger(memberId: string, entries: number): Promise<string> {
      const orderIds = Array.from({ length: entries }, () => randomUUID());
      for (let first = 0; first < entries; first += PARALLEL_WRITES) {
        await Promise.all(
          orderIds.slice(first, first + PARALLEL_WRITES).map((id, place) => {
            const at = now - (entries - first - place) * HOUR_MS - 30 * MINUTE_MS;
            const money = { amountMinor: 1000, spendMinor: 1000, currency: 'EUR' };
            return dynamoLedger.record({
              ...{ memberId, id, source: 'api', type: 'purchase', awardedPoints: 2, ...money },
              ...{ occurredAt: at, recordedAt: at },
            });
          }),
        );
      }
      return orderIds[Math.floor(entries / 2)]!;
    },

    async readLedger(memberId: string): Promise<void> {
      await dynamoLedger.entriesOf(memberId);
    },

    async meter(act: () => Promise<void>): Promise<Consumption> {
      meter.take();
      await act();
      return meter.take();
    },

    /** How large the member's item is by now. */
    async memberBytes(memberId: string): Promise<number> {
      const { Item } = await rawClient.send(
        new GetItemCommand({ TableName: tables.members, Key: marshall({ pk: memberId, sk: 'MEMBER' }) }),
      );
      return itemBytes(Item!);
    },

    /** How large an entry of the member's ledger is. */
    async entryBytes(memberId: string): Promise<number> {
      const [entry] = await dynamoLedger.entriesOf(memberId);
      return itemBytes(marshall(itemOf(entry!), { removeUndefinedValues: true }));
    },

    close() {
      client.destroy();
      rawClient.destroy();
    },
  };
}

export type MeasuredShop = Awaited<ReturnType<typeof openShop>>;

function streamOf(entries: readonly LedgerEntry[]): DynamoDBStreamEvent {
  const Records = entries.map((entry, place) => {
    const NewImage = marshall(itemOf(entry), { removeUndefinedValues: true });
    return {
      eventName: 'INSERT' as const,
      dynamodb: {
        Keys: { pk: NewImage.pk!, sk: NewImage.sk! },
        NewImage,
        SequenceNumber: String(place + 1),
        ApproximateCreationDateTime: entry.recordedAt / 1000,
      },
    };
  });
  return { Records } as unknown as DynamoDBStreamEvent;
}
