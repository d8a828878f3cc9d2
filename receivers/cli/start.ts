import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import { describeFaults, loadConfiguration } from '../config/load.ts';
import { SECRET_FILE } from '../inbound/webhook-secret.ts';
import { TOKEN_FILE } from '../operations/console-tokens.ts';
import { kindTitles } from '../operations/kinds.ts';
import { webhookUrl } from '../operations/set-up.ts';
import { createLog } from '../server/log.ts';
import type { Service } from '../server/service.ts';

/** The exit code for a fault in the settings (sysexits.h, EX_CONFIG). */
const EX_CONFIG = 78;

/** What was compiled is kept for the next start once the start itself is over, milliseconds. */
const COMPILED_AFTER_MS = 3_000;

/** How often it is looked whether the shell that npm started is still there, milliseconds. */
const SHELL_LOOK_MS = 250;

/** A stop that takes longer than this is cut off, milliseconds. */
const STOP_LIMIT_MS = 9_500;

/** Adds `start`: the receiver itself. */
export function addStartCommand(program: Command): void {
  program
    .command('start', { isDefault: true })
    .description('start the receiver')
    .option('--role <role>', 'accept webhooks, deliver what was accepted, or all (default: RECEIVER_ROLE)')
    .action(start);
}

async function start({ role }: { role?: string }): Promise<void> {
  const environment = role === undefined ? process.env : { ...process.env, RECEIVER_ROLE: role };
  const loaded = loadConfiguration({ environment, cwd: process.cwd() });
  if (!loaded.ok) {
    process.stderr.write(`${describeFaults(loaded.faults)}\n`);
    process.exit(EX_CONFIG);
  }
  const { configuration } = loaded;
  // Whoever reads along may end, and a file may be on a full disk: that ends nothing here.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {});
  }
  const mask = new SecretMask();
  const log = await createLog(
    configuration.log.level,
    configuration.log.pretty ?? process.stdout.isTTY === true,
    mask,
  );
  let service: Service | null = null;
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => stop(signal));
  }
  onEndOfShell(() => stop('the end of npm start'));
  try {
    // Loaded only here: the other commands need none of it, and answer sooner.
    const { startService } = await import('../server/service.ts');
    service = await startService(configuration, log, mask);
  } catch (error) {
    process.stderr.write(
      `The receiver cannot start: ${startFault(error as NodeJS.ErrnoException, configuration)}\n`,
    );
    process.exit(1);
  }
  process.stdout.write(`${welcome(configuration, service)}\n`);
  for (const notice of configuration.notices) {
    log.warn(notice);
  }
  setTimeout(flushCompileCache, COMPILED_AFTER_MS).unref();

  async function stop(signal: string): Promise<void> {
    if (stopping) {
      return;
    }
    stopping = true;
    log.info({ signal }, 'stopping: finishing what is under way');
    // It also holds the process until all that is waited for here has ended.
    setTimeout(() => process.exit(0), STOP_LIMIT_MS);
    await service?.stop();
    log.info('stopped');
    // A reader that is slow gets the last lines too: the exit waits but a moment for it.
    await new Promise<unknown>((flushed) => log.flush(flushed));
    process.exit(0);
  }
}

/**
 * Tells when the shell is gone through which `npm start` ran this: it ends by a signal that npm passes on, and
 * passes it on no further.
 */
function onEndOfShell(ended: () => void): void {
  if (process.env.npm_lifecycle_event !== 'start') {
    return;
  }
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== shell) {
      clearInterval(timer);
      ended();
    }
  }, SHELL_LOOK_MS).unref();
}

function startFault(error: NodeJS.ErrnoException, { server, storage }: Configuration): string {
  const { code, syscall, path } = error;
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    return listenFault(code, server) ?? error.message;
  }
  const folder = storage.dataFolder;
  // A write to a file that is open names no path; nothing but the data folder is written at start.
  const place = path ?? (syscall === 'write' ? folder : undefined);
  if (place === undefined || !(isInside(place, folder) || isInside(folder, place))) {
    return error.message;
  }
  const target = missingTarget(place);
  const fault =
    target === null
      ? (FOLDER_FAULTS[code ?? ''] ?? `cannot be used (${error.message}). Set DATA_DIR to another folder.`)
      : `cannot be made: the link ${place} leads to ${target}, where there is nothing. Mount the disk that is to be there, or set DATA_DIR to another folder.`;
  return `the data folder ${folder} ${fault}`;
}

/** Where a link leads that leads to nothing; null for everything else. */
function missingTarget(path: string): string | null {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink && !existsSync(path) ? readlinkSync(path) : null;
}

function isInside(path: string, folder: string): boolean {
  return `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
}

function listenFault(code: string | undefined, { host, port }: Configuration['server']): string | undefined {
  const faults: Record<string, string> = {
    EADDRINUSE: `port ${port} is taken by another program. Stop that one, or set PORT to a free one.`,
    EACCES: `port ${port} may not be opened by this user. Set PORT to one above 1023.`,
    EADDRNOTAVAIL: `this machine has no address ${host}. Set HOST to one that it has, or to 0.0.0.0 for all of them.`,
    ENOTFOUND: `nobody knows the address of ${host}. Set HOST to an address of this machine, or to 0.0.0.0 for all of them.`,
  };
  return faults[code ?? ''];
}

const NOT_WRITABLE =
  'may not be written by this user. Give it the right, or set DATA_DIR to a folder that it may write.';
const NO_FOLDER = 'is a file, or lies in one. Set DATA_DIR to a folder.';

const FOLDER_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'cannot be made there. Set DATA_DIR to another folder.',
  EEXIST: NO_FOLDER,
  ENOTDIR: NO_FOLDER,
  EACCES: NOT_WRITABLE,
  EPERM: NOT_WRITABLE,
  EROFS: 'is on a disk that is read-only. Mount it writable, or set DATA_DIR to another folder.',
  ENOSPC: 'is on a disk that is full. Make room, and start again.',
};

/** The text of a start, in at most five lines: where it listens, and the next three steps. */
export function welcome(
  configuration: Configuration,
  { address, newSecret, newConsoleToken }: Pick<Service, 'address' | 'newSecret' | 'newConsoleToken'>,
): string {
  const { publicUrl } = configuration.server;
  const zaps = configuration.zapier.apiKey === null ? [] : ['Zapier'];
  const kinds = [...new Set(configuration.destinations.map(({ kind }) => kind.title)), ...zaps];
  const previewing =
    zaps.length === 0 && configuration.destinations.every(({ kind }) => kind.kind === 'preview');
  const base = publicUrl ?? 'https://<this machine, as the internet sees it>';
  const addresses = addressWords(configuration, base);
  const console = `${publicUrl ?? localOrigin(address)}/console`;
  const kept = configuration.console.token === null;
  const link =
    newConsoleToken === null
      ? `${console}${kept ? ` (token in ${join(configuration.storage.dataFolder, TOKEN_FILE)})` : ''}`
      : `${console}/login#${newConsoleToken} (this link is shown only now)`;
  return [
    `Receiving on ${origin(address)}, Node ${process.versions.node}; delivering to ${kinds.join(', ') || 'nothing'}.`,
    '1. See it work: npm run send -- start',
    `2. In Intelligems, Settings, Webhooks: paste ${addresses} with ${secretWords(configuration, newSecret)}`,
    previewing
      ? `3. Connect a destination: ${kindTitles('or')}; or Zapier. The README of each lists its settings. Until then, events are printed here.`
      : '3. Every step of every event is a line in this log; /healthz, /readyz and /metrics are for machines.',
    `Console, to see all this and what to do: ${link}`,
  ].join('\n');
}

/** More addresses than these are left to the console: the text of a start is to be read. */
const MOST_ADDRESSES = 3;

function addressWords({ sources }: Configuration, base: string): string {
  const addresses = sources.map(({ name }) => webhookUrl(base, name));
  return addresses.length <= MOST_ADDRESSES
    ? addresses.join(' or ')
    : `the address of each of your ${addresses.length} sources, such as ${addresses[0]} (all are under Set-up in the console),`;
}

/** Which secret to enter at Intelligems. */
function secretWords({ sources, storage }: Configuration, made: string | null): string {
  const file = join(storage.dataFolder, SECRET_FILE);
  const own =
    made === null ? `the secret in ${file}` : `this secret (said only now, kept in ${file}): ${made}`;
  const unset = sources.find(({ secrets }) => secrets.length === 0);
  if (sources.length === 1) {
    return unset === undefined ? 'the secret you have set' : own;
  }
  return `the secret of each${unset === undefined ? '' : `, for ${unset.name} ${own}`}`;
}

/** Where a browser on this machine finds it. */
function localOrigin(address: AddressInfo): string {
  const anywhere = address.address === '0.0.0.0' || address.address === '::';
  return anywhere ? `http://localhost:${address.port}` : origin(address);
}

function origin({ address, port, family }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
