import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Verdict } from '../../shared/verifier.ts';
import { type Problem, sendProblem } from '../base/problem.ts';
import type { SecretMask } from '../base/secret-mask.ts';
import { keptHeaders } from './kept-headers.ts';
import type { ReadBody } from './read-body.ts';
import { KEPT_BODY_BYTES } from './refusals.ts';
import { createSignatureDoctor } from './signature-doctor.ts';
import type { WebhookServices, WebhookSettings, WebhookSource } from './webhook-services.ts';

const UNKNOWN_SOURCE: Problem = {
  status: 404,
  title: 'Unknown source',
  detail:
    'This receiver has no source with this name. Post to /webhooks/intelligems, or to the address of a source in its settings.',
};

const HELD_SOURCE: Problem = {
  status: 503,
  title: 'Source not available',
  detail:
    'The secret of this source cannot be opened now. The console says why. Send the same request again later.',
};

const TOO_MANY_AT_ONCE: Problem = {
  status: 503,
  title: 'Too many large bodies at once',
  detail:
    'The receiver is handling as many large bodies as its memory allows. Send the same request again later.',
};

/** How much of an unknown source's name is logged, in characters. Longer names are not typos. */
const LOGGED_NAME = 64;

/** How much of a refused body is searched for secrets, in bytes. */
const SEARCHED_BODY_BYTES = 8_192;

/** A verified source, and the body whose signature was refused. */
interface RefusedBody {
  source: WebhookSource;
  body: Buffer;
  verdict: Verdict & { ok: false };
}

/** Answers webhooks that are not accepted, counts and logs them, and keeps what helps to find the cause. */
export function createRefusal(
  settings: WebhookSettings,
  { refusals, addressOf, mask, log, now, observe }: WebhookServices,
) {
  const diagnose = createSignatureDoctor();

  return {
    unknownSource(request: IncomingMessage, response: ServerResponse, name: string): void {
      request.resume();
      observe.refused('unknown', 'unknown-source');
      log.warn({ source: mask.hideInStart(name, LOGGED_NAME), reason: 'unknown-source' }, 'refused');
      sendProblem(response, UNKNOWN_SOURCE);
    },

    heldSource(request: IncomingMessage, response: ServerResponse, name: string): void {
      request.resume();
      observe.refused(name, 'held-source');
      log.warn({ source: name, reason: 'held-source' }, 'refused');
      sendProblem(response, HELD_SOURCE, { 'retry-after': '60' });
    },

    body(
      response: ServerResponse,
      { name }: WebhookSource,
      problem: (ReadBody & { ok: false })['problem'],
    ): void {
      observe.refused(name, problem);
      log.warn({ source: name, reason: problem }, 'refused');
      if (problem === 'broken-off') {
        return;
      }
      response.once('finish', () => response.socket?.destroySoon());
      if (problem === 'too-large') {
        sendProblem(response, tooLarge(settings.bodyLimitBytes), { connection: 'close' });
      } else {
        sendProblem(response, TOO_MANY_AT_ONCE, { connection: 'close', 'retry-after': '5' });
      }
    },

    signature(
      request: IncomingMessage,
      response: ServerResponse,
      { source, body, verdict }: RefusedBody,
    ): void {
      sendProblem(response, signatureProblem(verdict, settings.signatureHeader));
      observe.refused(source.name, verdict.reason);
      const { headers } = request;
      const found = diagnose({
        body,
        headers,
        headerName: settings.signatureHeader,
        secrets: source.secrets,
        previousSecrets: source.previousSecrets,
        otherSources: otherSecrets(source, settings.sources),
      });
      const finding = found === null ? null : `${found.finding} ${found.fix}`;
      refusals.add({
        at: now(),
        source: source.name,
        reason: verdict.reason,
        finding,
        address: addressOf(request),
        headers: keptHeaders(headers, mask),
        bodyStart: startOf(body, mask),
        bodyLength: body.length,
      });
      log.warn({ source: source.name, reason: verdict.reason, finding }, 'refused');
    },
  };
}

/** As text. A text of several bytes a character is only shorter. */
function startOf(body: Buffer, mask: SecretMask): string {
  return body.length > KEPT_BODY_BYTES
    ? mask.hideInStart(body.subarray(0, SEARCHED_BODY_BYTES).toString(), KEPT_BODY_BYTES)
    : body.toString();
}

function tooLarge(limitBytes: number): Problem {
  const detail = `The limit is ${limitBytes} bytes. If you expect larger webhooks, raise BODY_LIMIT_BYTES.`;
  return { status: 413, title: 'Body too large', detail };
}

function signatureProblem({ reason, hint }: Verdict & { ok: false }, header: string): Problem {
  const malformed = reason === 'malformed-signature';
  return {
    status: malformed ? 400 : 401,
    title: malformed ? 'Malformed signature' : 'Signature refused',
    detail:
      reason === 'no-signature'
        ? `The request has no header ${header}. Only requests that Intelligems signed are accepted here.`
        : hint,
  };
}

function otherSecrets(
  { name }: WebhookSource,
  sources: ReadonlyMap<string, WebhookSource>,
): Map<string, readonly string[]> {
  const others = [...sources.values()].filter((source) => source.name !== name);
  return new Map(others.map((source) => [source.name, source.secrets]));
}
