const DAMAGED = /malformed|not a database|corrupt/;

/** What SQLite says (https://sqlite.org/rescode.html), and what a person can do about it. */
const ADVICE: readonly [pattern: RegExp, advice: string][] = [
  [
    /disk is full/,
    'The disk of the data folder is full. Make room; events are taken again by themselves as soon as there is some.',
  ],
  [
    /readonly|read-only/,
    'The data folder cannot be written. Give this user the right to write there, or mount it writable.',
  ],
  [
    /locked|busy/,
    'Another program holds a lock on the ledger in the data folder, such as a backup or a database browser. End it.',
  ],
  [
    DAMAGED,
    'The file ledger.sqlite in the data folder is damaged. Stop the receiver and put back a backup, or move the file away to begin anew.',
  ],
  [
    /unable to open/,
    'The files in the data folder cannot be opened. See that the folder (DATA_DIR) is there and that this user may write to it.',
  ],
  [/disk I\/O error/, 'The disk of the data folder answers with errors. Look at it, and at its free space.'],
];

/** A storage fault in words: what to do first, then what the storage itself said. */
export function storageAdvice(message: string): string {
  const found = ADVICE.find(([pattern]) => pattern.test(message));
  return found === undefined ? message : `${found[1]} (${message})`;
}

/** Whether the storage says that the ledger's file is damaged. */
export function tellsOfDamage(message: string): boolean {
  return DAMAGED.test(message);
}
