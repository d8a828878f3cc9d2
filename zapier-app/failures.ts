import type { ZObject } from 'zapier-platform-core';
import type { ApiFailure, ApiResult } from '../shared/intelligems-failure.ts';

/** The value of a call of the External API; throws the error by which Zapier reacts rightly to a failure. */
export function succeeded<Value>(z: ZObject, result: ApiResult<Value>): Value {
  if (result.ok) {
    return result.value;
  }
  throw zapierError(z, result.failure);
}

/**
 * The error that makes Zapier react rightly: asking to reconnect, waiting, stopping the run, or failing it.
 * Zapier shows its message to the person whose Zap it is.
 */
function zapierError(z: ZObject, failure: ApiFailure): Error {
  switch (failure.reason) {
    case 'unauthorized':
      return new z.errors.ExpiredAuthError(failure.message);
    case 'rate limited':
      return new z.errors.ThrottledError(failure.message, Math.ceil(failure.retryAfterMs / 1000));
    case 'not found':
      return new z.errors.HaltedError(failure.message);
    case 'invalid':
      return new z.errors.Error(failure.message, 'invalid', 400);
    case 'unavailable':
      return new z.errors.Error(failure.message, 'unavailable', 503);
  }
}
