/** No pattern may be longer, in characters. */
export const LONGEST_PATTERN = 200;

/** How much of a text is compared, in characters. */
const LONGEST_TEXT = 1000;

/**
 * Whether a text matches a pattern. `*` matches any characters (also slashes and line breaks), `?` matches one, and a
 * backslash escapes the next character. Case does not matter. All other characters match themselves, such as the
 * brackets in “[EU] Price (new)”.
 *
 * Not a regular expression, because others write the texts: one made from `*a*a*a*ab` tries every way to split a name
 * and blocks the process for seconds on 300 characters. This only goes back to the last `*`: at most pattern × text
 * steps.
 */
export function fitsPattern(pattern: string, text: string): boolean {
  const wanted = tokens(pattern.toLowerCase());
  const given = [...text.slice(0, LONGEST_TEXT).toLowerCase()];
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < given.length) {
    const token = wanted[next];
    if (token?.any === 'text') {
      star = next;
      resume = at;
      next += 1;
    } else if (token !== undefined && (token.any === 'character' || token.character === given[at])) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      resume += 1;
      at = resume;
      next = star + 1;
    } else {
      return false;
    }
  }
  return wanted.slice(next).every(({ any }) => any === 'text');
}

interface Token {
  any: 'text' | 'character' | null;
  character: string;
}

function tokens(pattern: string): Token[] {
  return Array.from(pattern.matchAll(/\\?(.)/gsu), ([written, character = '']): Token => {
    const meaning = written === '*' ? 'text' : written === '?' ? 'character' : null;
    return { any: meaning, character };
  });
}
