import { randomUUID } from 'node:crypto';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect, test } from 'vitest';
import type { BusEvent, EventBus } from '../../core/ports.ts';
import { RecordingBus } from '../../fakes/recording-world.ts';
import { EventBridgeBus } from '../../functions/adapters/event-bridge-bus.ts';
import { freshId, ODD_TEXTS } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { eventInbox, localAws } from './setup/local-aws.ts';
import { meddle } from './setup/meddle.ts';

/** Without its moment, in whose place the local AWS puts its own; that it is sent is shown by `adapters.test.ts`. */
type HeardEvent = Omit<BusEvent, 'occurredAt'>;

interface HeardBus {
  port: EventBus;
  /** What was heard since the last time, once it is so many. */
  heard(count: number): Promise<HeardEvent[]>;
}

function inMemory(): HeardBus {
  const port = new RecordingBus();
  return { port, heard: async () => port.events.splice(0).map(({ type, detail }) => ({ type, detail })) };
}

async function inEventBridge(): Promise<HeardBus> {
  const client = new EventBridgeClient(localAws());
  const bus = `bus-${randomUUID()}`;
  await client.send(new CreateEventBusCommand({ Name: bus }));
  const inbox = await eventInbox(bus);
  return {
    port: new EventBridgeBus(bus, client),
    heard: async (count) => (await inbox.take(count)).map(readEvent),
  };
}

/** As whoever listens to the bus gets it. */
function readEvent(message: string): HeardEvent {
  const { source, detail, 'detail-type': type } = JSON.parse(message);
  expect(source).toBe('laurel');
  return { type, detail };
}

const buses = fakeAndReal<EventBus, HeardBus>(['in memory', inMemory()], ['of EventBridge', await inEventBridge()]);

const publishedAt = (event: HeardEvent): BusEvent => ({ ...event, occurredAt: Date.UTC(2026, 4, 2, 12) });

function anEvent(facts: Partial<HeardEvent> = {}): HeardEvent {
  return { type: 'tier.upgraded', detail: { memberId: freshId(), sequence: 1 }, ...facts };
}

describe.each(buses)('an event bus %s', (_, { port, heard }) => {
  test('brings an event as it was published: its type, and all of its detail', async () => {
    const detail = {
      memberId: freshId(),
      from: { id: 'bronze', rank: 0 },
      expiresAt: null,
      points: -1.5,
      list: [1, []],
    };
    const event = anEvent({ type: 'tier.expiring', detail });
    await port.publish(publishedAt(event));
    expect(await heard(1)).toEqual([event]);
  });

  test.each<BusEvent['type']>([
    'tier.upgraded',
    'tier.downgraded',
    'tier.renewed',
    'tier.expiring',
    'recalculation.completed',
  ])('brings a %s under that name', async (type) => {
    await port.publish(publishedAt(anEvent({ type })));
    expect(await heard(1)).toMatchObject([{ type }]);
  });

  test.each(Object.entries(ODD_TEXTS))('brings %s as it is', async (_, text) => {
    const event = anEvent({ detail: { memberId: text, [text]: text } });
    await port.publish(publishedAt(event));
    expect(await heard(1)).toEqual([event]);
  });

  test('brings all of many that are published side by side', async () => {
    const events = Array.from({ length: 20 }, () => anEvent());
    await Promise.all(events.map((event) => port.publish(publishedAt(event))));
    const found = await heard(events.length);
    expect(found).toHaveLength(events.length);
    expect(found).toEqual(expect.arrayContaining(events));
  });

  test('brings what is published twice twice: whoever listens knows them by their sequence', async () => {
    const event = anEvent();
    await port.publish(publishedAt(event));
    await port.publish(publishedAt(event));
    expect(await heard(2)).toEqual([event, event]);
  });

  test('brings what was published, whatever its publisher makes of it afterwards', async () => {
    const event = anEvent();
    const before = structuredClone(event);
    await port.publish(publishedAt(event));
    meddle(() => {
      event.detail.memberId = 'another';
    });
    expect(await heard(1)).toEqual([before]);
  });
});
