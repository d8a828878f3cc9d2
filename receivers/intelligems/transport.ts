import type { Transport } from '../../shared/intelligems-transport.ts';
import { type HttpClient, openHttpClient } from '../outgoing/client.ts';

/** An experience with many variations and its change log, or the results of all metrics. */
const LIMIT = 16 * 1024 * 1024;

/** The External API over the one way out by HTTP. Its idle connections close by themselves. */
export function openTransport(): Transport {
  const http = openHttpClient({ service: 'Intelligems', keepAlive: true, limit: LIMIT });
  return (request) => exchange(http, request);
}

async function exchange(http: HttpClient, request: Parameters<Transport>[0]): ReturnType<Transport> {
  const answer = await http.request(request);
  if (!answer.answered) {
    return answer;
  }
  if (!answer.complete) {
    const reason = 'The answer of Intelligems ended early.';
    return { answered: false, mayHaveArrived: true, reason };
  }
  const { status, headers, text } = answer;
  return { answered: true, status, header: (name) => headers[name] ?? null, text };
}
