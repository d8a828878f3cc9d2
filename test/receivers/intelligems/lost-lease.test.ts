import { expect, test } from '@jest/globals';
import type { Attempt } from '../../../receivers/contract/destination.ts';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import type { Clients } from '../../../receivers/intelligems/clients.ts';
import { ResultsDestination } from '../../../receivers/intelligems/results.ts';
import { VendorClock } from '../../../receivers/intelligems/vendor-clock.ts';
import { WhoDestination } from '../../../receivers/intelligems/who.ts';
import { ZapierFanOut } from '../../../receivers/zapier/fan-out.ts';
import { readAnalytics } from '../../../shared/intelligems-analytics.ts';
import { readZapierFilter } from '../../../shared/zapier-filter.ts';
import { sampleMessage } from '../../fixtures/messages.ts';
import { attempt } from '../destinations/common/opened.ts';

/** Everything that a ledger is asked to write. */
let written: string[] = [];

/** A ledger that has nothing, and takes note of what it is asked to write. */
const ledger = new Proxy({} as Ledger, {
  get: (_, method: string) => async () => {
    if (method === 'deliveries') {
      return [];
    }
    written.push(method);
    return null;
  },
});

/** An attempt whose lease is lost while the other side answers. */
function losing(): { details: Attempt; lose<Value>(value: Value): Promise<Value> } {
  const controller = new AbortController();
  written = [];
  return {
    details: attempt({ signal: controller.signal }),
    async lose(value) {
      controller.abort();
      return value;
    },
  };
}

test('a lease that is lost while Intelligems answers who did it leaves no effect', async () => {
  const { details, lose } = losing();
  const found = { experienceActions: [], changeLog: [] };
  const quick = { experience: () => lose({ ok: true, value: found }) };
  const clients = new Map([['default', { quick, clock: new VendorClock() } as unknown as Clients]]);
  const who = new WhoDestination(0, { ledger, clients, completing: new Set(), now: Date.now });
  const message = sampleMessage('start', { triggeredBy: null });
  expect(await who.send(message, details)).toMatchObject({ type: 'retry' });
  expect(written).toEqual([]);
});

test('a lease that is lost while Intelligems answers with results leaves no effect', async () => {
  const { details, lose } = losing();
  const analytics = readAnalytics({ metrics: [], testResult: { verdict: 'strong_win' } });
  const quick = { analytics: () => lose({ ok: true, value: analytics }) };
  const clients = new Map([['default', { quick, clock: new VendorClock() } as unknown as Clients]]);
  const results = new ResultsDestination(
    { afterMs: 0, patienceMs: 0, to: ['slack'], locale: 'en-US', thresholds: {} as never },
    { ledger, clients, destinations: new Map([['slack', true]]), now: Date.now },
  );
  expect(await results.send(sampleMessage('end'), details)).toMatchObject({ type: 'retry' });
  expect(written).toEqual([]);
});

test('a lease that is lost while the Zaps are looked up makes no delivery to one', async () => {
  const { details, lose } = losing();
  const message = sampleMessage('start');
  const zap = {
    subject: 'events',
    source: message.source,
    organizationId: null,
    filter: readZapierFilter({}),
  };
  const subscriptions = { all: () => lose([{ ...zap, createdAt: 0, slot: '1' }]) } as never;
  const settings = { events: 'events', waitForWhoMs: 0, asked: new Set<string>() } as const;
  const fanOut = new ZapierFanOut(settings, { subscriptions, ledger, now: Date.now });
  expect(await fanOut.send(message, details)).toMatchObject({ type: 'retry' });
  expect(written).toEqual([]);
});
