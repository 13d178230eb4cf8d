import type { WakeUpTimers } from '../core/ports.ts';
import type { Instant } from '../core/time.ts';

/** A timer that fires when a test says so. */
export class MemoryWakeUpTimers implements WakeUpTimers {
  /** The moments at which the timer fires, the next first. */
  readonly moments: Instant[] = [];
  /** The number of calls, repeated moments included. */
  calls = 0;

  async wakeAt(at: Instant): Promise<void> {
    this.calls++;
    if (this.moments.includes(at)) return;
    this.moments.push(at);
    this.moments.sort((a, b) => a - b);
  }

  /** The moments that have passed; each is returned once. */
  fired(now: Instant): Instant[] {
    const later = this.moments.findIndex((moment) => moment > now);
    return this.moments.splice(0, later === -1 ? this.moments.length : later);
  }
}
