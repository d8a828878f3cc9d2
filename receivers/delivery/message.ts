import type { Experience, ExperienceEvent } from '../../shared/events.ts';
import { isRecord, parseEvent, triggeredBy } from '../../shared/events.ts';
import { type ExperienceAddresses, experienceLink } from '../../shared/experience-link.ts';
import type { ClaimedDelivery } from '../contract/delivery.ts';
import type { StoredEvent } from '../contract/event.ts';
import type { RolledOut } from '../contract/experience.ts';
import { experienceKey } from '../contract/experience-key.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { ExperienceMessage, ReportMessage } from '../contract/message.ts';
import { rolledOutId } from '../experience/about.ts';
import { describeChanges } from '../experience/changes.ts';
import { eventTime, experienceState } from '../experience/state.ts';
import { isCompletion } from './completion.ts';

/** How many people of a burst are named, in addition to the last one. */
const MOST_OTHERS = 5;

/** Where the links in messages lead. */
export interface LinkSettings {
  addresses: ExperienceAddresses;
  /** The receiver's own public URL; null if it is not known. */
  publicUrl: string | null;
}

/** What identifies a delivery within its destination; `route` is absent for one that no route made. */
export type DeliveryName = Pick<ClaimedDelivery, 'eventKey' | 'replay'> & { route?: string };

/** The idempotency key of a delivery: the event's key, with a suffix for each replay. A completion has the key of what it updates. */
function deliveryKey(delivery: DeliveryName): string {
  return delivery.replay === 0 || isCompletion(delivery)
    ? delivery.eventKey
    : `${delivery.eventKey}-r${delivery.replay}`;
}

/** The report in a delivery; see report.ts. */
export function reportMessage(delivery: DeliveryName & Pick<ClaimedDelivery, 'event'>): ReportMessage {
  const { event } = delivery;
  const report = JSON.parse(Buffer.from(event.body).toString());
  const { source, experienceId, receivedAt } = event;
  return {
    kind: 'report',
    key: deliveryKey(delivery),
    report,
    experienceKey: experienceId === null ? null : experienceKey(source, experienceId),
    receivedAt,
  };
}

/**
 * Puts together what a destination needs to know about an event.
 *
 * @param stored the known events of the experience, in any order, with or without this one
 * @param now milliseconds since 1970
 */
export function experienceMessage(
  delivery: DeliveryName & Pick<ClaimedDelivery, 'event' | 'merged'>,
  stored: readonly StoredEvent[],
  links: LinkSettings,
  now: number,
): ExperienceMessage {
  const { event: own, merged } = delivery;
  const event = parsed(stored.find(({ key }) => key === own.key) ?? own);
  const known = stored.filter(({ key }) => key !== own.key);
  const ordered = [
    ...known.map((each) => ({ key: each.key, sequence: each.sequence, event: withTrigger(each) })),
    { key: own.key, sequence: own.sequence, event },
  ].sort((one, other) => eventTime(one.event) - eventTime(other.event) || one.sequence - other.sequence);
  const included = new Set([own.key, ...merged]);
  const first = ordered.findIndex(({ key }) => included.has(key));
  const previous = ordered[first - 1]?.event ?? null;
  const who = triggeredBy(event) ?? own.triggeredBy;
  const others = ordered
    .filter(({ key }) => merged.includes(key))
    .map((each) => triggeredBy(each.event))
    .filter((each) => each !== null && each !== who) as string[];
  const history = ordered.map((each) => each.event);
  const then = history.slice(0, ordered.findIndex(({ key }) => key === own.key) + 1);
  return {
    kind: 'experience',
    key: deliveryKey(delivery),
    event,
    body: new TextDecoder().decode(own.body),
    triggeredBy: who,
    alsoBy: [...new Set(others)].slice(0, MOST_OTHERS),
    receivedAt: own.receivedAt,
    late: own.late,
    recovered: own.origin === 'recovered',
    state: experienceState(history, now),
    stateThen: experienceState(then, eventTime(event)),
    superseded: then.length < history.length,
    history,
    previous: previous?.experience ?? null,
    changes: previous === null ? [] : describeChanges(documentOf(previous), documentOf(event), event.action),
    rollsOut: rolledOut(event.experience, links.addresses),
    results: null,
    health: null,
    requestedBy: null,
    source: own.source,
    experienceKey: experienceKey(own.source, event.experience.id),
    links: {
      intelligems: experienceLink(event.experience, links.addresses),
      console: links.publicUrl === null ? null : `${links.publicUrl}/console/events/${own.key}`,
    },
  };
}

function rolledOut(experience: Experience, addresses: ExperienceAddresses): RolledOut | null {
  const id = rolledOutId(experience);
  return id === null
    ? null
    : { experienceId: id, name: null, link: experienceLink({ id, category: 'experiment' }, addresses) };
}

/** The message with the name of the experience that its own rolls out, if the ledger knows it. */
export async function withRolledOutName(
  message: ExperienceMessage,
  ledger: Pick<Ledger, 'experiences'>,
): Promise<ExperienceMessage> {
  const { rollsOut, source } = message;
  if (rollsOut === null) {
    return message;
  }
  const { experienceId } = rollsOut;
  const [known] = await ledger.experiences({ source, experienceId, limit: 1 });
  return { ...message, rollsOut: { ...rollsOut, name: known?.name ?? null } };
}

/** Whether a delivery is for a report, not for an event of an experience. */
export function isReport(delivery: Pick<ClaimedDelivery, 'event'>): boolean {
  return delivery.event.origin === 'report';
}

/** Another event of the experience, with who caused it if that became known later. */
function withTrigger(stored: StoredEvent): ExperienceEvent {
  const event = parsed(stored);
  return stored.triggeredBy === null || triggeredBy(event) !== null
    ? event
    : { ...event, payload: { ...event.payload, triggeredBy: stored.triggeredBy } };
}

/** Parsed bodies: the events of a history are in many messages. */
const alreadyParsed = new WeakMap<StoredEvent, ExperienceEvent>();

function parsed(stored: StoredEvent): ExperienceEvent {
  const known = alreadyParsed.get(stored);
  if (known !== undefined) {
    return known;
  }
  const result = parseEvent(stored.body);
  if (!result.ok) {
    throw new Error(`The ledger has ${stored.key} as a valid event, but it is not: ${result.hint}`);
  }
  const event = { ...result.event, receivedAt: stored.receivedAt };
  alreadyParsed.set(stored, event);
  return event;
}

function documentOf(event: ExperienceEvent): Record<string, unknown> {
  return isRecord(event.payload.experience) ? event.payload.experience : {};
}
