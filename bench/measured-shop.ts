import { randomUUID } from 'node:crypto';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { marshall } from '@aws-sdk/util-dynamodb';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
  DynamoDBStreamEvent,
} from 'aws-lambda';
import type { LedgerEntry } from '../core/ledger/transaction.ts';
import type { Member } from '../core/member/member.ts';
import { isActionRecord, type MemberRecord, type TierChange, type TierNotice } from '../core/member/tier-change.ts';
import type { Brand } from '../core/program/brand.ts';
import { compileProgram } from '../core/program/program.ts';
import { HOUR_MS, type Instant, MINUTE_MS } from '../core/time.ts';
import { expireTier } from '../core/use-cases/expire-tier.ts';
import { RecordingMailer } from '../fakes/recording-world.ts';
import { dynamoClient } from '../functions/adapters/dynamo-client.ts';
import { DynamoDeliveryLog } from '../functions/adapters/dynamo-delivery-log.ts';
import { DynamoLedger, itemOf } from '../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../functions/adapters/dynamo-member-store.ts';
import { DynamoProfileStore } from '../functions/adapters/dynamo-profile-store.ts';
import { SchedulerTierClock } from '../functions/adapters/scheduler-tier-clock.ts';
import { makeHandler as makeExpireTiers } from '../functions/expire-tiers/make-handler.ts';
import { makeHandler as makeManageTier } from '../functions/manage-tier/make-handler.ts';
import { makeHandler as makePutMember } from '../functions/put-member/make-handler.ts';
import { makeHandler as makeRecalculateTier } from '../functions/recalculate-tier/make-handler.ts';
import { makeHandler as makeRecordTransaction } from '../functions/record-transaction/make-handler.ts';
import { newApiKey } from '../functions/runtime/api-keys.ts';
import { makeHandler as makeSendEmail } from '../functions/send-email/make-handler.ts';
import { clientConfigOf, type DynamoDbLocal, makeTables } from '../local/dynamodb-local.ts';
import { CapacityMeter, type Consumption } from './capacity-meter.ts';
import { itemBytes } from './item-bytes.ts';

const SCHEDULES = { group: 'bench', targetArn: 'arn:queue', roleArn: 'arn:role', deadLetterArn: 'arn:dead-letters' };

/** A shop that calls the real handlers, over the real adapters, on DynamoDB Local. A meter counts every call to the tables. */
export async function openShop(brand: Brand, dynamoDb: DynamoDbLocal) {
  const program = compileProgram(brand);
  const tables = await makeTables(dynamoDb, `bench-${randomUUID()}`);
  const client = dynamoClient(clientConfigOf(dynamoDb));
  const meter = new CapacityMeter(client);

  let now: Instant = Date.UTC(2026, 4, 2, 10);
  const clock = () => now;
  const recorded: LedgerEntry[] = [];
  const news: (TierChange | TierNotice)[] = [];
  const { text: keyText, kept } = newApiKey('admin', '2026-01-01T00:00:00Z');

  class RememberingLedger extends DynamoLedger {
    override async record(entry: LedgerEntry) {
      const outcome = await super.record(entry);
      if (outcome.status === 'recorded') recorded.push(entry);
      return outcome;
    }
  }
  class RememberingMembers extends DynamoMemberStore {
    override async save(member: Member, readVersion: number, records: readonly MemberRecord[]) {
      const outcome = await super.save(member, readVersion, records);
      if (outcome === 'saved') for (const record of records) if (!isActionRecord(record)) news.push(record);
      return outcome;
    }
  }
  const dynamoLedger = new DynamoLedger(client, tables.points);
  let scheduleCalls = 0;
  const scheduler = stubbedScheduler(() => scheduleCalls++);
  const ports = {
    ledger: new RememberingLedger(client, tables.points),
    members: new RememberingMembers(client, tables.members),
    timers: new SchedulerTierClock(SCHEDULES, scheduler),
    profiles: new DynamoProfileStore(client, tables.members),
    deliveries: new DynamoDeliveryLog(client, tables.members),
    mailer: new RecordingMailer(),
    // The secret is read once a minute at most, and is no table.
    keys: { read: async () => [kept] },
    park: async ({ reason }: { reason: string }) => {
      throw new Error(`A record was parked: ${reason}`);
    },
  };
  const rules = { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } };
  const recordTransaction = makeRecordTransaction(ports, program, clock);
  const putMember = makePutMember(ports, rules, clock);
  const recalculateTier = makeRecalculateTier(ports, rules, clock);
  const manageTier = makeManageTier(ports, rules, clock);
  const expireTiers = makeExpireTiers(ports, rules, clock);
  const sendEmail = makeSendEmail(ports, brand, program, clock);

  type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
  async function call(handler: Handler, memberId: string, body: object, expected: number[]): Promise<string> {
    const headers = { authorization: `Bearer ${keyText}` };
    const event = { headers, pathParameters: { memberId }, body: JSON.stringify(body), isBase64Encoded: false };
    const { statusCode, body: answer } = await handler(event as unknown as APIGatewayProxyEventV2, {} as Context);
    if (!expected.includes(statusCode ?? 0)) throw new Error(`A call was answered with ${statusCode}: ${answer}`);
    return answer ?? '';
  }

  return {
    now: () => now,
    pass(milliseconds: number) {
      now += milliseconds;
    },

    /** Posts a transaction: by default a purchase that happens now. */
    async post(memberId: string, transaction: Record<string, unknown>): Promise<void> {
      const body = { id: randomUUID(), type: 'purchase', occurredAt: new Date(now).toISOString(), ...transaction };
      await call(recordTransaction, memberId, body, [202]);
    },

    async enrol(memberId: string, body: Record<string, unknown> = {}): Promise<void> {
      await call(putMember, memberId, body, [200, 201]);
    },

    /** Delivers all entries recorded since the last call, as one batch of the stream. */
    async recalculate(): Promise<void> {
      const entries = recorded.splice(0);
      const { batchItemFailures } = await recalculateTier(streamOf(entries));
      if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} records were not counted.`);
    },

    async act(memberId: string, action: Record<string, unknown>): Promise<void> {
      const { outcome } = JSON.parse(await call(manageTier, memberId, action, [200]));
      if (outcome !== 'APPLIED') throw new Error(`The outcome of an action was ${outcome}.`);
    },

    /** Writes what is due for one member. */
    async expire(memberId: string): Promise<void> {
      const { changes, notices } = await expireTier(ports, rules, memberId, now);
      if (changes.length + notices.length !== 1) throw new Error(`${memberId} had ${changes.length} changes.`);
    },

    /** Runs the sweep, which asks for members that are due. */
    async sweep(): Promise<void> {
      const { batchItemFailures } = await expireTiers({ Records: [{ body: '{}' }] } as never);
      if (batchItemFailures.length > 0) throw new Error('The sweep failed.');
    },

    /** How often EventBridge was asked for a schedule. */
    scheduleCalls: () => scheduleCalls,

    /** Sends the email about the last change of a tier. */
    async emailLastChange(): Promise<void> {
      const record = { messageId: randomUUID(), body: JSON.stringify(news.at(-1)) };
      const { batchItemFailures } = await sendEmail({ Records: [record] } as never);
      if (batchItemFailures.length > 0 || ports.mailer.sent.length === 0) throw new Error('The email was not sent.');
    },

    /** Writes old purchases directly into the ledger. @returns the id of one of them */
    async fillLedger(memberId: string, entries: number): Promise<string> {
      const purchases = Array.from({ length: entries }, (_, n): LedgerEntry => {
        const at = now - (entries - n) * HOUR_MS - 30 * MINUTE_MS;
        const money = { amountMinor: 1000, spendMinor: 1000, currency: 'EUR', awardedPoints: 2 };
        const key = { memberId, id: randomUUID(), source: 'api', type: 'purchase' as const };
        return { ...key, ...money, occurredAt: at, recordedAt: at };
      });
      for (const purchase of purchases) await dynamoLedger.record(purchase);
      return purchases[Math.floor(entries / 2)]!.id;
    },

    async readLedger(memberId: string): Promise<void> {
      await dynamoLedger.entriesOf(memberId);
    },

    async meter(act: () => Promise<void>): Promise<Consumption> {
      meter.take();
      await act();
      return meter.take();
    },

    /** How large an entry of the member's ledger is. */
    async entryBytes(memberId: string): Promise<number> {
      const [entry] = await dynamoLedger.entriesOf(memberId);
      return itemBytes(marshall(itemOf(entry!), { removeUndefinedValues: true }));
    },

    close() {
      client.destroy();
    },
  };
}

export type MeasuredShop = Awaited<ReturnType<typeof openShop>>;

/** Counts the calls for a schedule, and answers them instead of EventBridge. */
function stubbedScheduler(count: () => void): SchedulerClient {
  const client = new SchedulerClient({ region: 'eu-west-1' });
  const answer = () => async () => {
    count();
    return { output: { $metadata: {} }, response: {} } as never;
  };
  client.middlewareStack.add(answer, { step: 'initialize', priority: 'high', name: 'answerInsteadOfAws' });
  return client;
}

function streamOf(entries: readonly LedgerEntry[]): DynamoDBStreamEvent {
  const Records = entries.map((entry, place) => {
    const NewImage = marshall(itemOf(entry), { removeUndefinedValues: true });
    const Keys = { pk: NewImage.pk!, sk: NewImage.sk! };
    const ApproximateCreationDateTime = entry.recordedAt / 1000;
    const dynamodb = { Keys, NewImage, SequenceNumber: String(place + 1), ApproximateCreationDateTime };
    return { eventName: 'INSERT' as const, dynamodb };
  });
  return { Records } as unknown as DynamoDBStreamEvent;
}
