import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, type Call, unpackBatch } from './batch.ts';
import { prepareCheckpoints } from './checkpoints.ts';
import { openForCheckpoints, openForReading, openForWriting } from './connection.ts';
import { migrate, type Upgrade } from './migrate.ts';
import { type Operations, prepareOperations } from './operations.ts';
import { prepareQueries } from './queries.ts';

/**
 * The thread that owns one connection. A writer runs each batch of calls in one transaction; the others
 * answer each by itself.
 */
export interface WorkerSettings {
  file: string;
  mode: 'write' | 'read' | 'checkpoint';
  /** The lock that keeps other receivers away: if it was removed, nothing more is written. */
  lockFile?: string;
  /** The versions of the schema, for tests. */
  migrations?: readonly string[];
}

export type CallResult = { ok: true; value: unknown } | { ok: false; message: string };

/**
 * Messages to a thread other than batches: reopen the file before the next batch, because another thread found it damaged;
 * or close it and end.
 */
export type Word = 'reopen' | 'end';

/** The answer to a batch: a result for each call, in order. */
export type BatchResult = CallResult[];

type Handlers = Record<string, (input: never, bytes: Uint8Array) => unknown>;

const port = parentPort;
if (port === null) {
  throw new Error('This file runs as a worker thread of the ledger.');
}

const settings = workerData as WorkerSettings;
const LOG = `${settings.file}-wal`;
let connection: { database: DatabaseSync; handlers: Handlers } | null = null;

/** Identifies the file that was opened under the name, once one was. */
let opened: bigint | null = null;

/** Identifies the lock file that this process locked. */
const lock = settings.lockFile === undefined ? null : fileNumber(settings.lockFile);

/** What this process upgraded. */
let upgrade: Upgrade | null = null;

/** Identifies the write-ahead log that the connection writes to or reads, once there is one. */
let openedLog: bigint | null = null;

port.on('message', (message: Batch | Word) => {
  if (typeof message !== 'string') {
    const calls = unpackBatch(message);
    port.postMessage(settings.mode === 'write' ? writeBatch(calls) : calls.map(callAlone));
    return;
  }
  disconnect();
  if (message === 'end') {
    port.close();
  }
});

function connect(): { database: DatabaseSync; handlers: Handlers } {
  if (opened !== null && fileNumber(settings.file) !== opened) {
    throw new Error(
      'The file ledger.sqlite was removed, moved or replaced while this receiver was running. ' +
        'Put it back, or restart the receiver to continue with the file that is there now.',
    );
  }
  if (settings.lockFile !== undefined && fileNumber(settings.lockFile) !== lock) {
    throw new Error(
      'The file process.lock was removed or replaced while this receiver was running, so a second receiver could have ' +
        'started on the same data folder. Make sure that none did, and restart this receiver.',
    );
  }
  if (connection !== null && logIsGone()) {
    leaveLog(connection.database);
  }
  if (connection === null) {
    if (settings.mode === 'write') {
      const database = openForWriting(settings.file);
      upgrade = migrate(database, settings.file, settings.migrations) ?? upgrade;
      const status = (): WriterStatus => ({ upgrade, lastSequence: lastSequence(database) });
      connection = { database, handlers: { ...prepareOperations(database), status } };
    } else if (settings.mode === 'checkpoint') {
      const database = openForCheckpoints(settings.file);
      connection = { database, handlers: prepareCheckpoints(database) };
    } else {
      const database = openForReading(settings.file);
      connection = { database, handlers: prepareQueries(database) };
    }
    opened = fileNumber(settings.file);
    openedLog = fileNumber(LOG);
  }
  return connection;
}

/** What the ledger needs to know about its file. */
export interface WriterStatus {
  upgrade: Upgrade | null;
  /** The sequence of the newest event; 0 for none. */
  lastSequence: number;
}

export type WriterOperations = Operations & { status(): WriterStatus };

function lastSequence(database: DatabaseSync): number {
  const row = database.prepare('SELECT COALESCE(MAX(sequence), 0) AS last FROM events').get();
  return (row as { last: number }).last;
}

/** A write to a file that was removed does not fail, and is lost: so this is compared before each. */
function fileNumber(file: string): bigint | null {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

function logIsGone(): boolean {
  const log = fileNumber(LOG);
  openedLog ??= log;
  return log !== openedLog;
}

/** A log that was removed is still there for the connection that has it open: its content is saved first. */
function leaveLog(database: DatabaseSync): void {
  if (settings.mode === 'write') {
    const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
    if (busy !== 0) {
      throw new LogNotSaved();
    }
  }
  disconnect();
}

/** The connection stays open: nothing else holds what is to be saved. */
class LogNotSaved extends Error {
  constructor() {
    super(
      'The file ledger.sqlite-wal was removed or replaced, and its content could not be saved yet. Do not touch the ' +
        'files of the data folder; the receiver tries again with the next event.',
    );
  }
}

/** After a storage fault, the next call reopens the file, and so notices when it is fixed. */
function disconnect(): void {
  try {
    connection?.database.close();
  } catch {
    // A connection that cannot even be closed is abandoned.
  }
  connection = null;
  openedLog = null;
}

/** If one call spoils the transaction of all, each gets its own. */
function writeBatch(batch: Call[]): BatchResult {
  const together = inTransaction(batch);
  if (!together.began || together.results.every(({ ok }) => ok) || batch.length === 1) {
    return together.results;
  }
  return batch.map((call) => inTransaction([call]).results[0] as CallResult);
}

/** `began` is false if the storage let no transaction begin: each call by itself would fail too. */
function inTransaction(batch: Call[]): { began: boolean; results: BatchResult } {
  let began = false;
  try {
    const { database, handlers } = connect();
    database.exec('BEGIN IMMEDIATE');
    began = true;
    const results = batch.map((each) => ({ ok: true as const, value: call(handlers, each) }));
    database.exec('COMMIT');
    return { began, results };
  } catch (error) {
    if (!(error instanceof LogNotSaved)) {
      disconnect();
    }
    return { began, results: batch.map(() => failure(error)) };
  }
}

function callAlone(alone: Call): CallResult {
  try {
    return { ok: true, value: call(connect().handlers, alone) };
  } catch (error) {
    disconnect();
    return failure(error);
  }
}

function call(handlers: Handlers, { name, input, bytes }: Call): unknown {
  const handler = handlers[name];
  if (handler === undefined) {
    throw new Error(`The ledger knows no operation ${name}.`);
  }
  return handler(input as never, bytes as Uint8Array);
}

function failure(error: unknown): CallResult {
  const { message } = error as Error;
  return { ok: false, message };
}
