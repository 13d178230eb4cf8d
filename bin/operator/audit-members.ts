import type { Ledger, MemberStore, WakeUpTimers } from '../../core/ports.ts';
import { type AuditOptions, auditStoredMember, type MemberAudit } from '../../core/use-cases/audit-member.ts';
import type { DeployedStack } from './deployed-stack.ts';
import { eachMember, isOfOneMember } from './each-member.ts';

const SIDE_BY_SIDE = 20;

/** The result for one member. `failed`: its item or its ledger cannot be read. */
export type Audited = MemberAudit | { status: 'failed'; error: Error };

/**
 * Compares members with their ledgers, several at the same time. A member that cannot be read does not stop the others.
 * @param tell is called once for each member
 */
export async function auditMembers(
  stack: Pick<DeployedStack, 'rules'>,
  stores: { ledger: Ledger; members: MemberStore; timers: WakeUpTimers },
  memberIds: AsyncIterable<string> | Iterable<string>,
  options: AuditOptions,
  tell: (memberId: string, audited: Audited) => void,
): Promise<void> {
  const audit = async (memberId: string): Promise<Audited> => {
    try {
      return await auditStoredMember(stores, stack.rules, memberId, options, Date.now);
    } catch (error) {
      if (!isOfOneMember(error)) throw error;
      return { status: 'failed', error: error as Error };
    }
  };
  await eachMember(memberIds, SIDE_BY_SIDE, async (memberId) => tell(memberId, await audit(memberId)));
}
