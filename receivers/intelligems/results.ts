import type { Analytics } from '../../shared/intelligems-analytics.ts';
import { nameWords } from '../../shared/words.ts';
import type { Attempt, Check, Destination } from '../contract/destination.ts';
import type { Results } from '../contract/experience.ts';
import { experienceKey } from '../contract/experience-key.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { ExperienceMessage, Message } from '../contract/message.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { ReportSubscribers } from '../contract/report-subscribers.ts';
import { completeDeliveries, isCompletion } from '../delivery/completion.ts';
import { reportEvent } from '../delivery/report.ts';
import { isReady, type ResultStyle, readResults } from '../experience/results.ts';
import { resultsData } from '../reports/report-data.ts';
import { resultsReport } from '../reports/results.ts';
import { checkTokens } from './check.ts';
import type { Clients } from './clients.ts';
import { failureOutcome, LEASE_LOST } from './failure-outcome.ts';
import { eventAge } from './vendor-clock.ts';

/** The name of the queue of ended experiences whose results are not known yet, and of the results kept. */
export const RESULTS = 'intelligems-results';

/** The charts that are asked for, by the vendor's names. */
const CHARTS = ['net_revenue_per_visitor'] as const;

export interface ResultsSettings extends ResultStyle {
  /** The destinations that get a report; null for those that got the end. */
  to: readonly string[] | null;
  /** Time from the end to the first look, milliseconds. */
  afterMs: number;
  /** Results that are still not ready after this time are reported as they are, milliseconds. */
  patienceMs: number;
}

export interface ResultsServices {
  ledger: Pick<Ledger, 'accept' | 'deliveries' | 'sendAgain' | 'remember' | 'recall'>;
  clients: ReadonlyMap<string, Clients>;
  /** The destinations of the settings; true for those that can complete what they sent. */
  destinations: ReadonlyMap<string, boolean>;
  now(): number;
  /** Who else wants a report; default: nobody. */
  subscribers?: ReportSubscribers;
}

/**
 * Fetches what came of an ended experience, in the form of a destination: so that the ledger keeps what is
 * still to be asked, tries again, and slows down when Intelligems asks for it.
 */
export class ResultsDestination implements Destination {
  readonly #settings: ResultsSettings;
  readonly #services: ResultsServices;

  constructor(settings: ResultsSettings, services: ResultsServices) {
    this.#settings = settings;
    this.#services = services;
  }

  async send(message: Message, { signal }: Attempt): Promise<Outcome> {
    if (message.kind !== 'experience') {
      return { type: 'done', note: 'A report has no results.' };
    }
    const { event, source, receivedAt } = message;
    const { ledger, clients, now } = this.#services;
    const client = clients.get(source);
    if (client === undefined) {
      return { type: 'done', note: `The source ${source} has no access token any more.` };
    }
    const { id } = event.experience;
    const analytics = await client.quick.analytics(id, { charts: CHARTS }, signal);
    if (!analytics.ok) {
      return failureOutcome(analytics.failure);
    }
    const waited = eventAge({ timestamp: event.timestamp, receivedAt }, client.clock, now());
    const { afterMs, patienceMs } = this.#settings;
    if (!isReady(analytics.value) && waited < patienceMs) {
      const delayMs = Math.min(Math.max(waited, afterMs), patienceMs - waited);
      return { type: 'retry', reason: 'Intelligems has no results yet.', waiting: true, delayMs };
    }
    const results = readResults(
      analytics.value,
      await this.#currency(message, client, signal),
      this.#settings,
    );
    if (signal.aborted) {
      return LEASE_LOST;
    }
    await ledger.remember(RESULTS, { [resultsFact(source, id)]: JSON.stringify(results) });
    await this.#report(message, results, analytics.value);
    const { destinations } = this.#services;
    const completing = new Set([...destinations].filter(([, completes]) => completes).map(([name]) => name));
    await completeDeliveries(ledger, message.key, completing, now());
    return { type: 'done', note: `The results are ${isReady(results) ? 'known' : 'not ready'}.` };
  }

  check(): Promise<Check[]> {
    return checkTokens(this.#services.clients);
  }

  async close(): Promise<void> {}

  async #report(message: ExperienceMessage, results: Results, analytics: Analytics): Promise<void> {
    const { ledger, destinations, now, subscribers } = this.#services;
    const informed = (await ledger.deliveries(message.key))
      .filter((delivery) => !isCompletion(delivery))
      .map(({ destination }) => destination);
    const own = this.#settings.to ?? [...new Set(informed)].filter((name) => destinations.has(name));
    const others = isReady(results) ? ((await subscribers?.('results')) ?? []) : [];
    const to = [...own, ...others];
    if (to.length === 0) {
      return;
    }
    const { experience } = message.event;
    const subject = {
      experienceId: experience.id,
      name: nameWords(experience),
      link: message.links.intelligems,
    };
    const report = resultsReport(subject, results, this.#settings.locale);
    const organizationId = message.event.organization.id ?? null;
    const occasion = { source: message.source, organizationId, now: now(), milestoneDays: null };
    const data = resultsData(
      report,
      { ...experience, currency: results.currency ?? undefined },
      analytics,
      occasion,
    );
    const key = `report_results_${message.key}`;
    await ledger.accept(reportEvent(key, { ...report, data }, to, now(), message.source));
  }

  async #currency(message: ExperienceMessage, { quick }: Clients, signal: AbortSignal) {
    const known = message.event.experience.currency ?? message.state.experience.currency;
    if (known !== undefined) {
      return known;
    }
    const found = await quick.experience(message.event.experience.id, {}, signal);
    return found.ok ? (found.value.currency ?? null) : null;
  }
}

function resultsFact(source: string, experienceId: string): string {
  return `results:${experienceKey(source, experienceId)}`;
}

/** What is kept of an experience's results; null where they are not known. */
export async function keptResults(
  ledger: Pick<Ledger, 'recall'>,
  source: string,
  experienceId: string,
): Promise<Results | null> {
  const fact = await ledger.recall(RESULTS, resultsFact(source, experienceId));
  return fact === null ? null : JSON.parse(fact);
}
