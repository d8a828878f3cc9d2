import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { LoginLimit } from '../../../receivers/console/access/login-limit.ts';
import { roleOfSession, sessionValue } from '../../../receivers/console/access/session.ts';
import { curlLine } from '../../../receivers/console/pages/curl.ts';
import { exact, html, visible, when } from '../../../receivers/console/pages/html.ts';
import { phases } from '../../../receivers/console/pages/phases.ts';
import type { DeliveryState } from '../../../receivers/contract/delivery.ts';
import type { StoredEvent } from '../../../receivers/contract/event.ts';
import type { DeliveryRecord } from '../../../receivers/contract/ledger-reader.ts';
import { causeOf, groupDeadLetters } from '../../../receivers/operations/dead-letters.ts';
import { eventRecord } from '../../../receivers/operations/records.ts';
import { replayStep } from '../../../receivers/operations/replay.ts';
import { eventOf, type SampleName, samplePayload } from '../../fixtures/messages.ts';

function letter(fields: Partial<DeliveryRecord>): DeliveryRecord {
  return {
    id: 1000,
    eventKey: 'evt_1',
    destination: 'slack',
    route: 'all',
    state: 'dead',
    dueAt: 0,
    attempts: 1,
    replay: 0,
    reason: 'Gone.',
    createdAt: 1,
    finishedAt: 2,
    ...fields,
  };
}

describe('markup', () => {
  test('text is escaped wherever it stands, markup is not', () => {
    const name = `"><script>alert('x')</script>&amp;`;
    expect(html`<a title="${name}">${[html`<b>${1}</b>`, null, false, undefined, name]}</a>`.markup).toBe(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;"><b>1</b>&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;</a>',
    );
    expect(html`${when(0, () => 'never')}${when('yes', () => 'shown')}`.markup).toBe('shown');
  });

  test('what could disguise a text is written out', () => {
    expect(visible('a\u202Eb\u2066c\u0000d\u001Be\r\n\tf\u2028g')).toBe(
      'a[U+202E]b[U+2066]c[U+0000]d[U+001B]e[U+000D]\n\tf[U+2028]g',
    );
    expect(visible('اختبار\u200F \uD800')).toBe('اختبار \uFFFD');
  });

  test('what is copied stays as it was', () => {
    expect(exact('a\r\n\u202E"<').markup).toBe('a&#13;\n\u202E&quot;&lt;');
  });
});

describe('dead letters', () => {
  test('are grouped by destination and cause, whatever numbers and ids their reasons have', () => {
    const groups = groupDeadLetters([
      letter({
        id: 1,
        reason: 'Given up after 8 attempts. The server answered 503 at 12:01.',
        finishedAt: 10,
      }),
      letter({
        id: 2,
        reason: 'Given up after one attempt. The server answered 503 at 12:45.',
        finishedAt: 30,
      }),
      letter({ id: 3, reason: 'The server answered 503 at 9:15.', destination: 'http', finishedAt: 20 }),
      letter({ id: 4, reason: 'The channel is gone.' }),
    ]);
    expect(groups).toMatchObject([
      {
        destination: 'slack',
        count: 2,
        firstAt: 10,
        lastAt: 30,
        reason: 'Given up after one attempt. The server answered 503 at 12:45.',
      },
      { destination: 'http', count: 1 },
      { destination: 'slack', count: 1, reason: 'The channel is gone.' },
    ]);
    expect(causeOf({ reason: null })).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe('a replay', () => {
  test.each<[DeliveryState | null, string]>([
    [null, 'send'],
    ['done', 'send'],
    ['merged', 'send'],
    ['dismissed', 'send'],
    ['dead', 'revive'],
    ['waiting', 'nothing'],
    ['ready', 'nothing'],
    ['running', 'nothing'],
  ])('after %s does: %s', (state, does) => {
    const deliveries = state === null ? [] : [letter({ state })];
    expect(
      replayStep('slack', [...deliveries, letter({ id: 9, destination: 'http', state: 'running' })], null),
    ).toMatchObject({ does });
  });

  test('goes by the newest delivery', () => {
    expect(
      replayStep('slack', [letter({ id: 2, state: 'done' }), letter({ id: 1, state: 'dead' })], null).does,
    ).toBe('send');
  });
});

describe('the life of an experience', () => {
  const event = (name: SampleName, timestamp: number, fields = {}) => {
    const sample = samplePayload(name);
    const plain = { id: 'x', status: 'pending', ...fields };
    return eventOf({ ...sample, timestamp, experience: plain });
  };

  test('is told by event time, whatever the order of arrival', () => {
    const events = [
      event('end', 50),
      event('create', 10),
      event('pause', 30),
      event('start', 40),
      event('start', 20),
    ];
    expect(phases(events)).toEqual([
      { state: 'created', from: 10, to: 20 },
      { state: 'running', from: 20, to: 30 },
      { state: 'paused', from: 30, to: 40 },
      { state: 'running', from: 40, to: 50 },
    ]);
  });

  test('goes on while nothing ended it, and begins with what the document tells', () => {
    expect(phases([event('update', 90, { createdAtTs: 10, startedAtTs: 20 })])).toEqual([
      { state: 'created', from: 10, to: 20 },
      { state: 'running', from: 20, to: null },
    ]);
  });
});

describe('a curl line', () => {
  const stored = (body: Uint8Array): StoredEvent => ({
    key: 'evt_1',
    sequence: 1,
    source: 'default',
    origin: 'webhook',
    action: null,
    experienceId: null,
    experienceName: null,
    organizationId: null,
    occurredAt: null,
    receivedAt: 1,
    body,
    headers: { 'x-intelligems-signature': 'ab', host: 'here', 'content-length': '3' },
    problem: null,
    late: false,
    triggeredBy: null,
  });

  test.each([
    ['quotes', Buffer.from(`{"name":"it's $(touch /tmp/x) \\"q\\" \`id\`"}`)],
    ['a leading @', Buffer.from('@/etc/passwd')],
    ['line ends', Buffer.from('{\r\n"a": 1\r\n}')],
    ['bytes that are no text', Buffer.from([0xff, 0x00, 0x27, 0x80])],
  ])('gives a shell the very bytes: %s', (_, body) => {
    const line = curlLine(eventRecord(stored(body)), 'https://example.com/hook');
    expect(line).toContain("-H 'x-intelligems-signature: ab'");
    expect(line).not.toContain('content-length');
    const got = execFileSync('sh', [
      '-c',
      `curl() { while [ "$1" != --data-binary ]; do shift; done; if [ "$2" = @- ]; then cat; else printf %s "$2"; fi; }; ${line}`,
    ]);
    expect(got.equals(body)).toBe(true);
  });
});

describe('sessions and their limit', () => {
  const tokens = { editor: 'one', viewer: 'two' };

  test('a session ends at its time, and with its token', () => {
    const value = sessionValue('editor', 1_000, tokens);
    expect(roleOfSession(value, tokens, 999)).toBe('editor');
    expect(roleOfSession(value, tokens, 1_000)).toBeNull();
    expect(roleOfSession(value, { ...tokens, editor: 'new' }, 999)).toBeNull();
  });

  test('an address that tried too often waits, others do not, and the count ends', () => {
    const limit = new LoginLimit();
    for (let tries = 0; tries < 8; tries += 1) {
      limit.failed('a', 1_000);
    }
    expect(limit.waitSeconds('a', 1_000)).toBe(600);
    expect(limit.waitSeconds('b', 1_000)).toBe(0);
    expect(limit.waitSeconds('a', 601_000)).toBe(0);
    limit.failed('a', 700_000);
    expect(limit.waitSeconds('a', 700_000)).toBe(0);
  });
});
