const REDIRECTS = [301, 302, 303, 307, 308];

/** Parts of a path that are longer than this are not words that people wrote. */
const LONGEST_WORD = 40;

/** Parts of the request's own path that are at least this long may be secrets. */
const SHORTEST_SECRET = 12;

/**
 * Where a redirect leads, for people: scheme, host and path. The query is left out, and so is each part of the path
 * that may be a secret: a long one that the request's own path contains, or a very long one. Null if the response is
 * not a redirect.
 *
 * @param location the `Location` header
 * @param url where the request went
 */
export function redirectTarget(status: number, location: string | null, url: URL): string | null {
  if (!REDIRECTS.includes(status)) {
    return null;
  }
  if (location === null || !URL.canParse(location, url)) {
    return 'an address that it does not name';
  }
  const { protocol, host, pathname } = new URL(location, url);
  const own = new Set(url.pathname.split('/'));
  const isSecret = (part: string): boolean =>
    part.length > LONGEST_WORD || (part.length >= SHORTEST_SECRET && own.has(part));
  const path = pathname
    .split('/')
    .map((part) => (isSecret(part) ? '…' : part))
    .join('/');
  return `${protocol}//${host}${path}`.replace(/\p{C}/gu, '').slice(0, 200);
}
