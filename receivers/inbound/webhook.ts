import type { IncomingMessage, ServerResponse } from 'node:http';
import { verifyWebhook } from '../../shared/verifier.ts';
import { type Problem, sendProblem } from '../base/problem.ts';
import type { NewEvent } from '../contract/event.ts';
import { keptHeaders } from './kept-headers.ts';
import { newEvent } from './new-event.ts';
import { BodyReader } from './read-body.ts';
import { createRefusal } from './refusal.ts';
import { isMarkedAsTest, TEST_HEADER } from './test-mark.ts';
import type { WebhookServices, WebhookSettings } from './webhook-services.ts';

const STORAGE_REFUSED: Problem = {
  status: 503,
  title: 'The event was not stored',
  detail:
    'The storage of this receiver cannot be written. Nothing was stored. Send the same request again later.',
};

/**
 * Answers one webhook: limits its size, verifies its raw bytes, and answers 200 only when the ledger has it on disk.
 * The same event again is answered 200 and has no effect. If the storage fails, the answer is 503 and the sender tries
 * again.
 */
export function createWebhook(settings: WebhookSettings, services: WebhookServices) {
  const { ledger, plan, mask, log, now, observe } = services;
  const refuse = createRefusal(settings, services);
  const bodies = new BodyReader(settings.bodyLimitBytes);

  return async function webhook(
    request: IncomingMessage,
    response: ServerResponse,
    sourceName: string,
  ): Promise<void> {
    const source = settings.sources.get(sourceName);
    if (source === undefined && settings.heldSources.includes(sourceName)) {
      return refuse.heldSource(request, response, sourceName);
    }
    if (source === undefined) {
      return refuse.unknownSource(request, response, sourceName);
    }
    const read = await bodies.read(request);
    if (!read.ok) {
      return refuse.body(response, source, read.problem);
    }
    const { body } = read;
    const verdict = verifyWebhook(body, signatureOf(request), source.secrets);
    if (!verdict.ok) {
      return refuse.signature(request, response, { source, body, verdict });
    }
    const event = newEvent(
      {
        body,
        headers: keptHeaders(request.headers, mask),
        source: source.name,
        organizationId: source.organizationId,
        origin: isMarkedAsTest(request.headers[TEST_HEADER], body, source.secrets) ? 'test' : 'webhook',
        receivedAt: now(),
      },
      plan,
    );
    await accept(event, response);
  };

  function signatureOf(request: IncomingMessage): string | null {
    const value = request.headers[settings.signatureHeader];
    return value === undefined ? null : String(value);
  }

  async function accept(event: NewEvent, response: ServerResponse): Promise<void> {
    try {
      const { status } = await ledger.accept(event);
      if (status === 'duplicate') {
        observe.duplicate(event.source);
        log.info({ event: event.key, source: event.source }, 'duplicate');
      } else {
        observe.accepted(event.source, event.problem === null);
        describe(event);
      }
      answer(response, `{"status":"${status}","event":"${event.key}"}`);
    } catch (error) {
      observe.refused(event.source, 'storage');
      log.error({ event: event.key, source: event.source, err: error }, 'could not be stored; answered 503');
      sendProblem(response, STORAGE_REFUSED, { 'retry-after': '5' });
    }
  }

  function describe(event: NewEvent): void {
    const fields = { event: event.key, source: event.source };
    if (event.problem === null) {
      const { action, experienceName: experience, deliveries } = event;
      log.info({ ...fields, action, experience, deliveries: deliveries.length }, 'accepted');
    } else {
      log.warn({ ...fields, problem: event.problem }, 'kept, but not delivered; see it in the console');
    }
  }
}

function answer(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
