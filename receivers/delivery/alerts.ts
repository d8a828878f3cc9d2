import type { Logger } from 'pino';
import { durationWords } from '../../shared/words.ts';
import { howToRun } from '../base/how-to-run.ts';
import { startRounds } from '../base/rounds.ts';
import type { DestinationHealth } from '../contract/delivery.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Report } from '../contract/message.ts';
import { reportEvent } from './report.ts';

/** How often the destinations' health is checked, milliseconds; more often if alerts are to come sooner. */
const ROUND_MS = 15_000;
const SHORTEST_ROUND_MS = 1_000;

const MINUTE_MS = 60_000;

export interface AlertSettings {
  /** The destination that gets alerts; null for no alerts. */
  destination: string | null;
  afterMinutes: number;
}

/** A report, under a key that makes sure that it is sent once. */
export interface Alert {
  key: string;
  report: Report;
}

/**
 * The alert for a destination that has been failing for long enough; null if there is none to raise. Its key
 * contains when the failures began.
 */
export function alertFor(health: DestinationHealth, settings: AlertSettings, now: number): Alert | null {
  const { destination, failingSince, failures, lastFailure } = health;
  if (failingSince === null || now - failingSince < settings.afterMinutes * MINUTE_MS) {
    return null;
  }
  const attempts = failures === 1 ? 'One attempt' : `${failures} attempts in a row`;
  const title = `The destination ${destination} has been failing for ${durationWords(now - failingSince)}`;
  const summary = `${attempts} failed. Its events are kept and will be delivered when it works again.`;
  return {
    key: `report_alert_${destination}_${failingSince}`,
    report: alertReport(title, summary, {
      'Last error': lastFailure ?? 'Unknown.',
      'What to do': `Fix the cause above. The receiver keeps trying. To replay dead letters, run: ${howToRun('replay')}`,
    }),
  };
}

/**
 * The report that a destination works again, for one that an alert was raised about; null while it fails.
 *
 * @param since when the failures began that the alert was about, milliseconds since 1970
 */
export function recoveryFor(
  { destination, failingSince, lastSuccessAt }: DestinationHealth,
  since: number,
): Alert | null {
  if (failingSince === since || lastSuccessAt === null || lastSuccessAt < since) {
    return null;
  }
  const summary = `It had been failing for ${durationWords(lastSuccessAt - since)}. The events that were kept for it are being delivered.`;
  return {
    key: `report_recovery_${destination}_${since}`,
    report: alertReport(`The destination ${destination} works again`, summary, {
      'What to do': `Check whether there are dead letters. To replay them, run: ${howToRun('replay')}`,
    }),
  };
}

function alertReport(title: string, summary: string, sections: Record<string, string>): Report {
  return {
    topic: 'alert',
    title,
    summary,
    sections: Object.entries(sections).map(([heading, line]) => ({ heading, lines: [line], table: null })),
    experienceId: null,
    link: null,
    image: null,
  };
}

/** The fact that an alert was raised about a destination: when its failures began. Empty once it works again. */
const ALERT_FACT = 'receiver:alert';

type AlertLedger = Pick<Ledger, 'health' | 'accept' | 'recall' | 'remember'>;

/**
 * Reports which of the known destinations have been failing, and when they work again: once each, across restarts and
 * on many machines. Gives a function that stops it.
 */
export function startAlerts(
  ledger: AlertLedger,
  known: { has(name: string): boolean },
  settings: AlertSettings,
  log: Logger,
): () => Promise<void> {
  const { destination: recipient, afterMinutes } = settings;
  if (recipient === null) {
    return async () => {};
  }
  const roundMs = Math.min(ROUND_MS, Math.max(SHORTEST_ROUND_MS, (afterMinutes * MINUTE_MS) / 4));

  async function send({ key, report }: Alert, about: string): Promise<void> {
    const accepted = await ledger.accept(reportEvent(key, report, [recipient as string], Date.now()));
    if (accepted.status === 'accepted') {
      log.warn({ destination: about, to: recipient }, report.title);
    }
  }

  async function check(health: DestinationHealth): Promise<void> {
    const { destination, failingSince } = health;
    const raised = await ledger.recall(destination, ALERT_FACT);
    const recovery = raised ? recoveryFor(health, Number(raised)) : null;
    if (recovery !== null) {
      await send(recovery, destination);
      await ledger.remember(destination, { [ALERT_FACT]: '' });
    }
    const alert = alertFor(health, settings, Date.now());
    if (alert !== null && raised !== String(failingSince)) {
      await send(alert, destination);
      await ledger.remember(destination, { [ALERT_FACT]: String(failingSince) });
    }
  }

  return startRounds(
    async () => {
      for (const health of await ledger.health()) {
        if (health.destination !== recipient && known.has(health.destination)) {
          await check(health);
        }
      }
      return roundMs;
    },
    { firstMs: roundMs, afterFailureMs: ROUND_MS, what: 'checking for failing destinations' },
    log,
  );
}
