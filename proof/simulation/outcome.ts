import type { History } from './history.ts';
import { play } from './play.ts';
import { World } from './world.ts';

/** The result of a history. */
export interface Outcome {
  /** Why it failed, if it did. */
  failure?: string;
  stack?: string;
  /** What happened in it, if anybody asked. */
  log: string[];
  /** How many things happened: calls of functions, and passings of time. */
  happened: number;
  /** A number made of what the members came to: the same for the same history. */
  digest: number;
}

export async function outcomeOf(history: History, options: { isLogging?: boolean } = {}): Promise<Outcome> {
  const world = new World(history, options.isLogging ?? false);
  const log = world.log ?? [];
  try {
    await play(world, history);
  } catch (error) {
    const { name, message, stack = '' } = error as Error;
    return { failure: `${name}: ${message}`, stack, log, happened: world.happened, digest: 0 };
  }
  return { log, happened: world.happened, digest: await digestOf(world) };
}

/** The same kind of failure, whoever it is about and whenever it happens. */
export function kindOf(failure: string): string {
  return failure
    .replace(/\{.*\}|\[.*\]/g, '…')
    .replace(/"[^"]*"|m-\d+(\/\d+)?|\b[at]\d+\b|\d{4}-\d\d-\d\dT[\d:.]+Z|\d+/g, '…');
}

async function digestOf({ setups, members, sent, bus }: World): Promise<number> {
  let digest = 0;
  const add = (text: string) => {
    for (let place = 0; place < text.length; place++) digest = (Math.imul(digest, 31) + text.charCodeAt(place)) | 0;
  };
  for (const { memberId } of setups) {
    const { version, tier, changes, tally } = (await members.load(memberId))!;
    add(`${memberId} ${version} ${changes} ${tier.id} ${tier.since} ${tally.balance} ${tally.lifetimePoints}`);
  }
  add(`${sent.size} ${bus.events.length}`);
  return digest;
}
