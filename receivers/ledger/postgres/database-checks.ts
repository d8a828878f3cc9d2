import type pg from 'pg';
import type { Check } from '../../contract/destination.ts';
import { connectionChecks } from './connection-budget.ts';
import { openPool, storageFault } from './connections.ts';
import { databaseUrlFault } from './database-url.ts';
import { probeSessions, USE_SESSIONS } from './session-probe.ts';
import { completeSettings, type PostgresSettings } from './settings.ts';

const WHAT = 'PostgreSQL';

/**
 * Tries what the receiver needs of its database, and changes nothing there. The start refuses what is a fault here and
 * reports what is a warning; the doctor shows all of it.
 *
 * @param destinations how many destinations a process delivers to
 */
export async function databaseChecks(given: PostgresSettings, destinations = 0): Promise<Check[]> {
  const settings = completeSettings(given);
  const unusable = databaseUrlFault(settings.url);
  if (unusable !== null) {
    return [{ what: WHAT, state: 'fault', ...unusable }];
  }
  let pool: pg.Pool | undefined;
  try {
    pool = openPool(settings, { connections: 2, name: 'checking' });
    const [one, other] = await Promise.all([pool.connect(), pool.connect()]);
    try {
      return [
        await serverCheck(one),
        ...(await sessionChecks(one, other)),
        ...(await schemaChecks(one)),
        ...(await connectionChecks(one, settings, destinations)),
      ];
    } finally {
      one.release(true);
      other.release(true);
    }
  } catch (error) {
    const { said, advice } = storageFault(error);
    return [{ what: WHAT, state: 'fault', finding: said, fix: advice }];
  } finally {
    pool?.end().catch(() => {});
  }
}

async function serverCheck(client: pg.ClientBase): Promise<Check> {
  const { rows } = await client.query<{ version: string; standby: boolean }>(
    "SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS standby",
  );
  const { version, standby } = rows[0] as { version: string; standby: boolean };
  return standby
    ? {
        what: WHAT,
        state: 'fault',
        finding: 'This server is a standby, which can only be read.',
        fix: 'Set DATABASE_URL to the primary server.',
      }
    : { what: WHAT, state: 'ok', finding: `version ${version} answers`, fix: null };
}

async function sessionChecks(one: pg.ClientBase, other: pg.ClientBase): Promise<Check[]> {
  const { fault, notifies } = await probeSessions(one, other);
  if (fault !== null) {
    return [{ what: WHAT, state: 'fault', finding: fault, fix: USE_SESSIONS }];
  }
  return notifies
    ? []
    : [
        {
          what: WHAT,
          state: 'warning',
          finding: 'Notifications (LISTEN) do not arrive, so deliveries start up to a second later.',
          fix: 'Set DATABASE_URL to the address of the database itself, without a proxy in between.',
        },
      ];
}

/** If nothing has to be created, only use needs to be allowed. */
async function schemaChecks(client: pg.ClientBase): Promise<Check[]> {
  const { rows } = await client.query<{ missing: boolean; allowed: boolean; closed: string | null }>(
    `SELECT to_regclass('ledger.schema_versions') IS NULL AS missing,
      has_database_privilege(current_database(), 'CREATE') AS allowed,
      (SELECT pg_get_userbyid(c.relowner) FROM pg_class c
        WHERE c.oid = to_regclass('ledger_queue._private_jobs') AND row_security_active(c.oid)) AS closed`,
  );
  const { missing, allowed, closed } = rows[0] as {
    missing: boolean;
    allowed: boolean;
    closed: string | null;
  };
  if (missing && !allowed) {
    return [
      {
        what: WHAT,
        state: 'fault',
        finding: 'The user of DATABASE_URL may not create the receiver’s schemas.',
        fix: 'As the owner of the database, run: GRANT CREATE ON DATABASE <name> TO <user>',
      },
    ];
  }
  return closed === null
    ? []
    : [
        {
          what: WHAT,
          state: 'fault',
          finding:
            'The user of DATABASE_URL does not own the receiver’s tables, so it cannot use the job queue.',
          fix: `Use the user ${closed} in DATABASE_URL, or run: GRANT ${closed} TO <user>`,
        },
      ];
}
