import type { NewDelivery, NewEvent } from '../contract/event.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { LifecycleRequest } from '../contract/lifecycle.ts';
import type { Report } from '../contract/message.ts';
import { keyPart, reportEvent } from '../delivery/report.ts';
import { requesterWords } from '../experience/requester.ts';
import {
  keepLifecycle,
  LIFECYCLE,
  type LifecycleRecord,
  lifecycleRecord,
  pausedHere,
  withSettled,
} from './record.ts';
import { requestReport } from './words.ts';

/**
 * A request is not carried out after this, milliseconds: nobody expects that an experience is paused because someone
 * pressed a button yesterday.
 */
export const REQUEST_LASTS_MS = 15 * 60_000;

/** A request that is so old was given up, whatever happened to it, and no longer blocks the next one; milliseconds. */
const FORGOTTEN_AFTER_MS = 4 * REQUEST_LASTS_MS;

/** A request without what the ledger knows. */
export type NewRequest = Omit<LifecycleRequest, 'number'> & { link: string | null };

/** What became of a request right away. */
export type Requested =
  /** It is on disk, and will be carried out. */
  | { state: 'accepted'; key: string }
  /** Nothing happens. The reason is a sentence for who asked. */
  | { state: 'refused'; reason: string };

/**
 * Asks for an experience to be paused or resumed. Resolves when the request is on disk. One at a time: of several
 * requests for an experience, in whatever process, one is accepted, and the others are refused until it is settled.
 *
 * @param now milliseconds since 1970
 */
export async function requestLifecycle(
  ledger: Pick<Ledger, 'accept' | 'event' | 'recall' | 'remember'>,
  asked: NewRequest,
  now: number,
): Promise<Requested> {
  const record = await lifecycleRecord(ledger, asked.source, asked.experienceId);
  const reason = whyNot(asked, record);
  if (reason !== null) {
    return { state: 'refused', reason };
  }
  const event = requestEvent(keyOf(asked, record.count), { ...asked, number: record.count }, now);
  const { status, key } = await ledger.accept(event);
  if (status === 'accepted') {
    return { state: 'accepted', key };
  }
  const earlier = await ledger.event(key);
  const request =
    earlier === null ? undefined : (JSON.parse(Buffer.from(earlier.body).toString()) as Report).request;
  if (earlier === null || request === undefined || now - earlier.receivedAt > FORGOTTEN_AFTER_MS) {
    const given = request ?? { ...asked, number: record.count };
    await keepLifecycle(ledger, asked, withSettled(record, { request: given, outcome: 'failed', at: now }));
    return requestLifecycle(ledger, asked, now);
  }
  return {
    state: 'refused',
    reason:
      request.press !== null && request.press === asked.press
        ? 'This was already requested.'
        : `A request to ${request.action === 'pause' ? 'pause' : 'resume'} it is being carried out already. It was made ${requesterWords(request.by)}.`,
  };
}

function whyNot({ action, press }: NewRequest, record: LifecycleRecord): string | null {
  if (press !== null && record.settled.some(({ request }) => request.press === press)) {
    return 'This was already requested.';
  }
  return action === 'start' && pausedHere(record) === null
    ? 'It was not paused here, so it can only be resumed in Intelligems.'
    : null;
}

/** The event that keeps a request, with the internal delivery that carries it out. */
export function requestEvent(
  key: string,
  { link, ...request }: LifecycleRequest & { link: string | null },
  now: number,
): NewEvent {
  const delivery: NewDelivery = { destination: LIFECYCLE, route: request.action, dueAt: now, quietMs: null };
  const event = reportEvent(key, requestReport(request, link), [], now, request.source);
  return { ...event, deliveries: [delivery] };
}

function keyOf(
  { source, experienceId }: Pick<LifecycleRequest, 'source' | 'experienceId'>,
  number: number,
): string {
  return `lifecycle_${source}_${keyPart(experienceId)}_${number}`;
}
