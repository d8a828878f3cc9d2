import express, { type Request, type Response, type Router } from 'express';
import { isRecord } from '../../shared/events.ts';
import type { ExperienceAddresses } from '../../shared/experience-link.ts';
import { filterProblem, readZapierFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';
import { enteredText } from '../../shared/zapier-text.ts';
import { howToRun } from '../base/how-to-run.ts';
import { sendProblem } from '../base/problem.ts';
import type { LedgerReader } from '../contract/ledger-reader.ts';
import type { Access, ZapierAccess } from './access.ts';
import { recentEvents } from './recent-events.ts';
import { recentReports } from './recent-reports.ts';
import { type Store, storeOf, type ZapierSource } from './stores.ts';
import { isSubject, SUBJECTS } from './subjects.ts';
import type { Subscriptions } from './subscriptions.ts';
import { targetUrlProblem } from './target-url.ts';

export interface ZapierRouterSettings {
  /** Hosts to which events may be sent, in lower case. */
  targetHosts: readonly string[];
  /** The sources that the receiver has. */
  sources: readonly ZapierSource[];
  /** Where people open an experience in Intelligems. */
  addresses: ExperienceAddresses;
}

export interface ZapierRouterServices {
  ledger: Pick<LedgerReader, 'events' | 'event'>;
  subscriptions: Subscriptions;
  access: ZapierAccess;
  /** Whether there is any key at all. */
  isOn(): Promise<boolean>;
  /** Someone used a valid key. */
  onAccess(): void;
  now(): number;
}

const BODY_LIMIT_BYTES = 16 * 1024;
const MOST_EVENTS = 100;

/**
 * What the Zapier app calls, to be mounted at `/zapier`. Every request names a key as its bearer token, and reaches
 * only the store of that key; `organization` is the organization of the connection's access token.
 *
 * - `GET /connection?organization=…` gives the store that the connection reaches
 * - `POST /hooks` with `{targetUrl, subject, actions, filters, organization, trigger, zap}` gives 201 and the id
 * - `DELETE /hooks/:id` gives 204
 * - `GET /events?subject=…&action=…&limit=…&organization=…` gives the newest events or reports, narrowed by the same
 *   filters under the same names
 *
 * Failures are problem documents (RFC 9457).
 */
export function zapierRouter(settings: ZapierRouterSettings, services: ZapierRouterServices): Router {
  const router = express.Router();
  router.use(async (request, response, next) => {
    const access = await services.access.of(request.headers.authorization, services.now());
    if (access === null) {
      await refuse(response, services);
      return;
    }
    services.onAccess();
    response.locals.access = access;
    next();
  });
  router.get('/connection', (request, response) => showConnection(request, response, settings, services));
  router.post('/hooks', express.json({ limit: BODY_LIMIT_BYTES }), (request, response) =>
    subscribe(request, response, settings, services),
  );
  router.delete('/hooks/:id', (request, response) => unsubscribe(request, response, services));
  router.get('/events', (request, response) => showEvents(request, response, settings, services));
  return router;
}

async function refuse(response: Response, { isOn }: ZapierRouterServices): Promise<void> {
  if (!(await isOn())) {
    sendProblem(response, {
      status: 404,
      title: 'Zapier is not set up',
      detail: `This receiver has no key for Zapier. Make one (${howToRun('zapier-keys', 'make', 'SOURCE')}), or set ZAPIER_API_KEY.`,
    });
    return;
  }
  const detail = 'The bearer token is not a valid key for Zapier of this receiver.';
  sendProblem(response, { status: 401, title: 'Unauthorized', detail }, { 'www-authenticate': 'Bearer' });
}

/** The store that a request reaches; null if it reaches none and was answered. */
async function reached(
  response: Response,
  organization: unknown,
  { sources }: ZapierRouterSettings,
  { ledger }: ZapierRouterServices,
): Promise<Store | null> {
  const access: Access = response.locals.access;
  const store = await storeOf(access, enteredText(organization), sources, ledger);
  if ('status' in store) {
    sendProblem(response, store);
    return null;
  }
  return store;
}

async function showConnection(
  { query }: Request,
  response: Response,
  settings: ZapierRouterSettings,
  services: ZapierRouterServices,
): Promise<void> {
  const store = await reached(response, query.organization, settings, services);
  if (store !== null) {
    const { source, organization } = store;
    response.json({ source: source.name, title: source.title, organization });
  }
}

async function subscribe(
  { body }: Request,
  response: Response,
  settings: ZapierRouterSettings,
  services: ZapierRouterServices,
): Promise<void> {
  if (!isRecord(body) || typeof body.targetUrl !== 'string') {
    const detail = 'Send JSON with a targetUrl, actions and filters.';
    sendProblem(response, { status: 400, title: 'No targetUrl', detail });
    return;
  }
  const fault = targetUrlProblem(body.targetUrl, settings.targetHosts);
  if (fault !== null) {
    sendProblem(response, { status: 422, title: 'Events cannot be sent there', detail: fault });
    return;
  }
  const { targetUrl, subject = 'events', actions, organization, trigger, zap } = body;
  const filters = isRecord(body.filters) ? body.filters : {};
  const filter = readFilter(response, { ...filters, actions });
  if (filter === null || !isKnownSubject(response, subject)) {
    return;
  }
  const store = await reached(response, organization, settings, services);
  if (store === null) {
    return;
  }
  const { subscriptions, now } = services;
  const subscription = {
    targetUrl,
    subject,
    filter,
    source: store.source.name,
    organizationId: store.organization?.id ?? null,
    keyId: (response.locals.access as Access).keyId,
    trigger: enteredText(trigger)?.slice(0, 100) ?? null,
    zap: enteredText(zap)?.slice(0, 100) ?? null,
  };
  response.status(201).json({ id: await subscriptions.add(subscription, now()) });
}

async function unsubscribe(
  { params }: Request,
  response: Response,
  { subscriptions }: ZapierRouterServices,
): Promise<void> {
  if (await subscriptions.remove(String(params.id))) {
    response.status(204).end();
    return;
  }
  sendProblem(response, {
    status: 404,
    title: 'Unknown subscription',
    detail: 'It has ended, was replaced by a newer one, or never existed.',
  });
}

async function showEvents(
  { query }: Request,
  response: Response,
  settings: ZapierRouterSettings,
  services: ZapierRouterServices,
): Promise<void> {
  const { subject = 'events', action, organization, limit = '3', ...filters } = query;
  const filter = readFilter(response, { ...filters, actions: action });
  if (filter === null || !isKnownSubject(response, subject)) {
    return;
  }
  const store = await reached(response, organization, settings, services);
  if (store === null) {
    return;
  }
  const wanted = {
    filter,
    source: store.source.name,
    organizationId: store.organization?.id ?? null,
    limit: Math.min(Math.max(Math.trunc(Number(limit)) || 1, 1), MOST_EVENTS),
  };
  const { ledger } = services;
  const isReport = subject !== 'events' && subject !== 'changes';
  response.json(
    isReport
      ? await recentReports(ledger, subject, wanted)
      : await recentEvents(ledger, settings.addresses, wanted),
  );
}

/** The filter of a request; null if it can never match and the request was answered. */
function readFilter(response: Response, value: unknown): ZapierFilter | null {
  const filter = readZapierFilter(value);
  const fault = filterProblem(filter);
  if (fault !== null) {
    sendProblem(response, { status: 422, ...fault });
    return null;
  }
  return filter;
}

function isKnownSubject(response: Response, subject: unknown): subject is (typeof SUBJECTS)[number] {
  const known = isSubject(subject);
  if (!known) {
    const detail = `The subjects are ${SUBJECTS.join(', ')}.`;
    sendProblem(response, { status: 422, title: 'Unknown subject', detail });
  }
  return known;
}
