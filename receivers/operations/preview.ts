import { eventKey } from '../../shared/event-key.ts';
import { parseEvent } from '../../shared/events.ts';
import type { Configuration } from '../config/configuration.ts';
import type { DestinationKind, Preview } from '../contract/destination.ts';
import type { StoredEvent } from '../contract/event.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Message } from '../contract/message.ts';
import { DEFAULT_SOURCE } from '../contract/source.ts';
import { withLoggedChanges } from '../delivery/logged-changes.ts';
import { experienceMessage, reportMessage, withRolledOutName } from '../delivery/message.ts';
import { DESTINATION_KINDS } from '../destinations/index.ts';
import { keptResults } from '../intelligems/results.ts';
import { OperationFault } from './fault.ts';
import type { OperationServices } from './services.ts';

/** Events of an experience that a preview takes into account. */
const HISTORY_LIMIT = 50;

/** What an event can be previewed for. */
export interface PreviewName {
  name: string;
  /** As `type` in receivers.yaml. */
  kind: string;
  title: string;
  /** Rendered with example settings: no such destination is connected. */
  example: boolean;
}

interface PreviewTarget extends PreviewName {
  render(message: Message): Preview;
}

export function previewOperations({
  configuration,
  ledger,
  now,
}: Pick<OperationServices, 'configuration' | 'ledger' | 'now'>) {
  return {
    ...unstoredPreviews(configuration),
    async preview(key: string, destination: string): Promise<Preview | null> {
      const target = previewTargets(configuration).find(({ name }) => name === destination);
      const event = target === undefined ? null : await ledger.event(key);
      const message =
        event === null ? null : await storedMessage(event, destination, ledger, configuration, now());
      return message === null ? null : (target?.render(message) ?? null);
    },
  };
}

/** The previews that need no ledger. */
export function unstoredPreviews(
  configuration: Pick<Configuration, 'destinations' | 'intelligems' | 'server'>,
) {
  return {
    previews: async (): Promise<PreviewName[]> =>
      previewTargets(configuration).map(({ render: _, ...name }) => name),
    async previewBodies(bodies: readonly string[], destination: string): Promise<Preview | null> {
      const target = previewTargets(configuration).find(({ name }) => name === destination);
      const events = bodies.map(unstoredEvent);
      const event = events.at(-1);
      if (target === undefined || event === undefined) {
        return null;
      }
      const delivery = { eventKey: event.key, replay: 0, event, merged: [] };
      return target.render(experienceMessage(delivery, events, linksOf(configuration), event.receivedAt));
    },
  };
}

function linksOf({ intelligems, server }: Pick<Configuration, 'intelligems' | 'server'>) {
  return { addresses: intelligems.addresses, publicUrl: server.publicUrl };
}

/** An event that nobody stored, from a webhook's body. Throws an OperationFault if it is not a known event. */
export function unstoredEvent(text: string, sequence: number): StoredEvent {
  const parsed = parseEvent(text);
  if (!parsed.ok) {
    throw new OperationFault(`The body is not an event: ${parsed.hint}`);
  }
  const { event } = parsed;
  const body = Buffer.from(text);
  return {
    key: eventKey(DEFAULT_SOURCE, event, body),
    sequence,
    source: DEFAULT_SOURCE,
    origin: 'webhook',
    action: event.action,
    experienceId: event.experience.id,
    experienceName: event.experience.name ?? null,
    organizationId: event.organization.id ?? null,
    occurredAt: event.timestamp,
    receivedAt: event.timestamp ?? Date.now(),
    body,
    headers: {},
    problem: null,
    late: false,
    triggeredBy: null,
  };
}

/** The destinations of the settings, and examples of the kinds that are not connected. */
function previewTargets({ destinations }: Pick<Configuration, 'destinations'>): PreviewTarget[] {
  const configured = destinations
    .filter(({ kind }) => kind.kind !== 'preview')
    .map(({ name, kind, settings }) => target(name, kind, settings, false));
  const examples = DESTINATION_KINDS.filter(
    ({ kind }) => kind !== 'preview' && !destinations.some((destination) => destination.kind.kind === kind),
  ).map((kind) => target(kind.kind, kind, kind.example, true));
  return [...configured, ...examples];
}

function target(name: string, kind: DestinationKind, settings: unknown, example: boolean): PreviewTarget {
  const title = name === kind.kind ? kind.title : `${kind.title} (${name})`;
  return { name, kind: kind.kind, title, example, render: (message) => kind.preview(message, settings) };
}

/** Those with this name, or else of this kind; all of them if `wanted` is undefined. */
export function namedTargets(targets: readonly PreviewName[], wanted: string | undefined): PreviewName[] {
  const named = targets.filter(({ name }) => wanted === undefined || name === wanted);
  return named.length > 0 ? named : targets.filter(({ kind }) => kind === wanted);
}

/** The message that a stored event would make for a destination now; null if it is not a known event. */
async function storedMessage(
  event: StoredEvent,
  destination: string,
  ledger: Pick<Ledger, 'history' | 'recall' | 'deliveries' | 'experiences'>,
  configuration: Pick<Configuration, 'intelligems' | 'server'>,
  now: number,
): Promise<Message | null> {
  const name = { eventKey: event.key, replay: 0 };
  if (event.origin === 'report') {
    return reportMessage({ ...name, event });
  }
  if (event.problem !== null || event.experienceId === null) {
    return null;
  }
  const history = await ledger.history(event.source, event.experienceId, HISTORY_LIMIT);
  const known = history.filter(({ sequence }) => sequence <= event.sequence);
  const merged = await mergedInto(event, known, destination, ledger);
  const message = experienceMessage({ ...name, event, merged }, known, linksOf(configuration), now);
  const results = await keptResults(ledger, event.source, event.experienceId);
  const named = await withRolledOutName({ ...message, results }, ledger);
  return withLoggedChanges(named, event.key, ledger);
}

/** Keys of the earlier updates of a burst that a destination got together with this one. */
async function mergedInto(
  event: StoredEvent,
  known: readonly StoredEvent[],
  destination: string,
  ledger: Pick<Ledger, 'deliveries'>,
): Promise<string[]> {
  const merged: string[] = [];
  const earlier = known.filter(({ sequence }) => sequence < event.sequence);
  for (const { key } of earlier.sort((one, other) => other.sequence - one.sequence)) {
    const there = (await ledger.deliveries(key)).filter((delivery) => delivery.destination === destination);
    if (there.some(({ state }) => state !== 'merged')) {
      break;
    }
    if (there.length > 0) {
      merged.unshift(key);
    }
  }
  return merged;
}
