import type { Groups } from '../core/ports.ts';
import type { Instant } from '../core/time.ts';

interface Stay {
  joinedAt: Instant;
  leftAt?: Instant;
}

export class MemoryGroups implements Groups {
  readonly #groups = new Map<string, Map<string, Stay[]>>();

  async join(groupId: string, memberId: string, now: Instant): Promise<void> {
    const members = this.#groups.get(groupId) ?? new Map<string, Stay[]>();
    this.#groups.set(groupId, members);
    const stays = members.get(memberId) ?? [];
    members.set(memberId, stays);
    const last = stays.at(-1);
    if (!last || last.leftAt !== undefined) stays.push({ joinedAt: now });
  }

  async leave(groupId: string, memberId: string, now: Instant): Promise<void> {
    const last = this.#groups.get(groupId)?.get(memberId)?.at(-1);
    if (last) last.leftAt ??= now;
  }

  async exists(groupId: string): Promise<boolean> {
    return this.#groups.has(groupId);
  }

  async membersAt(
    groupId: string,
    at: Instant,
    { limit, after = '' }: { limit: number; after?: string },
  ): ReturnType<Groups['membersAt']> {
    const isIn = ({ joinedAt, leftAt = Number.POSITIVE_INFINITY }: Stay) => joinedAt <= at && at < leftAt;
    const all = [...(this.#groups.get(groupId) ?? [])]
      .filter(([memberId, stays]) => memberId > after && stays.some(isIn))
      .map(([memberId]) => memberId)
      .sort();
    const memberIds = all.slice(0, limit);
    return all.length > limit ? { memberIds, next: memberIds.at(-1)! } : { memberIds };
  }
}
