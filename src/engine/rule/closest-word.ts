/** "Did you mean …?" for words that a person wrote. */

/** Longer words than any name we know are not compared: the table grows with the product of the lengths. */
const WORD_LENGTH_MAX = 64;

/**
 * The known word nearest to `word`, at most a third of its letters away (transposed neighbours count as one change); `undefined` if none is.
 * Letter case is ignored. First of equals.
 */
export function closestWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length > WORD_LENGTH_MAX) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.floor(word.length / 3) + 1;
  for (const candidate of known) {
    if (candidate.length > WORD_LENGTH_MAX || Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `Did you mean "x"?`, or `undefined` where nothing is near. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const closest = closestWord(word, known);
  return closest === undefined ? undefined : `Did you mean "${closest}"?`;
}

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let distance = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (isSame ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, beforeLast[column - 2]! + 1);
      }
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
