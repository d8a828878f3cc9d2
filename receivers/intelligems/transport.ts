import type { Transport } from '../../shared/intelligems-transport.ts';
import { type HttpClient, openHttpClient } from '../outgoing/client.ts';
import type { VendorClock } from './vendor-clock.ts';

/** An experience with many variations and its change log, or the results of all metrics. */
const LIMIT = 16 * 1024 * 1024;

/**
 * The External API over the one way out by HTTP. Its idle connections close by themselves.
 *
 * @param clock takes note of when Intelligems answers
 */
export function openTransport(clock: VendorClock): Transport {
  const http = openHttpClient({ service: 'Intelligems', keepAlive: true, limit: LIMIT });
  return (request) => exchange(http, request, clock);
}

async function exchange(
  http: HttpClient,
  request: Parameters<Transport>[0],
  clock: VendorClock,
): ReturnType<Transport> {
  const answer = await http.request(request);
  if (!answer.answered) {
    return answer;
  }
  if (!answer.complete) {
    const reason = 'The answer of Intelligems ended early.';
    return { answered: false, mayHaveArrived: true, reason };
  }
  const { status, headers, text } = answer;
  clock.read(headers);
  return { answered: true, status, header: (name) => headers[name] ?? null, text };
}
