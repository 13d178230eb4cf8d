import { setTimeout as wait } from 'node:timers/promises';

/** Token bucket: limits requests to a steady rate with a bounded burst. Early requests wait for their turn, in order. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #most: number;
  readonly #clock: () => number;
  readonly #wait: (milliseconds: number) => Promise<unknown>;
  /** Negative while requests wait. */
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
