/** The sentence that says what is missing to a tier, in English: the explanation and a pass say the same. */

/** What is missing, with its unit: "690 more points". */
export interface Needed {
  what: string;
  /** Whether a verb after it stands in the singular, as after an amount of money. */
  isOne: boolean;
}

/** "3,700 more points are needed for Gold", without a full stop. */
export function neededFor({ what, isOne }: Needed, purpose: string): string {
  return `${what} ${isOne ? 'is' : 'are'} needed ${purpose}`;
}
