import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleBody } from '../../fixtures/messages.ts';
import { postSigned, SECRET, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const CONSOLE_TOKEN = 'the-token-of-the-console';
const ACCESS_TOKEN = 'ig_live_0123456789abcdef';
const data = temporaryFolder();
let receiver: ReceiverHere;

beforeAll(async () => {
  receiver = await ReceiverHere.start({
    DATA_DIR: data.folder,
    CONSOLE_TOKEN,
    INTELLIGEMS_ACCESS_TOKEN: ACCESS_TOKEN,
    INTELLIGEMS_API_URL: 'http://127.0.0.1:1',
    INTELLIGEMS_PREVIOUS_WEBHOOK_SECRET: 'the-secret-before',
    RECONCILE: 'off',
    FORWARD_URL: 'https://user:pass-word-of-ours@example.com/hooks/in?key=a-key-in-the-url',
  });
});

afterAll(async () => {
  await receiver.stop();
  data.remove();
});

/** What a page or call of the console shows. */
async function shown(path: string): Promise<string> {
  const response = await fetch(`${receiver.url}/console${path}`, {
    headers: { authorization: `Bearer ${CONSOLE_TOKEN}` },
  });
  return response.text();
}

test('a secret that was sent as the signature is masked in the list of refusals, which says what went wrong', async () => {
  await postSigned(receiver.url, sampleBody('start'), { headers: { 'x-intelligems-signature': SECRET } });
  const refused = await shown('/api/refused');
  expect(refused).toContain('contains the secret itself instead of a signature');
  expect(refused).toContain('[secret]');
  expect(refused).not.toContain(SECRET);
  expect(receiver.output).not.toContain(SECRET);
});

test.each([
  [
    'another header',
    { headers: { 'x-note': `secret=${SECRET}`, 'x-intelligems-signature': 'f'.repeat(64) } },
    '{}',
  ],
  ['a path', { path: `/webhooks/intelligems/${SECRET}` }, '{}'],
  [
    'a body with a wrong signature',
    { headers: { 'x-intelligems-signature': 'f'.repeat(64) } },
    JSON.stringify({ SECRET }),
  ],
  [
    'a header in base64',
    { headers: { 'x-note': Buffer.from(`id:${SECRET}`).toString('base64'), 'x-intelligems-signature': '0' } },
    '{}',
  ],
])('a secret in %s is masked in the list of refusals and in the log', async (_, options, body) => {
  await postSigned(receiver.url, body, options);
  const everything = `${await shown('/api/refused')}${receiver.output}`;
  expect(everything).not.toContain(SECRET);
  expect(everything).not.toContain(Buffer.from(SECRET).toString('base64').slice(3, -4));
});

test('cutting a path, a header, or a body leaves no part of a secret', async () => {
  const wrong = { 'x-intelligems-signature': 'f'.repeat(64) };
  const most = SECRET.slice(0, -2);
  await postSigned(receiver.url, '{}', { path: `/webhooks/intelligems/${'p'.repeat(48)}${SECRET}` });
  await postSigned(receiver.url, `${'b'.repeat(2_032)}${SECRET}`, {
    headers: { ...wrong, 'x-note': `${'h'.repeat(496)}${SECRET}` },
  });
  const body = sampleBody('pause');
  const accepted = await postSigned(receiver.url, body, {
    headers: { 'x-note': `${'h'.repeat(496)}${SECRET}` },
  });
  const { event } = (await accepted.json()) as { event: string };
  expect(receiver.output).toContain('p'.repeat(48));
  for (const text of [receiver.output, await shown('/api/refused'), await shown(`/api/events/${event}`)]) {
    expect(text).not.toContain(most);
  }
});

test('secrets of the settings within a verified event are masked in the event, its export and its preview', async () => {
  const payload = JSON.parse(sampleBody('start').toString());
  const secrets = [
    SECRET,
    ACCESS_TOKEN,
    CONSOLE_TOKEN,
    'the-secret-before',
    'pass-word-of-ours',
    'a-key-in-the-url',
  ];
  payload.experience.name = secrets.join(' ');
  const response = await receiver.post(JSON.stringify(payload));
  const { event } = (await response.json()) as { event: string };
  for (const path of [
    `/api/events/${event}`,
    '/api/events',
    '/api/export',
    `/api/events/${event}/preview/http`,
  ]) {
    const text = await shown(path);
    expect(text).toContain('[secret]');
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  }
});

test('the API escapes control characters that would change a terminal', async () => {
  const payload = JSON.parse(sampleBody('start').toString());
  payload.timestamp += 1;
  payload.experience.name = 'DEL \u007f C1 \u009b bidi \u202e end';
  const response = await receiver.post(JSON.stringify(payload));
  const { event } = (await response.json()) as { event: string };
  for (const path of [`/api/events/${event}`, '/api/events', '/api/experiences', '/api/export']) {
    expect(await shown(path)).not.toMatch(/[\u007f-\u009f\u202a-\u202e]/);
  }
  expect(JSON.parse(await shown('/api/events')).events[0].experienceName).toBe(payload.experience.name);
});
