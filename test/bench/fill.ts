import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from '../../receivers/ledger/sqlite/migrate.ts';
import { sampleBody } from '../fixtures/messages.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Fills a new SQLite ledger in a data folder with events of the last 80 days, of 500 experiences,
 * each delivered to four destinations; one delivery in a thousand is a dead letter.
 */
export function fillLedger(folder: string, events: number): void {
  const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
  migrate(database);
  const now = Date.now();
  const step = (80 * DAY_MS) / events;
  const at = `CAST(${now - 80 * DAY_MS} + number * ${step} AS INTEGER)`;
  const numbers = `WITH RECURSIVE numbers (number) AS (
    SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ${events}
  )`;
  const experience = "printf('%08x-0000-4000-8000-000000000000', number % 500)";
  const destination =
    "CASE place WHEN 0 THEN 'slack' WHEN 1 THEN 'sheets' WHEN 2 THEN 'email' ELSE 'http' END";
  database.exec('BEGIN');
  database.exec(`
    ${numbers}
    INSERT INTO events (sequence, key, source, origin, action, experience_id, experience_name, organization_id,
      occurred_at, received_at, late, before_sequence)
    SELECT number, printf('evt_%012x%020x', ${at}, number), 'default', 'webhook',
      CASE number % 3 WHEN 0 THEN 'startExperience' WHEN 1 THEN 'updateExperience' ELSE 'endExperience' END,
      ${experience}, 'Experience ' || number % 500, 'organization', ${at}, ${at} + 2000, 0,
      CASE WHEN number > 500 THEN number - 500 END
    FROM numbers
  `);
  database
    .prepare(`${numbers} INSERT INTO bodies (sequence, body, headers) SELECT number, ?, '{}' FROM numbers`)
    .run(new Uint8Array(sampleBody('end')));
  database.exec(`
    ${numbers}
    INSERT INTO experiences (id, experience_id, name, organization_id, source, first_at)
    SELECT number % 500 + 1, ${experience}, 'Experience ' || number % 500, 'organization', 'default', MIN(${at})
    FROM numbers GROUP BY number % 500
  `);
  database.exec(`
    ${numbers}
    INSERT INTO experience_heads (id, events, last_at, latest_occurred_at, last_sequence)
    SELECT number % 500 + 1, COUNT(*), MAX(${at}), MAX(${at}), MAX(number) FROM numbers GROUP BY number % 500
  `);
  database.exec(`
    ${numbers}, places (place) AS (VALUES (0), (1), (2), (3))
    INSERT INTO deliveries
      (id, destination, route, state, due_at, wait_ms, attempts, tries, reason, created_at, finished_at)
    SELECT number * 1000 + place, ${destination}, 'every event',
      CASE WHEN number % 1000 = 0 AND place = 0 THEN 'dead' ELSE 'done' END, ${at}, 0, 1, 1,
      CASE WHEN number % 1000 = 0 AND place = 0 THEN 'Slack says that the channel is gone.' END, ${at}, ${at} + 500
    FROM numbers CROSS JOIN places ORDER BY 1
  `);
  database.exec(`
    INSERT INTO attempts (delivery_id, number, started_at, finished_at, outcome)
    SELECT id, 1, due_at, finished_at, state FROM deliveries
  `);
  database.exec('COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}
