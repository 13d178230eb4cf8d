import type { WakeUpTimers } from '../core/ports.ts';
import type { Instant } from '../core/time.ts';

/** A clock that rings when a test says so. */
export class MemoryWakeUpTimers implements WakeUpTimers {
  /** When it is to ring, the next first. */
  readonly moments: Instant[] = [];
  /** How often it was asked, for the same moment or another. */
  calls = 0;

  async wakeAt(at: Instant): Promise<void> {
    this.calls++;
    if (this.moments.includes(at)) return;
    this.moments.push(at);
    this.moments.sort((a, b) => a - b);
  }

  /** The moments that have come; each is given once. */
  fired(now: Instant): Instant[] {
    const later = this.moments.findIndex((moment) => moment > now);
    return this.moments.splice(0, later === -1 ? this.moments.length : later);
  }
}
