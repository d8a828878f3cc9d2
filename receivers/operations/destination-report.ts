import { durationWords } from '../../shared/words.ts';
import { agoWords, waitWords } from '../console/pages/words.ts';
import type { DestinationHealth } from '../contract/delivery.ts';
import type { DestinationDescription } from '../contract/destination.ts';
import type { QueueDepth } from '../contract/ledger-reader.ts';
import { newHealth } from '../ledger/health.ts';

/** How a destination fares, for people. */
export interface DestinationReport {
  name: string;
  title: string;
  /** The receiver makes these deliveries for itself. */
  internal: boolean;
  state: 'working' | 'unused' | 'failing' | 'paused';
  /** One or two sentences. */
  words: string;
  open: number;
  dead: number;
  health: DestinationHealth;
}

/** Puts a destination's health and queue in words. `now` is in milliseconds since 1970. */
export function destinationReport(
  { name, title, internal }: Pick<DestinationDescription, 'name' | 'title' | 'internal'>,
  health: DestinationHealth = newHealth(name),
  depth: QueueDepth | undefined,
  now: number,
): DestinationReport {
  const counts = { open: depth?.open ?? 0, dead: depth?.dead ?? 0 };
  return { name, title, internal, ...counts, health, ...stateOf(health, now) };
}

function stateOf(health: DestinationHealth, now: number): Pick<DestinationReport, 'state' | 'words'> {
  if (health.pausedUntil > now) {
    const reason = health.pauseReason ?? health.lastFailure ?? '';
    return { state: 'paused', words: `It is tried again ${waitWords(health.pausedUntil - now)}. ${reason}` };
  }
  if (health.failingSince !== null) {
    return {
      state: 'failing',
      words: `Failing for ${durationWords(now - health.failingSince)}. ${health.lastFailure ?? ''}`,
    };
  }
  return health.lastSuccessAt === null
    ? { state: 'unused', words: 'Nothing was sent there yet.' }
    : { state: 'working', words: `Last delivery ${agoWords(now - health.lastSuccessAt)}.` };
}
