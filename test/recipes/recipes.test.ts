import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import { signWebhook } from '../../shared/verifier.ts';
import { bodyOf, httpCases, type Vector } from '../shared/vectors.ts';
import * as lambda from './aws-lambda.ts';
import * as expressAfter from './express-after-json.ts';
import * as expressBefore from './express-before-json.ts';
import * as fastify from './fastify.ts';
import * as google from './google-cloud-functions.ts';
import * as hono from './hono.ts';
import * as next from './next-route-handler.ts';
import { onEvent, received } from './on-event.ts';
import plain from './request-response.ts';

interface Sent {
  body: Uint8Array;
  signature: string | null;
  secret: string;
}

/** Sends one webhook through a recipe and gives the status that it answers. */
type Recipe = (sent: Sent) => Promise<number>;

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

const headersOf = ({ signature }: Sent) => ({
  'content-type': 'application/json',
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
  await app.ready();
  return app.routing;
}

/** As the functions framework does before it calls the function. */
function cloudFunction(): RequestListener {
  const keepRaw = (request: object, _response: unknown, rawBody: Buffer) =>
    Object.assign(request, { rawBody });
  return express().use(express.json({ limit: '1mb', verify: keepRaw }), google.intelligems);
}

const viaLambda =
  (isBase64Encoded: boolean): Recipe =>
  async (sent) => {
    const body = Buffer.from(sent.body).toString(isBase64Encoded ? 'base64' : 'utf8');
    const { statusCode } = await lambda.handler({ headers: headersOf(sent), body, isBase64Encoded });
    return statusCode;
  };

const RECIPES: [string, Recipe][] = [
  ['Express, before express.json()', served((secret) => expressBefore.createApp(secret, onEvent))],
  ['Express, after express.json()', served((secret) => expressAfter.createApp(secret, onEvent))],
  ['Fastify', served(fastifyListener)],
  ['Hono', async (sent) => (await hono.createApp(sent.secret, onEvent).request(requestOf(sent))).status],
  ['Next.js', async (sent) => (await next.POST(requestOf(sent))).status],
  [
    'Request and Response',
    async (sent) => (await plain.fetch(requestOf(sent), { INTELLIGEMS_WEBHOOK_SECRET: sent.secret })).status,
  ],
  ['AWS Lambda, body as text', viaLambda(false)],
  ['AWS Lambda, body in base64', viaLambda(true)],
  ['Google Cloud Functions', served(cloudFunction)],
];

/** Cases with one secret; a right one must hold an event, which a recipe parses. */
const usable = httpCases.filter(
  (vector) => vector.secrets.length === 1 && (!vector.verdict.ok || eventOf(vector) !== undefined),
);

function eventOf(vector: Vector): unknown {
  try {
    return JSON.parse(Buffer.from(bodyOf(vector)).toString());
  } catch {
    return undefined;
  }
}

describe.each(RECIPES)('the recipe for %s', (_name, send) => {
  beforeAll(() => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });
  afterAll(() => {
    jest.restoreAllMocks();
  });
  beforeEach(() => {
    received.length = 0;
  });

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

  test('answers 401 to a forged event, and says why in the log', async () => {
    const body = Buffer.from('{"action":"startExperience"}');
    const forged = { body, signature: signWebhook(body, 'a guess'), secret: 'the secret' };
    expect(await sendWith(forged)).toBe(401);
    expect(await sendWith({ ...forged, signature: null })).toBe(401);
    expect(await sendWith({ ...forged, signature: signWebhook(body, 'the secret') })).toBe(200);
  });

  test('accepts nothing while no secret is configured', async () => {
    const body = Buffer.from('{"action":"startExperience"}');
    const signature = createHmac('sha256', '').update(body).digest('hex');
    expect(await sendWith({ body, signature, secret: '' })).toBe(401);
    expect(received).toEqual([]);
  });
});
