import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { experienceState } from '../../../receivers/experience/state.ts';
import { ACTIONS, type Action, type ExperienceEvent } from '../../../shared/events.ts';
import { eventOf, SAMPLE_NAMES, samplePayload } from '../../fixtures/messages.ts';

const T = 1_790_000_000_000;
const HOUR = 3_600_000;

/** An event so many hours after the beginning, of an experience about which the document says little. */
function event(
  action: Action,
  hours: number | null,
  fields: object = {},
  more: object = {},
): ExperienceEvent {
  const timestamp = hours === null ? null : T + hours * HOUR;
  return eventOf({ action, timestamp, experience: { id: 'one', ...fields }, ...more });
}

function shuffled<Item>(items: readonly Item[]): fc.Arbitrary<Item[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}

describe('the state of an experience', () => {
  const life = SAMPLE_NAMES.map((name) => eventOf(samplePayload(name)));

  test('is the same in whatever order its events come', () => {
    const expected = experienceState(life, T);
    fc.assert(
      fc.property(shuffled(life), (events) => {
        expect(experienceState(events, T)).toEqual(expected);
      }),
    );
  });

  test('follows its life', () => {
    const statuses = life.map((_, index) => experienceState(life.slice(0, index + 1), T).status);
    expect(statuses).toEqual(['pending', 'started', 'started', 'paused', 'ended', 'deleted']);
  });

  test('is not turned back by a start that comes after its end', () => {
    const events = [event('endExperience', 5), event('startExperience', 1)];
    expect(experienceState(events, T)).toMatchObject({
      status: 'ended',
      startedAt: T + HOUR,
      endedAt: T + 5 * HOUR,
      liveMs: 4 * HOUR,
      lastChangeAt: T + 5 * HOUR,
    });
  });

  test('stays deleted, whatever is said of it afterwards', () => {
    const events = [event('deleteExperience', 2), event('updateExperience', 3, { status: 'started' })];
    expect(experienceState(events, T)).toMatchObject({ status: 'deleted', deletedAt: T + 2 * HOUR });
  });

  test('is running again, and not over, where it was started anew', () => {
    const events = [
      event('startExperience', 0),
      event('endExperience', 1),
      event('startExperience', 3, { endedAtTs: T + HOUR }),
    ];
    expect(experienceState(events, T + 4 * HOUR)).toMatchObject({
      status: 'started',
      startedAt: T,
      endedAt: null,
      liveMs: 2 * HOUR,
    });
  });

  test('the state says when an experience was paused only while it is paused', () => {
    const pause = event('pauseExperience', 1);
    expect(experienceState([pause], T)).toMatchObject({ status: 'paused', pausedAt: T + HOUR });
    expect(experienceState([pause, event('startExperience', 2)], T).pausedAt).toBeNull();
  });

  test('takes the status of a newer snapshot, and no word that is unknown', () => {
    const start = event('startExperience', 1);
    expect(experienceState([start, event('updateExperience', 2, { status: 'paused' })], T).status).toBe(
      'paused',
    );
    expect(experienceState([start, event('updateExperience', 2, { status: 'archived' })], T).status).toBe(
      'started',
    );
    expect(experienceState([event('createExperience', 1, { status: 'archived' })], T).status).toBe('pending');
  });

  test('needs an event', () => {
    expect(() => experienceState([], T)).toThrow(TypeError);
  });
});

describe('the time that it was live', () => {
  test('leaves pauses out, and counts on while it runs', () => {
    const events = [
      event('startExperience', 0),
      event('pauseExperience', 2),
      event('startExperience', 5),
      event('updateExperience', 6),
    ];
    expect(experienceState(events, T + 10 * HOUR).liveMs).toBe(7 * HOUR);
    expect(experienceState([...events, event('endExperience', 8)], T + 100 * HOUR).liveMs).toBe(5 * HOUR);
  });

  test('comes from the document where the webhooks before it are not known', () => {
    const actions = [
      { action: 'start', actionTs: T },
      { action: 'pause', actionTs: T + HOUR },
      { action: 'start', actionTs: T + 3 * HOUR },
    ];
    const end = event('endExperience', 4, { experienceActions: actions });
    expect(experienceState([end], T).liveMs).toBe(2 * HOUR);
    expect(experienceState([event('endExperience', 4, { startedAtTs: T })], T).liveMs).toBe(4 * HOUR);
    const update = event('updateExperience', 9, { startedAtTs: T, endedAtTs: T + HOUR });
    expect(experienceState([update], T + 9 * HOUR).liveMs).toBe(HOUR);
  });

  test('the time live is unknown if the experience was never live, or if no event says so', () => {
    expect(experienceState([event('createExperience', 0)], T).liveMs).toBeNull();
    expect(experienceState([event('endExperience', 0)], T).liveMs).toBeNull();
  });

  test('is never negative, and never more than since the first start', () => {
    const action = fc.constantFrom(...ACTIONS);
    const events = fc.array(fc.tuple(action, fc.integer({ min: 0, max: 100 })), { minLength: 1 });
    fc.assert(
      fc.property(events, fc.integer({ min: 0, max: 200 }), (drawn, nowHours) => {
        const now = T + nowHours * HOUR;
        const state = experienceState(
          drawn.map(([each, hours]) => event(each, hours)),
          now,
        );
        if (state.liveMs !== null) {
          expect(state.liveMs).toBeGreaterThanOrEqual(0);
          expect(state.liveMs).toBeLessThanOrEqual(Math.max(100 * HOUR, now - T));
        }
      }),
    );
  });
});

describe('events without a time', () => {
  test('count by their document’s last change, else by when they came', () => {
    const start = { ...event('startExperience', null), receivedAt: T + HOUR };
    const pause = { ...event('pauseExperience', null), receivedAt: T + 2 * HOUR };
    expect(experienceState([pause, start], T).status).toBe('paused');
    const updated = event('endExperience', null, { lastUpdateTs: T + 3 * HOUR });
    expect(experienceState([updated, pause, start], T)).toMatchObject({
      status: 'ended',
      lastChangeAt: T + 3 * HOUR,
    });
  });

  test('alone give what the document says', () => {
    expect(experienceState([event('pauseExperience', null)], T)).toMatchObject({
      status: 'paused',
      createdAt: null,
      startedAt: null,
      pausedAt: null,
      liveMs: null,
      lastChangeAt: null,
    });
  });
});
