import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import { knownSecrets } from '../config/known-secrets.ts';
import {
  type ConfiguredDestination,
  IN_CONSOLE,
  type OpenDestination,
  type OpenDestinations,
} from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import { describeDestination, openDestinations } from '../destinations/open.ts';
import type { WebhookSource } from '../inbound/webhook-services.ts';
import { webhookSources } from '../inbound/webhook-sources.ts';
import { type Clients, openClients } from '../intelligems/clients.ts';
import { type Enrichment, openEnrichment } from '../intelligems/enrichment.ts';
import { LIFECYCLE_DESTINATION, LifecycleDestination } from '../lifecycle/destination.ts';
import { planDeliveries } from '../routes/plan.ts';
import { openZapier, type Zapier } from '../zapier/zapier.ts';
import type { DestinationsInUse } from './destinations-in-use.ts';
import { healthDeliveries } from './health-deliveries.ts';
import { joinDestinations } from './join-destinations.ts';

/**
 * Everything that depends on sources, destinations and routes. When these change, a new generation takes the place of
 * the one before, and takes over from it what did not change.
 */
export interface Generation {
  configuration: Configuration;
  sources: ReadonlyMap<string, WebhookSource>;
  clients: ReadonlyMap<string, Clients>;
  zapier: Zapier;
  enrichment: Enrichment;
  /** Those of the settings, with what they were opened from. */
  own: ReadonlyMap<string, { from: ConfiguredDestination; open: OpenDestination }>;
  /** All that take deliveries. */
  destinations: OpenDestinations;
  /** Why a destination of the console could not be opened, by its name. Its deliveries wait. */
  unopened: ReadonlyMap<string, string>;
  plan: Plan;
  /** The webhook secret that was made just now; null if there was one. */
  newSecret: string | null;
}

export interface GenerationServices {
  ledger: Ledger;
  inUse: DestinationsInUse;
  mask: SecretMask;
  log: Logger;
}

/**
 * Opens a generation, without touching the network.
 *
 * @param previous the one that it will replace; null for the first one
 * @param strict whether a destination of the console that cannot be opened is an error. Otherwise its deliveries wait.
 */
export async function openGeneration(
  configuration: Configuration,
  previous: Generation | null,
  services: GenerationServices,
  strict: boolean,
): Promise<Generation> {
  const { ledger, mask } = services;
  mask.add(knownSecrets(configuration));
  const { sources, newSecret } = webhookSources(configuration.sources, configuration.storage.dataFolder);
  mask.add([...sources.values()].flatMap((source) => [...source.secrets, ...source.previousSecrets]));
  const sameSources =
    previous !== null && isDeepStrictEqual(previous.configuration.sources, configuration.sources);
  const clients = sameSources
    ? previous.clients
    : openClients(configuration.intelligems, configuration.sources);
  const { own, unopened } = await openOwn(configuration, previous, services, strict);
  const opened = new Map([...own].map(([name, { open }]) => [name, open]));
  const zapier = sameSources ? previous.zapier : await openZapierPart(configuration, ledger, clients);
  const enrichment = openEnrichment(configuration, clients, ledger, opened, zapier.reportsTo);
  return {
    configuration,
    sources,
    clients,
    zapier,
    enrichment,
    own,
    destinations: joinDestinations(opened, [
      ...enrichment.destinations,
      ...lifecycleDestinations(configuration, clients, ledger),
      ...zapier.destinations,
    ]),
    unopened,
    plan: (event, source, now) => [
      ...planDeliveries(configuration.routing, event, { source, now }),
      ...zapier.plan(event, source, now),
      ...enrichment.plan(event, source, now),
    ],
    newSecret,
  };
}

/** What pauses and resumes experiences on request; nothing without an access token. */
function lifecycleDestinations(
  configuration: Configuration,
  clients: Generation['clients'],
  ledger: Ledger,
): OpenDestination[] {
  if (clients.size === 0) {
    return [];
  }
  const destination = new LifecycleDestination({
    ledger,
    clients,
    addresses: configuration.intelligems.addresses,
    deliveriesOf: (source, experience) =>
      healthDeliveries(configuration, ledger, { source, experience, topic: 'health', now: Date.now() }),
    now: Date.now,
  });
  return [{ ...LIFECYCLE_DESTINATION, concurrency: 2, destination }];
}

function openZapierPart(
  { zapier, routing, sources, intelligems }: Configuration,
  ledger: Ledger,
  clients: Generation['clients'],
): Promise<Zapier> {
  const { addresses } = intelligems;
  return openZapier({ ...zapier, burstMs: routing.quietMs, addresses }, ledger, sources, clients);
}

/** Opens the destinations that are new or changed. If one cannot be opened, those that were opened are closed again. */
async function openOwn(
  { destinations }: Configuration,
  previous: Generation | null,
  { ledger, inUse, mask, log }: GenerationServices,
  strict: boolean,
): Promise<Pick<Generation, 'own' | 'unopened'>> {
  const shared = { sharers: () => ledger.queue.workers, hideSecrets: (text: string) => mask.hide(text) };
  const own = new Map<string, { from: ConfiguredDestination; open: OpenDestination }>();
  const unopened = new Map<string, string>();
  const fresh: OpenDestination[] = [];
  try {
    for (const from of destinations) {
      const { name } = from;
      const before = previous?.own.get(name);
      if (before !== undefined && opensTheSame(before.from, from)) {
        own.set(name, { from, open: { ...before.open, ...describeDestination(from) } });
        continue;
      }
      try {
        const open = (await openDestinations([from], log, shared)).get(name) as OpenDestination;
        fresh.push(open);
        own.set(name, { from, open: inUse.counted(open) });
      } catch (error) {
        if (strict || from.file !== IN_CONSOLE) {
          throw error;
        }
        log.error({ destination: name, err: error }, 'a destination of the console cannot be opened');
        unopened.set(name, `It cannot be opened: ${(error as Error).message}`);
      }
    }
  } catch (error) {
    await Promise.all(fresh.map(({ destination }) => inUse.retire(destination)));
    throw error;
  }
  return { own, unopened };
}

/** The title may differ: it is only for people. */
function opensTheSame(one: ConfiguredDestination, other: ConfiguredDestination): boolean {
  return (
    one.kind === other.kind && one.file === other.file && isDeepStrictEqual(one.settings, other.settings)
  );
}

/** Closes what only the first of two generations uses, each part when its last attempt has ended. */
export async function retire(
  gone: Generation,
  kept: Generation | null,
  inUse: DestinationsInUse,
): Promise<void> {
  const stay = new Set([...(kept?.destinations.values() ?? [])].map(({ destination }) => destination));
  if (gone.zapier !== kept?.zapier) {
    gone.zapier.close();
  }
  const ending = [...gone.destinations.values()].filter(({ destination }) => !stay.has(destination));
  await Promise.all(ending.map(({ destination }) => inUse.retire(destination)));
}
