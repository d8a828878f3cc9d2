import { resolve } from 'node:path';
import type { Command } from 'commander';
import { howToRun } from '../base/how-to-run.ts';
import { readLocalPlace } from '../config/local-receiver.ts';
import type { ReceiverPlace } from '../operations/find-receiver.ts';
import { callFailure, connectTo, findLocalReceiver, localUrl } from '../operations/find-receiver.ts';
import { madeConsoleToken } from '../operations/made-secrets.ts';
import type { Operations } from '../operations/operations.ts';
import type { AccessOptions } from './access-options.ts';
import { settingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** A way to a ledger: through a running receiver, or by opening it here while none runs. */
export interface ReceiverAccess {
  operations: Operations;
  /** False if no receiver runs: what is made ready is delivered at its next start. */
  running: boolean;
  close(): Promise<void>;
}

/**
 * Runs work on the ledger of the receiver: through its API while it runs, since only it may write to its storage, or
 * else on the storage itself. A failure ends the command with a sentence that says what to do.
 */
export async function onReceiver(
  terminal: Terminal,
  command: Command,
  options: AccessOptions,
  work: (access: ReceiverAccess) => Promise<void>,
): Promise<void> {
  await orFail(terminal, async () => {
    const place = await findReceiver(terminal, options);
    const access =
      place === null
        ? await openHere(terminal, command)
        : { operations: connectTo(place), running: true, close: async () => {} };
    try {
      await work(access);
    } finally {
      await access.close();
    }
  });
}

/** Runs work. If it rejects, the command ends with the reason. */
export async function orFail(terminal: Terminal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if ((error as { code?: string }).code === 'commander.error') {
      throw error;
    }
    terminal.fail(callFailure(error as Error));
  }
}

/** The receiver that the options name, or the one of this machine that answers; null if none does. */
export async function findReceiver(
  terminal: Terminal,
  options: AccessOptions,
): Promise<ReceiverPlace | null> {
  const { environment, folder } = terminal;
  const read = readLocalPlace({ environment, cwd: folder });
  const place = read.ok ? read.place : null;
  const found =
    options.url === undefined
      ? place && (await findLocalReceiver(place))
      : { url: options.url, token: place && (place.consoleToken ?? madeConsoleToken(place.dataFolder)) };
  if (found === null) {
    return null;
  }
  const token = options.token ?? found.token ?? (environment.CONSOLE_TOKEN || null);
  terminal.mask.add(token === null ? [] : [token]);
  return { url: found.url, token };
}

async function openHere(terminal: Terminal, command: Command): Promise<ReceiverAccess> {
  const configuration = settingsOf(terminal, command);
  const url = localUrl(configuration.server);
  const { hasLedger, openStoppedReceiver } = await import('../operations/stopped-receiver.ts');
  if (!hasLedger(configuration)) {
    throw new Error(
      `No receiver answers at ${url}, and there are no events in the data folder ${resolve(configuration.storage.dataFolder)}. Start the receiver (${howToRun('start')}), set DATA_DIR to the folder that it uses, or give --url.`,
    );
  }
  try {
    return { ...(await openStoppedReceiver(configuration)), running: false };
  } catch (error) {
    throw new Error(
      `No receiver answers at ${url}, and the storage cannot be opened either: ${(error as Error).message} If the receiver runs on another machine, give --url.`,
    );
  }
}
