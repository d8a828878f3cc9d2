import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import { knownSecrets } from '../config/known-secrets.ts';
import { withConsoleSettings } from '../config/stored/read.ts';
import { SettingsKey } from '../config/stored/settings-key.ts';
import type { OpenDestinations } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import { logFindings } from '../destinations/checks.ts';
import { openLedger } from '../ledger/open.ts';
import { mostConnections } from '../ledger/postgres/connection-budget.ts';
import type { ConnectionServices } from '../operations/connection-services.ts';
import { connectionWarnings, openConnections } from '../operations/open-connections.ts';
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

/** How long to wait before the queue gets new settings that it refused, milliseconds. */
const SERVE_AGAIN_MS = 1_000;

/** A receiver that runs. */
export interface Running {
  /** The settings, with those of the console at the start. */
  configuration: Configuration;
  /** The webhook secret that the receiver made at this start; null if there was one. */
  newSecret: string | null;
  /** The console token that the receiver made at this start; null if there was one. */
  newConsoleToken: string | null;
  /** Takes no more requests, finishes work in progress within ten seconds, and closes the ledger. */
  stop(): Promise<void>;
}

export interface Service extends Running {
  /** Where it listens. */
  address: AddressInfo;
}

/** Where requests come from: a port of its own, or the application that the receiver is mounted in. */
export interface Door {
  /** Takes no more requests. */
  refuseNew(): void;
  /** Resolves when no request is in progress. */
  close(): Promise<void>;
}

/**
 * Starts the receiver on a port of its own: opens the ledger, the destinations and the port. Rejects if one of them
 * cannot be opened; everything that was opened before is closed first.
 *
 * @param mask what the log hides too; gets the secrets of the settings and those made here
 */
export async function startService(
  configuration: Configuration,
  log: Logger,
  mask = new SecretMask(),
): Promise<Service> {
  const { door, ...running } = await startReceiver(configuration, log, mask, (handle) =>
    openHttpServer(configuration.server, handle, log),
  );
  return { ...running, address: door.server.address() as AddressInfo };
}

/**
 * Starts the receiver, as {@link startService} does.
 *
 * @param openDoor lets requests in, for the listener that it is given
 */
export async function startReceiver<D extends Door>(
  configuration: Configuration,
  log: Logger,
  mask: SecretMask,
  openDoor: (handle: RequestListener) => D | Promise<D>,
): Promise<Running & { door: D }> {
  const closers = new Closers();
  try {
    return await open(configuration, { log, mask, closers, openDoor });
  } catch (error) {
    await closers
      .closeAll()
      .catch((closing) => log.error({ err: closing }, 'closing after a failed start failed'));
    throw error;
  }
}

interface Surroundings<D extends Door> {
  log: Logger;
  mask: SecretMask;
  closers: Closers;
  openDoor(handle: RequestListener): D | Promise<D>;
}

async function open<D extends Door>(
  given: Configuration,
  { log, mask, closers, openDoor }: Surroundings<D>,
): Promise<Running & { door: D }> {
  mask.add(knownSecrets(given));
  const { ledger } = await openLedgerOf(given, log, closers);
  const key = new SettingsKey(given.storage);
  mask.add(key.secrets());
  const configuration = await withConsoleSettings(given, ledger, key);
  const inUse = new DestinationsInUse((error) => log.error({ err: error }, 'closing a destination failed'));
  const services = { ledger, inUse, mask, log };
  const first = await openGeneration(configuration, null, services, false);
  logConnections(configuration, first.destinations.size, log);
  const generations = new Generations(first, { ...services, key, onChange: changeTo });
  const current = () => generations.current;
  closers.add(() => generations.close());
  const connectionServices: ConnectionServices = {
    ...services,
    key,
    now: Date.now,
    configuration: () => current().configuration,
    unopened: () => current().unopened,
    problem: () => generations.problem,
    change: (changed, write) => generations.change(changed, write),
  };
  const connections = openConnections(connectionServices);
  const warnings = () => connectionWarnings(connectionServices);
  for (const warning of warnings()) {
    log.warn(warning);
  }
  const parts = openWebParts(
    configuration,
    services,
    { connections, connectionWarnings: warnings },
    () => current().destinations,
  );
  let listener = webOf(first, parts, services);
  const door = await openDoor((request, response) => listener(request, response));
  closers.add(() => door.close());
  const serve = serving(ledger, current, log);
  const work = new OwnWork({ ledger, log, current });
  closers.add(() => Promise.all([ledger.queue.stop(STOP_GRACE_MS), work.end()]));
  await startDelivering(current, { ...services, observe: parts.observeDelivery });
  await work.start();
  if (configuration.storage.databaseUrl !== null) {
    generations.watch();
  }
  closers.add(() => {
    parts.live.close();
    door.refuseNew();
    return generations.end();
  });
  if (!configuration.destinations.every(({ kind }) => kind.kind === 'preview')) {
    void logFindings(openedOf(first), log);
  }
  return {
    door,
    configuration,
    newSecret: first.newSecret,
    newConsoleToken: parts.newConsoleToken,
    stop: () => closers.closeAll(),
  };

  async function changeTo(next: Generation, previous: Generation): Promise<void> {
    listener = webOf(next, parts, services);
    if (!isDeepStrictEqual(servedBy(next), servedBy(previous))) {
      await serve(next);
    }
    await work.changed(next, previous);
    parts.live.changed();
  }
}

/** So that people can see from the log of each machine whether the database grants enough for all of them. */
function logConnections({ storage, database }: Configuration, destinations: number, log: Logger): void {
  if (storage.databaseUrl !== null) {
    const connections = mostConnections(database, destinations);
    log.info({ connections }, `PostgreSQL: this process uses up to ${connections} connections`);
  }
}

async function openLedgerOf({ storage, database }: Configuration, log: Logger, closers: Closers) {
  const opened = await openLedger(storage, database);
  closers.add(() => opened.close());
  for (const warning of opened.ledger.warnings) {
    log.warn(warning);
  }
  return opened;
}

/** Lets the queue serve a generation, again later if the storage refuses. */
function serving(ledger: Ledger, current: () => Generation, log: Logger) {
  return async function serve(generation: Generation): Promise<void> {
    try {
      await ledger.queue.serve(servedBy(generation));
    } catch (error) {
      log.error({ err: error }, 'the queue does not serve the new settings yet; trying again');
      setTimeout(() => {
        if (current() === generation) {
          void serve(generation);
        }
      }, SERVE_AGAIN_MS).unref();
    }
  };
}

function openedOf({ own }: Generation): OpenDestinations {
  return new Map([...own].map(([name, { open }]) => [name, open]));
}
