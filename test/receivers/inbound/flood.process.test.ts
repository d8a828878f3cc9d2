import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sampleBody } from '../../fixtures/messages.ts';
import { Receiver, temporaryFolder } from '../../fixtures/receiver.ts';

const MEBIBYTE = 1_048_576;
const MAX_CONNECTIONS = 150;

let data: ReturnType<typeof temporaryFolder>;
let receiver: Receiver;

beforeAll(async () => {
  data = temporaryFolder();
  receiver = await Receiver.start({
    DATA_DIR: data.folder,
    MAX_CONNECTIONS: String(MAX_CONNECTIONS),
    LOG_LEVEL: 'error',
    FORWARD_URL: 'http://127.0.0.1:1/',
    FORWARD_ALLOW_PRIVATE: 'true',
  });
});

afterAll(async () => {
  await receiver.kill();
  data.remove();
});

/** The receiver's memory as the system counts it (VmRSS), in bytes. */
function memory(): number {
  const status = readFileSync(`/proc/${receiver.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

function opened(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.once('connect', () => resolve(socket));
  });
}

/** Sends a forged request and resolves with its status. */
function forged(agent: Agent, body: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-intelligems-signature': 'f'.repeat(64), 'content-length': body.length };
    const sent = request(
      `${receiver.url}/webhooks/intelligems`,
      { method: 'POST', agent, headers },
      (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function accepts(): Promise<void> {
  expect((await receiver.post(sampleBody('start'))).status).toBe(200);
}

const onLinux = process.platform === 'linux' ? test : test.skip;

describe('a flood', () => {
  onLinux('of forged requests leaves no memory and no disk behind', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const body = Buffer.alloc(200_000, '{"a":[');
    const round = async (requests: number): Promise<void> => {
      const statuses = await Promise.all(Array.from({ length: requests }, () => forged(agent, body)));
      expect(new Set(statuses)).toEqual(new Set([401]));
    };
    await round(300);
    const before = memory();
    await round(1_500);
    agent.destroy();
    expect(memory() - before).toBeLessThan(64 * MEBIBYTE);
    const { refused } = { refused: await (await fetch(`${receiver.url}/metrics`)).text() };
    expect(refused).toMatch(/refused_total\{source="default",reason="no-match"\} 1800/);
    await accepts();
  });

  onLinux(
    'of large bodies that never end is held in bounded memory, and small ones are still taken',
    async () => {
      const before = memory();
      const sockets = await Promise.all(Array.from({ length: 140 }, opened));
      const refused: Promise<unknown>[] = [];
      const head = `POST /webhooks/intelligems HTTP/1.1\r\nHost: x\r\nContent-Length: ${MEBIBYTE}\r\n\r\n`;
      let answers = '';
      for (const socket of sockets) {
        socket.setEncoding('utf8').on('data', (text) => {
          answers += text;
        });
        refused.push(once(socket, 'close'));
        socket.write(head);
        socket.write(Buffer.alloc(MEBIBYTE - 1, 'x'));
      }
      await Promise.race(refused);
      await accepts();
      expect(memory() - before).toBeLessThan(140 * MEBIBYTE);
      expect(answers).toMatch(/^HTTP\/1\.1 503 .*retry-after: 5.*Too many large bodies at once/s);
      await Promise.all(
        sockets.map((socket) => {
          socket.destroy();
          return socket.closed ? undefined : once(socket, 'close');
        }),
      );
      await accepts();
    },
  );

  test('connections beyond the limit are closed, and none of those within it', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await forged(agent, Buffer.from('{}'))).toBe(401);
    const sockets: Socket[] = [];
    const turnedAway = new Promise((resolve) => {
      for (let count = 0; count < 10 * MAX_CONNECTIONS; count += 1) {
        const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
        socket.on('error', () => {}).once('close', resolve);
        sockets.push(socket);
      }
    });
    await turnedAway;
    expect(await forged(agent, Buffer.from('{}'))).toBe(401);
    agent.destroy();
    const closed = sockets.map((socket) => (socket.closed ? undefined : once(socket, 'close')));
    for (const socket of sockets) {
      socket.destroy();
    }
    await Promise.all(closed);
    await accepts();
  });
});
