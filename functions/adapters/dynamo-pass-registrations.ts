import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import type { PassDevice, PassRegistrations } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';
import { MAX_DEVICES, MAX_PASSES_OF_A_DEVICE } from '../../core/wallet/device-bounds.ts';
import type { PassVersion } from '../../core/wallet/pass-version.ts';
import { isLostCondition } from './dynamo-client.ts';

const PASS = 'PASS';
const DEVICE_PREFIX = 'DEVICE#';
const ON_PREFIX = 'PASS#';
const ATTEMPTS = 5;

interface Registered extends PassDevice {
  registeredAt: Instant;
}

/**
 * The passes, in the members table. A member has an item for the pass's version and one for each device; a device has
 * an item for each pass on it. A registration writes both items or none.
 */
export class DynamoPassRegistrations implements PassRegistrations {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async version(memberId: string): Promise<PassVersion | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk: memberId, sk: PASS }, ConsistentRead: true }),
    );
    if (!Item) return undefined;
    const { pk: _, sk: __, ...version } = Item;
    return version as PassVersion;
  }

  async saveVersion(
    memberId: string,
    version: PassVersion,
    read: PassVersion | undefined,
  ): Promise<'saved' | 'conflict'> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { pk: memberId, sk: PASS, ...version },
          ...(read
            ? { ConditionExpression: 'updatedAt = :read', ExpressionAttributeValues: { ':read': read.updatedAt } }
            : { ConditionExpression: 'attribute_not_exists(pk)' }),
        }),
      );
      return 'saved';
    } catch (error) {
      if (isLostCondition(error)) return 'conflict';
      throw error;
    }
  }

  async register(memberId: string, device: PassDevice, now: Instant): ReturnType<PassRegistrations['register']> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const devices = await this.#devicesOf(memberId);
      const known = devices.find(({ deviceId }) => deviceId === device.deviceId);
      const spare = known ? 0 : Math.max(0, devices.length - MAX_DEVICES + 1);
      const first = devices.toSorted((a, b) => a.registeredAt - b.registeredAt).slice(0, spare);
      for (const { deviceId } of first) await this.unregister(memberId, deviceId);
      const { deviceId, pushToken } = device;
      try {
        await this.#client.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                ConditionCheck: {
                  TableName: this.#table,
                  Key: { pk: memberId, sk: PASS },
                  // An erased pass has a version but no contents.
                  ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(contents)',
                },
              },
              {
                Put: {
                  TableName: this.#table,
                  Item: { ...keyOf(memberId, deviceId), pushToken, registeredAt: known?.registeredAt ?? now },
                },
              },
              { Put: { TableName: this.#table, Item: reverseKeyOf(memberId, deviceId) } },
            ],
          }),
        );
        return known ? 'wasRegistered' : 'registered';
      } catch (error) {
        if (!isLostCondition(error)) throw error;
        const reasons = (error as Error & { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
        if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return 'withdrawn';
      }
    }
    throw new Error(
      `A device of member ${memberId} could not be registered: others wrote its items ${ATTEMPTS} times.`,
    );
  }

  async unregister(memberId: string, deviceId: string, pushToken?: string): Promise<void> {
    try {
      await this.#client.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Delete: {
                TableName: this.#table,
                Key: keyOf(memberId, deviceId),
                ...(pushToken !== undefined && {
                  ConditionExpression: 'attribute_not_exists(pk) OR pushToken = :token',
                  ExpressionAttributeValues: { ':token': pushToken },
                }),
              },
            },
            { Delete: { TableName: this.#table, Key: reverseKeyOf(memberId, deviceId) } },
          ],
        }),
      );
    } catch (error) {
      const reasons = (error as Error & { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
      // The device has registered a newer token, so it stays registered.
      if (!reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) throw error;
    }
  }

  async devicesOf(memberId: string): Promise<PassDevice[]> {
    return (await this.#devicesOf(memberId)).map(({ deviceId, pushToken }) => ({ deviceId, pushToken }));
  }

  async passesOf(deviceId: string): Promise<string[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :on)',
        ExpressionAttributeValues: { ':pk': DEVICE_PREFIX + deviceId, ':on': ON_PREFIX },
        Limit: MAX_PASSES_OF_A_DEVICE,
        ConsistentRead: true,
      }),
    );
    return Items.map(({ sk }) => String(sk).slice(ON_PREFIX.length));
  }

  async forget(memberId: string): Promise<void> {
    for (const { deviceId } of await this.#devicesOf(memberId)) await this.unregister(memberId, deviceId);
  }

  async #devicesOf(memberId: string): Promise<Registered[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :devices)',
        ExpressionAttributeValues: { ':pk': memberId, ':devices': DEVICE_PREFIX },
        ConsistentRead: true,
      },
    );
    const devices: Registered[] = [];
    for await (const { Items = [] } of pages) {
      devices.push(
        ...Items.map(({ sk, pushToken, registeredAt }) => ({
          deviceId: String(sk).slice(DEVICE_PREFIX.length),
          pushToken,
          registeredAt,
        })),
      );
    }
    return devices;
  }
}

function keyOf(memberId: string, deviceId: string): { pk: string; sk: string } {
  return { pk: memberId, sk: DEVICE_PREFIX + deviceId };
}

/** This key cannot collide with a member's key: member ids contain no `#`. */
function reverseKeyOf(memberId: string, deviceId: string): { pk: string; sk: string } {
  return { pk: DEVICE_PREFIX + deviceId, sk: ON_PREFIX + memberId };
}
