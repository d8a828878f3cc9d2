import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bodyKey, eventKey } from '../../shared/event-key.ts';
import { ACTIONS, type ExperienceEvent, parseEvent, performedBy, triggeredBy } from '../../shared/events.ts';
import { typeWords } from '../../shared/words.ts';
import { eventOf, SAMPLE_NAMES, sampleBody, samplePayload } from '../fixtures/messages.ts';

function start(fields: object = {}, experience: object = {}): ExperienceEvent {
  return eventOf({ action: 'startExperience', experience: { id: 'one', ...experience }, ...fields });
}

describe('parseEvent', () => {
  test.each(SAMPLE_NAMES)('parseEvent reads the sample “%s”, as bytes and as text', (name) => {
    const body = sampleBody(name);
    const payload = samplePayload(name);
    const parsed = parseEvent(body);
    expect(parsed).toMatchObject({
      ok: true,
      event: {
        action: payload.action,
        timestamp: payload.timestamp,
        experience: { id: payload.experience.id, name: payload.experience.name },
        organization: payload.organization,
        payload,
      },
    });
    expect(parseEvent(body.toString())).toEqual(parsed);
  });

  test.each([
    ['not JSON', '{"action":'],
    ['not JSON', ''],
    ['not an object', '[]'],
    ['not an object', 'null'],
    ['not an object', '"startExperience"'],
    ['unknown action', '{}'],
    ['unknown action', '{"action":"archiveExperience","experience":{"id":"1"}}'],
    ['unknown action', '{"action":["startExperience"],"experience":{"id":"1"}}'],
    ['no experience', '{"action":"startExperience"}'],
    ['no experience', '{"action":"startExperience","experience":{"id":""}}'],
    ['no experience', '{"action":"startExperience","experience":{"id":7}}'],
    ['no experience', '{"action":"startExperience","experience":[]}'],
    ['no experience', `{"action":"startExperience","experience":{"id":"${'1'.repeat(257)}"}}`],
  ])('parseEvent says what is wrong: %s for %s', (problem, body) => {
    expect(parseEvent(body)).toEqual({ ok: false, problem, hint: expect.stringMatching(/.\.$/) });
  });

  test('parseEvent takes times as milliseconds, digits, or ISO 8601, and nothing else', () => {
    const time = Date.UTC(2026, 8, 2);
    for (const timestamp of [time, String(time), '2026-09-02T00:00:00.000Z', time + 0.7]) {
      expect(start({ timestamp }).timestamp).toBe(time);
    }
    for (const timestamp of [null, 'yesterday', '', {}, [], -1, 0, 1e308, '1e400', true]) {
      expect(start({ timestamp }).timestamp).toBeNull();
    }
  });

  test('parseEvent takes a field of another type as missing, and keeps the payload whole', () => {
    const event = start(
      { organization: [], extra: { deep: [1] } },
      {
        name: 7,
        variations: [null, { percentage: '33.5', name: {} }, 4],
        experienceActions: {},
        testTypes: [1],
      },
    );
    expect(event.organization).toEqual({});
    expect(event.experience).toMatchObject({ testTypes: [], experienceActions: [] });
    expect(event.experience.name).toBeUndefined();
    expect(event.experience.variations).toMatchObject([{ percentage: 33.5, name: undefined }]);
    expect(event.payload).toMatchObject({ extra: { deep: [1] }, experience: { name: 7 } });
  });

  test.each(['EUR', { code: 'EUR', symbol: '€' }])(
    'parseEvent takes the currency %j as its code',
    (currency) => {
      expect(start({}, { currency }).experience.currency).toBe('EUR');
    },
  );

  test('parseEvent takes no field from a prototype', () => {
    const body = '{"__proto__":{"action":"startExperience","experience":{"id":"1"}}}';
    expect(parseEvent(body)).toMatchObject({ ok: false, problem: 'unknown action' });
    expect(({} as { action?: string }).action).toBeUndefined();
  });

  test('parseEvent never throws, whatever the bytes or the JSON', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof parseEvent(bytes).ok === 'boolean'));
    const inside = fc.record({
      action: fc.constantFrom(...ACTIONS),
      experience: fc.json(),
      timestamp: fc.json(),
    });
    fc.assert(
      fc.property(inside, ({ action, experience, timestamp }) => {
        const parsed = parseEvent(
          `{"action":"${action}","timestamp":${timestamp},"experience":{"id":"1","variations":${experience},"experienceActions":${experience}}}`,
        );
        expect(parsed.ok).toBe(true);
        expect(parsed.ok && triggeredBy(parsed.event)).not.toBe('');
      }),
    );
  });
});

describe('triggeredBy', () => {
  const maya = 'maya@alpine-goods.example';

  test.each([
    { triggeredBy: maya },
    { triggeredBy: { email: maya } },
    { triggeredByEmail: ` ${maya} ` },
    { user: { email: maya } },
    { performedBy: maya },
    { triggeredBy: null, triggeredByEmail: '', user: 'somebody', performedBy: maya },
  ])('triggeredBy reads %j', (fields) => {
    expect(triggeredBy(start(fields))).toBe(maya);
  });

  test('triggeredBy takes the newest entry that fits the action and its time, if no field names a person', () => {
    const timestamp = 1_790_000_000_000;
    const experienceActions = [
      { action: 'start', actionTs: timestamp - 3_600_000, performedBy: 'earlier@example.com' },
      { action: 'start', actionTs: timestamp - 5_000, performedBy: maya },
      { action: 'pause', actionTs: timestamp, performedBy: 'other@example.com' },
    ];
    expect(triggeredBy(start({ timestamp }, { experienceActions }))).toBe(maya);
    expect(triggeredBy(start({ timestamp: timestamp + 3_600_000 }, { experienceActions }))).toBeNull();
  });

  test('triggeredBy is null if the newest entry names no one, even if an older one does', () => {
    const experienceActions = [
      { action: 'start', actionTs: 2, performedBy: null },
      { action: 'start', actionTs: 1, performedBy: maya },
    ];
    expect(triggeredBy(start({}, { experienceActions }))).toBeNull();
  });

  test('triggeredBy uses no entry for actions that have none', () => {
    expect(performedBy([{ performedBy: maya }], 'createExperience', null)).toBeNull();
    expect(performedBy([{ performedBy: maya, action: 'start' }], 'updateExperience', null)).toBeNull();
  });
});

describe('the key of an event', () => {
  const body = sampleBody('start');
  const event = eventOf(samplePayload('start'));

  test('an event key does not depend on the bytes, and differs by source, organization, experience, action, and time', () => {
    const key = eventKey('store', event, body);
    expect(key).toMatch(/^evt_[0-9a-f]{32}$/);
    expect(eventKey('store', event, Buffer.from('other bytes'))).toBe(key);
    const payload = samplePayload('start');
    const others = [
      { ...payload, timestamp: payload.timestamp + 1 },
      { ...payload, action: 'endExperience' },
      { ...payload, experience: { ...payload.experience, id: 'another' } },
      { ...payload, organization: { id: 'another' } },
    ].map((each) => eventKey('store', eventOf(each), body));
    const fromAnother = eventKey('another-store', event, body);
    expect(new Set([key, fromAnother, ...others]).size).toBe(6);
  });

  test('the key of an event without a time is made of the bytes', () => {
    const timeless = start();
    expect(eventKey('store', timeless, body)).toBe(bodyKey('store', body));
    expect(eventKey('store', timeless, Buffer.from('other'))).not.toBe(bodyKey('store', body));
    expect(bodyKey('another-store', body)).not.toBe(bodyKey('store', body));
  });

  test('event keys sort by the time of the event', () => {
    const keys = [9, 80, 700, 6_000].map((timestamp) => eventKey('store', start({ timestamp }), body));
    expect([...keys].sort()).toEqual(keys);
  });
});

test('a type in words is a text, whatever it is called', () => {
  for (const type of ['__proto__', 'constructor', 'toString', 'pricing', 'unheard/of']) {
    expect(typeof typeWords(type)).toBe('string');
  }
});
