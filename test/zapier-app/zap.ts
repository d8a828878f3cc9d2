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
  return { authData: {}, ...bundle, inputData: withoutNulls(bundle.inputData ?? {}), meta } as Bundle;
}

/**
 * What a step gets of what was mapped into it: Zapier leaves out nulls even with `cleanInputData: false`, and hands
 * over empty texts (zapier/zapier-platform#1329).
 */
function withoutNulls(inputData: Bundle['inputData']): Bundle['inputData'] {
  return Object.fromEntries(
    Object.entries(inputData).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** Zapier takes this many bytes from a step (docs.zapier.com, “Operating constraints”: 6 MB). */
const MOST_BYTES = 6 * 1024 * 1024;

/** A step must end within this time, milliseconds (the same page: 30 s). */
const MOST_MS = 30_000;

/** Runs a function of the app as Zapier does, within its limits of time and size. */
export async function run<Result>(
  perform: (z: ZObject, bundle: Bundle) => Result | Promise<Result>,
  bundle: ZapBundle,
): Promise<Result> {
  const startedAt = Date.now();
  const result = await tester(perform, whole(bundle));
  const bytes = Buffer.byteLength(JSON.stringify(result ?? null));
  if (bytes > MOST_BYTES || Date.now() - startedAt > MOST_MS) {
    throw new Error(`The step gave ${bytes} bytes after ${Date.now() - startedAt} ms`);
  }
  return result;
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
  // Instead of a run's token, with which the runtime would send its log to Zapier.
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

/** The name of the error that a run ends with, and its message for people. */
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
