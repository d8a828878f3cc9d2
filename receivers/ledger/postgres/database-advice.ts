/**
 * What the network or PostgreSQL says, by its code (https://www.postgresql.org/docs/current/errcodes-appendix.html)
 * or its words, and what a person can do about it.
 */
const ADVICE: readonly [pattern: RegExp, advice: string][] = [
  [
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT) |connection timeout|trying to connect/,
    'Check that the database is running, the host and port in DATABASE_URL, and firewalls in between.',
  ],
  [/no encryption/, 'Add ?sslmode=require to DATABASE_URL.'],
  [/does not support SSL/, 'Remove sslmode from DATABASE_URL, or set up TLS in the database.'],
  [/^3D000 /, 'Create that database (createdb), or correct its name at the end of DATABASE_URL.'],
  [/^28/, 'Correct user and password in DATABASE_URL; special characters are percent-encoded there.'],
  [/^42501 /, 'Allow the user of DATABASE_URL to create schemas and tables in that database.'],
  [/^53100 /, 'The disk of the database is full. Free some space there.'],
  [
    /^53300 /,
    'Lower DATABASE_ACCEPT_CONNECTIONS and DATABASE_DELIVER_CONNECTIONS, or raise max_connections of the database.',
  ],
  [/^57P03 /, 'Try again in a minute.'],
];

/** What to do about a database fault, in a sentence; null if nothing is known beyond the fault itself. */
export function databaseAdvice({ code, message }: { code?: string; message: string }): string | null {
  return ADVICE.find(([pattern]) => pattern.test(`${code ?? ''} ${message}`))?.[1] ?? null;
}
