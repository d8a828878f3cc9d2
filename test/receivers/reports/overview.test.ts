import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import {
  lastOverviewAt,
  nextOverviewAt,
  overviewReport,
  reportOverview,
} from '../../../receivers/reports/overview.ts';
import { INTELLIGEMS_ADDRESSES } from '../../../shared/experience-link.ts';
import { type ApiExperience, readApiExperience } from '../../../shared/intelligems-experiences.ts';
import { type ApiFailure, unavailable } from '../../../shared/intelligems-failure.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';
import { RESULTS } from './subjects.ts';

const MONDAY_AT_8 = { day: 'monday', hour: 8, timeZone: 'Europe/Zurich' };
const time = (text: string): number => Date.parse(text);

describe('the time of the overview', () => {
  test.each([
    ['2026-10-05T05:59:59Z', '2026-09-28T06:00:00Z', '2026-10-05T06:00:00Z'],
    ['2026-10-05T06:00:00Z', '2026-10-05T06:00:00Z', '2026-10-12T06:00:00Z'],
    ['2026-10-11T23:00:00Z', '2026-10-05T06:00:00Z', '2026-10-12T06:00:00Z'],
    // Summer time ends on 25 October.
    ['2026-10-24T12:00:00Z', '2026-10-19T06:00:00Z', '2026-10-26T07:00:00Z'],
  ])('at %s, the last was %s and the next is %s', (now, last, next) => {
    expect(lastOverviewAt(MONDAY_AT_8, time(now))).toBe(time(last));
    expect(nextOverviewAt(MONDAY_AT_8, time(now))).toBe(time(next));
  });
});

function experience(name: string): ApiExperience {
  return readApiExperience({ id: name, name }) as ApiExperience;
}

test('the overview lists what runs, the longest live first', () => {
  const report = overviewReport(
    'Alpine Goods',
    [
      {
        experience: experience('New'),
        link: 'https://app.example.com',
        liveMs: 3_600_000,
        results: null,
        alarms: null,
      },
      {
        experience: experience('Backpack price test'),
        link: 'https://app.example.com',
        liveMs: 8 * 86_400_000,
        results: RESULTS,
        alarms: null,
      },
    ],
    'en-US',
  );
  expect(report.title).toBe('This week at Alpine Goods: 2 experiences are running');
  expect(report.summary).toBe('1 leans toward a win; nothing is certain yet.');
  expect(report.sections[0]?.table?.rows).toEqual([
    ['Backpack price test', '8 days', '10,002', '321', 'Price −5%', '+8.2%', '93%', 'Leaning toward a win'],
    ['New', '1 hour', '–', '–', '–', '–', '–', '–'],
  ]);
});

test('the overview says what is wrong with each experience, where they are checked', () => {
  const of = (name: string, alarms: string[] | null) => ({
    experience: experience(name),
    link: 'https://app.example.com',
    liveMs: null,
    results: null,
    alarms,
  });
  const running = [of('Fine', []), of('Wrong', ['No visitors', 'Sells less']), of('New', null)];
  const [section] = overviewReport('Alpine Goods', running, 'en-US').sections;
  expect(section?.table?.columns.at(-1)).toBe('Health');
  expect(section?.table?.rows.map((row) => row.at(-1))).toEqual(['OK', 'No visitors, Sells less', '–']);
});

describe('the overview goes out', () => {
  let ledger: Ledger;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    ({ ledger, remove } = await emptyLedger());
  });

  afterEach(() => remove());

  const settings = { ...MONDAY_AT_8, to: ['email'], locale: 'en-US', addresses: INTELLIGEMS_ADDRESSES };
  const running = { source: 'default', title: 'Alpine Goods', running: [experience('Backpack')] };
  const tell = (now: string, failure: ApiFailure, since = '2026-09-01T00:00:00Z') =>
    reportOverview(
      running,
      { ...settings, since: time(since) },
      {
        ledger,
        now: () => time(now),
        vendorNow: () => time(now),
        analytics: async () => ({ ok: false, failure }),
      },
    );
  const told = async () => (await ledger.events({ origin: 'report', limit: 10 })).map(({ key }) => key);

  test('once a week, within a day of its time', async () => {
    const gone: ApiFailure = { reason: 'not found', message: 'gone' };
    await tell('2026-10-05T06:00:00Z', gone, '2026-10-05T06:00:01Z');
    await tell('2026-10-05T06:00:02Z', gone);
    await tell('2026-10-05T07:00:00Z', gone);
    await tell('2026-10-14T06:00:00Z', gone);
    expect(await told()).toEqual(['report_overview_default_2026-10-05']);
  });

  test('an hour late without the results that cannot be had', async () => {
    const down = unavailable('Intelligems failed (status 500).');
    expect(await tell('2026-10-05T06:59:59Z', down)).toBe(down);
    expect(await told()).toEqual([]);
    expect(await tell('2026-10-05T07:00:00Z', down)).toBeNull();
    expect(await told()).toHaveLength(1);
  });
});
