import { TooManyConflicts } from '../../core/failures.ts';
import { isTransient } from '../../functions/runtime/transient.ts';

/**
 * Does some work for each member, several at the same time.
 * @throws the first failure; no further member is begun then
 */
export async function eachMember(
  memberIds: AsyncIterable<string> | Iterable<string>,
  sideBySide: number,
  work: (memberId: string) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const memberId of memberIds) {
    const one: Promise<void> = work(memberId).then(() => void running.delete(one));
    // A failure stays in the set, where the next `await` throws it. Until then nobody handles it, which would end the process.
    one.catch(() => {});
    running.add(one);
    if (running.size >= sideBySide) await Promise.race(running);
  }
  await Promise.all(running);
}

/** Whether a failure is about one member, so that the others can go on. A network or a cloud that fails does so for all. */
export function isOfOneMember(error: unknown): boolean {
  return error instanceof TooManyConflicts || !isTransient(error);
}
