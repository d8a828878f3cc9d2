import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sampleEvent } from '../../zapier-app/samples.ts';
import { type FakeZapierCache, startFakeZapierCache } from '../fakes/zapier-cache.ts';
import { sampleBody } from '../fixtures/messages.ts';
import { caught, runWithCache, type ZapBundle } from './zap.ts';

const SECRET = 'a secret for the tests';
const DAY_S = 86_400;

let cache: FakeZapierCache;

beforeEach(async () => {
  cache = await startFakeZapierCache();
});

afterEach(() => cache.close());

/** What the receiver sends to a Zap. */
function delivery(id: string): ZapBundle {
  const event = sampleEvent('startExperience');
  return {
    rawRequest: { headers: { 'Http-Webhook-Id': id }, content: JSON.stringify(event) },
    cleanedRequest: event,
  };
}

/** A webhook of Intelligems' that a Zap has caught. */
function webhook(zap: string | null, meta: object = {}): ZapBundle {
  return {
    authData: { access_token: 'unused here', webhook_secret: SECRET },
    ...caught(sampleBody('start').toString(), SECRET),
    meta: { ...(zap === null ? {} : { zap: { id: zap, user: { timezone: '' } } }), ...meta },
  };
}

test('a delivery that is repeated weeks later does not run the Zap', async () => {
  const again = () => runWithCache(cache, 'experience_started', delivery('evt_1.zap'));
  expect(await again()).toHaveLength(1);
  cache.ageS += 60 * DAY_S;
  expect(await again()).toEqual([]);
  expect(await runWithCache(cache, 'experience_started', delivery('evt_2.zap'))).toHaveLength(1);
});

test('of two identical deliveries at the same moment, one runs the Zap', async () => {
  let waiting = 0;
  const both = Promise.withResolvers<void>();
  cache.before = async (method) => {
    if (method === 'zcache_get') {
      waiting += 1;
      if (waiting === 2) {
        both.resolve();
      }
      await both.promise;
    }
  };
  const runs = ['evt_1.zap', 'evt_1.zap'].map((id) =>
    runWithCache(cache, 'experience_started', delivery(id)),
  );
  expect((await Promise.all(runs)).flat()).toHaveLength(1);
});

test('a webhook that Intelligems repeats runs each Zap once', async () => {
  const run = (zap: string) => runWithCache(cache, 'catch_webhook', webhook(zap));
  expect(await run('one')).toHaveLength(1);
  expect(await run('one')).toEqual([]);
  expect(await run('other')).toHaveLength(1);
});

test('a Zap without a known ID does not take another Zap’s webhook', async () => {
  expect(await runWithCache(cache, 'catch_webhook', webhook(null))).toHaveLength(1);
  expect(await runWithCache(cache, 'catch_webhook', webhook(null))).toHaveLength(1);
});

test('a test in the editor does not count as seen', async () => {
  const tried = webhook('one', { isLoadingSample: true });
  expect(await runWithCache(cache, 'catch_webhook', tried)).toHaveLength(1);
  expect(await runWithCache(cache, 'catch_webhook', tried)).toHaveLength(1);
  expect(await runWithCache(cache, 'catch_webhook', webhook('one'))).toHaveLength(1);
});

test('a failing cache loses no event', async () => {
  await cache.close();
  expect(await runWithCache(cache, 'experience_started', delivery('evt_1.zap'))).toHaveLength(1);
  cache = await startFakeZapierCache();
});
