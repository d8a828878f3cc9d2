import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { Settlement } from '../contract/delivery.ts';
import type { DestinationDescription } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { QueueDepth } from '../contract/ledger-reader.ts';
import type { WebhookObserver } from '../inbound/webhook-services.ts';

/** The receiver's metrics in Prometheus' text format, and the hooks that count. */
export interface Metrics {
  webhook: WebhookObserver;
  delivery(destination: string, settlement: Settlement): void;
  /** The body and content type of a scrape. Scrapes at the same time share one rendering. */
  render(): Promise<{ contentType: string; text: string }>;
}

/** A destination as metrics label it. */
type Labeled = Pick<DestinationDescription, 'name' | 'internal'>;

/**
 * @param ledger read for the depth of its queues at each scrape
 * @param destinations gives all that take deliveries now
 */
export function createMetrics(
  ledger: Pick<Ledger, 'depths'>,
  destinations: () => Iterable<Labeled>,
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const external = deliveryMetrics(registry, { prefix: 'intelligems', of: '' });
  const internal = deliveryMetrics(registry, {
    prefix: 'intelligems_internal',
    of: ' Only the deliveries that the receiver makes for itself.',
  });
  const isInternal = (name: string) =>
    [...destinations()].some((each) => each.name === name && each.internal);
  const metricsOf = (name: string): DeliveryMetrics => (isInternal(name) ? internal : external);
  let rendering: Promise<string> | null = null;

  async function renderNow(): Promise<string> {
    // If the storage cannot be read, the queue gauges are absent and everything else is there.
    const depths = await ledger.depths().catch(() => null);
    external.reset();
    internal.reset();
    if (depths !== null) {
      for (const { name } of destinations()) {
        metricsOf(name).setDepth({ destination: name, open: 0, dead: 0, oldestAt: null }, Date.now());
      }
      for (const depth of depths) {
        metricsOf(depth.destination).setDepth(depth, Date.now());
      }
    }
    return registry.metrics();
  }

  return {
    webhook: webhookMetrics(registry),
    delivery: (destination, settlement) => metricsOf(destination).count(destination, settlement),
    async render() {
      rendering ??= renderNow().finally(() => {
        rendering = null;
      });
      return { contentType: registry.contentType, text: await rendering };
    },
  };
}

function webhookMetrics(registry: Registry): WebhookObserver {
  const registers = [registry];
  const accepted = new Counter({
    name: 'intelligems_webhooks_accepted_total',
    help: 'Verified webhooks that were stored. kind is "event", or "unrecognized" if the body is not a known event.',
    labelNames: ['source', 'kind'],
    registers,
  });
  const duplicates = new Counter({
    name: 'intelligems_webhooks_duplicate_total',
    help: 'Webhooks that were already stored. They have no effect.',
    labelNames: ['source'],
    registers,
  });
  const refused = new Counter({
    name: 'intelligems_webhooks_refused_total',
    help: 'Webhooks that were refused, by reason.',
    labelNames: ['source', 'reason'],
    registers,
  });
  return {
    accepted: (source, known) => accepted.inc({ source, kind: known ? 'event' : 'unrecognized' }),
    duplicate: (source) => duplicates.inc({ source }),
    refused: (source, reason) => refused.inc({ source, reason }),
  };
}

interface DeliveryMetrics {
  count(destination: string, settlement: Settlement): void;
  setDepth(depth: QueueDepth, now: number): void;
  reset(): void;
}

function deliveryMetrics(
  registry: Registry,
  { prefix, of }: { prefix: string; of: string },
): DeliveryMetrics {
  const registers = [registry];
  const labelNames = ['destination'] as const;
  const attempts = new Counter({
    name: `${prefix}_delivery_attempts_total`,
    help: `Delivery attempts by outcome: done, retry, rate-limited or dead.${of}`,
    labelNames: ['destination', 'outcome'] as const,
    registers,
  });
  const durations = new Histogram({
    name: `${prefix}_delivery_duration_seconds`,
    help: `Duration of delivery attempts.${of}`,
    labelNames,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `${prefix}_${name}`, help: `${help}${of}`, labelNames, registers });
  const open = gauge('deliveries_open', 'Deliveries that are not finished.');
  const dead = gauge('dead_letters', 'Deliveries that could not be made and need attention.');
  const oldest = gauge('deliveries_oldest_seconds', 'Age of the oldest unfinished delivery.');
  return {
    count(destination, { state, outcome, startedAt, finishedAt }) {
      const limited = outcome.type === 'retry' && outcome.rateLimited === true;
      const label = state === 'dead' ? 'dead' : limited ? 'rate-limited' : outcome.type;
      attempts.inc({ destination, outcome: label });
      durations.observe({ destination }, (finishedAt - startedAt) / 1_000);
    },
    setDepth(depth, now) {
      const { destination } = depth;
      open.set({ destination }, depth.open);
      dead.set({ destination }, depth.dead);
      oldest.set({ destination }, depth.oldestAt === null ? 0 : Math.max(0, now - depth.oldestAt) / 1_000);
    },
    reset() {
      for (const each of [open, dead, oldest]) {
        each.reset();
      }
    },
  };
}
