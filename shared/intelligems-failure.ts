import { isRecord } from './events.ts';
import type { ApiResponse } from './intelligems-transport.ts';
import { redirectTarget } from './redirect-target.ts';

/** What the vendor finds wrong with one field; `field` is empty if it concerns the whole request. */
export interface FieldProblem {
  field: string;
  message: string;
}

/**
 * Why a call of the External API failed. `message` is a sentence for people with the next step.
 *
 * - unauthorized: the access token is missing or wrong (401 or 403 in the API's own form)
 * - blocked: a firewall or a proxy answered instead of the API (401 or 403 in any other form)
 * - invalid: the API refuses the request (400 and other statuses between 300 and 499)
 * - not found: this organization has no experience with this ID (404)
 * - wrong address: the API is not there, such as after its version was retired (404 for the list)
 * - rate limited: the bucket is empty for longer than the call may wait (429)
 * - unavailable: no usable response after every attempt
 */
export type ApiFailure =
  | { reason: 'unauthorized'; message: string }
  | { reason: 'blocked'; message: string }
  | { reason: 'wrong address'; message: string }
  | { reason: 'invalid'; message: string; problems: FieldProblem[] }
  | { reason: 'not found'; message: string }
  | { reason: 'rate limited'; message: string; retryAfterMs: number }
  | {
      reason: 'unavailable';
      message: string;
      /** The request may have taken effect all the same; only ever true for an action. */
      uncertain: boolean;
    };

export type ApiResult<Value> = { ok: true; value: Value } | { ok: false; failure: ApiFailure };

/** An answer that another try would not change, as a failure; null for any other. `url` is the request's URL. */
export function finalFailure(response: ApiResponse, url: string): ApiFailure | null {
  const { status } = response;
  if (status === 401 || status === 403) {
    if (!isOwnRefusal(response)) {
      return {
        reason: 'blocked',
        message: `A firewall or a proxy in front of Intelligems blocked the request (status ${status}). The access token is not the cause. Try again later; if it continues, ask Intelligems support.`,
      };
    }
    return {
      reason: 'unauthorized',
      message: `Intelligems does not accept the access token (status ${status}). Copy the token from Intelligems again, without spaces, and set it.`,
    };
  }
  if (status === 404) {
    return {
      reason: 'not found',
      message:
        'Intelligems knows no such experience (status 404). It may be deleted, or belong to another organization than the access token.',
    };
  }
  const target = redirectTarget(status, response.header('location'), new URL(url));
  if (target !== null || (status >= 300 && status < 400)) {
    const where = target === null ? '' : ` to ${target}`;
    return {
      reason: 'invalid',
      problems: [],
      message: `Intelligems answered with a redirect${where} (status ${status}). Redirects are not followed, because they would take the access token to another address. Check the base URL of the API.`,
    };
  }
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    const problems = fieldProblems(response.text);
    const said = problems.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
    const reasons = said.length > 0 ? said.join('; ') : 'it gave no reason';
    return {
      reason: 'invalid',
      problems,
      message: `Intelligems refused the request (status ${status}): ${reasons}.`,
    };
  }
  return null;
}

/**
 * Whether a 401 or 403 is the API's own: JSON, as documented, or a 401 without a body. A firewall answers with a page
 * or nothing.
 */
function isOwnRefusal({ status, text }: ApiResponse): boolean {
  if (text.trim() === '') {
    return status === 401;
  }
  try {
    return isRecord(JSON.parse(text));
  } catch {
    return false;
  }
}

/** A failure because no usable response came. */
export function unavailable(message: string, uncertain = false): ApiFailure {
  return { reason: 'unavailable', message, uncertain };
}

/** Longest text of the vendor's that is passed on, in characters. */
const LONGEST_MESSAGE = 300;

/**
 * The vendor's messages in an answer: a tree of `errors`, `properties` and `items` for a validation error,
 * `error` or `message` for others. Empty if the answer has none.
 */
function fieldProblems(text: string): FieldProblem[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return [];
  }
  if (!isRecord(document)) {
    return [];
  }
  const problems = [...treeProblems(document, '')];
  if (problems.length === 0) {
    const said = [document.message, document.error].find((each) => typeof each === 'string');
    return said === undefined ? [] : [problem('', said as string)];
  }
  return problems;
}

function* treeProblems(node: Record<string, unknown>, path: string): Generator<FieldProblem> {
  if (Array.isArray(node.errors)) {
    for (const message of node.errors) {
      if (typeof message === 'string') {
        yield problem(path, message);
      }
    }
  }
  const below = [
    ...(isRecord(node.properties) ? Object.entries(node.properties) : []),
    ...(Array.isArray(node.items) ? node.items.map((item, index) => [String(index + 1), item] as const) : []),
  ];
  for (const [name, child] of below) {
    if (isRecord(child)) {
      yield* treeProblems(child, path === '' ? name : `${path}.${name}`);
    }
  }
}

function problem(field: string, message: string): FieldProblem {
  return { field, message: message.replace(/\.\s*$/, '').slice(0, LONGEST_MESSAGE) };
}
