import type { DatabaseSync } from 'node:sqlite';

/** Checkpoints, as functions over a connection that does nothing else. */
export function prepareCheckpoints(database: DatabaseSync) {
  return {
    /**
     * Copies the content of the write-ahead log into the ledger's file, as far as no reader is in the way; writers
     * continue meanwhile (https://sqlite.org/pragma.html#pragma_wal_checkpoint).
     */
    checkpoint(): void {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    },
  };
}

export type Checkpoints = ReturnType<typeof prepareCheckpoints>;
