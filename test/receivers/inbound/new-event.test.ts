import { describe, expect, test } from '@jest/globals';
import { SecretMask } from '../../../receivers/base/secret-mask.ts';
import type { Plan } from '../../../receivers/contract/plan.ts';
import { keptHeaders } from '../../../receivers/inbound/kept-headers.ts';
import { newEvent } from '../../../receivers/inbound/new-event.ts';
import { sampleBody, samplePayload } from '../../fixtures/messages.ts';

const REQUEST = { headers: {}, source: 'outlet', origin: 'webhook' as const, receivedAt: 1_790_000_000_000 };
const DELIVERY = { destination: 'slack', route: 'all', dueAt: REQUEST.receivedAt, quietMs: null };
const plan: Plan = (_event, source) => (source === 'outlet' ? [DELIVERY] : []);

describe('a verified request', () => {
  test('a verified request becomes an event with what the ledger searches by, and its deliveries', () => {
    const body = sampleBody('start');
    const payload = samplePayload('start');
    expect(newEvent({ ...REQUEST, body }, plan)).toEqual({
      ...REQUEST,
      body,
      key: expect.stringMatching(/^evt_/),
      action: 'startExperience',
      experienceId: payload.experience.id,
      experienceName: payload.experience.name,
      organizationId: payload.organization.id,
      occurredAt: payload.timestamp,
      problem: null,
      deliveries: [DELIVERY],
    });
  });

  test('a verified body that is not a known event is kept whole, marked, and sent nowhere', () => {
    const body = Buffer.from([0xff, 0x00, 0x7b]);
    expect(newEvent({ ...REQUEST, body }, plan)).toEqual({
      ...REQUEST,
      body,
      key: expect.stringMatching(/^evt_0{12}/),
      action: null,
      experienceId: null,
      experienceName: null,
      organizationId: null,
      occurredAt: null,
      problem: expect.stringMatching(/^The body is not JSON/),
      deliveries: [],
    });
  });

  test('missing fields of an event are null', () => {
    const body = Buffer.from('{"action":"pauseExperience","experience":{"id":"only-an-id"}}');
    expect(newEvent({ ...REQUEST, body }, plan)).toMatchObject({
      experienceId: 'only-an-id',
      experienceName: null,
      organizationId: null,
      occurredAt: null,
      problem: null,
    });
  });
});

describe('the headers that are kept', () => {
  test('headers that help to understand a request are kept, and nothing that grants access', () => {
    const secret = {
      authorization: 'Bearer abc',
      'proxy-authorization': 'Basic abc',
      cookie: 'session=abc',
      'set-cookie': ['a=abc'],
      'x-api-key': 'abc',
      'x-access-key': 'abc',
      'x-auth': 'abc',
      'x-session-id': 'abc',
      'x-goog-iap-jwt-assertion': 'abc',
      'x-amz-security-token': 'abc',
      'x-webhook-secret': 'abc',
    };
    const kept = keptHeaders(
      {
        ...secret,
        'content-type': 'application/json',
        'x-intelligems-signature': '0f',
        'x-forwarded-for': '203.0.113.7',
      },
      new SecretMask(),
    );
    expect(kept).toEqual({
      'content-type': 'application/json',
      'x-intelligems-signature': '0f',
      'x-forwarded-for': '203.0.113.7',
    });
  });

  test('the kept headers are limited in number and length', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`x-${index}`, 'v'.repeat(10_000)]),
    );
    const kept = keptHeaders(many, new SecretMask());
    expect(Object.keys(kept)).toHaveLength(40);
    expect(Math.max(...Object.values(kept).map(({ length }) => length))).toBe(512);
  });
});
