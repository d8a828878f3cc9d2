import pg from 'pg';
import { StorageError } from '../../contract/ledger.ts';
import { databaseAdvice } from './database-advice.ts';
import { databaseUrlFault } from './database-url.ts';
import { makePatient } from './patient-pool.ts';
import { type SessionSettings, sessionStatements } from './session-defaults.ts';
import { noteBackend } from './session-probe.ts';
import type { PostgresSettings } from './settings.ts';

/** Each has a digit, unlike Node's own codes, such as EPIPE. */
const SQL_STATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/** How much longer than the server's own limit the client waits for an answer: then the network is gone. */
export const ANSWER_GRACE_MS = 2_000;

export interface PoolSettings {
  connections: number;
  /** Seen in `pg_stat_activity`. */
  name: string;
  session?: SessionSettings;
  /** What it commits is on disk before the answer, whatever the database, its role or the server says. */
  durable?: boolean;
  /** A new connection is given out only after this. */
  ready?: Promise<unknown>;
}

/**
 * A pool of connections whose errors reach only the code that runs a statement: a server that ends
 * never ends this process. Whole numbers come as numbers (none here exceeds 2^53), bytes as a Uint8Array.
 */
export function openPool(settings: Required<PostgresSettings>, pool: PoolSettings): pg.Pool {
  const { statementTimeoutMs } = settings;
  const fault = databaseUrlFault(settings.url);
  if (fault !== null) {
    throw new StorageError(`${fault.finding} ${fault.fix}`);
  }
  const session: SessionSettings = {
    statement_timeout: statementTimeoutMs,
    lock_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    ...pool.session,
  };
  const statements = sessionStatements(session, pool.durable ?? false);
  const opened = new pg.Pool({
    connectionString: settings.url,
    max: pool.connections,
    // The last one stays: when it is needed, the server may have no other to give.
    min: 1,
    application_name: `intelligems-receivers ${pool.name}`,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types: { getTypeParser },
    onConnect: async (client) => {
      await client.query(statements);
      await noteBackend(client);
      await pool.ready;
    },
  });
  opened.on('error', () => {});
  opened.on('connect', (client) => client.on('error', () => {}));
  makePatient(opened, settings.connectTimeoutMs, pool.name !== 'queue');
  return opened;
}

const INT8 = 20;
const BYTEA = 17;

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8) {
    return Number;
  }
  if (oid === BYTEA) {
    return (value) => Uint8Array.from(Buffer.from(value.slice(2), 'hex'));
  }
  return pg.types.getTypeParser(oid, format as 'text');
}

/** What PostgreSQL, the network or a pool said, as the error that the ledger's callers know. */
export function storageError(error: unknown): StorageError {
  if (error instanceof StorageError) {
    return error;
  }
  const { said, advice } = storageFault(error);
  return new StorageError(advice === null ? said : `${said.replace(/\.$/, '')}. ${advice}`, { cause: error });
}

/** What went wrong, and what to do about it; null if nothing is known of that. */
export function storageFault(error: unknown): { said: string; advice: string | null } {
  if (error instanceof StorageError) {
    return { said: error.message, advice: null };
  }
  const fault = faultOf(error);
  return {
    said: `${refused(fault) ? 'The database refused' : 'The database cannot be reached'}: ${fault.message}`,
    advice: databaseAdvice(fault),
  };
}

/** Whether the server itself said so, with a SQLSTATE. */
function refused({ code }: { code?: string }): boolean {
  return code !== undefined && SQL_STATE.test(code);
}

function faultOf(error: unknown): { code?: string; message: string } {
  const { message, code, errors } = error as Error & { code?: string; errors?: Error[] };
  const [first] = errors ?? [];
  if (message === '' && first !== undefined) {
    return faultOf(first);
  }
  return { message: message || (code ?? 'no reason given'), ...(code !== undefined && { code }) };
}

/** The SQLSTATE of an error (https://www.postgresql.org/docs/current/errcodes-appendix.html); null for none. */
function sqlState(error: unknown): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && SQL_STATE.test(code) ? code : null;
}

/** So often a statement is run again that the database undid for another's sake. */
const CLASHES = 5;

/** Runs a statement, again after a deadlock or a serialization failure (SQLSTATE 40P01, 40001). */
export async function again<T>(task: () => Promise<T>): Promise<T> {
  for (let clashes = 0; ; clashes += 1) {
    try {
      return await task();
    } catch (error) {
      if (clashes === CLASHES || !['40001', '40P01'].includes(sqlState(error) ?? '')) {
        throw error;
      }
    }
  }
}

/** A fault of one statement's own data (SQLSTATE classes 22, 23 and 54), not of the storage. */
export function dataFault(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlState(error) ?? '');
}
