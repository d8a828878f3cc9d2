import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import { invalid } from '../../../fakes/google-sheets/errors.ts';
import { type FakeGoogleSheets, startFakeGoogleSheets } from '../../../fakes/google-sheets.ts';
import { messageOf, sampleMessage, samplePayload } from '../../../fixtures/messages.ts';
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

function ids(tab: string): (string | undefined)[] {
  return fake.spreadsheet.records(tab).map((record) => record['Experience ID']);
}

describe('a failure in one tab does not lose the row in the other', () => {
  test('with a protected tab of experiences, the event’s row is written once, and a replay adds the other', async () => {
    await deliver(destination, sampleMessage('create'));
    fake.spreadsheet.protect(EXPERIENCES);
    const first = await destination.send(sampleMessage('start'), attempt());
    expect(first).toMatchObject({
      type: 'retry',
      uncertain: true,
      reason: expect.stringMatching(
        /^The row is in “Intelligems”, but not in “Experiences”\. A protected sheet .* allow receiver@/,
      ),
    });
    const second = await destination.send(sampleMessage('start'), attempt({ number: 2, uncertain: true }));
    expect(second).toMatchObject({ type: 'dead' });
    expect(fake.spreadsheet.records(LOG)).toHaveLength(2);
    fake.spreadsheet.sheet(EXPERIENCES).protections.pop();
    // A replay starts to count attempts again, and is still uncertain.
    await destination.send(sampleMessage('start'), attempt({ uncertain: true }));
    expect(fake.spreadsheet.records(LOG)).toHaveLength(2);
    expect(fake.spreadsheet.records(EXPERIENCES)).toMatchObject([{ Status: 'Started' }]);
  });

  test('with a protected tab of events, the experience’s row is kept up to date', async () => {
    await deliver(destination, sampleMessage('create'));
    fake.spreadsheet.protect(LOG);
    const outcome = await destination.send(sampleMessage('start'), attempt());
    expect(outcome).toMatchObject({ reason: expect.stringContaining('but not in “Intelligems”') });
    expect(fake.spreadsheet.records(EXPERIENCES)).toMatchObject([{ Status: 'Started' }]);
  });

  test('without room for a second tab, the event’s row is written', async () => {
    fake.refuse = (requests) =>
      requests.some(({ addSheet }) => addSheet?.properties?.title === EXPERIENCES)
        ? invalid(
            'This action would increase the number of cells in the workbook above the limit of 10000000 cells.',
          )
        : null;
    const outcome = await destination.send(sampleMessage('create'), attempt());
    expect(outcome).toMatchObject({ reason: expect.stringContaining('10 million cells') });
    expect(fake.spreadsheet.records(LOG)).toHaveLength(1);
  });
});

describe('a row that Google refuses', () => {
  test('a refused row does not affect the other rows of its batch', async () => {
    fake.refuse = (requests) =>
      JSON.stringify(requests).includes('experience-2"') ? invalid('Invalid value.') : null;
    const outcomes = await Promise.all(
      [1, 2, 3, 4].map((number) => destination.send(startOf(number), attempt())),
    );
    expect(outcomes).toMatchObject([
      { type: 'done' },
      { type: 'dead', reason: 'Google refused the row (400): Invalid value.' },
      { type: 'done' },
      { type: 'done' },
    ]);
    expect(ids(LOG)).toEqual(['experience-1', 'experience-3', 'experience-4']);
    expect(ids(EXPERIENCES)).toEqual(['experience-1', 'experience-3', 'experience-4']);
  });

  test('a batch in which every row is refused does not cost hundreds of calls', async () => {
    await deliver(destination, startOf(0));
    fake.spreadsheet.protect(LOG);
    fake.calls.length = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, number) => destination.send(startOf(number + 1), attempt())),
    );
    expect(outcomes.every(({ type }) => type !== 'done')).toBe(true);
    expect(fake.calls.filter((kind) => kind === 'write').length).toBeLessThan(30);
    expect(fake.spreadsheet.records(EXPERIENCES)).toHaveLength(101);
  });
});
