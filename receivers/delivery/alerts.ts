import type { Logger } from 'pino';
import { durationWords } from '../../shared/words.ts';
import { howToRun } from '../base/how-to-run.ts';
import { startRounds } from '../base/rounds.ts';
import type { DestinationHealth } from '../contract/delivery.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Report } from '../contract/message.ts';
import { FailingTime } from './failing-time.ts';
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
 *
 * @param failingMs how long it has been failing, milliseconds
 */
export function alertFor(
  health: DestinationHealth,
  settings: AlertSettings,
  failingMs: number,
): Alert | null {
  const { destination, failingSince, failures, lastFailure } = health;
  if (failingSince === null || failingMs < settings.afterMinutes * MINUTE_MS) {
    return null;
  }
  const attempts = failures === 1 ? 'One attempt' : `${failures} attempts in a row`;
  const title = `The destination ${destination} has been failing for ${durationWords(failingMs)}`;
  const summary = `${attempts} failed. Its events are kept and will be delivered when it works again.`;
  return {
    key: `report_alert_${destination}_${failingSince}`,
    report: alertReport(title, summary, {
      'Last error': lastFailure ?? 'Unknown.',
      'What to do': `Fix the cause above. The receiver keeps trying. To replay dead letters, run: ${howToRun('replay')}`,
    }),
  };
}

/** What is kept of an alert until the destination works again. Times are milliseconds since 1970. */
export interface RaisedAlert {
  /** When the failures began. */
  since: number;
  lastSuccessAt: number | null;
}

/**
 * The report that a destination works again, for one that an alert was raised about; null while it fails. It works if
 * there was another success since the alert, whatever time the clock showed then.
 *
 * @param failingMs how long it had been failing, milliseconds
 */
export function recoveryFor(
  { destination, failingSince, lastSuccessAt }: DestinationHealth,
  raised: RaisedAlert,
  failingMs: number,
): Alert | null {
  if (failingSince === raised.since || lastSuccessAt === null || lastSuccessAt === raised.lastSuccessAt) {
    return null;
  }
  const summary = `It had been failing for ${durationWords(failingMs)}. The events that were kept for it are being delivered.`;
  return {
    key: `report_recovery_${destination}_${raised.since}`,
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

/** The fact that an alert was raised about a destination. Empty once it works again. */
const ALERT_FACT = 'receiver:alert';

type AlertLedger = Pick<Ledger, 'health' | 'accept' | 'recall' | 'remember'>;

/** Reports which destinations have been failing, and when they work again: once each, across restarts and processes. */
export class Alerts {
  readonly #ledger: AlertLedger;
  readonly #settings: AlertSettings & { destination: string };
  readonly #log: Logger;
  readonly #failing: FailingTime;

  /** @param monotonic milliseconds since some moment; for tests */
  constructor(
    ledger: AlertLedger,
    settings: AlertSettings & { destination: string },
    log: Logger,
    monotonic?: () => number,
  ) {
    this.#ledger = ledger;
    this.#settings = settings;
    this.#log = log;
    this.#failing = new FailingTime(ledger, monotonic);
  }

  /** Checks the destinations that are known here once. */
  async check(known: { has(name: string): boolean }): Promise<void> {
    for (const health of await this.#ledger.health()) {
      if (health.destination !== this.#settings.destination && known.has(health.destination)) {
        await this.#checkOne(health);
      }
    }
  }

  async #checkOne(health: DestinationHealth): Promise<void> {
    const { destination, failingSince, lastSuccessAt } = health;
    const raised = raisedAlert(await this.#ledger.recall(destination, ALERT_FACT));
    if (raised !== null) {
      const recovery = recoveryFor(health, raised, await this.#failing.counted(destination, raised.since));
      if (recovery !== null) {
        await this.#send(recovery, destination);
        await this.#ledger.remember(destination, { [ALERT_FACT]: '' });
      }
    }
    if (failingSince === null) {
      return;
    }
    const alert = alertFor(health, this.#settings, await this.#failing.count(destination, failingSince));
    if (alert !== null && raised?.since !== failingSince) {
      await this.#send(alert, destination);
      await this.#ledger.remember(destination, { [ALERT_FACT]: `${failingSince} ${lastSuccessAt ?? ''}` });
    }
  }

  async #send({ key, report }: Alert, about: string): Promise<void> {
    const to = this.#settings.destination;
    const accepted = await this.#ledger.accept(reportEvent(key, report, [to], Date.now()));
    if (accepted.status === 'accepted') {
      this.#log.warn({ destination: about, to }, report.title);
    }
  }
}

function raisedAlert(fact: string | null): RaisedAlert | null {
  const [since, lastSuccessAt] = (fact ?? '').split(' ');
  return since ? { since: Number(since), lastSuccessAt: lastSuccessAt ? Number(lastSuccessAt) : null } : null;
}

/** Starts checking for failing destinations. Gives a function that stops it. */
export function startAlerts(
  ledger: AlertLedger,
  known: { has(name: string): boolean },
  { destination, afterMinutes }: AlertSettings,
  log: Logger,
): () => Promise<void> {
  if (destination === null) {
    return async () => {};
  }
  const roundMs = Math.min(ROUND_MS, Math.max(SHORTEST_ROUND_MS, (afterMinutes * MINUTE_MS) / 4));
  const alerts = new Alerts(ledger, { destination, afterMinutes }, log);
  return startRounds(
    async () => {
      await alerts.check(known);
      return roundMs;
    },
    { firstMs: roundMs, afterFailureMs: ROUND_MS, what: 'checking for failing destinations' },
    log,
  );
}
