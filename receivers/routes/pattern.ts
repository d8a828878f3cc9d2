/** No pattern may be longer, in characters. */
export const LONGEST_PATTERN = 200;

/** Of a longer text only so many characters are looked at. */
const LONGEST_TEXT = 1000;

/**
 * Whether a text fits a pattern in which `*` stands for any characters (a slash and a line break too), `?`
 * for one, and a backslash takes the meaning from the character after it. Capitals do not matter, and every
 * other character means itself, as brackets do in “[EU] Price (new)”.
 *
 * By hand, because what is matched is written by others: an expression made from `*a*a*a*ab` tries every
 * way to split a name and holds the process up for seconds on one of 300 characters; this goes back to the
 * last `*` only, at most pattern × text steps.
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
