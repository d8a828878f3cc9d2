import { sheets_v4 } from '@googleapis/sheets';
import { afterEach, expect, test } from '@jest/globals';
import { LogLevel, WebClient } from '@slack/web-api';
import { openHttpClient } from '../../../receivers/outgoing/client.ts';
import { failureOf } from '../../../receivers/outgoing/exchange.ts';
import { type RawServer, startRawServer } from '../../fakes/raw-server.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

async function served(answer: string | null) {
  const server = await startRawServer(
    (socket) => void (answer === null ? socket.resetAndDestroy() : socket.end(answer)),
  );
  const client = openHttpClient({ service: 'Slack', proxies: () => null });
  closing.push(
    () => server.close(),
    () => client.close(),
  );
  return { server, fetch: client.fetch };
}

function json(body: string, status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function slack({ url }: RawServer, fetch: typeof globalThis.fetch): WebClient {
  const retryConfig = { retries: 0 };
  return new WebClient('xoxb-1', {
    slackApiUrl: `${url}/api/`,
    fetch: fetch as never,
    retryConfig,
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });
}

function google({ url }: RawServer, fetchImplementation: typeof globalThis.fetch) {
  const sheets = new sheets_v4.Sheets({ rootUrl: url, fetchImplementation, retry: false });
  return sheets.spreadsheets.get({ spreadsheetId: 'one' });
}

test('the clients of Slack and Google work over the outgoing fetch', async () => {
  const one = await served(json('{"ok":true,"channel":"C1"}'));
  expect(await slack(one.server, one.fetch).apiCall('chat.postMessage', { text: 'hi' })).toMatchObject({
    channel: 'C1',
  });
  expect(one.server.received[0]).toMatch(/user-agent: \S*slack/i);
  const two = await served(json('{"spreadsheetId":"one"}'));
  expect((await google(two.server, two.fetch)).data).toEqual({ spreadsheetId: 'one' });
});

test('an error response reaches the clients of Slack and Google', async () => {
  const one = await served(json('{}', '429 Slow').replace('\r\n\r\n', '\r\nretry-after: 7\r\n\r\n'));
  await expect(
    slack(one.server, one.fetch).apiCall('chat.postMessage', { text: 'hi' }),
  ).rejects.toMatchObject({
    retryAfter: 7,
  });
  const two = await served(json('{"error":{"message":"No."}}', '403 Forbidden'));
  const error = await google(two.server, two.fetch).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ response: { status: 403, data: { error: { message: 'No.' } } } });
  expect(failureOf(error)).toBeNull();
});

test.each([
  ['a broken connection', null, { kind: 'closed', mayHaveArrived: true }],
  [
    'an answer that ends early',
    'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"ok":true',
    { kind: 'closed', mayHaveArrived: true },
  ],
  [
    'a redirect',
    'HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/login?secret=1\r\ncontent-length: 0\r\n\r\n',
    {
      kind: 'redirect',
      mayHaveArrived: false,
      reason: expect.stringContaining('https://elsewhere.example/login,'),
    },
  ],
  [
    'a status that there is not',
    'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n',
    { kind: 'invalid response', mayHaveArrived: true },
  ],
])('%s is found behind the errors of the clients of Slack and Google', async (_, answer, failure) => {
  const { server, fetch } = await served(answer);
  const errors = [
    await slack(server, fetch)
      .apiCall('chat.postMessage', { text: 'hi' })
      .catch((thrown: unknown) => thrown),
    await google(server, fetch).catch((thrown: unknown) => thrown),
  ];
  expect(errors.map(failureOf)).toMatchObject([failure, failure]);
});
