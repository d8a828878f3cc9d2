import { describe, expect, test } from '@jest/globals';
import type { DestinationHealth } from '../../../receivers/contract/delivery.ts';
import { alertFor, recoveryFor } from '../../../receivers/delivery/alerts.ts';
import { newHealth } from '../../../receivers/ledger/health.ts';

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
    expect(alertFor(failing, settings, 1_000 + 30 * 60_000 - 1)).toBeNull();
    const alert = alertFor(failing, settings, 1_000 + 90 * 60_000);
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
    expect(recoveryFor(failing, 1_000)).toBeNull();
    expect(recoveryFor({ ...failing, failingSince: null, lastSuccessAt: 500 }, 1_000)).toBeNull();
    const works = { ...failing, failures: 0, failingSince: null, lastSuccessAt: 1_000 + 90 * 60_000 };
    const recovery = recoveryFor(works, 1_000);
    expect(recovery?.key).toBe(`report_recovery_${destination}_1000`);
    expect(recovery?.report.title).toBe('The destination slack works again');
    expect(recovery?.report.summary).toContain('1 hour 30 minutes');
    const failsAnew = { ...works, failures: 1, failingSince: works.lastSuccessAt + 1 };
    expect(recoveryFor(failsAnew, 1_000)?.key).toBe(recovery?.key);
  });
});
