import type { DatabaseSync } from 'node:sqlite';

/** Checkpoints, as functions over a connection that does nothing else. */
export function prepareCheckpoints(database: DatabaseSync) {
  return {
    /**
     * Copies into the ledger's file what its write-ahead log holds, as far as nobody who reads is in the way;
     * those who write go on meanwhile (https://sqlite.org/pragma.html#pragma_wal_checkpoint).
     */
    checkpoint(): void {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    },
  };
}

export type Checkpoints = ReturnType<typeof prepareCheckpoints>;
