import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import { newEvent } from '../../../receivers/inbound/new-event.ts';
import {
  type DigestEvent,
  digestDue,
  digestReport,
  sendDigests,
  startDigest,
} from '../../../receivers/reports/digest.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';
import { samplePayload } from '../../fixtures/messages.ts';

const IN_ZURICH = {
  timeZone: 'Europe/Zurich',
  locale: 'en-GB',
  sources: [{ name: 'default', title: 'default' }],
};
/** 9 October 2026 as `Date.UTC` counts days. */
const DAY = Date.UTC(2026, 9, 9) / 86_400_000;

/** What a digest needs of a ledger, to be watched. */
function methodsOf(ledger: Ledger) {
  return {
    accept: ledger.accept.bind(ledger),
    event: ledger.event.bind(ledger),
    events: ledger.events.bind(ledger),
    recall: ledger.recall.bind(ledger),
  };
}

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
    expect(report?.summary).toBe('2 experiences changed.');
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

  describe('goes out', () => {
    const settings = { to: ['email'], hour: 8, ...IN_ZURICH };
    let ledger: Ledger;
    let remove: () => Promise<void>;

    beforeEach(async () => {
      ({ ledger, remove } = await emptyLedger());
    });

    afterEach(() => remove());

    const accept = (
      name: 'start' | 'end',
      at: string,
      origin: 'webhook' | 'recovered' | 'test' = 'webhook',
      received = at,
    ) => {
      const receivedAt = Date.parse(received);
      const triggeredBy = 'noor@alpine-goods.example';
      const payload = { ...samplePayload(name), timestamp: Date.parse(at), triggeredBy };
      const body = Buffer.from(JSON.stringify(payload));
      return ledger.accept(newEvent({ body, headers: {}, source: 'default', origin, receivedAt }, () => []));
    };
    const tell = async (...times: string[]) => {
      for (const at of times) {
        await sendDigests(settings, ledger, Date.parse(at));
      }
    };
    const told = async () =>
      (await ledger.events({ origin: 'report', limit: 10 })).map(({ key, experienceName }) => [
        key,
        experienceName,
      ]);

    test('once for each day, from what the ledger holds of it', async () => {
      await accept('start', '2026-10-08T21:59:59Z');
      await accept('start', '2026-10-09T10:00:00Z', 'recovered');
      await accept('start', '2026-10-09T10:00:03Z');
      await accept('end', '2026-10-09T12:00:00Z', 'test');
      await tell('2026-10-10T06:00:00Z', '2026-10-10T06:15:00Z');
      expect(await told()).toEqual([
        ['report_digest_2026-10-09', 'Experiences on 9 October 2026: 1 started'],
      ]);
      const stored = await ledger.event('report_digest_2026-10-09');
      expect(Buffer.from(stored?.body ?? []).toString()).toContain('by noor@alpine-goods.example');
    });

    test('late where the receiver was away at its time, for the last seven days', async () => {
      await tell('2026-09-30T07:00:00Z');
      await accept('start', '2026-10-01T10:00:00Z');
      await accept('end', '2026-10-09T10:00:00Z');
      await tell('2026-10-11T07:00:00Z', '2026-10-11T07:15:00Z', '2026-10-12T07:00:00Z');
      expect(await told()).toEqual([['report_digest_2026-10-09', 'Experiences on 9 October 2026: 1 ended']]);
    });

    test('no digest is sent while the clock is in doubt: a day that is not over would be reported as if it were', async () => {
      const dayMs = 24 * 3_600_000;
      const now = Date.now();
      const yesterday = new Date(now - dayMs).toISOString();
      await accept('start', yesterday);
      const hour = 0;
      const run = async (believed: number, until: Promise<unknown>): Promise<void> => {
        const log = pino({ level: 'warn' }, { write: () => settled.resolve() });
        const utc = { digest: { to: ['email'], hour, timeZone: 'UTC' }, reports: { locale: 'en-US' } };
        const end = startDigest({ ...utc, sources: [] }, watched, log, async () => believed);
        await until;
        await end();
      };
      let settled = Promise.withResolvers<void>();
      const watched = {
        ...methodsOf(ledger),
        async remember(destination: string, facts: Record<string, string>) {
          await ledger.remember(destination, facts);
          settled.resolve();
        },
      };
      await run(now - dayMs, settled.promise);
      expect(await told()).toEqual([]);
      settled = Promise.withResolvers<void>();
      await run(now, settled.promise);
      expect(await told()).toEqual([[`report_digest_${yesterday.slice(0, 10)}`, expect.any(String)]]);
    });

    test('with the events of earlier days that came while the clock was behind', async () => {
      await accept('start', '2026-10-08T10:00:00Z');
      await tell('2026-10-09T06:00:00Z');
      await accept('end', '2026-10-09T10:00:00Z', 'webhook', '1970-01-01T00:10:00Z');
      await accept('end', '2026-05-01T10:00:00Z', 'webhook', '2026-05-01T10:00:00Z');
      await tell('2026-10-10T06:00:00Z', '2026-10-11T06:00:00Z');
      expect(await told()).toEqual([
        ['report_digest_2026-10-09', 'Experiences on 9 October 2026: 1 ended'],
        ['report_digest_2026-10-08', 'Experiences on 8 October 2026: 1 started'],
      ]);
    });

    test('with the rest of a day whose digest was sent too early, by a clock that was ahead', async () => {
      await tell('2026-10-08T06:00:00Z');
      await accept('start', '2026-10-09T05:00:00Z');
      await tell('2026-10-10T06:00:00Z', '2026-10-09T09:00:00Z');
      await accept('end', '2026-10-09T10:00:00Z');
      await tell('2026-10-10T06:00:00Z', '2026-10-10T06:15:00Z', '2026-10-11T06:00:00Z');
      await tell('2026-10-12T06:00:00Z');
      expect(await told()).toEqual([
        ['report_digest_2026-10-10', 'Experiences on 10 October 2026: 1 ended'],
        ['report_digest_2026-10-09', 'Experiences on 9 October 2026: 1 started'],
      ]);
      const stored = await ledger.event('report_digest_2026-10-10');
      expect(Buffer.from(stored?.body ?? []).toString()).toContain(': at 12:00 on 9 October 2026 by');
    });

    test('of the last day alone at the first start, and after a clock that was ahead', async () => {
      await accept('start', '2026-10-08T10:00:00Z');
      await accept('start', '2026-10-09T10:00:00Z');
      await tell('2062-10-10T07:00:00Z', '2026-10-10T07:00:00Z');
      expect(await told()).toEqual([
        ['report_digest_2026-10-09', 'Experiences on 9 October 2026: 1 started'],
      ]);
    });
  });
});
