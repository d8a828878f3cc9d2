import type { Experience } from '../../shared/events.ts';
import type { Configuration } from '../config/configuration.ts';
import type { NewDelivery } from '../contract/event.ts';
import type { LedgerReader } from '../contract/ledger-reader.ts';
import { lastEvent } from '../delivery/last-event.ts';
import { planHealth } from '../routes/health.ts';

interface HealthOccasion {
  source: string;
  experience: Experience;
  topic: 'health' | 'verdict';
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * The deliveries of a report on the health or the verdict of a running experience: to the destinations of the settings,
 * or else to those that get its events.
 */
export async function healthDeliveries(
  { health, routing }: Pick<Configuration, 'health' | 'routing'>,
  ledger: Pick<LedgerReader, 'history'>,
  { source, experience, topic, now }: HealthOccasion,
): Promise<NewDelivery[]> {
  if (health.to !== null) {
    return health.to.map((destination) => ({ destination, route: topic, dueAt: now, quietMs: null }));
  }
  // A route may name an organization as its webhooks do, while the API gives only its id.
  const last = await lastEvent(ledger, source, experience.id);
  const organization = last?.organization ?? { id: experience.organizationId };
  return planHealth(routing, { experience, organization }, topic, { source, now });
}
