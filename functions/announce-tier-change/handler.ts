import { EventBridgeBus } from '../adapters/event-bridge-bus.ts';
import { SnsAnnouncements } from '../adapters/sns-announcements.ts';
import { SqsParking } from '../adapters/sqs-parking.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { brand } from '../wiring/brand.ts';
import { makeHandler } from './make-handler.ts';

const env = readEnvironment('EVENT_BUS', 'ANNOUNCEMENTS_TOPIC', 'PARKED_QUEUE_URL');

const parking = new SqsParking(env.PARKED_QUEUE_URL);

export const handler = makeHandler(
  {
    bus: new EventBridgeBus(env.EVENT_BUS),
    announcements: new SnsAnnouncements(env.ANNOUNCEMENTS_TOPIC),
    park: (record) => parking.park({ kind: 'tierChange', ...record }),
  },
  brand.notifications,
);
