/** Trackers are kept in thousandths. */
export const TRACKER_UNIT = 1000;

/** The largest number that a field can add to a tracker. A larger number would cost the sum its last digits. */
export const MAX_MEASURED = 1_000_000_000;
