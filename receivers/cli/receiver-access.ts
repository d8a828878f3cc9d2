import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import { knownSecrets } from '../config/known-secrets.ts';
import { describeFaults, loadConfiguration } from '../config/load.ts';
import { SECRET_FILE } from '../inbound/webhook-secret.ts';
import { LEDGER_FILE } from '../ledger/ledger-file.ts';
import { TOKEN_FILE, VIEWER_TOKEN_FILE } from '../operations/console-tokens.ts';
import type { Operations } from '../operations/operations.ts';
import { webAddress } from './web-address.ts';

/** The exit code for a fault in the settings (sysexits.h, EX_CONFIG). */
const EX_CONFIG = 78;

/** Where a receiver is and how to get in, as options of a command. */
export interface AccessOptions {
  url?: string;
  token?: string;
}

/** A way to a ledger: through a running receiver, or by opening it here while none runs. */
export interface ReceiverAccess {
  operations: Operations;
  /** False where no receiver runs: what was made ready goes out at its next start. */
  running: boolean;
  close(): Promise<void>;
}

/** Adds the options by which a command finds the receiver. */
export function withAccessOptions(command: Command): Command {
  return command
    .option('--url <url>', 'the receiver (default: the one on this machine, by HOST and PORT)', webAddress)
    .option(
      '--token <token>',
      'the console’s token (default: CONSOLE_TOKEN, else the file in the data folder)',
    );
}

/**
 * Runs a piece of work on the ledger of the receiver: through its API where it runs, which alone may write
 * to its storage; else on the storage itself. A failure ends the command with a sentence that says what to do.
 */
export async function onReceiver(
  options: AccessOptions,
  command: Command,
  work: (access: ReceiverAccess) => Promise<void>,
): Promise<void> {
  const access = await openAccess(options, command);
  try {
    await work(access);
  } catch (error) {
    process.stderr.write(`error: ${failure(error as Error)}\n`);
    process.exitCode = 1;
  } finally {
    await access.close();
  }
}

/** The settings; ends the command where they have faults. */
export function settingsOf(command: Command): Configuration {
  const loaded = loadConfiguration({ environment: process.env });
  if (!loaded.ok) {
    command.error(describeFaults(loaded.faults), { exitCode: EX_CONFIG });
  }
  return loaded.configuration;
}

async function openAccess(options: AccessOptions, command: Command): Promise<ReceiverAccess> {
  const { connectOperations } = await import('../operations/remote.ts');
  if (options.url !== undefined) {
    const token = options.token ?? (process.env.CONSOLE_TOKEN || ownToken(process.env.DATA_DIR ?? './data'));
    if (token === null) {
      command.error(`error: ${NO_TOKEN}`);
    }
    return { operations: connectOperations(options.url, token), running: true, close: async () => {} };
  }
  const configuration = settingsOf(command);
  const url = ownUrl(configuration);
  if (await answers(url)) {
    const token = options.token ?? configuration.console.token ?? ownToken(configuration.storage.dataFolder);
    if (token === null) {
      command.error(`error: ${NO_TOKEN}`);
    }
    return { operations: connectOperations(url, token), running: true, close: async () => {} };
  }
  return openHere(configuration, url, command);
}

async function openHere(
  configuration: Configuration,
  url: string,
  command: Command,
): Promise<ReceiverAccess> {
  const [{ openLedger }, { openOperations }, { planDeliveries }, { describedDestinations }] =
    await Promise.all([
      import('../ledger/open.ts'),
      import('../operations/open.ts'),
      import('../routes/plan.ts'),
      import('../operations/described-destinations.ts'),
    ]);
  const { databaseUrl, dataFolder } = configuration.storage;
  if (databaseUrl === null && !existsSync(join(dataFolder, LEDGER_FILE))) {
    return command.error(
      `error: No receiver answers at ${url}, and there are no events in the data folder ${resolve(dataFolder)}. Start the receiver (npm start), set DATA_DIR to the folder that it uses, or give --url.`,
    );
  }
  let opened: Awaited<ReturnType<typeof openLedger>>;
  try {
    opened = await openLedger(configuration.storage, configuration.database);
  } catch (error) {
    return command.error(
      `error: No receiver answers at ${url}, and the storage cannot be opened either: ${(error as Error).message} If the receiver runs elsewhere, give --url.`,
    );
  }
  const operations = openOperations({
    configuration,
    destinations: describedDestinations(configuration),
    ledger: opened.ledger,
    plan: (event, source, now) => planDeliveries(configuration.routing, event, { source, now }),
    mask: new SecretMask([...knownSecrets(configuration), ...keptSecrets(dataFolder)]),
    now: Date.now,
    running: null,
  });
  return { operations, running: false, close: () => opened.close() };
}

const NO_TOKEN =
  'The receiver asks for its console’s token. Give --token, set CONSOLE_TOKEN, or run this where the data folder is (DATA_DIR).';

function ownUrl({ server }: Configuration): string {
  const host = server.host === '0.0.0.0' || server.host === '::' ? '127.0.0.1' : server.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`;
}

/** The secrets that the receiver made itself. */
function keptSecrets(dataFolder: string): string[] {
  return [SECRET_FILE, TOKEN_FILE, VIEWER_TOKEN_FILE].flatMap((file) => {
    const path = join(dataFolder, file);
    return existsSync(path) ? [readFileSync(path, 'utf8').trim()] : [];
  });
}

function ownToken(dataFolder: string): string | null {
  try {
    return readFileSync(join(dataFolder, TOKEN_FILE), 'utf8').trim();
  } catch {
    return null;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) });
    return response.ok;
  } catch {
    return false;
  }
}

function failure(error: Error): string {
  const cause = error.cause as (Error & { code?: string }) | undefined;
  return error.name === 'TypeError' && cause !== undefined
    ? `The receiver does not answer (${cause.code ?? cause.message}). Is it running? Start it with: npm start`
    : error.message;
}
