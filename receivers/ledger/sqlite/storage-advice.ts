const DAMAGED = /malformed|not a database|corrupt/;

/** What a running receiver does about a fault when it passes; one that failed to start does nothing more. */
const RECOVERS = 'The receiver accepts events again by itself as soon as there is room.';
const RESTART = 'Then start the receiver again.';

/** What SQLite says (https://sqlite.org/rescode.html), and what a person can do about it. */
const ADVICE: readonly [pattern: RegExp, advice: string, whenRunning?: string][] = [
  [/disk is full/, 'The disk of the data folder is full. Free some space.', RECOVERS],
  [
    /readonly|read-only/,
    'The data folder cannot be written. Give this user write permission there, or mount it writable.',
  ],
  [
    /locked|busy/,
    'Another program holds a lock on the ledger in the data folder, such as a backup or a database browser. Close it.',
  ],
  [
    DAMAGED,
    'The file ledger.sqlite in the data folder is damaged. Stop the receiver and restore a backup, or move the file away to start with an empty ledger.',
  ],
  [
    /unable to open/,
    'The files in the data folder cannot be opened. Check that the folder (DATA_DIR) exists and that this user may write to it.',
  ],
  [/disk I\/O error/, 'The disk of the data folder reports errors. Check the disk and its free space.'],
];

/**
 * A storage fault in words: what to do first, then what the storage itself said.
 *
 * @param during a start that failed is over: it must not promise to recover
 */
export function storageAdvice(message: string, during: 'start' | 'run' = 'run'): string {
  const found = ADVICE.find(([pattern]) => pattern.test(message));
  if (found === undefined) {
    return message;
  }
  const [, advice, whenRunning] = found;
  const then = during === 'start' ? [RESTART] : whenRunning === undefined ? [] : [whenRunning];
  return `${[advice, ...then].join(' ')} (${message})`;
}

/** Whether the storage says that the ledger's file is damaged. */
export function reportsDamage(message: string): boolean {
  return DAMAGED.test(message);
}
