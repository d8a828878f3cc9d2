import type { DatabaseSync } from 'node:sqlite';

/** What destinations remember. */
export function prepareFactQueries(database: DatabaseSync) {
  const fact = database.prepare('SELECT value FROM facts WHERE destination = ? AND key = ?');
  const facts = database.prepare(
    'SELECT key, value FROM facts WHERE destination = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key',
  );
  // The empty name holds only the receiver's own notes.
  const factDestinations = database.prepare("SELECT DISTINCT destination FROM facts WHERE destination <> ''");

  return {
    recall({ destination, key }: { destination: string; key: string }): string | null {
      return (fact.get(destination, key) as { value: string } | undefined)?.value ?? null;
    },

    recallAll({ destination, prefix }: { destination: string; prefix: string }): Record<string, string> {
      const rows = facts.all(destination, prefix) as { key: string; value: string }[];
      return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
    },

    /** The names under which something is remembered. */
    factDestinations(): string[] {
      return (factDestinations.all() as { destination: string }[]).map(({ destination }) => destination);
    },
  };
}
