import { FEWER_CONNECTIONS } from './connection-budget.ts';

/** What node-postgres takes for a server whose certificate no public authority signed. */
const OWN_AUTHORITY =
  'Get the file of its certificate authority from the person who runs the database, and add ' +
  '?sslmode=verify-full&sslrootcert=/path/ca.pem to DATABASE_URL.';

/**
 * What the network, TLS or PostgreSQL says, by its code or its words, and what a person can do about it.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html, https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const ADVICE: readonly [pattern: RegExp, advice: string][] = [
  [
    /^ENOENT .*\.s\.PGSQL/,
    'No database listens on that socket. Check that it is running, and the folder and port in DATABASE_URL.',
  ],
  [/^(ENOENT|EACCES) .*open/, 'Check the paths in DATABASE_URL (sslrootcert, sslcert, sslkey).'],
  [
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EACCES) |connection timeout|trying to connect/,
    'Check that the database is running, the host and port in DATABASE_URL, and firewalls in between.',
  ],
  [
    /^ERR_INVALID_URL |Invalid URL/,
    'Write DATABASE_URL as postgres://user:password@host:5432/database. Percent-encode special characters of the ' +
      'password, and put an IPv6 address into brackets: [::1].',
  ],
  [
    /no encryption/,
    'The server accepts only TLS. Add ?sslmode=verify-full to DATABASE_URL, and &sslrootcert=/path/ca.pem if the ' +
      'database has its own certificate authority.',
  ],
  [
    /no pg_hba\.conf entry/,
    'The server does not let this user in from this host. Allow it in pg_hba.conf, or in the allowed addresses of your host.',
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT\w*) /,
    `The certificate of the database is signed by an authority that this machine does not know. ${OWN_AUTHORITY}`,
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID /,
    'Use the host name that the certificate names in DATABASE_URL. If there is none, add ' +
      '?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=/path/ca.pem, which does not compare the name.',
  ],
  [/^CERT_HAS_EXPIRED /, 'Renew the certificate of the database.'],
  [/does not support SSL/, 'Remove sslmode from DATABASE_URL, or set up TLS in the database.'],
  [/^3D000 /, 'Create that database (createdb), or correct its name at the end of DATABASE_URL.'],
  [
    /^28/,
    'Correct the user and password in DATABASE_URL. Percent-encode special characters there: %23 for #, %40 for @.',
  ],
  [
    /^42501 .*create|permission denied for (database|schema)/,
    'Allow the user of DATABASE_URL to create schemas and tables in that database.',
  ],
  [/^42501 /, 'Use the user who owns the schemas ledger and ledger_queue in DATABASE_URL.'],
  [/^25006 /, 'This server is a standby or read-only. Set DATABASE_URL to the primary server.'],
  [/^53100 /, 'The disk of the database is full. Free some space there.'],
  [/^53300 |too many (clients|connections)|max_client_conn/, FEWER_CONNECTIONS],
  [/^57P03 /, 'Try again in a minute.'],
];

/** What to do about a database fault, in a sentence; null if nothing is known beyond the fault itself. */
export function databaseAdvice({ code, message }: { code?: string; message: string }): string | null {
  return ADVICE.find(([pattern]) => pattern.test(`${code ?? ''} ${message}`))?.[1] ?? null;
}
