const turns = new Map<string, Promise<unknown>>();

/**
 * Does the work once all earlier work with this key in this process is done: between reading where a tab ends and
 * writing there, no other destination of the process may write to the same spreadsheet.
 */
export async function inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
  const before = turns.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  turns.set(key, mine);
  try {
    return await mine;
  } finally {
    if (turns.get(key) === mine) {
      turns.delete(key);
    }
  }
}
