/** The few failures that a caller acts on. Everything else the world throws is retried as it is. */

/** A message may have left or not: nobody can tell. It is never sent again by itself (R21). */
export class OutcomeUnknown extends Error {
  override name = 'OutcomeUnknown';
}

/** Other writers kept coming first. The stream brings the entries again. */
export class TooManyConflicts extends Error {
  override name = 'TooManyConflicts';

  /** @param written what the others wrote, such as `Member m-1` */
  constructor(written: string, attempts: number) {
    super(
      `${written} was written by others ${attempts} times in a row while being read and decided. It is tried again.`,
    );
  }
}

/** A pass can't be made until an operator has put something right: the message says what. It holds nothing secret. */
export class CannotSign extends Error {
  override name = 'CannotSign';
}

/** Some phones may not have heard that their pass has changed. Telling all of them again does no harm. */
export class PushFailed extends Error {
  override name = 'PushFailed';

  constructor(reasons: readonly string[]) {
    const failed = reasons.length === 1 ? '1 push was' : `${reasons.length} pushes were`;
    super(`${failed} not taken: ${[...new Set(reasons)].join(', ')}.`);
  }
}
