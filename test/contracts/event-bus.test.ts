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

/** Without `occurredAt`, which the local AWS replaces by its own time; `adapters.test.ts` shows that it is sent. */
type HeardEvent = Omit<BusEvent, 'occurredAt'>;

interface HeardBus {
  port: EventBus;
  /** Waits for `count` events, and returns the events received since the last call. */
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

/** Reads an event in the form that a subscriber receives. */
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
  test('delivers an event as it was published: its type and all of its detail', async () => {
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
  ])('delivers a %s under that name', async (type) => {
    await port.publish(publishedAt(anEvent({ type })));
    expect(await heard(1)).toMatchObject([{ type }]);
  });

  test.each(Object.entries(ODD_TEXTS))('delivers %s unchanged', async (_, text) => {
    const event = anEvent({ detail: { memberId: text, [text]: text } });
    await port.publish(publishedAt(event));
    expect(await heard(1)).toEqual([event]);
  });

  test('delivers all of many events that are published in parallel', async () => {
    const events = Array.from({ length: 20 }, () => anEvent());
    await Promise.all(events.map((event) => port.publish(publishedAt(event))));
    const found = await heard(events.length);
    expect(found).toHaveLength(events.length);
    expect(found).toEqual(expect.arrayContaining(events));
  });

  test('delivers an event twice if it is published twice; subscribers recognize it by its sequence', async () => {
    const event = anEvent();
    await port.publish(publishedAt(event));
    await port.publish(publishedAt(event));
    expect(await heard(2)).toEqual([event, event]);
  });

  test('delivers an event as published, even if the publisher changes the object afterwards', async () => {
    const event = anEvent();
    const before = structuredClone(event);
    await port.publish(publishedAt(event));
    meddle(() => {
      event.detail.memberId = 'another';
    });
    expect(await heard(1)).toEqual([before]);
  });
});
