import { howToRun } from '../base/how-to-run.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Check } from '../contract/destination.ts';
import { openClients } from '../intelligems/clients.ts';
import { fine } from './machine-checks.ts';
import { noAnswerReason } from './send.ts';

/** A clock that differs from another one by more than this is wrong, milliseconds. */
const CLOCK_TOLERANCE_MS = 30_000;

const TIMEOUT_MS = 10_000;

/** Whether the database has what the receiver needs. */
export async function databaseCheck({
  storage: { databaseUrl },
  database,
  destinations,
}: Pick<Configuration, 'storage' | 'database' | 'destinations'>): Promise<Check[]> {
  if (databaseUrl === null) {
    return [];
  }
  const { databaseChecks } = await import('../ledger/postgres/database-checks.ts');
  return databaseChecks({ ...database, url: databaseUrl }, destinations.length);
}

/** Whether the receiver at this URL runs and can store events. */
export async function readyCheck(url: string): Promise<Check> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok
      ? fine('Receiver', `it runs on ${url} and can store events`)
      : {
          what: 'Receiver',
          state: 'fault',
          finding: `${url}/readyz answers ${response.status}`,
          fix: 'See the receiver’s log: its storage cannot be written, or another program has the port.',
        };
  } catch {
    return {
      what: 'Receiver',
      state: 'warning',
      finding: `nothing answers on ${url}`,
      fix: `Start it with: ${howToRun('start')}`,
    };
  }
}

/** Whether the public URL leads to a receiver, and whether the clocks agree. */
export async function publicUrlChecks(publicUrl: string | null): Promise<Check[]> {
  if (publicUrl === null) {
    return [
      {
        what: 'Public URL',
        state: 'warning',
        finding: 'PUBLIC_URL is not set, so messages have no links to this receiver',
        fix: 'Set it to the https:// address under which Intelligems reaches this receiver.',
      },
    ];
  }
  const insecure: Check = {
    what: 'Public URL',
    state: 'warning',
    finding: 'it is not https',
    fix: 'Put TLS in front of the receiver.',
  };
  return [...(publicUrl.startsWith('https:') ? [] : [insecure]), ...(await reachChecks(publicUrl))];
}

async function reachChecks(publicUrl: string): Promise<Check[]> {
  try {
    const response = await fetch(`${publicUrl}/healthz`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'manual',
    });
    const reached: Check = response.ok
      ? fine('Public URL', `${publicUrl} reaches a receiver`)
      : {
          what: 'Public URL',
          state: 'fault',
          finding: `${publicUrl}/healthz answers ${response.status}`,
          fix: 'Check that the proxy passes every path on to this receiver, without a redirect or a login.',
        };
    return [reached, clockCheck(response.headers.get('date'))];
  } catch (error) {
    return [
      {
        what: 'Public URL',
        state: 'fault',
        finding: `${publicUrl} cannot be reached from here (${noAnswerReason(error)})`,
        fix: 'Check the name, the certificate and the firewall. Some networks cannot reach their own public address. If yours is one, try from outside.',
      },
    ];
  }
}

function clockCheck(date: string | null): Check {
  const off = Math.abs(Date.parse(date ?? '') - Date.now());
  return Number.isNaN(off) || off < CLOCK_TOLERANCE_MS
    ? fine('Clock', 'it agrees')
    : {
        what: 'Clock',
        state: 'fault',
        finding: `it differs by ${Math.round(off / 1_000)} s from another one`,
        fix: 'Turn on time synchronization (NTP): Google and others refuse requests from clocks that are wrong.',
      };
}

/** Whether Intelligems accepts the access token of each source. */
export async function* accessTokenChecks({
  sources,
  intelligems,
}: Pick<Configuration, 'sources' | 'intelligems'>): AsyncGenerator<Check, void, undefined> {
  const clients = openClients(intelligems, sources);
  for (const { name } of sources) {
    const what = `Intelligems API (${name})`;
    const client = clients.get(name);
    if (client === undefined) {
      yield {
        what,
        state: 'warning',
        finding: 'no access token: results, who caused an event, and missed events are not looked up',
        fix: 'Set INTELLIGEMS_ACCESS_TOKEN if you want them.',
      };
      continue;
    }
    const answer = await client.quick.listExperiences({ limit: 1 });
    yield answer.ok
      ? fine(what, 'the token is accepted')
      : { what, state: 'fault', finding: answer.failure.message, fix: null };
  }
}
