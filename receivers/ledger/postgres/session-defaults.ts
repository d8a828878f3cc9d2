/**
 * What the statements here and graphile-worker's assume of a session. A server, a database or a role may set each of
 * these to something else (ALTER SYSTEM, ALTER DATABASE, ALTER ROLE ... SET), so every connection sets them itself.
 * https://www.postgresql.org/docs/current/runtime-config-client.html
 */
const ASSUMED: Readonly<Record<string, string>> = {
  // How values are written as text, and read from it.
  bytea_output: 'hex',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  client_encoding: 'UTF8',
  array_nulls: 'on',
  // How statements are read.
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  transform_null_equals: 'off',
  // Every name has its schema, except those of PostgreSQL itself.
  search_path: 'pg_catalog',
  // What a transaction may do and see.
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  row_security: 'on',
  exit_on_error: 'off',
  // Statements are short: planning them in native code takes longer than running them.
  jit: 'off',
  client_min_messages: 'warning',
  'plpgsql.extra_errors': 'none',
  'plpgsql.extra_warnings': 'none',
};

/** What only newer servers have: a session that waits, or a long transaction, is not ended under us. */
const IF_KNOWN: Readonly<Record<string, string>> = {
  idle_session_timeout: '0',
  transaction_timeout: '0',
};

/** Leaves alone what waits for more than the own disk: for a standby's (`remote_apply`). */
const DURABLE = `set_config('synchronous_commit', 'on', false)
  WHERE pg_catalog.current_setting('synchronous_commit') IN ('off', 'local')`;

/** What a pool's connections are set to, by PostgreSQL's names. */
export type SessionSettings = Readonly<Record<string, string | number>>;

/**
 * One statement list that gives a new connection everything that is assumed of it.
 *
 * @param own what a pool needs in addition
 * @param durable true if a commit must be on disk before it is answered
 */
export function sessionStatements(own: SessionSettings, durable: boolean): string {
  const settings = Object.entries({ ...ASSUMED, ...own }).map(
    ([name, value]) => `pg_catalog.set_config('${name}', '${value}', false)`,
  );
  const known = Object.entries(IF_KNOWN).map(
    ([name, value]) =>
      `SELECT pg_catalog.set_config(name, '${value}', false) FROM pg_catalog.pg_settings WHERE name = '${name}'`,
  );
  // First, for what follows to be read as it is meant.
  return [
    "SET standard_conforming_strings = 'on'",
    `SELECT ${settings.join(', ')}`,
    ...known,
    ...(durable ? [`SELECT pg_catalog.${DURABLE}`] : []),
  ].join('; ');
}
