/** So many letters may be wrong in a short or a long word. */
const MOST_EDITS = 2;

/** The known word that is closest to what was written, where it is close enough to be what was meant. */
export function nearest(written: string, known: readonly string[]): string | null {
  let best: { word: string; edits: number } | null = null;
  for (const word of known) {
    const edits = editDistance(written.toLowerCase(), word.toLowerCase());
    if (edits <= Math.min(MOST_EDITS, Math.floor(word.length / 2)) && edits < (best?.edits ?? Infinity)) {
      best = { word, edits };
    }
  }
  return best?.word ?? null;
}

/** “ Did you mean “slack”?”, or nothing where no known word is close. */
export function suggestion(written: string, known: readonly string[]): string {
  const word = nearest(written, known);
  return word === null ? '' : ` Did you mean “${word}”?`;
}

/** Letters to add, take away, change, or swap with their neighbour (optimal string alignment). */
function editDistance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > MOST_EDITS) {
    return Infinity;
  }
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      let edits = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        edits = Math.min(edits, beforeLast[column - 2]! + 1);
      }
      current.push(edits);
    }
    if (Math.min(...current) > MOST_EDITS) {
      return Infinity;
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length]!;
}
