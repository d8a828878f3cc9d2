import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { makeDataFolder } from '../base/data-folder.ts';
import type { Configuration } from '../config/configuration.ts';
import { loadConfiguration } from '../config/load.ts';
import type { Check } from '../contract/destination.ts';
import { madeSecret, SECRET_FILE } from '../inbound/webhook-secret.ts';
import { noAnswerReason, oneLine } from './lines.ts';

/** The oldest Node that runs this. */
const NODE_MAJOR = 24;

/** Less free space than this is a fault, bytes; less than ten times as much a warning. */
const LEAST_FREE = 100 * 1024 * 1024;

/** A clock that differs by more than this from another one is wrong, milliseconds. */
const CLOCK_TOLERANCE_MS = 30_000;

const TIMEOUT_MS = 10_000;

const MARKS: Readonly<Record<Check['state'], string>> = { ok: '✓', warning: '!', fault: '✕' };

interface DoctorOptions {
  json?: boolean;
  offline?: boolean;
}

/** Adds `doctor`: looks at everything, and says of each in a line whether it is fine and what to do. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'check everything: Node, storage, settings, the public URL, every destination, the API token, clock',
    )
    .option('--json', 'as JSON, a finding a line')
    .option('--offline', 'only what needs no network')
    .addHelpText('after', '\nThe exit code is 1 where something is at fault, else 0; warnings do not count.')
    .action(async (options: DoctorOptions) => {
      let faults = 0;
      for await (const check of everyCheck(options.offline !== true)) {
        faults += check.state === 'fault' ? 1 : 0;
        process.stdout.write(options.json ? `${JSON.stringify(check)}\n` : line(check));
      }
      if (!options.json) {
        process.stdout.write(faults === 0 ? 'Nothing is at fault.\n' : `${faults} to mend.\n`);
      }
      process.exitCode = faults === 0 ? 0 : 1;
    });
}

function line({ what, state, finding, fix }: Check): string {
  const first = `${MARKS[state]} ${oneLine(what)}: ${oneLine(finding)}`;
  return fix === null ? `${first}\n` : `${first}\n    → ${oneLine(fix)}\n`;
}

async function* everyCheck(network: boolean): AsyncGenerator<Check, void, undefined> {
  yield nodeCheck();
  const loaded = loadConfiguration({ environment: process.env });
  if (!loaded.ok) {
    for (const { where, message } of loaded.faults) {
      yield {
        what: 'Settings',
        state: 'fault',
        finding: `${where}: ${message}`,
        fix: 'Correct it and run this again.',
      };
    }
    return;
  }
  const { configuration } = loaded;
  yield fine('Settings', `${configuration.file ?? 'the environment'} can be used`);
  for (const notice of configuration.notices) {
    yield { what: 'Settings', state: 'warning', finding: notice, fix: null };
  }
  yield* secretChecks(configuration);
  if (configuration.storage.databaseUrl === null) {
    yield dataFolderCheck(configuration.storage.dataFolder);
    yield diskCheck(configuration.storage.dataFolder);
  }
  if (network) {
    if (configuration.storage.databaseUrl !== null) {
      yield await databaseCheck(configuration.storage.databaseUrl);
    }
    yield await runningCheck(configuration);
    yield* await publicChecks(configuration);
    yield* tokenChecks(configuration);
  }
  yield* destinationChecks(configuration, network);
}

function fine(what: string, finding: string): Check {
  return { what, state: 'ok', finding, fix: null };
}

function nodeCheck(): Check {
  const { node } = process.versions;
  return Number(node.split('.')[0]) >= NODE_MAJOR
    ? fine('Node', node)
    : {
        what: 'Node',
        state: 'fault',
        finding: `${node} is too old`,
        fix: `Use Node ${NODE_MAJOR} or newer: npm scripts here bring their own once npm ci ran with install scripts.`,
      };
}

function* secretChecks({ sources, storage }: Configuration): Generator<Check, void, undefined> {
  for (const { name, secrets } of sources) {
    const padded = secrets.some((secret) => secret !== secret.trim());
    if (padded) {
      yield {
        what: `Secret of ${name}`,
        state: 'warning',
        finding: 'it has white space around it',
        fix: 'Remove it, unless the secret at Intelligems has the same.',
      };
    } else if (secrets.length > 0) {
      yield fine(`Secret of ${name}`, 'it is set');
    } else {
      yield ownSecretCheck(name, storage.dataFolder);
    }
  }
}

function ownSecretCheck(source: string, dataFolder: string): Check {
  const what = `Secret of ${source}`;
  try {
    const made = madeSecret(dataFolder) !== null;
    return fine(
      what,
      made ? `it is in ${join(dataFolder, SECRET_FILE)}` : 'the receiver makes it itself at its first start',
    );
  } catch (error) {
    return { what, state: 'fault', finding: (error as Error).message, fix: null };
  }
}

function dataFolderCheck(folder: string): Check {
  try {
    makeDataFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK);
    return fine('Data folder', `${folder} can be written`);
  } catch (error) {
    return {
      what: 'Data folder',
      state: 'fault',
      finding: `${folder} cannot be written (${(error as NodeJS.ErrnoException).code})`,
      fix: 'Set DATA_DIR to a folder that this user may write, on a disk that outlives a restart.',
    };
  }
}

function diskCheck(folder: string): Check {
  if (!existsSync(folder)) {
    return {
      what: 'Disk',
      state: 'warning',
      finding: 'the data folder does not exist',
      fix: 'Mend the data folder first.',
    };
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const words = `${(free / 1024 ** 3).toFixed(1)} GB free`;
  if (free >= 10 * LEAST_FREE) {
    return fine('Disk', words);
  }
  return {
    what: 'Disk',
    state: free < LEAST_FREE ? 'fault' : 'warning',
    finding: words,
    fix: 'Make room, or lower RETENTION_DAYS: when the disk is full, webhooks are answered 503 and may be lost after five attempts.',
  };
}

async function databaseCheck(databaseUrl: string): Promise<Check> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: TIMEOUT_MS });
  try {
    await client.connect();
    const { rows } = await client.query('SHOW server_version');
    return fine('PostgreSQL', `version ${rows[0].server_version} answers`);
  } catch (error) {
    return {
      what: 'PostgreSQL',
      state: 'fault',
      finding: `it cannot be reached (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`,
      fix: 'Compare DATABASE_URL with the database: host, port, user, password, name, and whether it wants TLS (?sslmode=require).',
    };
  } finally {
    await client.end().catch(() => {});
  }
}

async function runningCheck({ server }: Configuration): Promise<Check> {
  const host = server.host === '0.0.0.0' || server.host === '::' ? '127.0.0.1' : server.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`;
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok
      ? fine('Receiver', `it runs on ${url} and its storage takes events`)
      : {
          what: 'Receiver',
          state: 'fault',
          finding: `${url}/readyz answers ${response.status}`,
          fix: 'Look at the receiver’s log: its storage refuses to write, or another program has the port.',
        };
  } catch {
    return {
      what: 'Receiver',
      state: 'warning',
      finding: `nothing answers on ${url}`,
      fix: 'Start it with: npm start',
    };
  }
}

async function publicChecks({ server }: Configuration): Promise<Check[]> {
  const { publicUrl } = server;
  if (publicUrl === null) {
    return [
      {
        what: 'Public URL',
        state: 'warning',
        finding: 'PUBLIC_URL is not set, so links to this receiver cannot be made',
        fix: 'Set it to the https:// address under which Intelligems reaches this receiver.',
      },
    ];
  }
  const insecure: Check[] = publicUrl.startsWith('https:')
    ? []
    : [
        {
          what: 'Public URL',
          state: 'warning',
          finding: 'it is not https',
          fix: 'Put TLS in front of the receiver.',
        },
      ];
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
          fix: 'See that the proxy passes every path on to this receiver, without a redirect or a login.',
        };
    return [...insecure, reached, clockCheck(response.headers.get('date'))];
  } catch (error) {
    return [
      ...insecure,
      {
        what: 'Public URL',
        state: 'fault',
        finding: `${publicUrl} cannot be reached from here (${noAnswerReason(error)})`,
        fix: 'Check the name, the certificate and the firewall. Some networks cannot reach their own public address: then try from outside.',
      },
    ];
  }
}

function clockCheck(date: string | null): Check {
  const other = Date.parse(date ?? '');
  const off = Math.abs(other - Date.now());
  return Number.isNaN(other) || off < CLOCK_TOLERANCE_MS
    ? fine('Clock', 'it agrees')
    : {
        what: 'Clock',
        state: 'fault',
        finding: `it differs by ${Math.round(off / 1_000)} s from another one`,
        fix: 'Switch on time synchronisation (NTP): Google and others refuse requests from clocks that are wrong.',
      };
}

async function* tokenChecks({ sources, intelligems }: Configuration): AsyncGenerator<Check, void, undefined> {
  const { openClients } = await import('../intelligems/clients.ts');
  const clients = openClients(intelligems, sources);
  for (const { name } of sources) {
    const what = `Intelligems API (${name})`;
    const client = clients.get(name);
    if (client === undefined) {
      yield {
        what,
        state: 'warning',
        finding: 'no access token: results, who caused an event, and what was missed are not looked up',
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

async function* destinationChecks(
  configuration: Configuration,
  network: boolean,
): AsyncGenerator<Check, void, undefined> {
  const [{ pino }, { closeDestinations, openDestinations }, { checkFindings }] = await Promise.all([
    import('pino'),
    import('../destinations/open.ts'),
    import('../destinations/checks.ts'),
  ]);
  const opened = await openDestinations(configuration.destinations, pino({ level: 'silent' }));
  try {
    for (const { title, destination } of opened.values()) {
      const checks = network ? await checkFindings(title, destination) : (destination.checkHere?.() ?? []);
      for (const check of checks) {
        yield { ...check, what: check.what.startsWith(title) ? check.what : `${title}, ${check.what}` };
      }
    }
  } finally {
    await closeDestinations(opened);
  }
}
