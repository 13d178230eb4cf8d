import type { Member } from '../../core/member/member.ts';
import { isActionRecord, type MemberRecord } from '../../core/member/tier-change.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';

/**
 * The members' table for a rewrite of announced changes: every change and every notice is recorded, and none of them is announced to the
 * member. A rebuild without this store would still announce the ends of cycles and tiers that it finds.
 */
export class SilentMemberStore extends DynamoMemberStore {
  override save(member: Member, readVersion: number, records: readonly MemberRecord[]): Promise<'saved' | 'conflict'> {
    return super.save(member, readVersion, records.map(silenced));
  }
}

function silenced(record: MemberRecord): MemberRecord {
  if (isActionRecord(record)) return record;
  const { channels: _, ...rest } = record;
  return { ...rest, announced: false };
}
