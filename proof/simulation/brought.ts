import type { DynamoDBRecord } from 'aws-lambda';
import type { Instant } from '../../core/time.ts';
import type { Picks } from './history.ts';
import { streamRecordOf } from './stream-record.ts';

/** A delivery of a stream or a queue, which may be repeated. */
export interface Brought<T> {
  value: T;
  isPoison: boolean;
  /** How often a queue has brought it in vain. */
  receives: number;
  record(): DynamoDBRecord;
}

/** What waits to be brought, and what was brought before: at least once, in any order, in batches of any size. */
export class Bringer<T extends object> {
  readonly waiting: Brought<T>[] = [];
  readonly brought: Brought<T>[] = [];
  readonly #itemOf: (value: T) => Record<string, unknown>;
  #sequence = 0;

  constructor(itemOf: (value: T) => Record<string, unknown>) {
    this.#itemOf = itemOf;
  }

  add(value: T, at: Instant): void {
    this.waiting.push(this.#make(value, at, false));
  }

  /** A record that nobody can read. */
  addPoison(value: T, at: Instant): void {
    this.waiting.push(this.#make(value, at, true));
  }

  #make(value: T, at: Instant, isPoison: boolean): Brought<T> {
    const sequence = String(++this.#sequence);
    let record: DynamoDBRecord | undefined;
    return {
      value,
      isPoison,
      receives: 0,
      record: () => {
        record ??= streamRecordOf(isPoison ? { pk: 'm-1', sk: 'TX#poison' } : this.#itemOf(value), sequence, at);
        return record;
      },
    };
  }

  /** Takes some of what waits, and some that was brought before. */
  take(picks: Picks, again: readonly number[]): Brought<T>[] {
    const taken: Brought<T>[] = picks === 'all' ? this.waiting.splice(0) : [];
    for (const pick of picks === 'all' ? [] : picks) {
      if (this.waiting.length > 0) taken.push(...this.waiting.splice(pick % this.waiting.length, 1));
    }
    for (const pick of again) {
      const before = this.brought.length > 0 ? this.brought[pick % this.brought.length] : undefined;
      if (before && !taken.includes(before)) taken.push(before);
    }
    return taken;
  }

  done(item: Brought<T>): void {
    if (!this.brought.includes(item)) this.brought.push(item);
  }

  /** Delivers it again later. */
  back(item: Brought<T>): void {
    if (!this.waiting.includes(item)) this.waiting.push(item);
  }

  /** The stream begins again at a record that lies so many back. */
  rewind(records: number): void {
    for (const item of this.brought.slice(-records)) this.back(item);
  }
}
