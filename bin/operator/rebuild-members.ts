import { rebuildStoredMember } from '../../core/use-cases/rebuild-member.ts';
import type { DeployedStack } from './deployed-stack.ts';
import type { storesOf } from './stores.ts';

const SIDE_BY_SIDE = 16;

export interface Rebuilt {
  read: number;
  written: number;
  failed: { memberId: string; why: string }[];
}

/**
 * Makes members what the ledger says, up to now, several side by side. One that can't be rebuilt keeps no other from it.
 * @param report how many were read so far
 */
export async function rebuildMembers(
  stack: Pick<DeployedStack, 'program' | 'announcing'>,
  stores: Pick<ReturnType<typeof storesOf>, 'ledger' | 'members' | 'clock'>,
  memberIds: AsyncIterable<string> | Iterable<string>,
  report: (read: number) => void = () => {},
): Promise<Rebuilt> {
  const rebuilt: Rebuilt = { read: 0, written: 0, failed: [] };
  const rebuild = async (memberId: string) => {
    try {
      const options = { write: true, cause: 'rebuild', upToNow: true } as const;
      const { status } = await rebuildStoredMember(
        ...([stores, stack.program, stack.announcing, memberId, options, Date.now()] as const),
      );
      if (status === 'differs') rebuilt.written++;
    } catch (error) {
      rebuilt.failed.push({ memberId, why: (error as Error).message });
    }
    report(++rebuilt.read);
  };
  const running = new Set<Promise<void>>();
  for await (const memberId of memberIds) {
    const one: Promise<void> = rebuild(memberId).then(() => void running.delete(one));
    running.add(one);
    if (running.size >= SIDE_BY_SIDE) await Promise.race(running);
  }
  await Promise.all(running);
  return rebuilt;
}
