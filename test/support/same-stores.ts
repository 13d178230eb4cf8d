import type { Reach, World } from './world.ts';

/** The parts that each process creates for itself. */
const OWN = ['keys', 'secrets', 'park'];

/** Lets another world stand over the stores of a first one: a later deployment, or another process of the same. */
export function storesOf(world: World): Reach {
  const ports = world.ports as unknown as Record<string, object>;
  return (name, port) => (OWN.includes(name) ? port : (ports[name] as typeof port));
}
