import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { experienceLink } from '../../shared/experience-link.ts';
import type { Ledger } from '../contract/ledger.ts';
import { startAlerts } from '../delivery/alerts.ts';
import { refreshExperience } from '../delivery/completion.ts';
import { startSurveys } from '../intelligems/surveys.ts';
import { openBelievedClock } from '../ledger/believed-clock.ts';
import { startRetention } from '../ledger/retention.ts';
import { autoPause } from '../lifecycle/auto-pause.ts';
import { otherClocks } from '../outgoing/other-clocks.ts';
import { startDigest } from '../reports/digest.ts';
import type { Generation } from './generation.ts';
import { healthDeliveries } from './health-deliveries.ts';

interface WorkServices {
  ledger: Ledger;
  log: Logger;
  /** Gives the generation that works now. */
  current(): Generation;
}

/** Everything that a receiver does on its own in addition to deliveries. */
export class OwnWork {
  readonly #services: WorkServices;
  readonly #believedTime: () => Promise<number>;
  #ends: (() => unknown)[] = [];
  #endOfSources: (() => Promise<unknown>) | null = null;

  constructor(services: WorkServices) {
    this.#services = services;
    this.#believedTime = openBelievedClock(services.ledger, () => otherClocks.internet);
  }

  /** Starts retention, alerts, digests, and surveys of Intelligems. A process that only accepts does none of it. */
  async start(): Promise<void> {
    const { ledger, log, current } = this.#services;
    const { role, storage, alerts } = current().configuration;
    if (role === 'accept') {
      return;
    }
    this.#ends = [
      startRetention(ledger, storage.retentionDays, log, this.#believedTime),
      startAlerts(ledger, { has: (name) => current().destinations.has(name) }, alerts, log),
    ];
    await this.#startSources();
  }

  /** What asks Intelligems begins anew if the sources are others now. */
  async changed(next: Generation, previous: Generation): Promise<void> {
    const isSame = isDeepStrictEqual(next.configuration.sources, previous.configuration.sources);
    if (!isSame && this.#endOfSources !== null) {
      const end = this.#endOfSources;
      await this.#startSources();
      end().catch((error) => this.#services.log.error({ err: error }, 'ending a survey failed'));
    }
  }

  async end(): Promise<void> {
    await Promise.all([...this.#ends, this.#endOfSources ?? (() => {})].map((end) => end()));
  }

  async #startSources(): Promise<void> {
    const { ledger, log, current } = this.#services;
    const { configuration, clients } = current();
    const endDigest = startDigest(configuration, ledger, log, this.#believedTime);
    const endSurveys = await startSurveys(configuration, {
      ledger,
      clients,
      plan: (event, source, now) => current().plan(event, source, now),
      log,
      now: Date.now,
      subscribers: (topic) => current().zapier.reportsTo(topic),
      deliveriesOf: (source, experience, topic) =>
        healthDeliveries(current().configuration, ledger, { source, experience, topic, now: Date.now() }),
      onAlarm: (source, experience, alarm, vendorNow) => {
        const { autoPause: policy, intelligems } = current().configuration;
        const link = experienceLink(experience, intelligems.addresses);
        return autoPause(
          policy,
          { source, experience, alarm, link },
          { ledger, log, now: Date.now, vendorNow },
        );
      },
      refresh: (source, experienceId) =>
        refreshExperience(ledger, { source, experienceId }, completing(current()), Date.now()),
    });
    this.#endOfSources = () => Promise.all([endDigest(), endSurveys()]);
  }
}

/** The destinations that can update what they sent. */
function completing({ destinations }: Generation): Set<string> {
  const able = [...destinations.values()].filter(({ destination }) => destination.complete !== undefined);
  return new Set(able.map(({ name }) => name));
}
