import type { Member, TierChange } from '../core/member/member.ts';
import type { MemberStore } from '../core/ports.ts';

/** The members and their changes in memory. */
export class MemoryMemberStore implements MemberStore {
  readonly #members = new Map<string, Member>();
  readonly #changes = new Map<string, TierChange[]>();
  readonly #onChange: (change: TierChange) => void;
  /** How often a member was written. */
  writes = 0;

  /** @param onChange what the table's stream would bring */
  constructor(onChange: (change: TierChange) => void = () => {}) {
    this.#onChange = onChange;
  }

  async load(memberId: string): Promise<Member | undefined> {
    const member = this.#members.get(memberId);
    return member && structuredClone(member);
  }

  async save(member: Member, readVersion: number, changes: readonly TierChange[]): Promise<'saved' | 'conflict'> {
    const history = this.#changes.get(member.memberId) ?? [];
    const stored = this.#members.get(member.memberId)?.version ?? 0;
    if (stored !== readVersion) return 'conflict';
    if (changes.some((change) => history.some(({ sequence }) => sequence === change.sequence))) return 'conflict';
    this.#members.set(member.memberId, structuredClone(member));
    this.#changes.set(member.memberId, [...history, ...changes.map((change) => structuredClone(change))]);
    this.writes++;
    for (const change of changes) this.#onChange(structuredClone(change));
    return 'saved';
  }

  async changesOf(memberId: string, page: { limit: number; before?: number }): Promise<TierChange[]> {
    const { before = Number.POSITIVE_INFINITY, limit } = page;
    return (this.#changes.get(memberId) ?? [])
      .filter(({ sequence }) => sequence < before)
      .sort((a, b) => b.sequence - a.sequence)
      .slice(0, limit)
      .map((change) => structuredClone(change));
  }

  async change(memberId: string, sequence: number): Promise<TierChange | undefined> {
    const change = this.#changes.get(memberId)?.find((other) => other.sequence === sequence);
    return change && structuredClone(change);
  }

  async *everyId(): AsyncIterable<string> {
    yield* [...this.#members.keys()];
  }
}
