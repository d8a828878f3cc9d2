import { pino } from 'pino';
import { SecretMask } from '../base/secret-mask.ts';
import { describeFaults } from '../config/load.ts';
import { loadBeforeLedger } from '../operations/console-settings.ts';
import type { CreateReceiver } from './embedded.ts';
import { createLog, logOptions } from './log.ts';
import { openMount } from './mount.ts';
import { startReceiver } from './service.ts';

export const createReceiver: CreateReceiver = async ({
  environment = process.env,
  folder = '.',
  log,
} = {}) => {
  const loaded = loadBeforeLedger({ environment, cwd: folder });
  if (!loaded.ok) {
    throw new Error(describeFaults(loaded.faults));
  }
  const { configuration } = loaded;
  const mask = new SecretMask();
  const { level, pretty } = configuration.log;
  const logger =
    log === undefined ? await createLog(level, pretty ?? false, mask) : pino(logOptions(level, mask), log);
  const receiver = await startReceiver(configuration, logger, mask, (handle) => openMount(handle, logger));
  for (const notice of receiver.configuration.notices) {
    logger.warn(notice);
  }
  const { door, newSecret, newConsoleToken, stop } = receiver;
  return { router: door.router, newSecret, newConsoleToken, stop };
};
