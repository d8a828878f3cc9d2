import type { ZObject } from 'zapier-platform-core';
import type { IntelligemsApi } from '../shared/intelligems-api.ts';
import type { ApiFailure, ApiResult } from '../shared/intelligems-failure.ts';

/** The value of a call of the External API. Throws the error that makes Zapier react in the right way to a failure. */
export function succeeded<Value>(z: ZObject, result: ApiResult<Value>): Value {
  if (result.ok) {
    return result.value;
  }
  throw zapierError(z, result.failure);
}

/**
 * The value of a call for one experience; null if the organization does not have it. A retired version of the
 * API answers 404 too: then the list is missing as well, and an error says so.
 */
export async function found<Value>(
  z: ZObject,
  api: IntelligemsApi,
  result: ApiResult<Value>,
): Promise<Value | null> {
  if (result.ok || result.failure.reason !== 'not found') {
    return succeeded(z, result);
  }
  const list = await api.listExperiences({ limit: 1 });
  if (!list.ok && list.failure.reason === 'wrong address') {
    throw zapierError(z, list.failure);
  }
  return null;
}

/**
 * The error that makes Zapier react in the right way: ask to reconnect, wait, stop the run, or fail it. Zapier shows
 * its message to the person who owns the Zap, counts errors (not halts) against the Zap, and turns off a Zap whose
 * connection expired (docs.zapier.com, “API outage” and the README of zapier-platform, “Error handling”).
 */
export function zapierError(z: ZObject, failure: ApiFailure): Error {
  switch (failure.reason) {
    case 'unauthorized':
      return new z.errors.ExpiredAuthError(failure.message);
    case 'rate limited':
      return new z.errors.ThrottledError(failure.message, Math.ceil(failure.retryAfterMs / 1000));
    case 'not found':
      return new z.errors.HaltedError(failure.message);
    case 'blocked':
      return new z.errors.Error(failure.message, 'blocked', 403);
    case 'wrong address':
      return new z.errors.Error(failure.message, 'wrong address', 404);
    case 'invalid':
      return new z.errors.Error(invalidWords(failure), 'invalid', 400);
    case 'unavailable':
      return new z.errors.Error(failure.message, 'unavailable', 503);
  }
}

/** What the API calls its fields, and what a person is to do about them. */
const FIELD_ADVICE: Readonly<Record<string, string>> = {
  experienceId: 'The Experience field does not hold the ID of an experience. Choose one from the list.',
  variationId:
    'The Winning Variation is not a variation of this experience. Choose one from the list, or map Recommended Variation ID.',
  status: 'Intelligems does not know this Status. Choose one from the list.',
  category: 'Intelligems does not know this Category. Choose one from the list.',
  module: 'Intelligems does not know this Module. Choose one from the list.',
};

function invalidWords({ problems, message }: ApiFailure & { reason: 'invalid' }): string {
  const advice = problems.flatMap(({ field }) => FIELD_ADVICE[field] ?? []);
  return advice.length > 0 ? advice.join(' ') : message;
}
