import { TooManyConflicts } from '../../core/failures.ts';
import { isTransient } from '../../functions/runtime/transient.ts';

/**
 * Does some work for each member, several at the same time.
 * @throws the first failure; no further member is started after it
 */
export async function eachMember(
  memberIds: AsyncIterable<string> | Iterable<string>,
  sideBySide: number,
  work: (memberId: string) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const memberId of memberIds) {
    const one: Promise<void> = work(memberId).then(() => void running.delete(one));
    // The next `await` on the set throws the failure. This handler stops Node from ending the process before that.
    one.catch(() => {});
    running.add(one);
    if (running.size >= sideBySide) await Promise.race(running);
  }
  await Promise.all(running);
}

/** Whether a failure concerns one member alone. A failure of the network or the cloud concerns all members. */
export function isOfOneMember(error: unknown): boolean {
  return error instanceof TooManyConflicts || !isTransient(error);
}
