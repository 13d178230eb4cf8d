import type { Profile, ProfileChanges, ProfileStore } from '../core/ports.ts';
import { frozen } from './frozen.ts';

export class MemoryProfileStore implements ProfileStore {
  readonly #profiles = new Map<string, Profile>();

  async load(memberId: string): Promise<Profile | undefined> {
    return this.#profiles.get(memberId);
  }

  async merge(memberId: string, changes: ProfileChanges): Promise<void> {
    const merged: Record<string, unknown> = { optOut: [], ...this.#profiles.get(memberId) };
    const named = Object.entries(changes).filter(([, value]) => value !== undefined);
    if (named.length === 0) return;
    for (const [name, value] of named) {
      if (value === null) delete merged[name];
      else merged[name] = value;
    }
    this.#profiles.set(memberId, frozen({ optOut: [], ...merged } as Profile));
  }

  async erase(memberId: string): Promise<void> {
    this.#profiles.delete(memberId);
  }
}
