import type { Logger } from 'pino';
import { durationWords } from '../../shared/words.ts';
import { startRounds } from '../base/rounds.ts';
import type { DestinationHealth } from '../contract/delivery.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Report } from '../contract/message.ts';
import { reportEvent } from './report.ts';

/** How often the destinations' health is looked at, milliseconds; oftener where alerts are to come sooner. */
const ROUND_MS = 15_000;
const SHORTEST_ROUND_MS = 1_000;

const MINUTE_MS = 60_000;

export interface AlertSettings {
  /** The destination that is told; null for no alerts. */
  destination: string | null;
  afterMinutes: number;
}

/**
 * The alert for a destination that has been failing for long enough; null while there is none to raise. Its
 * key names the failure's beginning, so that each is told once.
 */
export function alertFor(
  health: DestinationHealth,
  settings: AlertSettings,
  now: number,
): { key: string; report: Report } | null {
  const { destination, failingSince } = health;
  if (failingSince === null || now - failingSince < settings.afterMinutes * MINUTE_MS) {
    return null;
  }
  const attempts = health.failures === 1 ? 'One attempt' : `${health.failures} attempts in a row`;
  return {
    key: `report_alert_${destination}_${failingSince}`,
    report: {
      topic: 'alert',
      title: `The destination ${destination} has been failing for ${durationWords(now - failingSince)}`,
      summary: `${attempts} failed. Events for it are kept and will be delivered when it works again.`,
      sections: [
        {
          heading: 'What it answers',
          lines: [health.lastFailure ?? 'No reason is known.'],
          table: null,
        },
        {
          heading: 'What to do',
          lines: [
            'Mend the cause named above. The receiver tries again by itself; dead letters can be replayed with: npm run replay',
          ],
          table: null,
        },
      ],
      experienceId: null,
      link: null,
      image: null,
    },
  };
}

/** Raises alerts about those of the known destinations that are failing. Gives a function that ends it. */
export function startAlerts(
  ledger: Pick<Ledger, 'health' | 'accept'>,
  known: ReadonlySet<string>,
  settings: AlertSettings,
  log: Logger,
): () => Promise<void> {
  const { destination: told, afterMinutes } = settings;
  if (told === null) {
    return async () => {};
  }
  const roundMs = Math.min(ROUND_MS, Math.max(SHORTEST_ROUND_MS, (afterMinutes * MINUTE_MS) / 4));
  return startRounds(
    async () => {
      for (const health of await ledger.health()) {
        const concerns = health.destination !== told && known.has(health.destination);
        const alert = concerns ? alertFor(health, settings, Date.now()) : null;
        if (alert !== null) {
          const accepted = await ledger.accept(reportEvent(alert.key, alert.report, [told], Date.now()));
          if (accepted.status === 'accepted') {
            log.warn({ destination: health.destination, told }, alert.report.title);
          }
        }
      }
      return roundMs;
    },
    { firstMs: roundMs, afterFailureMs: ROUND_MS, what: 'looking for failing destinations' },
    log,
  );
}
