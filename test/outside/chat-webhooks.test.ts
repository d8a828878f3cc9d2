import { createServer as createTlsServer } from 'node:https';
import { afterEach, describe, expect, test } from '@jest/globals';
import { UNTRUSTED_CERTIFICATE } from '../fakes/certificate.ts';
import { startRawServer } from '../fakes/raw-server.ts';
import { openSilentPort } from '../fakes/silent-port.ts';
import { listening } from '../fixtures/listening.ts';
import { sampleBody } from '../fixtures/messages.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { ReceiverHere } from '../fixtures/receiver-here.ts';
import { until } from '../fixtures/until.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

async function receiverWith(settings: Record<string, string>): Promise<ReceiverHere> {
  const home = temporaryFolder();
  const receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    FIRST_RETRY_SECONDS: '0.05',
    RETRY_FACTOR: '1',
    MAX_ATTEMPTS: '3',
    ATTEMPT_TIMEOUT_SECONDS: '1',
    ...settings,
  });
  closing.push(
    () => home.remove(),
    () => receiver.stop(),
  );
  return receiver;
}

/** Each place that can only be posted to, with its settings for an address, and for messages that may have arrived. */
const PLACES: [name: string, settings: (origin: string) => Record<string, string>][] = [
  [
    'Discord',
    (origin) => ({ DISCORD_WEBHOOK_URL: `${origin}/api/webhooks/1/secret`, DISCORD_UNSURE: 'skip' }),
  ],
  ['Microsoft Teams', (origin) => ({ TEAMS_WEBHOOK_URL: `${origin}/workflows/1`, TEAMS_UNSURE: 'skip' })],
];

describe.each(PLACES)('a message to %s that must not come twice', (_, settings) => {
  // https://github.com/Redential/redential-cli/issues/83: certificate, proxy and connection errors all looked alike.
  test('a message to a server with an untrusted certificate is a dead letter', async () => {
    let requests = 0;
    const server = createTlsServer(UNTRUSTED_CERTIFICATE, () => {
      requests += 1;
    });
    const port = await listening(server);
    closing.push(() => server.close());
    const receiver = await receiverWith(settings(`https://127.0.0.1:${port}`));
    await receiver.post(sampleBody('start'));
    await receiver.printed(/Given up after 3 attempts\.[^\n]*not trusted[^\n]*"dead letter"/);
    expect(receiver.output).not.toContain('"delivered"');
    expect(requests).toBe(0);
  });

  // https://github.com/nodejs/undici/issues/386
  test('a message to a server behind a firewall that drops packets is a dead letter', async () => {
    const silent = await openSilentPort();
    closing.push(() => silent.close());
    const receiver = await receiverWith(settings(`http://127.0.0.1:${silent.port}`));
    await receiver.post(sampleBody('start'));
    await receiver.printed(/Given up after 3 attempts\.[^\n]*"dead letter"/);
    expect(receiver.output).not.toContain('"delivered"');
  });

  test('a message is done after one request if the connection broke after it', async () => {
    const raw = await startRawServer((socket) => socket.resetAndDestroy());
    closing.push(() => raw.close());
    const receiver = await receiverWith(settings(raw.url));
    await receiver.post(sampleBody('start'));
    await receiver.printed(/"delivered"/);
    const posts = await until(
      () => raw.received.filter((bytes) => bytes.startsWith('POST')),
      (found) => found.length > 0,
    );
    expect(posts).toHaveLength(1);
  });
});
