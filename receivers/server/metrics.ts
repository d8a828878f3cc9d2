import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { Settlement } from '../contract/delivery.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { WebhookObserver } from '../inbound/webhook.ts';

/** The receiver's figures in Prometheus' form, and the hooks that count. */
export interface Metrics {
  webhook: WebhookObserver;
  delivery(destination: string, settlement: Settlement): void;
  /** The text to answer a scrape with, and its content type. */
  render(): Promise<{ contentType: string; text: string }>;
}

/**
 * @param ledger is asked for the depth of its queue at each scrape
 * @param destinations the names of all that have a queue
 */
export function createMetrics(ledger: Pick<Ledger, 'depths'>, destinations: readonly string[]): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const accepted = new Counter({
    name: 'intelligems_webhooks_accepted_total',
    help: 'Webhooks that were verified and kept; kind is "event", or "unrecognised" for a body that is no known event.',
    labelNames: ['source', 'kind'],
    registers,
  });
  const duplicates = new Counter({
    name: 'intelligems_webhooks_duplicate_total',
    help: 'Webhooks that had been kept before and caused nothing.',
    labelNames: ['source'],
    registers,
  });
  const refused = new Counter({
    name: 'intelligems_webhooks_refused_total',
    help: 'Webhooks that were not kept, by reason.',
    labelNames: ['source', 'reason'],
    registers,
  });
  const attempts = new Counter({
    name: 'intelligems_delivery_attempts_total',
    help: 'Attempts by what came of them: done, retry, rate-limited or dead.',
    labelNames: ['destination', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'intelligems_delivery_duration_seconds',
    help: 'How long attempts took.',
    labelNames: ['destination'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const open = new Gauge({
    name: 'intelligems_deliveries_open',
    help: 'Deliveries that are not finished.',
    labelNames: ['destination'],
    registers,
  });
  const dead = new Gauge({
    name: 'intelligems_dead_letters',
    help: 'Deliveries that were given up and wait for a person.',
    labelNames: ['destination'],
    registers,
  });
  const oldest = new Gauge({
    name: 'intelligems_deliveries_oldest_seconds',
    help: 'Age of the oldest delivery that is not finished.',
    labelNames: ['destination'],
    registers,
  });

  return {
    webhook: {
      accepted: (source, known) => accepted.inc({ source, kind: known ? 'event' : 'unrecognised' }),
      duplicate: (source) => duplicates.inc({ source }),
      refused: (source, reason) => refused.inc({ source, reason }),
    },
    delivery(destination, { state, outcome, startedAt, finishedAt }) {
      const limited = outcome.type === 'retry' && outcome.rateLimited === true;
      attempts.inc({
        destination,
        outcome: state === 'dead' ? 'dead' : limited ? 'rate-limited' : outcome.type,
      });
      durations.observe({ destination }, (finishedAt - startedAt) / 1_000);
    },
    async render() {
      // Where the storage cannot be read, the gauges of the queue are absent and the rest is there.
      const depths = await ledger.depths().catch(() => null);
      const now = Date.now();
      for (const gauge of [open, dead, oldest]) {
        gauge.reset();
        for (const destination of depths === null ? [] : destinations) {
          gauge.set({ destination }, 0);
        }
      }
      for (const depth of depths ?? []) {
        const { destination } = depth;
        open.set({ destination }, depth.open);
        dead.set({ destination }, depth.dead);
        oldest.set({ destination }, depth.oldestAt === null ? 0 : (now - depth.oldestAt) / 1_000);
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
