import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { type Verdict, verifyWebhook } from '../../shared/verifier.ts';
import type { ClientAddress } from '../base/client-address.ts';
import { type Problem, sendProblem } from '../base/problem.ts';
import { TEST_HEADER } from '../contract/event.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import { keptHeaders } from './kept-headers.ts';
import { newEvent } from './new-event.ts';
import { BodyReader } from './read-body.ts';
import { KEPT_BODY_BYTES, type Refusals } from './refusals.ts';
import { createSignatureDoctor } from './signature-doctor.ts';

/** An organization that posts here. */
export interface WebhookSource {
  name: string;
  secrets: readonly string[];
  /** Secrets that are no longer accepted. A refusal says if the sender still uses one. */
  previousSecrets: readonly string[];
  /** Events of another organization are kept, and go nowhere; null where the settings name none. */
  organizationId: string | null;
}

export interface WebhookSettings {
  sources: ReadonlyMap<string, WebhookSource>;
  bodyLimitBytes: number;
  /** The signature header's name, in lower case. */
  signatureHeader: string;
}

export interface WebhookServices {
  ledger: Pick<Ledger, 'accept'>;
  plan: Plan;
  refusals: Refusals;
  addressOf: ClientAddress;
  log: Logger;
  now(): number;
  observe: WebhookObserver;
}

/** Counts every request, for the metrics. */
export interface WebhookObserver {
  accepted(source: string, known: boolean): void;
  duplicate(source: string): void;
  refused(source: string, reason: string): void;
}

const UNKNOWN_SOURCE: Problem = {
  status: 404,
  title: 'Unknown source',
  detail:
    'This receiver has no source with this name. Post to /webhooks/intelligems, or to the address of a source in its settings.',
};

const STORAGE_REFUSED: Problem = {
  status: 503,
  title: 'The event was not stored',
  detail:
    'The storage of this receiver cannot be written. Nothing was stored. Send the same request again later.',
};

const TOO_MANY_AT_ONCE: Problem = {
  status: 503,
  title: 'Too many large bodies at once',
  detail:
    'The receiver is handling as many large bodies as its memory allows. Send the same request again later.',
};

/** How much of an unknown source's name is logged, in characters. Longer names are not typos. */
const LOGGED_NAME = 64;

/**
 * Answers one webhook: limits its size, verifies its raw bytes, and answers 200 only when the ledger has it on disk.
 * The same event again is answered 200 and has no effect. If the storage fails, the answer is 503 and the sender tries
 * again.
 */
export function createWebhook(settings: WebhookSettings, services: WebhookServices) {
  const { ledger, plan, refusals, addressOf, log, now, observe } = services;
  const diagnose = createSignatureDoctor();
  const bodies = new BodyReader(settings.bodyLimitBytes);

  return async function webhook(
    request: IncomingMessage,
    response: ServerResponse,
    sourceName: string,
  ): Promise<void> {
    const source = settings.sources.get(sourceName);
    if (source === undefined) {
      request.resume();
      observe.refused('unknown', 'unknown-source');
      log.warn({ source: sourceName.slice(0, LOGGED_NAME), reason: 'unknown-source' }, 'refused');
      return sendProblem(response, UNKNOWN_SOURCE);
    }
    const read = await bodies.read(request);
    if (!read.ok) {
      observe.refused(source.name, read.problem);
      log.warn({ source: source.name, reason: read.problem }, 'refused');
      return refuseBody(response, read.problem);
    }
    const { body } = read;
    const verdict = verifyWebhook(body, signatureOf(request), source.secrets);
    if (!verdict.ok) {
      return refuse(request, response, source, body, verdict);
    }
    const event = newEvent(
      {
        body,
        headers: keptHeaders(request.headers),
        source: source.name,
        organizationId: source.organizationId,
        origin: request.headers[TEST_HEADER] === undefined ? 'webhook' : 'test',
        receivedAt: now(),
      },
      plan,
    );
    try {
      const { status } = await ledger.accept(event);
      if (status === 'duplicate') {
        observe.duplicate(source.name);
        log.info({ event: event.key, source: source.name }, 'duplicate');
      } else {
        observe.accepted(source.name, event.problem === null);
        describe(event);
      }
      answer(response, `{"status":"${status}","event":"${event.key}"}`);
    } catch (error) {
      observe.refused(source.name, 'storage');
      log.error({ event: event.key, source: source.name, err: error }, 'could not be stored; answered 503');
      sendProblem(response, STORAGE_REFUSED, { 'retry-after': '5' });
    }
  };

  function signatureOf(request: IncomingMessage): string | null {
    const value = request.headers[settings.signatureHeader];
    return value === undefined ? null : String(value);
  }

  function describe(event: ReturnType<typeof newEvent>): void {
    const fields = { event: event.key, source: event.source };
    if (event.problem === null) {
      const { action, experienceName: experience, deliveries } = event;
      log.info({ ...fields, action, experience, deliveries: deliveries.length }, 'accepted');
    } else {
      log.warn({ ...fields, problem: event.problem }, 'kept, but not delivered; see it in the console');
    }
  }

  function refuseBody(
    response: ServerResponse,
    problem: 'too-large' | 'too-many-at-once' | 'broken-off',
  ): void {
    if (problem === 'broken-off') {
      return;
    }
    response.once('finish', () => response.socket?.destroySoon());
    if (problem === 'too-large') {
      const detail = `The limit is ${settings.bodyLimitBytes} bytes. If you expect larger webhooks, raise BODY_LIMIT_BYTES.`;
      sendProblem(response, { status: 413, title: 'Body too large', detail }, { connection: 'close' });
    } else {
      sendProblem(response, TOO_MANY_AT_ONCE, { connection: 'close', 'retry-after': '5' });
    }
  }

  function otherSecrets({ name }: WebhookSource): Map<string, readonly string[]> {
    const others = [...settings.sources.values()].filter((source) => source.name !== name);
    return new Map(others.map((source) => [source.name, source.secrets]));
  }

  function refuse(
    request: IncomingMessage,
    response: ServerResponse,
    source: WebhookSource,
    body: Buffer,
    verdict: Verdict & { ok: false },
  ): void {
    const malformed = verdict.reason === 'malformed-signature';
    sendProblem(response, {
      status: malformed ? 400 : 401,
      title: malformed ? 'Malformed signature' : 'Signature refused',
      detail:
        verdict.reason === 'no-signature'
          ? `The request has no header ${settings.signatureHeader}. Only requests that Intelligems signed are accepted here.`
          : verdict.hint,
    });
    observe.refused(source.name, verdict.reason);
    const { headers } = request;
    const found = diagnose({
      body,
      headers,
      headerName: settings.signatureHeader,
      secrets: source.secrets,
      previousSecrets: source.previousSecrets,
      otherSources: otherSecrets(source),
    });
    const refusal = {
      at: now(),
      source: source.name,
      reason: verdict.reason,
      finding: found === null ? null : `${found.finding} ${found.fix}`,
      address: addressOf(request),
      headers: keptHeaders(headers),
      bodyStart: body.subarray(0, KEPT_BODY_BYTES).toString(),
      bodyLength: body.length,
    };
    refusals.add(refusal);
    log.warn({ source: source.name, reason: verdict.reason, finding: refusal.finding }, 'refused');
  }
}

function answer(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
