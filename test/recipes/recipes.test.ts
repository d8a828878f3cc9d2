import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import { pino } from 'pino';
import { signWebhook } from '../../shared/verifier.ts';
import { bodyOf, httpCases, type Vector } from '../shared/vectors.ts';
import * as lambda from './aws-lambda.ts';
import * as expressAfter from './express-after-json.ts';
import * as expressBefore from './express-before-json.ts';
import * as fastify from './fastify.ts';
import * as cloudFunctions from './google-cloud-functions.ts';
import * as hono from './hono.ts';
import * as next from './next-route-handler.ts';
import { onEvent, received } from './on-event.ts';
import plain from './request-response.ts';

interface Sent {
  body: Uint8Array;
  signature: string | null;
  secret: string;
  contentType?: string;
}

/** Sends one webhook through a recipe and gives the status that it answers. */
type Recipe = (sent: Sent) => Promise<number>;

/** What the recipes logged, line by line. */
const logged: string[] = [];
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

const headersOf = ({ signature, contentType = 'application/json' }: Sent) => ({
  'content-type': contentType,
  ...(signature === null ? {} : { 'X-Intelligems-Signature': signature }),
});

const requestOf = (sent: Sent, url = 'http://example.com/webhooks/intelligems') =>
  new Request(url, { method: 'POST', headers: headersOf(sent), body: Uint8Array.from(sent.body) });

/** A recipe that makes a server for a secret: one server for each. */
function served(listenerFor: (secret: string) => RequestListener | Promise<RequestListener>): Recipe {
  const urls = new Map<string, string>();
  return async (sent) => {
    let url = urls.get(sent.secret);
    if (url === undefined) {
      const server = createServer(await listenerFor(sent.secret)).listen(0, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/intelligems`;
      urls.set(sent.secret, url);
    }
    return (await fetch(requestOf(sent, url))).status;
  };
}

async function fastifyListener(secret: string): Promise<RequestListener> {
  const app = fastify.createApp(secret, onEvent);
  // Fastify's own logger writes past `console`, to the stream that it holds.
  const { [pino.symbols.streamSym]: stream } = app.log as unknown as Record<symbol, NodeJS.WritableStream>;
  jest.spyOn(stream!, 'write').mockImplementation((line) => logged.push(String(line)) > 0);
  await app.ready();
  return app.routing;
}

/** As the functions framework does before it calls the function. */
function cloudFunction(): RequestListener {
  const keepRaw = (request: object, _response: unknown, rawBody: Buffer) =>
    Object.assign(request, { rawBody });
  return express().use(express.json({ limit: '1mb', verify: keepRaw }), cloudFunctions.intelligems);
}

const viaLambda =
  (isBase64Encoded: boolean, headersAs: 'headers' | 'multiValueHeaders' = 'headers'): Recipe =>
  async (sent) => {
    const body = Buffer.from(sent.body).toString(isBase64Encoded ? 'base64' : 'utf8');
    const pairs = Object.entries(headersOf(sent));
    const headers =
      headersAs === 'headers'
        ? { headers: Object.fromEntries(pairs) }
        : { multiValueHeaders: Object.fromEntries(pairs.map(([name, value]) => [name, [value]])) };
    return (await lambda.handler({ ...headers, body, isBase64Encoded })).statusCode;
  };

const afterJson = served((secret) => expressAfter.createApp(secret, onEvent));
const google = served(cloudFunction);
const RECIPES: [string, Recipe][] = [
  ['Express, before express.json()', served((secret) => expressBefore.createApp(secret, onEvent))],
  ['Express, after express.json()', afterJson],
  ['Fastify', served(fastifyListener)],
  ['Hono', async (sent) => (await hono.createApp(sent.secret, onEvent).request(requestOf(sent))).status],
  ['Next.js', async (sent) => (await next.POST(requestOf(sent))).status],
  [
    'Request and Response',
    async (sent) => (await plain.fetch(requestOf(sent), { INTELLIGEMS_WEBHOOK_SECRET: sent.secret })).status,
  ],
  ['AWS Lambda, body as text', viaLambda(false)],
  ['AWS Lambda, body in base64', viaLambda(true)],
  ['AWS Lambda, headers with several values', viaLambda(true, 'multiValueHeaders')],
  ['Google Cloud Functions', google],
];

/** Cases with one secret; a right one must hold an event, which a recipe parses. */
const usable = httpCases.filter(
  (vector) => vector.secrets.length === 1 && (!vector.verdict.ok || eventOf(vector) !== undefined),
);

function eventOf(vector: Vector): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bodyOf(vector)));
  } catch {
    return undefined;
  }
}

beforeAll(() => {
  jest.spyOn(console, 'warn').mockImplementation((line) => void logged.push(line));
});
afterAll(() => {
  jest.restoreAllMocks();
});
beforeEach(() => {
  received.length = 0;
  logged.length = 0;
});

/** The reasons of all refusals in the log, each of which has a hint behind it. */
const refusals = () =>
  [...logged.join('\n').matchAll(/Webhook refused \(([a-z-]+)\)\. [A-Z]/g)].map(([, reason]) => reason);

describe.each(RECIPES)('the recipe for %s', (_name, send) => {
  const sendWith = (sent: Sent) => {
    process.env.INTELLIGEMS_WEBHOOK_SECRET = sent.secret;
    return send(sent);
  };

  test.each(usable)('$name', async (vector) => {
    const status = await sendWith({
      body: bodyOf(vector),
      signature: vector.signature,
      secret: vector.secrets[0]!,
    });
    if (vector.verdict.ok) {
      expect(status).toBe(200);
      expect(received).toEqual([eventOf(vector)]);
    } else {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(received).toEqual([]);
    }
  });

  test('a recipe answers 401 to a forged event, and says why in the log', async () => {
    const body = Buffer.from('{"action":"startExperience"}');
    const forged = { body, signature: signWebhook(body, 'a guess'), secret: 'the secret' };
    expect(await sendWith(forged)).toBe(401);
    expect(await sendWith({ ...forged, signature: null })).toBe(401);
    expect(await sendWith({ ...forged, signature: signWebhook(body, 'the secret') })).toBe(200);
    expect(refusals()).toEqual(['no-match', 'no-signature']);
  });

  test('a recipe accepts nothing if no secret is configured', async () => {
    const body = Buffer.from('{"action":"startExperience"}');
    const signature = createHmac('sha256', '').update(body).digest('hex');
    expect(await sendWith({ body, signature, secret: '' })).toBe(401);
    expect(received).toEqual([]);
  });
});

const EVENT = Buffer.from('{"action":"startExperience"}');

test.each([
  ['Express, after express.json()', afterJson],
  ['Google Cloud Functions', google],
])('the recipe for %s says that it has no raw body if its hook was not called', async (_name, send) => {
  const signed = { body: EVENT, signature: signWebhook(EVENT, 'the secret'), secret: 'the secret' };
  process.env.INTELLIGEMS_WEBHOOK_SECRET = signed.secret;
  expect(await send({ ...signed, contentType: 'text/plain' })).toBe(401);
  expect(refusals()).toEqual(['body-not-raw']);
});

test.each([
  ['null', { headers: null, multiValueHeaders: null }],
  ['not there', {}],
])('the recipe for AWS Lambda refuses a request whose headers are %s', async (_what, headers) => {
  process.env.INTELLIGEMS_WEBHOOK_SECRET = 'the secret';
  const event = { ...headers, body: EVENT.toString(), isBase64Encoded: false };
  expect(await lambda.handler(event)).toEqual({ statusCode: 401 });
  expect(refusals()).toEqual(['no-signature']);
});
