import zapier, { type Bundle, createAppTester, type ZObject } from 'zapier-platform-core';
import { signWebhook } from '../../shared/verifier.ts';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import { intelligemsApp } from '../../zapier-app/app.ts';
import type { FakeIntelligems } from '../fakes/intelligems.ts';
import type { FakeZapierCache } from '../fakes/zapier-cache.ts';

export const app = intelligemsApp({ version: '1.0.0', audience: 'private' });

const tester = createAppTester(app);

export type ZapBundle = Partial<Omit<Bundle, 'meta'>> & { meta?: Partial<Bundle['meta']> };

/** Makes of an app what Zapier's servers call; the types of its package leave it out. */
const { createAppHandler } = zapier as unknown as {
  createAppHandler(app: unknown): (event: object) => Promise<{ results: unknown }>;
};

function whole(bundle: ZapBundle): Bundle {
  const meta = { isLoadingSample: false, isPopulatingDedupe: false, page: 0, ...bundle.meta };
  return { inputData: {}, authData: {}, ...bundle, meta } as Bundle;
}

/** Runs a function of the app as Zapier does. */
export function run<Result>(
  perform: (z: ZObject, bundle: Bundle) => Result | Promise<Result>,
  bundle: ZapBundle,
): Promise<Result> {
  return tester(perform, whole(bundle));
}

/**
 * Runs a trigger with a cache that keeps time and takes no key twice, as Zapier's does and the cache of its
 * tester does not.
 */
export async function runWithCache(
  cache: FakeZapierCache,
  trigger: string,
  bundle: ZapBundle,
): Promise<ZapierEvent[]> {
  // In place of a run's token, with which the runtime would send its log to Zapier.
  process.env.ZAPIER_DEPLOY_KEY = 'none';
  const { results } = await createAppHandler(app)({
    command: 'execute',
    method: `triggers.${trigger}.operation.perform`,
    bundle: whole(bundle),
    rpc_base: cache.url,
  });
  return results as ZapierEvent[];
}

/** A function of one of the app's steps, by the step's key. */
export function performOf(
  group: 'triggers' | 'creates' | 'searches',
  key: string,
  name = 'perform',
  // biome-ignore lint/suspicious/noExplicitAny: the definition is untyped for a key that is not literal.
): (z: ZObject, bundle: Bundle) => any {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return (app[group] as any)[key].operation[name];
}

/** Lets the app talk to a fake Intelligems instead of the real one; gives what the connection holds. */
export function connectTo(fake: FakeIntelligems): Record<string, string> {
  process.env.INTELLIGEMS_BASE_URL = fake.url;
  return { access_token: fake.token };
}

/** The name of the error that a run ends with, and what it tells a person. */
export async function failureOf(run: Promise<unknown>): Promise<{ name: string; text: string }> {
  try {
    await run;
  } catch (error) {
    const { name, message } = error as Error;
    return { name, text: message };
  }
  throw new Error('The run did not fail');
}

/** A webhook as Zapier hands it to a trigger. */
export function caught(body: string, secret: string, header = 'Http-X-Intelligems-Signature'): ZapBundle {
  return {
    rawRequest: {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', [header]: signWebhook(body, secret) },
      content: body,
    },
    cleanedRequest: JSON.parse(body),
  };
}
