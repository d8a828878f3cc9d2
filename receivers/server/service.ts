import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import { knownSecrets } from '../config/known-secrets.ts';
import { withConsoleSettings } from '../config/stored/read.ts';
import { SettingsKey } from '../config/stored/settings-key.ts';
import type { OpenDestinations } from '../contract/destination.ts';
import { logFindings } from '../destinations/checks.ts';
import { openLedger } from '../ledger/open.ts';
import { Closers } from './closers.ts';
import { startDelivering } from './delivering.ts';
import { DestinationsInUse } from './destinations-in-use.ts';
import { type Generation, openGeneration } from './generation.ts';
import { Generations } from './generations.ts';
import { openHttpServer } from './http-server.ts';
import { servedBy } from './removed-destinations.ts';
import { openWebParts, webOf } from './web.ts';
import { OwnWork } from './work.ts';

/** How long a stop waits for deliveries in progress, milliseconds. */
const STOP_GRACE_MS = 8_000;

export interface Service {
  /** Where it listens. */
  address: AddressInfo;
  /** The settings, with those of the console at the start. */
  configuration: Configuration;
  /** The webhook secret that the receiver made at this start; null if there was one. */
  newSecret: string | null;
  /** The console token that the receiver made at this start; null if there was one. */
  newConsoleToken: string | null;
  /** Takes no more requests, finishes work in progress within ten seconds, and closes the ledger. */
  stop(): Promise<void>;
}

/**
 * Starts the receiver: opens the ledger, the destinations and the port. Rejects if one of them cannot be opened;
 * everything that was opened before is closed first.
 *
 * @param mask what the log hides too; gets the secrets of the settings and those made here
 */
export async function startService(
  configuration: Configuration,
  log: Logger,
  mask = new SecretMask(),
): Promise<Service> {
  const closers = new Closers();
  try {
    return await openService(configuration, log, mask, closers);
  } catch (error) {
    await closers
      .closeAll()
      .catch((closing) => log.error({ err: closing }, 'closing after a failed start failed'));
    throw error;
  }
}

async function openService(
  given: Configuration,
  log: Logger,
  mask: SecretMask,
  closers: Closers,
): Promise<Service> {
  mask.add(knownSecrets(given));
  const opened = await openLedger(given.storage, given.database);
  closers.add(() => opened.close());
  const { ledger } = opened;
  for (const warning of ledger.warnings) {
    log.warn(warning);
  }
  const key = new SettingsKey(given.storage);
  mask.add(key.secrets());
  const configuration = await withConsoleSettings(given, ledger, key);
  const inUse = new DestinationsInUse((error) => log.error({ err: error }, 'closing a destination failed'));
  const services = { ledger, inUse, mask, log };
  const first = await openGeneration(configuration, null, services, false);
  const generations = new Generations(first, { ...services, key, onChange: changeTo });
  const current = () => generations.current;
  closers.add(() => generations.close());
  const parts = openWebParts(configuration, services, () => current().destinations);
  let listener = webOf(first, parts, services);
  const http = await openHttpServer(
    configuration.server,
    (request, response) => listener(request, response),
    log,
  );
  closers.add(() => http.close());
  const work = new OwnWork({ ledger, log, current });
  closers.add(() => Promise.all([ledger.queue.stop(STOP_GRACE_MS), work.end()]));
  await startDelivering(current, { ...services, observe: parts.observeDelivery });
  await work.start();
  generations.watch();
  closers.add(() => {
    parts.live.close();
    http.refuseNew();
    return generations.end();
  });
  if (!configuration.destinations.every(({ kind }) => kind.kind === 'preview')) {
    void logFindings(openedOf(first), log);
  }
  return {
    address: http.server.address() as AddressInfo,
    configuration,
    newSecret: first.newSecret,
    newConsoleToken: parts.newConsoleToken,
    stop: () => closers.closeAll(),
  };

  async function changeTo(next: Generation, previous: Generation): Promise<void> {
    listener = webOf(next, parts, services);
    if (!isDeepStrictEqual(servedBy(next), servedBy(previous))) {
      await ledger.queue.serve(servedBy(next));
    }
    await work.changed(next, previous);
    parts.live.changed();
  }
}

function openedOf({ own }: Generation): OpenDestinations {
  return new Map([...own].map(([name, { open }]) => [name, open]));
}
