import { expect, test } from '@jest/globals';
import type { StoredEvent } from '../../../receivers/contract/event.ts';
import { experienceMessage } from '../../../receivers/delivery/message.ts';
import { NOW, samplePayload } from '../../fixtures/messages.ts';

const LINKS = {
  addresses: {
    experiment: 'https://app.example.com/e/{id}',
    personalization: 'https://app.example.com/p/{id}',
  },
  publicUrl: 'https://webhooks.example.com',
};

/** An event as the ledger holds it, whose payload has these fields over those of the sample. */
function stored(sequence: number, payload: object, experience: object = {}): StoredEvent {
  const sample = samplePayload('start');
  return {
    sequence,
    key: `evt_${sequence}`,
    source: 'default',
    origin: 'webhook',
    action: 'startExperience',
    experienceId: 'one',
    experienceName: null,
    organizationId: null,
    occurredAt: null,
    receivedAt: NOW + sequence,
    body: Buffer.from(
      JSON.stringify({ ...sample, ...payload, experience: { ...sample.experience, ...experience } }),
    ),
    headers: {},
    problem: null,
    late: false,
    triggeredBy: null,
  };
}

function message(event: StoredEvent, others: readonly StoredEvent[], merged: string[] = []) {
  return experienceMessage({ eventKey: event.key, replay: 0, event, merged }, others, LINKS, NOW);
}

test('the state in a message of an event without a time follows the order of arrival', () => {
  const silent = { timestamp: null, experienceActions: [] };
  const document = { lastUpdateTs: null, status: undefined };
  const start = stored(1, { ...silent, action: 'startExperience' }, document);
  const pause = stored(2, { ...silent, action: 'pauseExperience' }, document);
  expect(message(start, [start, pause]).state.status).toBe('paused');
  expect(message(pause, [pause, start]).previous?.id).toBe(samplePayload('start').experience.id);
  expect(message(start, [pause, start]).previous).toBeNull();
});

test('events at the same moment keep the order in which they were accepted', () => {
  const [first, second] = [stored(1, {}, { name: 'First' }), stored(2, {}, { name: 'Second' })];
  expect(message(first, [second, first]).history.map(({ experience }) => experience.name)).toEqual([
    'First',
    'Second',
  ]);
  expect(message(second, [second, first]).previous?.name).toBe('First');
});

test('merged events are compared with the state before all of them', () => {
  const at = (timestamp: number, name: string) => stored(timestamp, { timestamp }, { name });
  const [before, one, two] = [at(1, 'Before'), at(2, 'One'), at(3, 'Two')];
  const told = message(two, [before, one, two], [one.key]);
  expect(told.previous?.name).toBe('Before');
  expect(told.changes.map(({ words }) => words).join()).toMatch(/Before.*Two/);
});

test('a message names everyone who caused its merged events, each person once', () => {
  const by = (sequence: number, triggeredBy: string) =>
    stored(sequence, { timestamp: sequence, triggeredBy, experience: { id: 'one' } });
  const updates = [by(1, 'ann@x.example'), by(2, 'ben@x.example'), by(3, 'ann@x.example')];
  const last = by(4, 'cem@x.example');
  const merged = updates.map(({ key }) => key);
  expect(message(last, [...updates, last], merged)).toMatchObject({
    triggeredBy: 'cem@x.example',
    alsoBy: ['ann@x.example', 'ben@x.example'],
  });
  expect(message(last, [...updates, last]).alsoBy).toEqual([]);
  const own = by(5, 'ann@x.example');
  expect(message(own, [...updates, own], merged).alsoBy).toEqual(['ben@x.example']);
});

test('a message links to the experience and to the event', () => {
  const event = stored(1, {}, { id: 'a/b?c' });
  expect(message(event, []).links).toEqual({
    intelligems: 'https://app.example.com/e/a%2Fb%3Fc',
    console: 'https://webhooks.example.com/console/events/evt_1',
  });
});

test('a message shows the experience right after its own event, regardless of later events', () => {
  const at = (timestamp: number, action: string) => stored(timestamp, { timestamp, action });
  const history = [at(1, 'startExperience'), at(2, 'pauseExperience'), at(3, 'deleteExperience')];
  const [, paused, deleted] = history as [StoredEvent, StoredEvent, StoredEvent];
  expect(message(paused, history)).toMatchObject({
    state: { status: 'deleted' },
    stateThen: { status: 'paused', pausedAt: 2, deletedAt: null },
    superseded: true,
  });
  expect(message(deleted, history)).toMatchObject({ stateThen: { status: 'deleted' }, superseded: false });
});
