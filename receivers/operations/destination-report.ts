import { durationWords } from '../../shared/words.ts';
import type { DestinationHealth } from '../contract/delivery.ts';
import type { QueueDepth } from '../contract/ledger-reader.ts';
import { newHealth } from '../ledger/health.ts';
import { agoWords, waitWords } from './words.ts';

/** The state of a destination, for people. */
export interface DestinationReport {
  name: string;
  title: string;
  /** The receiver makes these deliveries for itself. */
  internal: boolean;
  /** False for one that the settings no longer name, and that still has deliveries. */
  current: boolean;
  state: 'working' | 'unused' | 'failing' | 'paused';
  /** One or two sentences. */
  words: string;
  open: number;
  dead: number;
  health: DestinationHealth;
}

/** What a destination is called, with its place among the others. */
export type ReportedDestination = Pick<DestinationReport, 'name' | 'title' | 'internal' | 'current'>;

/** Puts a destination's health and queue in words. `now` is in milliseconds since 1970. */
export function destinationReport(
  destination: ReportedDestination,
  health: DestinationHealth = newHealth(destination.name),
  depth: QueueDepth | undefined,
  now: number,
): DestinationReport {
  const counts = { open: depth?.open ?? 0, dead: depth?.dead ?? 0 };
  return { ...destination, ...counts, health, ...stateOf(health, destination.internal, now) };
}

function stateOf(
  health: DestinationHealth,
  internal: boolean,
  now: number,
): Pick<DestinationReport, 'state' | 'words'> {
  if (health.pausedUntil > now) {
    const reason = health.pauseReason ?? health.lastFailure ?? '';
    return { state: 'paused', words: `Next attempt ${waitWords(health.pausedUntil - now)}. ${reason}` };
  }
  if (health.failingSince !== null) {
    const words = `Failing for ${durationWords(now - health.failingSince)}. ${health.lastFailure ?? ''}`;
    return { state: 'failing', words };
  }
  if (health.lastSuccessAt === null) {
    return { state: 'unused', words: internal ? 'Nothing to do yet.' : 'Nothing has been sent there yet.' };
  }
  const last = agoWords(now - health.lastSuccessAt);
  return { state: 'working', words: internal ? `Last done ${last}.` : `Last delivery ${last}.` };
}
