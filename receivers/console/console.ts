import { Router } from 'express';
import type { Logger } from 'pino';
import type { ClientAddress } from '../base/client-address.ts';
import type { ConnectionOperations } from '../operations/connections.ts';
import type { ConsoleTokens } from '../operations/console-tokens.ts';
import type { Operations } from '../operations/operations.ts';
import type { ZapierOperations } from '../operations/zapier.ts';
import { createAccess } from './access/access.ts';
import type { LoginLimit } from './access/login-limit.ts';
import { apiRouter } from './api/router.ts';
import { assetsRouter } from './browser/assets.ts';
import type { Live } from './live.ts';
import { underMountPath } from './mount-path.ts';
import { requireSession } from './pages/guards.ts';
import { loginRouter } from './pages/login-routes.ts';
import { pageFailed, pageNotFound } from './pages/problem-page.ts';
import { pagesRouter } from './pages/router.ts';

export interface ConsoleServices {
  operations: Operations;
  /** Keys for Zapier, and the Zaps that use them. */
  zapier: ZapierOperations;
  /** Sources, destinations and routes. */
  connections: ConnectionOperations;
  tokens: ConsoleTokens;
  /** The public URL of the settings; null if it is not set. */
  publicUrl: string | null;
  addressOf: ClientAddress;
  /** Counts wrong tokens. */
  limit: LoginLimit;
  live: Live;
  log: Logger;
  now(): number;
}

/** Nothing inline, nothing from elsewhere; pictures in the style sheet are data. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** The console of a running receiver, to be mounted at `/console`. */
export function createConsole(services: ConsoleServices): Router {
  const { operations, connections, zapier, tokens, publicUrl, addressOf, limit, live, log, now } = services;
  const access = createAccess({ tokens, limit, addressOf, publicUrl, now });
  const router = Router();
  router.use((_request, response, next) => {
    response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
    response.setHeader('referrer-policy', 'same-origin');
    response.setHeader('cache-control', 'no-store');
    next();
  });
  router.use(underMountPath);
  router.use('/assets', assetsRouter());
  router.use(loginRouter(access));
  router.use('/api', apiRouter({ operations: { ...operations, connections }, access, addressOf, log }));
  router.use(requireSession(access));
  router.get('/live', (request, response) => live.listen(request, response));
  router.use(pagesRouter({ operations, connections, zapier, access, addressOf, publicUrl, now }));
  router.use(pageNotFound);
  router.use(pageFailed(log));
  return router;
}
