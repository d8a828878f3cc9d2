import type { Experience } from '../../shared/events.ts';
import { experienceLink } from '../../shared/experience-link.ts';
import { nameWords } from '../../shared/words.ts';
import type { RequestedAction, Requester, SettledRequest } from '../contract/lifecycle.ts';
import type { Report } from '../contract/message.ts';
import { lastEvent } from '../delivery/last-event.ts';
import { unknownExperience } from '../lifecycle/destination.ts';
import { lifecycleRecord, pausedHere } from '../lifecycle/record.ts';
import { type Requested, requestLifecycle } from '../lifecycle/request.ts';
import type { OperationServices } from './services.ts';

/** What people can have the receiver do to an experience, and what it did. */
export interface LifecycleStory {
  /** What is possible now; null for nothing. */
  offer: RequestedAction | null;
  /** The last requests, oldest first. */
  settled: SettledRequest[];
}

/** A request of a person for an experience. */
export interface PersonalRequest {
  source: string;
  experienceId: string;
  action: RequestedAction;
  by: Requester;
  /** Identifies the press of the button; null for none. */
  press: string | null;
}

type LifecycleServices = Pick<OperationServices, 'configuration' | 'ledger' | 'now'>;

/** @param status of the experience, as the newest webhook has it */
export async function lifecycleStory(
  { configuration, ledger }: LifecycleServices,
  { source, experienceId, status }: { source: string; experienceId: string; status: string },
): Promise<LifecycleStory> {
  const record = await lifecycleRecord(ledger, source, experienceId);
  const offer =
    status === 'started' ? 'pause' : status === 'paused' && pausedHere(record) !== null ? 'start' : null;
  return { offer: hasToken(configuration, source) ? offer : null, settled: record.settled };
}

export function lifecycleOperations(services: LifecycleServices) {
  return {
    async requestLifecycle(asked: PersonalRequest): Promise<Requested | null> {
      const last = await lastEvent(services.ledger, asked.source, asked.experienceId);
      return last === null ? null : request(services, asked, last.experience);
    },
  };
}

/** A press of a button that a report came with. */
export type OfferPress = Pick<PersonalRequest, 'action' | 'by' | 'press'> & {
  /** Of the report. What it is about is looked up, not read from the press. */
  eventKey: string;
  /** The destinations that the button may be from: the report has to have gone to one of them. */
  destinations: readonly string[];
};

const NOT_KNOWN = 'This receiver does not know the message (any more). Open the experience in Intelligems.';

/** Carries out what a report's button offers. */
export async function pressOffer(services: LifecycleServices, pressed: OfferPress): Promise<Requested> {
  const { ledger } = services;
  const { eventKey, destinations, action, by, press } = pressed;
  // A message that was sent again has a key of its own, which begins with that of the event.
  const event = (await ledger.event(eventKey)) ?? (await ledger.event(eventKey.replace(/-r\d+$/, '')));
  const report =
    event?.origin === 'report' ? (JSON.parse(Buffer.from(event.body).toString()) as Report) : null;
  if (event === null || report === null || event.experienceId === null || report.offer !== action) {
    return { state: 'refused', reason: NOT_KNOWN };
  }
  const sent = await ledger.deliveries(event.key);
  if (!sent.some(({ destination }) => destinations.includes(destination))) {
    return { state: 'refused', reason: NOT_KNOWN };
  }
  const { source, experienceId } = event;
  const last = await lastEvent(ledger, source, experienceId);
  const named = report.data?.report as { experience_name?: string } | undefined;
  const name = report.settled?.request.name ?? named?.experience_name ?? report.title;
  const experience = last?.experience ?? { ...unknownExperience(experienceId), name };
  return request(services, { source, experienceId, action, by, press }, experience);
}

function request(
  { configuration, ledger, now }: LifecycleServices,
  asked: PersonalRequest,
  experience: Experience,
): Promise<Requested> | Requested {
  const { source } = asked;
  if (!hasToken(configuration, source)) {
    const reason = `The source ${source} has no access token of Intelligems, so nothing can be changed there.`;
    return { state: 'refused', reason };
  }
  const link = experienceLink(experience, configuration.intelligems.addresses);
  return requestLifecycle(ledger, { ...asked, name: nameWords(experience), why: null, link }, now());
}

function hasToken({ sources }: LifecycleServices['configuration'], source: string): boolean {
  return sources.some(({ name, accessToken }) => name === source && accessToken !== null);
}
