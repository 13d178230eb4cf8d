/** Names that are nearly right, for "Did you mean …?". */

/** @returns of the names that are allowed, the one that was most likely meant; undefined where none is near */
export function nearestName(given: unknown, allowed: readonly string[]): string | undefined {
  if (typeof given !== 'string') return undefined;
  const word = plain(given);
  let nearest: string | undefined;
  let fewest = slipsAllowed(word) + 1;
  for (const name of allowed) {
    // "Madrid" is near to "Europe/Madrid".
    const slips = Math.min(slipsIn(given, name), slipsIn(given, name.slice(name.lastIndexOf('/') + 1)));
    if (slips < fewest) [nearest, fewest] = [name, slips];
  }
  return nearest;
}

/** `Did you mean "gold"? `, to stand before what else there is to say; nothing where no name is near. */
export function didYouMean(given: unknown, allowed: readonly string[]): string {
  const nearest = nearestName(given, allowed);
  return nearest === undefined ? '' : `Did you mean ${JSON.stringify(nearest)}? `;
}

/** By how many slips two names differ, capitals, hyphens and the like apart. */
export function slipsIn(given: string, name: string): number {
  return slipsBetween(plain(given), plain(name));
}

/** Whether two names differ in capitals, hyphens and the like alone. */
export function isSameWord(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** A short word with one wrong letter may be any other short word. */
function slipsAllowed({ length }: string): number {
  if (length < 3) return 0;
  if (length < 6) return 1;
  return length < 10 ? 2 : 3;
}

/**
 * How many letters are missing, too many, wrong, or swapped with the next one.
 * https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance#Optimal_string_alignment_distance
 */
function slipsBetween(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isWrong = one[row - 1] !== other[column - 1];
      let slips = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + Number(isWrong));
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        slips = Math.min(slips, beforeLast[column - 2]! + 1);
      }
      current.push(slips);
    }
    [beforeLast, last] = [last, current];
  }
  return last[other.length]!;
}
