/**
 * Decodes the user name and the password of a URL. A `%` that begins no valid percent-encoding stays as it is,
 * where `decodeURIComponent` would throw “URI malformed”: people paste passwords such as `100%sure` unencoded.
 */
export function urlCredentials({ username, password }: Pick<URL, 'username' | 'password'>): {
  username: string;
  password: string;
} {
  return { username: percentDecoded(username), password: percentDecoded(password) };
}

/** Decodes every valid percent-encoding of a text and leaves everything else. */
export function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
