import type { Ledger, MemberStore, WakeUpTimers } from '../../core/ports.ts';
import { counted, formatNumber } from '../../core/quantity.ts';
import { type Rebuilding, rebuildStoredMember } from '../../core/use-cases/rebuild-member.ts';
import type { DeployedStack } from './deployed-stack.ts';
import { eachMember, isOfOneMember } from './each-member.ts';

const SIDE_BY_SIDE = 16;

export interface Rebuilt {
  /** The number of members: each is equal, different or failed. */
  members: number;
  equal: number;
  different: number;
  failed: { memberId: string; why: string }[];
}

type RebuiltMember = Rebuilding | { status: 'failed'; why: string };

/**
 * Compares members with their ledgers, several at the same time. With `write` it also writes members that differ. A member that
 * cannot be rebuilt does not stop the others.
 * @param options.upToNow also records the ends of grants and cycles since the member was last written
 * @param tell is called once for each member, with the totals so far
 */
export async function rebuildMembers(
  stack: Pick<DeployedStack, 'rules'>,
  stores: { ledger: Ledger; members: MemberStore; timers: WakeUpTimers },
  memberIds: AsyncIterable<string> | Iterable<string>,
  options: { write: boolean; upToNow?: boolean },
  tell: (memberId: string, rebuilding: RebuiltMember, soFar: Rebuilt) => void = () => {},
): Promise<Rebuilt> {
  const rebuilt: Rebuilt = { members: 0, equal: 0, different: 0, failed: [] };
  const because = { ...options, cause: 'rebuild' as const };
  const rebuild = async (memberId: string): Promise<RebuiltMember> => {
    try {
      return await rebuildStoredMember(stores, stack.rules, memberId, because, Date.now());
    } catch (error) {
      if (!isOfOneMember(error)) throw error;
      return { status: 'failed', why: (error as Error).message };
    }
  };
  await eachMember(memberIds, SIDE_BY_SIDE, async (memberId) => {
    const rebuilding = await rebuild(memberId);
    if (rebuilding.status !== 'noMember') rebuilt.members++;
    if (rebuilding.status === 'equal') rebuilt.equal++;
    if (rebuilding.status === 'differs') rebuilt.different++;
    if (rebuilding.status === 'failed') rebuilt.failed.push({ memberId, why: rebuilding.why });
    tell(memberId, rebuilding, rebuilt);
  });
  return rebuilt;
}

/** "12 members: 10 equal to the ledger, 1 different and written, 1 could not be rebuilt." */
export function describeRebuilt({ members, equal, different, failed }: Rebuilt, write: boolean): string {
  const parts = [
    `${formatNumber(equal)} equal to the ledger`,
    ...(different > 0 ? [`${formatNumber(different)} different${write ? ' and written' : ''}`] : []),
    ...(failed.length > 0 ? [`${formatNumber(failed.length)} could not be rebuilt`] : []),
  ];
  return `${counted(members, 'member')}: ${parts.join(', ')}.`;
}
