import { distance } from 'fastest-levenshtein';

/** The maximum edit distance. Short words allow half their length. */
const MAXIMUM_EDITS = 2;

/** The known word that is most likely meant; null if none is close. Case does not matter. */
export function nearest(written: string, known: readonly string[]): string | null {
  const [best] = known
    .map((word) => ({ word, edits: distance(written.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, edits }) => edits <= Math.min(MAXIMUM_EDITS, Math.floor(word.length / 2)))
    .sort((one, other) => one.edits - other.edits);
  return best?.word ?? null;
}

/** “ Did you mean “slack”?”, or an empty text if no known word is close. */
export function suggestion(written: string, known: readonly string[]): string {
  const word = nearest(written, known);
  return word === null ? '' : ` Did you mean “${word}”?`;
}
