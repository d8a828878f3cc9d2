import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type Request, type Router } from 'express';
import { isRecord } from '../../shared/events.ts';
import { filterProblem, readZapierFilter } from '../../shared/zapier-filter.ts';
import { sendProblem } from '../base/problem.ts';
import type { LedgerReader } from '../contract/ledger-reader.ts';
import { recentEvents } from './recent-events.ts';
import type { Subscriptions } from './subscriptions.ts';
import { targetUrlProblem } from './target-url.ts';

export interface ZapierRouterSettings {
  /** What the app sends as a bearer token. */
  apiKey: string;
  /** Hosts to which events may be sent, in lower case. */
  targetHosts: readonly string[];
}

export interface ZapierRouterServices {
  ledger: Pick<LedgerReader, 'events' | 'event'>;
  subscriptions: Subscriptions;
  now(): number;
}

const BODY_LIMIT_BYTES = 16 * 1024;
const MOST_EVENTS = 100;

/**
 * What the Zapier app calls, to be mounted at `/zapier`: `POST /hooks` with `{targetUrl, actions, filters}`
 * gives 201 and the id, `DELETE /hooks/:id` gives 204, `GET /events?action=…&limit=…` gives the newest
 * events, narrowed by the same filters under the same names. Failures are problem documents (RFC 9457).
 */
export function zapierRouter(settings: ZapierRouterSettings, services: ZapierRouterServices): Router {
  const { subscriptions, ledger, now } = services;
  const router = express.Router();

  router.use((request, response, next) => {
    if (isAuthorized(request, settings.apiKey)) {
      next();
      return;
    }
    sendProblem(
      response,
      {
        status: 401,
        title: 'Unauthorized',
        detail: 'The bearer token is not the ZAPIER_API_KEY of this receiver.',
      },
      { 'www-authenticate': 'Bearer' },
    );
  });

  router.post('/hooks', express.json({ limit: BODY_LIMIT_BYTES }), async (request, response) => {
    const body: unknown = request.body;
    if (!isRecord(body) || typeof body.targetUrl !== 'string') {
      const detail = 'Send JSON with a targetUrl, actions and filters.';
      sendProblem(response, { status: 400, title: 'No targetUrl', detail });
      return;
    }
    const problem = targetUrlProblem(body.targetUrl, settings.targetHosts);
    if (problem !== null) {
      sendProblem(response, { status: 422, title: 'Not a place for events', detail: problem });
      return;
    }
    const filters = isRecord(body.filters) ? body.filters : {};
    const filter = readZapierFilter({ ...filters, actions: body.actions });
    const fault = filterProblem(filter);
    if (fault !== null) {
      sendProblem(response, { status: 422, ...fault });
      return;
    }
    response.status(201).json({ id: await subscriptions.add(body.targetUrl, filter, now()) });
  });

  router.delete('/hooks/:id', async (request, response) => {
    if (await subscriptions.remove(request.params.id)) {
      response.status(204).end();
      return;
    }
    sendProblem(response, {
      status: 404,
      title: 'No such subscription',
      detail: 'It has ended already, or never was.',
    });
  });

  router.get('/events', async (request, response) => {
    const { action, limit = '3', ...filters } = request.query;
    const filter = readZapierFilter({ ...filters, actions: action });
    const fault = filterProblem(filter);
    if (fault !== null) {
      sendProblem(response, { status: 422, ...fault });
      return;
    }
    const wanted = Math.min(Math.max(Math.trunc(Number(limit)) || 1, 1), MOST_EVENTS);
    response.json(await recentEvents(ledger, filter, wanted));
  });
  return router;
}

/** Compares digests, so that the time taken tells nothing of the key. */
function isAuthorized(request: Request, apiKey: string): boolean {
  const given = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim() ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(apiKey));
}
