import type { Profile, ProfileChanges, ProfileStore } from '../core/ports.ts';

export class MemoryProfileStore implements ProfileStore {
  readonly #profiles = new Map<string, Profile>();

  async load(memberId: string): Promise<Profile | undefined> {
    const profile = this.#profiles.get(memberId);
    return profile && structuredClone(profile);
  }

  async merge(memberId: string, changes: ProfileChanges): Promise<void> {
    const merged: Record<string, unknown> = { optOut: [], ...this.#profiles.get(memberId) };
    const named = Object.entries(changes).filter(([, value]) => value !== undefined);
    if (named.length === 0) return;
    for (const [name, value] of named) {
      if (value === null) delete merged[name];
      else merged[name] = structuredClone(value);
    }
    this.#profiles.set(memberId, { optOut: [], ...merged } as Profile);
  }

  async erase(memberId: string): Promise<void> {
    this.#profiles.delete(memberId);
  }
}
