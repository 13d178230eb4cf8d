/** The few failures that a caller acts on. Everything else the world throws is retried as it is. */

/** A message may have left or not: nobody can tell. It is never sent again by itself (R21). */
export class OutcomeUnknown extends Error {
  override name = 'OutcomeUnknown';
}

/** Other writers kept coming first. The stream brings the entries again. */
export class TooManyConflicts extends Error {
  override name = 'TooManyConflicts';

  constructor(memberId: string, attempts: number) {
    super(
      `Member ${memberId} was written by others ${attempts} times in a row while being read and decided. It is tried again.`,
    );
  }
}
