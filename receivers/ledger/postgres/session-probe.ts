import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { StorageError } from '../../contract/ledger.ts';

/** How many times two connections are compared: a pooler that serves others too does not always show itself at once. */
const ROUNDS = 3;

/** How long a notification may take, milliseconds. */
const NOTIFICATION_MS = 2_000;

/** What to do about a pooler that gives a connection another session for each transaction. */
export const USE_SESSIONS =
  'Set DATABASE_URL to the address of the database itself, or to a pooler in session mode. PgBouncer: pool_mode = session. ' +
  'Supabase: port 5432 instead of 6543. Neon: the host without -pooler.';

const SHARED =
  'DATABASE_URL leads to a connection pooler in transaction mode, where a connection has no session of its own. ' +
  'The receiver needs one: for its settings, prepared statements, advisory locks and LISTEN.';

const backends = new WeakMap<pg.ClientBase, number>();

/** Remembers which process of the server a new connection has. */
export async function noteBackend(client: pg.ClientBase): Promise<void> {
  backends.set(client, await backendOf(client));
}

/** Throws a StorageError if a connection was given another session than the one that was set up for it. */
export async function expectOwnSession(client: pg.ClientBase): Promise<void> {
  const known = backends.get(client);
  if (known !== undefined && known !== (await backendOf(client))) {
    throw new StorageError(`${SHARED} ${USE_SESSIONS}`);
  }
}

async function backendOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_catalog.pg_backend_pid() AS pid');
  return (rows[0] as { pid: number }).pid;
}

/** What two connections to a database found out about their sessions. */
export interface SessionFindings {
  /** Why the receiver cannot work there; null if it can. */
  fault: string | null;
  /** Whether one connection gets what another notifies. */
  notifies: boolean;
}

/** Tries what the receiver needs of a session. Both connections must be free, and outside of transactions. */
export async function probeSessions(one: pg.ClientBase, other: pg.ClientBase): Promise<SessionFindings> {
  for (let round = 0; round < ROUNDS; round += 1) {
    if (await sessionIsShared(one, other)) {
      return { fault: SHARED, notifies: false };
    }
  }
  return { fault: null, notifies: await notificationArrives(one, other) };
}

/** Marks one connection's session; while the other is in a transaction, neither may see the other's session. */
async function sessionIsShared(one: pg.ClientBase, other: pg.ClientBase): Promise<boolean> {
  const name = 'intelligems_receivers.session';
  const mark = randomUUID();
  await one.query('SELECT pg_catalog.set_config($1, $2, false)', [name, mark]);
  const markOf = async (client: pg.ClientBase): Promise<string | null> => {
    const { rows } = await client.query<{ mark: string | null }>(
      'SELECT pg_catalog.current_setting($1, true) AS mark',
      [name],
    );
    return rows[0]?.mark ?? null;
  };
  await other.query('BEGIN');
  try {
    return (await markOf(other)) === mark || (await markOf(one)) !== mark;
  } finally {
    await other.query('ROLLBACK');
  }
}

async function notificationArrives(one: pg.ClientBase, other: pg.ClientBase): Promise<boolean> {
  const channel = `receivers_${randomUUID().replaceAll('-', '')}`;
  await one.query(`LISTEN ${channel}`);
  let timer: NodeJS.Timeout | undefined;
  const arrived = new Promise<boolean>((resolve) => {
    one.once('notification', () => resolve(true));
    timer = setTimeout(() => resolve(false), NOTIFICATION_MS);
  });
  await other.query(`NOTIFY ${channel}`);
  try {
    return await arrived;
  } finally {
    clearTimeout(timer);
    await one.query(`UNLISTEN ${channel}`);
  }
}
