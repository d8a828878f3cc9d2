import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';

/**
 * The reference of the accept benchmark: a plain Express endpoint that checks the signature and keeps
 * nothing. Run as a child process; it prints its URL.
 */
const secret = process.env.INTELLIGEMS_WEBHOOK_SECRET ?? '';
const app = express();

app.post('/webhooks/intelligems', express.raw({ type: () => true, limit: '1mb' }), (request, response) => {
  const expected = createHmac('sha256', secret).update(request.body).digest();
  const claimed = Buffer.from(String(request.headers['x-intelligems-signature']), 'hex');
  if (claimed.length !== expected.length || !timingSafeEqual(expected, claimed)) {
    response.status(401).end();
    return;
  }
  response.json({ status: 'accepted' });
});

const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`Receiving on http://127.0.0.1:${port}, plain Express\n`);
});
