/** The characters that end a URL's host or password, and how to write them. */
const ENCODED: Readonly<Record<string, string>> = { '#': '%23', '/': '%2F', '?': '%3F', '%': '%25' };

/**
 * Finds what in a database URL would be read as something other than it was meant: a character in the user or password
 * that must be percent-encoded, or a missing database, for which PostgreSQL takes the user's name. Gives what is wrong,
 * without the password; null if nothing is.
 */
export function databaseUrlFault(url: string): { finding: string; fix: string } | null {
  const rest = url.replace(/^postgres(ql)?:\/\//, '');
  const end = rest.search(/[/?#]/);
  const found = end === -1 ? '' : (rest[end] as string);
  const authority = end === -1 ? rest : rest.slice(0, end);
  const after = end === -1 ? '' : rest.slice(end + 1);
  if (rest.includes('#') || (!authority.includes('@') && passwordGoesOn(found, after))) {
    const character = rest.includes('#') ? '#' : found;
    return unencoded(character);
  }
  if (!isDecodable(rest)) {
    return unencoded('%');
  }
  return /^[^/?]*\/[^/?]/.test(rest)
    ? null
    : {
        finding: 'DATABASE_URL names no database.',
        fix: 'Write its name at the end: postgres://user:password@host:5432/database.',
      };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function unencoded(character: string): { finding: string; fix: string } {
  return {
    finding: `The user or password in DATABASE_URL contains ${character}, which has a meaning of its own in a URL.`,
    fix: `Percent-encode it: write ${ENCODED[character]} instead of ${character}.`,
  };
}

/** Whether the @ that ends the password comes only after this character: not in a parameter's value. */
function passwordGoesOn(character: string, after: string): boolean {
  const [before] = after.split('@') as [string];
  return after.includes('@') && (character === '?' ? !before.includes('=') : !before.includes('?'));
}
