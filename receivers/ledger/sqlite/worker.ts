import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, type Call, unpackBatch } from './batch.ts';
import { prepareCheckpoints } from './checkpoints.ts';
import { openForCheckpoints, openForReading, openForWriting } from './connection.ts';
import { migrate } from './migrate.ts';
import { prepareOperations } from './operations.ts';
import { prepareQueries } from './queries.ts';

/**
 * The thread that owns one connection. A writer runs each batch of calls in one transaction; the others
 * answer each by itself.
 */
export interface WorkerSettings {
  file: string;
  mode: 'write' | 'read' | 'checkpoint';
}

export type CallResult = { ok: true; value: unknown } | { ok: false; message: string };

/**
 * What a thread is told besides batches: to open the file anew before its next batch, since another thread found it
 * damaged; or to close it and end.
 */
export type Word = 'open anew' | 'end';

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

/** Which file it is that was opened under the name, once one was. */
let opened: bigint | null = null;

/** Which write-ahead log the connection writes to or reads, once there is one. */
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
      'The file ledger.sqlite is not the one any more that this receiver opened: it was removed, moved or replaced. ' +
        'Put it back, or start the receiver again to go on with what is there now.',
    );
  }
  if (connection !== null && logIsGone()) {
    leaveLog(connection.database);
  }
  if (connection === null) {
    if (settings.mode === 'write') {
      const database = openForWriting(settings.file);
      migrate(database);
      connection = { database, handlers: prepareOperations(database) };
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

/** A write to a file that was removed does not fail, and is lost: so this is compared before each. */
function fileNumber(file: string): bigint | null {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

function logIsGone(): boolean {
  const log = fileNumber(LOG);
  openedLog ??= log;
  return log !== openedLog;
}

/** What stands in a log that was removed is still there for the connection that has it open: it is saved first. */
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
      'The file ledger.sqlite-wal was removed or replaced, and what it held could not be saved yet. Leave the files ' +
        'of the data folder where they are; it is tried again with the next event.',
    );
  }
}

/** After a fault of the storage, the next call opens the file anew: what was mended is seen. */
function disconnect(): void {
  try {
    connection?.database.close();
  } catch {
    // A connection that cannot even be closed is given up all the same.
  }
  connection = null;
  openedLog = null;
}

/** Where one call spoils the transaction of all, each gets one of its own. */
function writeBatch(batch: Call[]): BatchResult {
  const together = inTransaction(batch);
  if (!together.began || together.results.every(({ ok }) => ok) || batch.length === 1) {
    return together.results;
  }
  return batch.map((call) => inTransaction([call]).results[0] as CallResult);
}

/** `began` is false where the storage let no transaction begin: each call by itself would fare no better. */
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
