import type { Experience } from '../../shared/events.ts';
import { type ExperienceAddresses, experienceLink } from '../../shared/experience-link.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { ApiFailure } from '../../shared/intelligems-failure.ts';
import { POSSIBLE_FROM, STATUS_AFTER } from '../../shared/intelligems-lifecycle.ts';
import type { Attempt, Check, Destination, DestinationDescription } from '../contract/destination.ts';
import type { NewDelivery } from '../contract/event.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { LifecycleRequest, SettledRequest } from '../contract/lifecycle.ts';
import type { Message } from '../contract/message.ts';
import type { Outcome } from '../contract/outcome.ts';
import { lastEvent } from '../delivery/last-event.ts';
import { keyPart, reportEvent } from '../delivery/report.ts';
import { DONE_WORDS } from '../experience/requester.ts';
import { checkTokens } from '../intelligems/check.ts';
import type { Clients } from '../intelligems/clients.ts';
import { failureOutcome, LEASE_LOST } from '../intelligems/failure-outcome.ts';
import {
  keepLifecycle,
  LIFECYCLE,
  type LifecycleRecord,
  lifecycleRecord,
  pausedHere,
  withSettled,
} from './record.ts';
import { REQUEST_LASTS_MS } from './request.ts';
import { settledReport } from './words.ts';

/** How people see the internal destination that carries out requests. */
export const LIFECYCLE_DESTINATION = {
  name: LIFECYCLE,
  title: 'Intelligems: pause and resume',
  repeated: null,
  internal: true,
} as const satisfies DestinationDescription;

/** For so long after a call without an answer, the experience is looked at for what came of it; milliseconds. */
const LOOKS_FOR_MS = 60_000;
const LOOK_AGAIN_MS = 5_000;

/** The vendor's time of a pause may differ from the time of the call by this, milliseconds. */
const SAME_PAUSE_MS = 10 * 60_000;

export interface LifecycleServices {
  ledger: Pick<Ledger, 'accept' | 'recall' | 'remember' | 'history'>;
  clients: ReadonlyMap<string, Clients>;
  addresses: ExperienceAddresses;
  /** The deliveries of a report about the experience. */
  deliveriesOf(source: string, experience: Experience): Promise<NewDelivery[]>;
  now(): number;
}

type Settled = Pick<SettledRequest, 'outcome'> & { detail: string | null; experience: ApiExperience | null };

/**
 * Carries out requests to pause or resume an experience, in the form of a destination: so that the ledger keeps them,
 * and only one process at a time works on one. The API is called at most once for a request: before the call, the
 * ledger gets to know of it, and after one without an answer, the experience shows what came of it.
 */
export class LifecycleDestination implements Destination {
  /** The longest call, and reading the experience twice. */
  readonly attemptTimeoutMs = 60_000;
  readonly #services: LifecycleServices;

  constructor(services: LifecycleServices) {
    this.#services = services;
  }

  async send(message: Message, { signal }: Attempt): Promise<Outcome> {
    const request = message.kind === 'report' ? message.report.request : undefined;
    if (request === undefined) {
      return { type: 'done', note: 'It is no request.' };
    }
    const record = await lifecycleRecord(this.#services.ledger, request.source, request.experienceId);
    if (record.count > request.number) {
      return { type: 'done', note: 'Another request was carried out before, so nothing was done.' };
    }
    const { calling } = record;
    const result =
      calling?.request.number === request.number
        ? await this.#look(calling, signal)
        : await this.#carryOut(request, record, { askedAt: message.receivedAt, signal });
    if ('type' in result) {
      return result;
    }
    if (signal.aborted) {
      return LEASE_LOST;
    }
    await this.#settle(request, record, result);
    return { type: 'done', note: result.detail ?? `It was ${DONE_WORDS[request.action]}.` };
  }

  check(): Promise<Check[]> {
    return checkTokens(this.#services.clients);
  }

  async close(): Promise<void> {}

  async #carryOut(
    request: LifecycleRequest,
    record: LifecycleRecord,
    { askedAt, signal }: { askedAt: number; signal: AbortSignal },
  ): Promise<Settled | Outcome> {
    const { ledger, clients, now } = this.#services;
    const { source, experienceId, action } = request;
    const client = clients.get(source);
    if (client === undefined) {
      return failed('This receiver has no access token of Intelligems any more.', null);
    }
    if (now() - askedAt > REQUEST_LASTS_MS) {
      return failed('Intelligems could not be reached in time, so the request was dropped. Try again.', null);
    }
    const found = await client.quick.experience(experienceId, {}, signal);
    if (!found.ok) {
      return afterFailure(found.failure, null);
    }
    const obstacle = obstacleTo(request, found.value, record);
    if (obstacle !== null) {
      return { ...obstacle, experience: found.value };
    }
    const at = client.clock.now ?? now();
    await keepLifecycle(ledger, request, { ...record, calling: { request, at } });
    if (signal.aborted) {
      return LEASE_LOST;
    }
    const acted = await client.quick.act(experienceId, action, {}, signal);
    if (acted.ok) {
      return { outcome: 'done', detail: null, experience: acted.value ?? found.value };
    }
    const { failure } = acted;
    if (failure.reason === 'unavailable' && failure.uncertain) {
      return { type: 'retry', reason: failure.message, waiting: true, delayMs: LOOK_AGAIN_MS };
    }
    // It had no effect, so that it may be called again.
    await keepLifecycle(ledger, request, { ...record, calling: null });
    return afterFailure(failure, found.value);
  }

  /** After a call whose answer is not known: what came of it. */
  async #look(
    { request, at }: NonNullable<LifecycleRecord['calling']>,
    signal: AbortSignal,
  ): Promise<Settled | Outcome> {
    const { clients, now } = this.#services;
    const { source, experienceId, action } = request;
    const client = clients.get(source);
    const found = await client?.quick.experience(experienceId, {}, signal);
    const experience = found?.ok ? found.value : null;
    if (experience?.status === STATUS_AFTER[action]) {
      return { outcome: 'done', detail: null, experience };
    }
    const passed = (client?.clock.now ?? now()) - at;
    if (client !== undefined && passed >= 0 && passed < LOOKS_FOR_MS) {
      return {
        type: 'retry',
        reason: `Intelligems has not confirmed yet that it was ${DONE_WORDS[action]}.`,
        waiting: true,
        delayMs: LOOK_AGAIN_MS,
      };
    }
    const status = experience === null ? 'its status is not known' : `it is ${experience.status}`;
    const detail = `Intelligems did not confirm it, and now ${status}. Look in Intelligems before you try again.`;
    return { outcome: 'unknown', detail, experience };
  }

  /** Reports first: if the process dies in between, the report of the next attempt has the same key. */
  async #settle(
    request: LifecycleRequest,
    record: LifecycleRecord,
    { outcome, detail, experience }: Settled,
  ): Promise<void> {
    const { ledger, clients, addresses, deliveriesOf, now } = this.#services;
    const { source, experienceId, number } = request;
    // If Intelligems cannot be asked, the experience is as its last webhook had it.
    const known =
      experience ??
      (await lastEvent(ledger, source, experienceId))?.experience ??
      unknownExperience(experienceId);
    const link = experienceLink(known, addresses);
    const report = settledReport({ request, outcome }, { detail, link });
    const key = `report_lifecycle_${source}_${keyPart(experienceId)}_${number}`;
    const event = reportEvent(key, report, [], now(), source);
    const planned = await deliveriesOf(source, known);
    // Who pressed a button waits for what came of it: quiet hours are for what nobody asked for.
    const isAwaited = request.by.via !== 'policy';
    const deliveries = isAwaited ? planned.map((each) => ({ ...each, dueAt: now() })) : planned;
    await ledger.accept({ ...event, deliveries });
    const at = record.calling?.at ?? clients.get(source)?.clock.now ?? now();
    await keepLifecycle(ledger, request, withSettled(record, { request, outcome, at }));
  }
}

/** An experience of which only the id is known. */
export function unknownExperience(id: string): Experience {
  return { id, testTypes: [], variations: [], experienceActions: [] };
}

/** Why a request is not carried out, from the experience as it is now. Null if nothing speaks against it. */
function obstacleTo(
  { action }: LifecycleRequest,
  { status = '', isDeleted, pausedAtTs }: ApiExperience,
  record: LifecycleRecord,
): Omit<Settled, 'experience'> | null {
  if (isDeleted) {
    return { outcome: 'failed', detail: 'It is deleted.' };
  }
  if (status === STATUS_AFTER[action]) {
    return { outcome: 'needless', detail: `It is ${status} already, so nothing was done.` };
  }
  const possible: readonly string[] = action === 'start' ? ['paused'] : POSSIBLE_FROM[action];
  if (!possible.includes(status)) {
    return { outcome: 'failed', detail: `It is ${status}, so it cannot be ${DONE_WORDS[action]}.` };
  }
  const paused = pausedHere(record);
  const isOther = paused !== null && pausedAtTs !== undefined && pausedAtTs - paused.at > SAME_PAUSE_MS;
  return action === 'start' && isOther
    ? { outcome: 'failed', detail: 'It was paused again in Intelligems since. Resume it there.' }
    : null;
}

function failed(detail: string, experience: ApiExperience | null): Settled {
  return { outcome: 'failed', detail, experience };
}

/** A failure that may pass is tried again; any other settles the request. */
function afterFailure(failure: ApiFailure, experience: ApiExperience | null): Settled | Outcome {
  return failure.reason === 'rate limited' || failure.reason === 'unavailable'
    ? failureOutcome(failure)
    : failed(failure.message, experience);
}
