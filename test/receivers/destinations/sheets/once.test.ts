import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { ExperienceMessage } from '../../../../receivers/contract/message.ts';
import type { Fault } from '../../../fakes/faults.ts';
import { type FakeGoogleSheets, startFakeGoogleSheets } from '../../../fakes/google-sheets.ts';
import { messageOf, samplePayload } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { EXPERIENCES, LOG, openOn } from './opened.ts';

/** Numbers from 0 to 1 that the seed determines (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FAULTS: readonly Fault[] = [
  { kind: 'reset' },
  { kind: 'reset', after: true },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503, after: true },
  { kind: 'status', status: 429 },
];

function messageNumber(number: number): ExperienceMessage {
  const payload = samplePayload('start');
  const id = `experience-${number % 7}`;
  const timestamp = payload.timestamp + number * 60_000;
  return messageOf({
    ...payload,
    timestamp,
    experience: { ...payload.experience, id, name: `Event ${number}` },
  });
}

let fake: FakeGoogleSheets;
let destination: Destination;

beforeEach(async () => {
  fake = await startFakeGoogleSheets();
  destination = await openOn(fake, { columns: 'eventKey' });
});

afterEach(async () => {
  await destination.close();
  await fake.close();
});

/** Sends as the ledger does: again after every failure, and uncertain if the last attempt was. */
async function deliverInDoubt(message: ExperienceMessage): Promise<void> {
  let uncertain = false;
  for (let number = 1; ; number += 1) {
    const outcome = await destination.send(message, attempt({ number, uncertain }));
    if (outcome.type === 'done') {
      return;
    }
    if (outcome.type === 'dead') {
      throw new Error(outcome.reason);
    }
    uncertain ||= outcome.uncertain === true;
  }
}

/** One thing that a person does to the log by hand; gives the event that was deleted with it. */
function personActs(random: () => number): string | null {
  const { spreadsheet } = fake;
  const headerRow = spreadsheet.shown(LOG).findIndex((row) => row.includes('Event Key'));
  const rows = spreadsheet.shown(LOG).length;
  const place = headerRow + 1 + Math.floor(random() * (rows - headerRow - 1));
  const column = Math.floor(random() * 7);
  switch (Math.floor(random() * 6)) {
    case 0:
      spreadsheet.sort(LOG, column, random() < 0.5 ? 'ASCENDING' : 'DESCENDING', headerRow + 1);
      return null;
    case 1:
      spreadsheet.insert(LOG, 'ROWS', place);
      return null;
    case 2:
      spreadsheet.move(LOG, 'COLUMNS', column, Math.floor(random() * 7));
      return null;
    case 3:
      spreadsheet.sort(EXPERIENCES, column);
      return null;
    case 4:
      spreadsheet.insert(LOG, 'COLUMNS', column);
      return null;
    default: {
      const deleted = spreadsheet.records(LOG, headerRow)[place - headerRow - 1]?.['Event Key'] ?? '';
      spreadsheet.delete(LOG, 'ROWS', place);
      return deleted;
    }
  }
}

describe('each event has one row', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'each event has one row despite faults and people’s edits, seed %d',
    async (seed) => {
      const random = seeded(seed);
      const expected = new Map<string, string>();
      for (let round = 0; round < 15; round += 1) {
        const messages = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index) =>
          messageNumber(round * 4 + index),
        );
        if (random() < 0.6) {
          const fault = FAULTS[Math.floor(random() * FAULTS.length)]!;
          fake.faults.add(fault, { path: random() < 0.7 ? ':batchUpdate' : 'spreadsheets' });
        }
        await Promise.all(messages.map(deliverInDoubt));
        for (const { key, event } of messages) {
          expected.set(key, event.experience.name ?? '');
        }
        expected.delete(personActs(random) ?? '');
      }
      const headerRow = fake.spreadsheet.shown(LOG).findIndex((row) => row.includes('Event Key'));
      const records = fake.spreadsheet.records(LOG, headerRow).filter((record) => record['Event Key'] !== '');
      const names = records.map((record) => [record['Event Key'] ?? '', record['Experience Name'] ?? '']);
      expect(names).toHaveLength(expected.size);
      expect(new Map(names as [string, string][])).toEqual(expected);
      const experiences = fake.spreadsheet.records(EXPERIENCES).map((record) => record['Experience ID']);
      expect(new Set(experiences).size).toBe(experiences.length);
    },
  );
});
