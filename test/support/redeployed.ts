import type { ProgramFile } from '../../core/program/brand.ts';
import { formatInstant } from '../../core/time.ts';
import { storesOf } from './same-stores.ts';
import { makeWorld, type World } from './world.ts';

/** The next deployment, with another program over the same stores. Streams deliver pending records to it. */
export function redeployed(world: World, program: Partial<ProgramFile>, now = formatInstant(world.now())): World {
  const next = makeWorld({ now, program, reach: storesOf(world) });
  const { announcements } = world.ports;
  return Object.assign(next, {
    ports: { ...world.ports, keys: next.ports.keys },
    async deliver() {
      while (world.ledgerStream.length + world.changeStream.length + announcements.published.length > 0) {
        if (world.ledgerStream.length > 0) await next.recalculate(world.ledgerStream.splice(0));
        if (world.changeStream.length > 0) await next.announce(world.changeStream.splice(0));
        await next.notify(announcements.published.splice(0));
      }
    },
  });
}
