import type { Member } from '../../core/member/member.ts';
import { isActionRecord, type MemberRecord } from '../../core/member/tier-change.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';

/**
 * The members' table for who writes again what was told already: every change and every notice is recorded, and none of them is told to the
 * member. An operator's rebuild alone keeps quiet of what it moves itself, and not of the ends of cycles and tiers that it finds on its way.
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
