import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { clientAddress } from '../../../receivers/base/client-address.ts';
import { SecretMask } from '../../../receivers/base/secret-mask.ts';
import type { NewEvent } from '../../../receivers/contract/event.ts';
import { Refusals } from '../../../receivers/inbound/refusals.ts';
import { createWebhook } from '../../../receivers/inbound/webhook.ts';
import type { WebhookSource } from '../../../receivers/inbound/webhook-services.ts';
import { createMetrics } from '../../../receivers/server/metrics.ts';
import { bodyOf, header, httpCases } from '../../shared/vectors.ts';

/** The route's handler, with a source for each case of the vectors, and a ledger that only remembers what came. */
const kept: NewEvent[] = [];
const sources = new Map(
  httpCases.map(({ secrets }, index): [string, WebhookSource] => [
    `case-${index}`,
    { name: `case-${index}`, secrets, previousSecrets: [], organizationId: null },
  ]),
);
let server: Server;

beforeAll(async () => {
  const log = pino({ level: 'silent' });
  const metrics = createMetrics({ depths: async () => [] }, () => []);
  const ledger = {
    accept: async (event: NewEvent) => {
      kept.push(event);
      return { status: 'accepted' as const, key: event.key };
    },
  };
  const webhook = createWebhook(
    {
      heldSources: [],
      sources,
      bodyLimitBytes: 1024 * 1024,
      signatureHeader: header,
    },
    {
      ledger,
      plan: () => [],
      refusals: new Refusals(),
      addressOf: clientAddress(0),
      mask: new SecretMask(),
      log,
      now: Date.now,
      observe: metrics.webhook,
    },
  );
  server = createServer((request, response) => webhook(request, response, request.url!.slice(1)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test.each(httpCases.map((vector, index) => ({ ...vector, index })))('$name', async (vector) => {
  const { signature, verdict, index } = vector;
  const { port } = server.address() as AddressInfo;
  const body = bodyOf(vector);
  const response = await fetch(`http://127.0.0.1:${port}/case-${index}`, {
    method: 'POST',
    headers: signature === null ? {} : { [header]: signature },
    body: Uint8Array.from(body),
  });
  const events = kept.filter(({ source }) => source === `case-${index}`);
  if (verdict.ok) {
    expect(response.status).toBe(200);
    expect(events.map((event) => Buffer.from(event.body).equals(body))).toEqual([true]);
  } else {
    expect(response.status).toBe(verdict.reason === 'malformed-signature' ? 400 : 401);
    expect(events).toEqual([]);
  }
});
