import type pg from 'pg';

/** How long to wait before a full server is asked for a connection again, milliseconds. */
const AGAIN_MS = 100;

/** After this, a pool that the server had no more connections for tries its full size again, milliseconds. */
const WHOLE_AGAIN_MS = 30_000;

type Connected = Parameters<pg.Pool['connect']>[0];

/**
 * Makes a pool go on with the connections that it has when the server has no more to give (SQLSTATE 53300), instead of
 * failing what asked for another one: it waits for one that becomes free, or for the server.
 *
 * @param withinMs how long a caller waits at most
 * @param shrinks false for a pool some of whose connections are never free: it only waits
 */
export function makePatient(pool: pg.Pool, withinMs: number, shrinks: boolean): void {
  const whole = pool.options.max;
  const connect = pool.connect as (connected: Connected) => void;
  let restoring: NodeJS.Timeout | undefined;
  const shrink = (): void => {
    if (shrinks && pool.totalCount > 0) {
      pool.options.max = Math.min(pool.options.max, pool.totalCount);
      clearTimeout(restoring);
      restoring = setTimeout(() => {
        pool.options.max = whole;
      }, WHOLE_AGAIN_MS).unref();
    }
  };
  const ask = (connected: Connected): void => {
    const until = performance.now() + withinMs;
    const attempt = (): void =>
      connect.call(pool, (error, client, release) => {
        if (error !== undefined && isFull(error) && performance.now() < until && !pool.ending) {
          shrink();
          setTimeout(attempt, AGAIN_MS);
          return;
        }
        connected(error, client, release);
      });
    attempt();
  };
  pool.connect = ((connected?: Connected) =>
    connected === undefined
      ? new Promise<pg.PoolClient>((resolve, reject) => {
          ask((error, client) => (client === undefined ? reject(error) : resolve(client)));
        })
      : ask(connected)) as typeof pool.connect;
}

/** PgBouncer and other poolers say it in words. */
function isFull(error: Error & { code?: string }): boolean {
  return error.code === '53300' || /no more connections allowed|max_client_conn/.test(error.message);
}
