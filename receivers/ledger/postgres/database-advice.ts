/**
 * What the network or PostgreSQL says, by its code (https://www.postgresql.org/docs/current/errcodes-appendix.html)
 * or its words, and what a person can do about it.
 */
const ADVICE: readonly [pattern: RegExp, advice: string][] = [
  [
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT) |connection timeout|trying to connect/,
    'See that the database runs; compare host and port in DATABASE_URL, and the firewall on the way.',
  ],
  [/no encryption/, 'Add ?sslmode=require to DATABASE_URL.'],
  [/does not support SSL/, 'Take sslmode out of DATABASE_URL, or set up TLS at the database.'],
  [/^3D000 /, 'Make that database (createdb), or correct its name at the end of DATABASE_URL.'],
  [/^28/, 'Correct user and password in DATABASE_URL; special characters are percent-encoded there.'],
  [/^42501 /, 'Give the user of DATABASE_URL the right to make tables in that database.'],
  [/^53100 /, 'The disk of the database is full: make room there.'],
  [
    /^53300 /,
    'Lower DATABASE_ACCEPT_CONNECTIONS and DATABASE_DELIVER_CONNECTIONS, or raise max_connections of the database.',
  ],
  [/^57P03 /, 'Try again in a minute.'],
];

/** What to do about a fault of the database, in a sentence; null where only the fault itself can be told. */
export function databaseAdvice({ code, message }: { code?: string; message: string }): string | null {
  return ADVICE.find(([pattern]) => pattern.test(`${code ?? ''} ${message}`))?.[1] ?? null;
}
