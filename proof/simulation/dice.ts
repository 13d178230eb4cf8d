/** Random numbers that a seed repeats: whatever is random in a simulation comes from here. */
export interface Dice {
  /** A whole number from 0, below so many. */
  below(count: number): number;
  /** True once in so many times. */
  oneIn(count: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** A seed for dice of their own: what one of them is asked for changes nothing for the others. */
  seed(): number;
}

/** mulberry32, https://github.com/bryc/code/blob/master/jshash/PRNGs.md: one addition and three multiplications a number. */
export function diceOf(seed: number): Dice {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (count: number) => next() % count;
  return {
    below,
    oneIn: (count) => below(count) === 0,
    pick: (choices) => choices[below(choices.length)]!,
    seed: next,
  };
}
