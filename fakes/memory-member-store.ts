import type { ActionRecord } from '../core/actions/action-record.ts';
import { DUE_SHARDS } from '../core/actions/due-moments.ts';
import type { MemberRecords } from '../core/member/audit/audit-member.ts';
import type { Member } from '../core/member/member.ts';
import {
  isActionRecord,
  isNotice,
  type MemberRecord,
  type TierChange,
  type TierNotice,
} from '../core/member/tier-change.ts';
import type { MemberStore } from '../core/ports.ts';
import { ANNIVERSARY_PARTS, type Segment } from '../core/runs/segment.ts';
import { END_OF_TIME, type Instant } from '../core/time.ts';
import { frozen } from './frozen.ts';

const DUE_PAGE = 100;

/** The members, their changes, notices and actions in memory. */
export class MemoryMemberStore implements MemberStore {
  readonly #members = new Map<string, Member>();
  readonly #records = new Map<string, Map<string, MemberRecord>>();
  readonly #onNews: (news: TierChange | TierNotice) => void;
  /** How often a member was written. */
  writes = 0;

  /** @param onNews receives the records of the table's stream */
  constructor(onNews: (news: TierChange | TierNotice) => void = () => {}) {
    this.#onNews = onNews;
  }

  async load(memberId: string): Promise<Member | undefined> {
    return this.#members.get(memberId);
  }

  async save(member: Member, readVersion: number, records: readonly MemberRecord[]): Promise<'saved' | 'conflict'> {
    const stored = this.#members.get(member.memberId)?.version ?? 0;
    if (stored !== readVersion) return 'conflict';
    const existing = this.#recordsOf(member.memberId);
    if (records.some((record) => existing.has(keyOf(record)))) return 'conflict';
    this.#members.set(member.memberId, frozen(member));
    for (const record of records) existing.set(keyOf(record), frozen(record));
    this.writes++;
    for (const record of records) if (!isActionRecord(record)) this.#onNews(record);
    return 'saved';
  }

  async changesOf(memberId: string, page: { limit: number; before?: number }): Promise<TierChange[]> {
    const { before = Number.POSITIVE_INFINITY, limit } = page;
    return [...this.#recordsOf(memberId).values()]
      .filter((record): record is TierChange => !isActionRecord(record) && !isNotice(record))
      .filter(({ sequence }) => sequence < before)
      .sort((a, b) => b.sequence - a.sequence)
      .slice(0, limit);
  }

  async change(memberId: string, sequence: number): Promise<TierChange | undefined> {
    return this.#record<TierChange>(memberId, `change ${sequence}`);
  }

  async notice(memberId: string, sequence: number): Promise<TierNotice | undefined> {
    return this.#record<TierNotice>(memberId, `notice ${sequence}`);
  }

  async recordAction(record: ActionRecord): Promise<'recorded' | 'exists'> {
    const existing = this.#recordsOf(record.memberId);
    if (existing.has(keyOf(record))) return 'exists';
    existing.set(keyOf(record), frozen(record));
    return 'recorded';
  }

  async action(memberId: string, key: string): Promise<ActionRecord | undefined> {
    return this.#record<ActionRecord>(memberId, `action ${key}`);
  }

  async actionsOf(memberId: string): Promise<ActionRecord[]> {
    return [...this.#recordsOf(memberId).values()].filter(isActionRecord);
  }

  async recordsOf(memberId: string): Promise<MemberRecords | undefined> {
    const member = await this.load(memberId);
    const isNews = (record: MemberRecord): record is TierChange | TierNotice => !isActionRecord(record);
    const news = [...this.#recordsOf(memberId).values()].filter(isNews).sort((a, b) => a.sequence - b.sequence);
    return member && { member, actions: await this.actionsOf(memberId), news, staleIndexKeys: [] };
  }

  async *due(shard: number, now: Instant): AsyncIterable<string[]> {
    const dueAt = ({ nextDueAt = END_OF_TIME }: Member) => nextDueAt;
    const memberIds = [...this.#members.values()]
      .filter((member) => dueAt(member) <= now && shardOf(member.memberId) === shard)
      .sort((a, b) => dueAt(a) - dueAt(b))
      .map(({ memberId }) => memberId);
    for (let start = 0; start < memberIds.length; start += DUE_PAGE) yield memberIds.slice(start, start + DUE_PAGE);
  }

  async inSegment(segment: Segment, { limit, after = '' }: { limit: number; after?: string }) {
    const ids = [...this.#members.values()]
      .filter((member) => isIn(segment, member) && member.memberId > after)
      .map(({ memberId }) => memberId)
      .sort();
    const members = ids.slice(0, limit).map((memberId) => this.#members.get(memberId)!);
    return ids.length > limit ? { members, next: ids[limit - 1]! } : { members };
  }

  async *everyId(): AsyncIterable<string> {
    yield* [...this.#members.keys()];
  }

  #recordsOf(memberId: string): Map<string, MemberRecord> {
    const records = this.#records.get(memberId) ?? new Map<string, MemberRecord>();
    this.#records.set(memberId, records);
    return records;
  }

  #record<R extends MemberRecord>(memberId: string, key: string): R | undefined {
    return this.#recordsOf(memberId).get(key) as R | undefined;
  }
}

function keyOf(record: MemberRecord): string {
  if (isActionRecord(record)) return `action ${record.key}`;
  return `${isNotice(record) ? 'notice' : 'change'} ${record.sequence}`;
}

function isIn(segment: Segment, { memberId, anniversary }: Member): boolean {
  if (segment.kind === 'everyone') return partOf(memberId, segment.of) === segment.part;
  return anniversary === segment.day && partOf(memberId, ANNIVERSARY_PARTS) === segment.part;
}

function shardOf(memberId: string): number {
  return partOf(memberId, DUE_SHARDS);
}

function partOf(memberId: string, parts: number): number {
  return [...memberId].reduce((sum, character) => sum + character.charCodeAt(0), 0) % parts;
}
