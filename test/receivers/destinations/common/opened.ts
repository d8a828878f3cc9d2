import type { Attempt, Destination, DestinationKind } from '../../../../receivers/contract/destination.ts';
import type { Message } from '../../../../receivers/contract/message.ts';
import type { Outcome } from '../../../../receivers/contract/outcome.ts';
import { NOW } from '../../../fixtures/messages.ts';
import { servicesFor } from '../../../fixtures/services.ts';

/** Opens a destination as the receiver does, from settings as they come from the environment. */
export async function openKind<Settings>(
  kind: DestinationKind<Settings>,
  settings: Record<string, unknown>,
): Promise<Destination> {
  return kind.open(kind.settings.parse(settings), servicesFor(kind));
}

/** An attempt that remembers nothing. */
export function attempt(details: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    eventKey: 'evt_1',
    route: 'all',
    createdAt: NOW,
    uncertain: false,
    signal: new AbortController().signal,
    recall: async () => null,
    ...details,
  };
}

/** Sends a message in an attempt of at most 20 seconds that remembers nothing. */
export function sendOnce(
  destination: Destination,
  message: Message,
  details: Partial<Attempt> = {},
): Promise<Outcome> {
  return destination.send(message, attempt({ signal: AbortSignal.timeout(20_000), ...details }));
}
