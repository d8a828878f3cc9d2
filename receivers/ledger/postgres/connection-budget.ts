import type pg from 'pg';
import type { Check } from '../../contract/destination.ts';
import type { PostgresSettings } from './settings.ts';

/** The most connections that a process uses: its four pools, one for each destination, and one for its lease. */
export function mostConnections(
  settings: Pick<
    Required<PostgresSettings>,
    'acceptConnections' | 'deliverConnections' | 'readConnections' | 'queueConnections'
  >,
  destinations: number,
): number {
  const { acceptConnections, deliverConnections, readConnections, queueConnections } = settings;
  return acceptConnections + deliverConnections + readConnections + queueConnections + destinations + 1;
}

interface Grants {
  server: number;
  role: number;
  database: number;
  used: number;
}

/** Compares what a process may use with what the server grants to this user and database. */
export async function connectionChecks(
  client: pg.ClientBase,
  settings: Required<PostgresSettings>,
  destinations: number,
): Promise<Check[]> {
  const { rows } = await client.query<Grants>(`
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0) AS server,
      (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role,
      (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database,
      (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend'
        AND application_name <> 'intelligems-receivers checking') AS used`);
  const { server, role, database, used } = rows[0] as Grants;
  const granted = Math.min(...[server, role, database].filter((limit) => limit >= 0));
  const most = mostConnections(settings, destinations);
  const finding = `Each receiver uses up to ${most} connections; the server grants ${granted}, of which ${used} are in use.`;
  return most + used <= granted
    ? [{ what: 'Connections', state: 'ok', finding, fix: null }]
    : [
        {
          what: 'Connections',
          state: 'warning',
          finding,
          fix: FEWER_CONNECTIONS,
        },
      ];
}

/** In the order of what was measured; see the README of this folder's parent. */
export const FEWER_CONNECTIONS =
  'Lower DATABASE_READ_CONNECTIONS and DATABASE_QUEUE_CONNECTIONS to 1, run fewer receivers, or raise max_connections of the database. ' +
  'Leave DATABASE_ACCEPT_CONNECTIONS and DATABASE_DELIVER_CONNECTIONS as they are: fewer of these make webhooks wait.';
