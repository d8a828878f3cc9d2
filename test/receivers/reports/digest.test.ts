import { describe, expect, test } from '@jest/globals';
import { newEvent } from '../../../receivers/inbound/new-event.ts';
import { type DigestEvent, digestDue, digestReport, tellDigest } from '../../../receivers/reports/digest.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';
import { samplePayload } from '../../fixtures/messages.ts';

const IN_ZURICH = {
  timeZone: 'Europe/Zurich',
  locale: 'en-GB',
  sources: [{ name: 'default', title: 'default' }],
};
/** 9 October 2026 as `Date.UTC` counts days. */
const DAY = Date.UTC(2026, 9, 9) / 86_400_000;

function event(action: string, name: string, at: string, triggeredBy: string | null = null): DigestEvent {
  const time = Date.parse(at);
  return {
    action,
    experienceId: name,
    experienceName: name,
    occurredAt: time,
    receivedAt: time,
    triggeredBy,
    source: 'default',
  };
}

describe('a digest', () => {
  test('says what happened, by action and experience', () => {
    const report = digestReport(
      [
        event('startExperience', 'Backpack', '2026-10-09T06:00:00Z', 'noor@example.com'),
        event('updateExperience', 'Backpack', '2026-10-09T07:00:00Z'),
        event('updateExperience', 'Backpack', '2026-10-09T08:00:00Z'),
        event('endExperience', 'Boots', '2026-10-09T20:30:00Z'),
      ],
      DAY,
      IN_ZURICH,
    );
    expect(report?.title).toBe('Experiences on 9 October 2026: 1 started, 1 ended, 1 updated');
    expect(report?.summary).toBe('2 experiences had something to tell.');
    expect(report?.sections).toEqual([
      { heading: 'Started', lines: ['Backpack: at 08:00 by noor@example.com'], table: null },
      { heading: 'Ended', lines: ['Boots: at 22:30'], table: null },
      { heading: 'Updated', lines: ['Backpack: 2 times, last at 10:00'], table: null },
    ]);
  });

  test('names whose experience it is where several organizations post here', () => {
    const sources = [
      { name: 'alps', title: 'Alpine Goods' },
      { name: 'bikes', title: 'City Bikes' },
    ];
    const started = (name: string, source: string): DigestEvent => ({
      ...event('startExperience', name, '2026-10-09T06:00:00Z'),
      source,
    });
    const events = [started('Free shipping', 'alps'), started('Bells', 'bikes'), started('Old', 'gone')];
    expect(digestReport(events, DAY, { ...IN_ZURICH, sources })?.sections[0]?.lines).toEqual([
      'Free shipping (Alpine Goods): at 08:00',
      'Bells (City Bikes): at 08:00',
      'Old: at 08:00',
    ]);
  });

  test('is none of a quiet day', () => {
    expect(digestReport([], DAY, IN_ZURICH)).toBeNull();
  });

  test('is of the day before, once its hour has come', () => {
    const time = { hour: 8, timeZone: 'Europe/Zurich' };
    expect(digestDue(time, Date.parse('2026-10-10T05:59:00Z'))).toEqual({
      day: DAY - 1,
      nextAt: Date.parse('2026-10-10T06:00:00Z'),
    });
    expect(digestDue(time, Date.parse('2026-10-10T06:00:00Z'))).toEqual({
      day: DAY,
      nextAt: Date.parse('2026-10-11T06:00:00Z'),
    });
  });

  test('is accepted once for each day, from what the ledger holds of it', async () => {
    const { ledger, remove } = await emptyLedger();
    const accept = (name: 'start' | 'end', at: string, origin: 'webhook' | 'recovered' | 'test') => {
      const receivedAt = Date.parse(at);
      const triggeredBy = 'noor@alpine-goods.example';
      const payload = { ...samplePayload(name), timestamp: receivedAt, triggeredBy };
      const body = Buffer.from(JSON.stringify(payload));
      return ledger.accept(newEvent({ body, headers: {}, source: 'default', origin, receivedAt }, () => []));
    };
    await accept('start', '2026-10-08T21:59:59Z', 'webhook');
    await accept('start', '2026-10-09T10:00:00Z', 'recovered');
    await accept('start', '2026-10-09T10:00:03Z', 'webhook');
    await accept('end', '2026-10-09T12:00:00Z', 'test');
    const settings = { to: ['email'], ...IN_ZURICH };
    const now = Date.parse('2026-10-10T06:00:00Z');
    for (const day of [DAY, DAY, DAY - 10]) {
      await tellDigest(day, settings, ledger, now);
    }
    const reports = await ledger.events({ origin: 'report', limit: 10 });
    expect(reports.map(({ key, experienceName }) => [key, experienceName])).toEqual([
      ['report_digest_2026-10-09', 'Experiences on 9 October 2026: 1 started'],
    ]);
    const stored = await ledger.event('report_digest_2026-10-09');
    expect(Buffer.from(stored?.body ?? []).toString()).toContain('by noor@alpine-goods.example');
    await remove();
  });
});
