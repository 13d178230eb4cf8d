import { setTimeout as pause } from 'node:timers/promises';

/** Thrown when a deadline passed; the message says what was awaited and what was seen instead. */
export class WaitedInVain extends Error {
  override readonly name = 'WaitedInVain';
}

interface WaitOptions {
  withinMs?: number;
  everyMs?: number;
  signal?: AbortSignal | undefined;
  /** The current state, for the message when the deadline passes. */
  seen?: () => unknown;
}

/** Looks again and again until `look` returns something, or throws `WaitedInVain` at the deadline. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  { withinMs = 30_000, everyMs = 100, signal, seen }: WaitOptions = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() >= deadline) {
      const instead = seen === undefined ? '' : ` Seen instead: ${JSON.stringify(seen())}.`;
      throw new WaitedInVain(`Waited ${withinMs / 1000} s for ${what}, in vain.${instead}`);
    }
    await pause(everyMs, undefined, { signal });
  }
}
