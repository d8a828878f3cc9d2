import { flushCompileCache } from 'node:module';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import { describeFaults } from '../config/load.ts';
import { SettingsFault } from '../config/stored/read.ts';
import { loadBeforeLedger } from '../operations/console-settings.ts';
import { count } from '../operations/words.ts';
import { createLog } from '../server/log.ts';
import type { Service } from '../server/service.ts';
import { EX_CONFIG } from './exit-codes.ts';
import { startFault } from './start-fault.ts';
import type { Terminal } from './terminal.ts';
import { welcome } from './welcome.ts';

/** Compiled code is kept for the next start once this one is over, milliseconds. */
const COMPILED_AFTER_MS = 3_000;

/** A stop that takes longer than this is cut off, milliseconds. */
const STOP_LIMIT_MS = 9_500;

/** Starts the receiver, and runs it until it is asked to end. */
export function start(terminal: Terminal, command: Command, { role }: { role?: string }): Promise<void> {
  const environment = { ...terminal.environment, ...(role !== undefined && { RECEIVER_ROLE: role }) };
  const loaded = loadBeforeLedger({ environment, cwd: terminal.folder });
  if (!loaded.ok) {
    command.error(describeFaults(loaded.faults), { exitCode: EX_CONFIG });
  }
  return run(terminal, loaded.configuration);
}

/** Runs the receiver until it is asked to end. */
async function run(terminal: Terminal, configuration: Configuration): Promise<void> {
  const mask = new SecretMask();
  const { level, pretty } = configuration.log;
  const log = await createLog(level, pretty ?? terminal.isInteractive, mask);
  const { name, variables } = terminal.envFile ?? { name: '', variables: [] };
  if (variables.length > 0) {
    log.info({ variables }, `took ${count(variables.length, 'variable')} from ${name}`);
  }
  let service: Service | null = null;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  terminal.onEnd((signal) => {
    log.info({ signal }, 'stopping: finishing work in progress');
    // It also keeps the process until everything has ended.
    const limit = setTimeout(end, STOP_LIMIT_MS);
    void stop(service, log).finally(() => {
      clearTimeout(limit);
      end();
    });
  });
  void ended.then(() => terminal.exit(0));
  try {
    const { startService } = await import('../server/service.ts');
    service = await startService(configuration, log, mask);
  } catch (error) {
    if (error instanceof SettingsFault) {
      terminal.printError(describeFaults(error.faults));
      terminal.exit(EX_CONFIG);
      return;
    }
    const fault = startFault(error as NodeJS.ErrnoException, configuration);
    terminal.printError(`The receiver cannot start: ${mask.hide(fault)}`);
    terminal.exit(1);
    return;
  }
  terminal.printNewSecret(welcome(service.configuration, service));
  for (const notice of service.configuration.notices) {
    log.warn(notice);
  }
  setTimeout(flushCompileCache, COMPILED_AFTER_MS).unref();
  await ended;
}

async function stop(service: Service | null, log: Logger): Promise<void> {
  try {
    await service?.stop();
    log.info('stopped');
  } catch (error) {
    log.error({ err: error }, 'the stop failed');
  } finally {
    await new Promise<void>((flushed) => log.flush(() => flushed()));
  }
}
