import type { Logger } from 'pino';
import { type Action, type ExperienceEvent, isRecord, parseEvent } from '../../shared/events.ts';
import type { IntelligemsApi } from '../../shared/intelligems-api.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { ApiFailure } from '../../shared/intelligems-failure.ts';
import type { StoredEvent } from '../contract/event.ts';
import { experienceKey } from '../contract/experience-key.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { ExperienceSummary } from '../contract/ledger-reader.ts';
import type { Plan } from '../contract/plan.ts';
import { timeOf } from '../delivery/same-action.ts';
import { newEvent } from '../inbound/new-event.ts';
import { isOfInterest, missedActions, type Window } from './missed.ts';
import { type MissedAction, recoveredBody } from './recovered-event.ts';

/** The name under which the ledger keeps what reconciliation has to remember. */
export const RECONCILIATION = 'reconciliation';

/** How many of an experience's newest events are compared. */
const HISTORY_LIMIT = 1_000;
/** How many experiences of the ledger are looked up in the list. */
const EXPERIENCES_LIMIT = 50_000;
/** How many that are not in the list are fetched one by one in one pass, to spare the vendor's rate limit. */
const ABSENT_LIMIT = 25;
/** One that is not in the list and yet there, as an archived one, is asked for again after this, milliseconds. */
const ASK_AGAIN_MS = 24 * 3_600_000;
/** Stored instead of the time of a deletion once an event has reported it, even if that event was removed since. */
const REPORTED = 'reported';

export interface ReconciliationServices {
  ledger: Pick<Ledger, 'accept' | 'event' | 'events' | 'experiences' | 'history' | 'recall' | 'remember'>;
  api: IntelligemsApi;
  /** Where a recovered event goes; nowhere, where it is only listed. */
  plan: Plan;
  log: Logger;
  now(): number;
  /** The same by the vendor's clock, which made the times of what it records. */
  vendorNow(): number;
  signal: AbortSignal;
}

/** An action whose webhook never came, now an event of the ledger. */
export interface Recovered extends MissedAction {
  key: string;
  experienceId: string;
  name: string | null;
}

/** What one pass found. */
export interface Findings {
  recovered: Recovered[];
  /** An action has no event yet and is too young to count as missed. */
  pending: boolean;
  failure: ApiFailure | null;
}

/**
 * Compares what Intelligems records of one source's experiences with the ledger, and makes an event, marked
 * as recovered, of each action that no event reports. It is fed the list page by page: {@link compare} with
 * each experience, and {@link lookForAbsent} at the end.
 */
export class Reconciliation {
  readonly findings: Findings = { recovered: [], pending: false, failure: null };
  readonly #source: string;
  readonly #window: Window;
  readonly #services: ReconciliationServices;
  readonly #listed = new Set<string>();
  #organizationId: string | null = null;
  #organization: Record<string, unknown> | null = null;

  constructor(source: string, window: Window, services: ReconciliationServices) {
    this.#source = source;
    this.#window = window;
    this.#services = services;
  }

  /** Compares one experience. Gives whether an action of it is too young to count as missed. */
  async compare(experience: ApiExperience): Promise<boolean> {
    this.#listed.add(experience.id);
    this.#organizationId ??= experience.organizationId ?? null;
    if (!isOfInterest(experience, this.#window)) {
      return false;
    }
    const events = await this.#services.ledger.history(this.#source, experience.id, HISTORY_LIMIT);
    const [oldest] = events;
    const known = events.length < HISTORY_LIMIT || oldest === undefined ? 0 : timeOf(oldest);
    const window = { ...this.#window, after: Math.max(this.#window.after, known) };
    const { missed, pending } = missedActions(experience, events, window);
    this.findings.pending ||= pending;
    for (const action of missed) {
      await this.#recover(action, experience.id, experience);
    }
    if (experience.isDeleted && [...events, ...missed].some(({ action }) => action === 'deleteExperience')) {
      await this.#rememberTold(experience.id);
    }
    return pending;
  }

  /**
   * Asks for the experiences that the ledger knows and the list lacks, the last changed first: those that are
   * gone at Intelligems were deleted. Nobody says when, so the time is the one at which it was noticed.
   *
   * @param settled until when each that was asked for need not be asked for again, milliseconds since 1970, by id
   * @param since nothing that happened before is reported, milliseconds since 1970
   */
  async lookForAbsent(settled: Map<string, number>, since: number): Promise<void> {
    if (this.#organizationId === null || !this.#window.actions.includes('deleteExperience')) {
      return;
    }
    const { ledger, api, vendorNow, signal } = this.#services;
    const absent = (await ledger.experiences({ source: this.#source, limit: EXPERIENCES_LIMIT })).filter(
      ({ experienceId, organizationId }) =>
        organizationId === this.#organizationId && !this.#listed.has(experienceId),
    );
    const before = await this.#absentFromTheFirst(absent, since);
    const asked = absent.filter(
      ({ experienceId }) => !before.has(experienceId) && (settled.get(experienceId) ?? 0) <= vendorNow(),
    );
    for (const { experienceId } of asked.slice(0, ABSENT_LIMIT)) {
      if (await this.#isToldDeleted(experienceId)) {
        settled.set(experienceId, Number.POSITIVE_INFINITY);
        continue;
      }
      const found = await api.experience(experienceId, {}, signal);
      if (found.ok) {
        const isPending = await this.compare(found.value);
        settled.set(experienceId, isPending ? 0 : vendorNow() + ASK_AGAIN_MS);
      } else if (found.failure.reason === 'not found') {
        await this.#gone(experienceId);
      } else {
        this.findings.failure = found.failure;
        return;
      }
    }
  }

  /**
   * The experiences that the list lacked when it was first compared, and of which no event came since: they may
   * have been deleted long before, which is no news.
   */
  async #absentFromTheFirst(absent: readonly ExperienceSummary[], since: number): Promise<Set<string>> {
    const { ledger } = this.#services;
    const fact = `absent:${this.#source}`;
    const known = await ledger.recall(RECONCILIATION, fact);
    if (known !== null) {
      return new Set(JSON.parse(known));
    }
    const ids = absent.filter(({ lastAt }) => lastAt < since).map(({ experienceId }) => experienceId);
    await ledger.remember(RECONCILIATION, { [fact]: JSON.stringify(ids) });
    return new Set(ids);
  }

  async #isToldDeleted(experienceId: string): Promise<boolean> {
    const { ledger } = this.#services;
    if ((await ledger.recall(RECONCILIATION, goneFact(this.#source, experienceId))) === REPORTED) {
      return true;
    }
    const events = await ledger.history(this.#source, experienceId, HISTORY_LIMIT);
    const isTold = events.some(({ action }) => action === 'deleteExperience');
    if (isTold) {
      await this.#rememberTold(experienceId);
    }
    return isTold;
  }

  /** Events that stay longer than the one of the deletion would have it looked for again. */
  async #rememberTold(experienceId: string): Promise<void> {
    await this.#services.ledger.remember(RECONCILIATION, {
      [goneFact(this.#source, experienceId)]: REPORTED,
    });
  }

  async #gone(experienceId: string): Promise<void> {
    const { ledger, vendorNow } = this.#services;
    const fact = goneFact(this.#source, experienceId);
    const noticed = await ledger.recall(RECONCILIATION, fact);
    const at = noticed === null ? Math.round(vendorNow()) : Number(noticed);
    if (noticed === null) {
      await ledger.remember(RECONCILIATION, { [fact]: String(at) });
    }
    if (at > this.#window.until) {
      this.findings.pending = true;
    } else {
      await this.#recover({ action: 'deleteExperience', at, by: null }, experienceId, null);
      await this.#rememberTold(experienceId);
    }
  }

  async #recover(
    missed: MissedAction,
    experienceId: string,
    experience: ApiExperience | null,
  ): Promise<void> {
    const { ledger, plan, log, now } = this.#services;
    const events = await ledger.history(this.#source, experienceId, HISTORY_LIMIT);
    const last = lastEvent(events.filter((event) => timeOf(event) <= missed.at));
    const organization = isRecord(last?.payload.organization)
      ? last.payload.organization
      : await this.#ownOrganization();
    const body = recoveredBody(missed, experience, last, organization);
    const event = newEvent(
      { body, headers: {}, source: this.#source, origin: 'recovered', receivedAt: now() },
      plan,
    );
    const { status, key } = await ledger.accept(event);
    if (status === 'accepted') {
      const { experienceName: name } = event;
      this.findings.recovered.push({ ...missed, key, experienceId, name });
      log.warn(
        {
          event: key,
          source: this.#source,
          action: missed.action,
          experience: name,
          happened: new Date(missed.at).toISOString(),
        },
        event.deliveries.length > 0
          ? 'recovered: no webhook came for it'
          : 'found, not delivered: no webhook came for it',
      );
    }
  }

  /** The organization as the source's webhooks describe it, so that keys derived from it are the same. */
  async #ownOrganization(): Promise<Record<string, unknown>> {
    if (this.#organization === null) {
      const { ledger } = this.#services;
      const recent = await ledger.events({
        source: this.#source,
        origin: 'webhook',
        problem: false,
        limit: 20,
      });
      const wanted = recent.find(({ organizationId }) => organizationId === this.#organizationId);
      const stored = wanted === undefined ? null : await ledger.event(wanted.key);
      const organization = lastEvent(stored === null ? [] : [stored])?.payload.organization;
      this.#organization = isRecord(organization) ? organization : { id: this.#organizationId };
    }
    return this.#organization;
  }
}

function goneFact(source: string, experienceId: string): string {
  return `gone:${experienceKey(source, experienceId)}`;
}

function lastEvent(events: readonly StoredEvent[]): ExperienceEvent | null {
  const last = events.at(-1);
  const parsed = last === undefined ? null : parseEvent(last.body);
  return parsed?.ok ? parsed.event : null;
}

/** The actions of webhooks for the words of the settings: `start` is `startExperience`. */
export function webhookActions(words: readonly ('start' | 'pause' | 'end' | 'delete')[]): Action[] {
  return words.map((word): Action => `${word}Experience`);
}
