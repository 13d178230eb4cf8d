import { setTimeout as wait } from 'node:timers/promises';

/** Lets through so many a second, and no more at once than it was saved up for. Whoever is too early waits for its turn, in order. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #most: number;
  readonly #clock: () => number;
  readonly #wait: (milliseconds: number) => Promise<unknown>;
  /** Below 0 for those who wait. */
  #tokens: number;
  #at: number;

  constructor(
    perSecond: number,
    most: number,
    clock: () => number = () => performance.now(),
    waiting: (milliseconds: number) => Promise<unknown> = wait,
  ) {
    this.#perSecond = perSecond;
    this.#most = most;
    this.#clock = clock;
    this.#wait = waiting;
    this.#tokens = most;
    this.#at = clock();
  }

  async take(): Promise<void> {
    const now = this.#clock();
    this.#tokens = Math.min(this.#most, this.#tokens + ((now - this.#at) * this.#perSecond) / 1000) - 1;
    this.#at = now;
    if (this.#tokens < 0) await this.#wait((-this.#tokens * 1000) / this.#perSecond);
  }
}
