import { durationWords } from '../../shared/words.ts';
import type { DestinationHealth } from '../contract/delivery.ts';
import type { QueueDepth } from '../contract/ledger-reader.ts';
import { newHealth } from '../ledger/health.ts';
import type { DeliveryEffect } from './described-destinations.ts';
import { agoWords, waitWords } from './words.ts';

/** The state of a destination, for people. */
export interface DestinationReport {
  name: string;
  title: string;
  /** The receiver makes these deliveries for itself. */
  internal: boolean;
  /** What a delivery does: “working” says that it really went out only if it sends. */
  effect: DeliveryEffect;
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
export type ReportedDestination = Pick<
  DestinationReport,
  'name' | 'title' | 'internal' | 'effect' | 'current'
>;

/** Puts a destination's health and queue in words. `now` is in milliseconds since 1970. */
export function destinationReport(
  destination: ReportedDestination,
  health: DestinationHealth = newHealth(destination.name),
  depth: QueueDepth | undefined,
  now: number,
): DestinationReport {
  const counts = { open: depth?.open ?? 0, dead: depth?.dead ?? 0 };
  return { ...destination, ...counts, health, ...stateOf(health, destination.effect, now) };
}

function stateOf(
  health: DestinationHealth,
  effect: DeliveryEffect,
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
    return { state: 'unused', words: UNUSED_WORDS[effect] };
  }
  return { state: 'working', words: `${LAST_WORDS[effect]} ${agoWords(now - health.lastSuccessAt)}.` };
}

const UNUSED_WORDS: Readonly<Record<DeliveryEffect, string>> = {
  sends: 'Nothing has been sent there yet.',
  prints: 'Events are printed in the log. Nothing is sent.',
  internal: 'Nothing to do yet.',
};

const LAST_WORDS: Readonly<Record<DeliveryEffect, string>> = {
  sends: 'Last delivery',
  prints: 'Events are printed in the log. Nothing is sent. Last one',
  internal: 'Last done',
};
