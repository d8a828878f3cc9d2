import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { DestinationHealth } from '../../../receivers/contract/delivery.ts';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import { Alerts, alertFor, recoveryFor } from '../../../receivers/delivery/alerts.ts';
import { newHealth } from '../../../receivers/ledger/health.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';

describe('an alert', () => {
  const settings = { destination: 'email', afterMinutes: 30 };
  const failing: DestinationHealth = {
    ...newHealth('slack'),
    failures: 4,
    failingSince: 1_000,
    lastFailure: 'It answered 500.',
  };

  test('an alert is raised once the destination has been failing for long enough', () => {
    expect(alertFor(newHealth('slack'), settings, 9e9)).toBeNull();
    expect(alertFor(failing, settings, 30 * 60_000 - 1)).toBeNull();
    const alert = alertFor(failing, settings, 90 * 60_000);
    expect(alert?.report.title).toBe('The destination slack has been failing for 1 hour 30 minutes');
    expect(JSON.stringify(alert?.report)).toMatch(/4 attempts in a row failed.*It answered 500\./);
  });

  test('an alert keeps its key while the destination fails, and gets another key the next time', () => {
    const keys = [
      alertFor(failing, settings, 9e9)?.key,
      alertFor({ ...failing, failures: 9 }, settings, 10e9)?.key,
      alertFor({ ...failing, failingSince: 2_000 }, settings, 10e9)?.key,
    ];
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
  });

  test('an alert about a single failure uses the singular', () => {
    const { report } = alertFor({ ...failing, failures: 1 }, settings, 9e9) ?? {};
    expect(report?.summary).toMatch(/^One attempt failed\./);
  });

  test('an alert is followed by a report once the destination works again, and not before', () => {
    const { destination } = failing;
    const raised = { since: 1_000, lastSuccessAt: 500 };
    const failingMs = 90 * 60_000;
    expect(recoveryFor(failing, raised, failingMs)).toBeNull();
    expect(recoveryFor({ ...failing, failingSince: null, lastSuccessAt: 500 }, raised, failingMs)).toBeNull();
    const works = { ...failing, failures: 0, failingSince: null, lastSuccessAt: 1_000 + failingMs };
    const recovery = recoveryFor(works, raised, failingMs);
    expect(recovery?.key).toBe(`report_recovery_${destination}_1000`);
    expect(recovery?.report.title).toBe('The destination slack works again');
    expect(recovery?.report.summary).toContain('1 hour 30 minutes');
    const failsAnew = { ...works, failures: 1, failingSince: works.lastSuccessAt + 1 };
    expect(recoveryFor(failsAnew, raised, failingMs)?.key).toBe(recovery?.key);
  });
});

describe('alerts by a clock that is never set', () => {
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;
  const settings = { destination: 'email', afterMinutes: 30 };
  let ledger: Ledger;
  let remove: () => Promise<void>;
  let health: DestinationHealth;
  let monotonic: number;

  beforeEach(async () => {
    ({ ledger, remove } = await emptyLedger());
    monotonic = 0;
  });

  afterEach(() => remove());

  /** As a receiver does that starts now. */
  const open = () => {
    const watched: ConstructorParameters<typeof Alerts>[0] = {
      health: async () => [health],
      accept: (event) => ledger.accept(event),
      recall: (destination, name) => ledger.recall(destination, name),
      remember: (destination, facts) => ledger.remember(destination, facts),
    };
    return new Alerts(watched, settings, pino({ level: 'silent' }), () => monotonic);
  };
  const known = new Set(['slack', 'email']);
  const titles = async () =>
    (await ledger.events({ origin: 'report', limit: 10 })).map(({ experienceName }) => experienceName);

  test.each([
    ['an hour ahead', HOUR],
    ['right', 0],
    ['an hour behind', -HOUR],
    ['of 1970', -Date.now()],
  ])('an alert comes after its time when the clock was %s at the first failure', async (_, clockMs) => {
    health = { ...newHealth('slack'), failures: 1, failingSince: Date.now() + clockMs, lastFailure: '500' };
    let alerts = open();
    await alerts.check(known);
    monotonic += 20 * MINUTE;
    await alerts.check(known);
    alerts = open();
    await alerts.check(known);
    monotonic += 9 * MINUTE;
    await alerts.check(known);
    expect(await titles()).toEqual([]);
    monotonic += MINUTE;
    await Promise.all([alerts.check(known), open().check(known)]);
    await alerts.check(known);
    expect(await titles()).toEqual(['The destination slack has been failing for 30 minutes']);
  });

  test('a recovery is reported when the clock was set back since the alert', async () => {
    const failingSince = Date.now();
    health = { ...newHealth('slack'), failures: 1, failingSince, lastFailure: '500' };
    const alerts = open();
    await alerts.check(known);
    monotonic += 40 * MINUTE;
    await alerts.check(known);
    health = { ...health, failures: 0, failingSince: null, lastSuccessAt: failingSince - HOUR };
    await alerts.check(known);
    await alerts.check(known);
    expect(await titles()).toEqual([
      'The destination slack works again',
      'The destination slack has been failing for 40 minutes',
    ]);
  });
});
