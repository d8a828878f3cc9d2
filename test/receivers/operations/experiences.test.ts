import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../../receivers/contract/event.ts';
import { SqliteLedger } from '../../../receivers/ledger/sqlite/ledger.ts';
import { experienceOperations } from '../../../receivers/operations/experiences.ts';
import { INTELLIGEMS_ADDRESSES } from '../../../shared/experience-link.ts';
import { fillLedger } from '../../fixtures/filled-ledger.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

const NOW = Date.UTC(2026, 9, 20);
const HOUR = 3_600_000;

const home = temporaryFolder();
let ledger: SqliteLedger;
const read: string[] = [];

beforeAll(async () => {
  const at = (hours: number): number => NOW - hours * HOUR;
  const plain = { experienceActions: [], createdAtTs: at(50), startedAtTs: at(40) };
  await fillLedger(
    home.folder,
    [
      { sample: 'create', experienceId: 'a', name: 'First', at: at(50), experience: plain },
      { sample: 'start', experienceId: 'a', name: 'First', at: at(40), experience: plain },
      { sample: 'pause', experienceId: 'a', name: 'First', at: at(30), experience: plain },
      { sample: 'start', experienceId: 'a', name: 'Renamed', at: at(20), experience: plain },
    ],
    ['http'],
    () => ({ type: 'done' }),
  );
  ledger = await SqliteLedger.open(home.folder);
});
afterAll(async () => {
  await ledger?.close();
  home.remove();
});

function operations() {
  return experienceOperations({
    configuration: {
      intelligems: { addresses: INTELLIGEMS_ADDRESSES },
      reports: { locale: 'en-US' },
      destinations: [],
      sources: [],
    } as unknown as Parameters<typeof experienceOperations>[0]['configuration'],
    destinations: [],
    ledger: new Proxy(ledger, {
      get: (target, name) => {
        if (name === 'history') {
          throw new Error('history reads every body');
        }
        const value = Reflect.get(target, name, target);
        return name === 'event'
          ? (key: string): Promise<StoredEvent | null> => {
              read.push(key);
              return target.event(key);
            }
          : typeof value === 'function'
            ? value.bind(target)
            : value;
      },
    }),
    now: () => NOW,
  });
}

test('a list of experiences reads one body of each, and derives the state from the events', async () => {
  const [row, ...others] = await operations().experiences({ limit: 20 });
  expect(others).toEqual([]);
  expect(read).toHaveLength(1);
  expect(row).toMatchObject({ experienceId: 'a', name: 'Renamed', events: 4, verdict: null });
  expect(row?.life).toMatchObject({
    status: 'started',
    createdAt: NOW - 50 * HOUR,
    startedAt: NOW - 40 * HOUR,
    endedAt: null,
    liveMs: 30 * HOUR,
    phases: [
      { state: 'created', from: NOW - 50 * HOUR, to: NOW - 40 * HOUR },
      { state: 'running', from: NOW - 40 * HOUR, to: NOW - 30 * HOUR },
      { state: 'paused', from: NOW - 30 * HOUR, to: NOW - 20 * HOUR },
      { state: 'running', from: NOW - 20 * HOUR, to: null },
    ],
  });
  expect(row?.life.moments.map(({ action }) => action)).toEqual([
    'createExperience',
    'startExperience',
    'pauseExperience',
    'startExperience',
  ]);
});

test('an experience is found by its ID alone, and not under a source that never posted it', async () => {
  expect((await operations().experience('a', null))?.experience.name).toBe('Renamed');
  expect(await operations().experience('a', 'another')).toBeNull();
});
