import { expect, test } from '@jest/globals';
import { answerOutcome } from '../../../../receivers/destinations/http/outcome.ts';
import { httpSettings } from '../../../../receivers/destinations/http/settings.ts';
import type { Answer } from '../../../../receivers/outgoing/exchange.ts';

const URL_OF_API = new URL('http://api.example.com/hooks');
const SETTINGS = httpSettings.parse({ url: URL_OF_API.href });

function outcome(status: number, proxy: string | null) {
  const answer: Answer = { answered: true, status, headers: {}, text: '', complete: true, proxy };
  return answerOutcome(answer, SETTINGS, URL_OF_API, 0, (field) => field);
}

test.each([
  [403, 'dead'],
  [502, 'retry'],
  [504, 'retry'],
])('an answer of %i through a proxy for http names the proxy beside the API', (status, type) => {
  const reason = expect.stringMatching(/^api\.example\.com .*proxy proxy\.example\.com:3128 \(HTTP_PROXY\)/);
  expect(outcome(status, 'proxy.example.com:3128 (HTTP_PROXY)')).toMatchObject({ type, reason });
});

test('a proxy is not named where it cannot have answered: without one, or with the API’s own status', () => {
  expect(outcome(403, null)).not.toMatchObject({ reason: expect.stringContaining('proxy') });
  expect(outcome(422, 'proxy.example.com:3128 (HTTP_PROXY)')).not.toMatchObject({
    reason: expect.stringContaining('proxy'),
  });
});
