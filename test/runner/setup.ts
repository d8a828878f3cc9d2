import http from 'node:http';
import https from 'node:https';
import { createRequire, registerHooks } from 'node:module';
import { addEventHandler, getState } from 'jest-circus';

// A test may replace the global one.
const { clearTimeout, setTimeout } = globalThis;

/** How long a test or hook may take unless it says otherwise, milliseconds: a busy machine takes ten times as long. */
const LIMIT_MS = 60_000;

type Runnable = { fn?: unknown; timeout?: number | null };

// jest-light-runner puts Jest's functions on the global object; the tests import them.
const GLOBALS = new URL('./globals.ts', import.meta.url).href;
const KEPT_THREADS = new URL('./kept-threads.ts', import.meta.url).href;
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier === '@jest/globals') {
      return { url: GLOBALS, shortCircuit: true };
    }
    return specifier === 'node:worker_threads' && context.parentURL?.endsWith('/ledger/sqlite/thread.ts')
      ? { url: KEPT_THREADS, shortCircuit: true }
      : nextResolve(specifier, context);
  },
});

// Zapier's core would replace their `request`, and `fetch`, for the rest of the process, where other tests use them too.
for (const patched of [http, https, globalThis.fetch]) {
  Object.assign(patched, { patchedByZapier: true });
}

// Nor may it end a process of more than 450 MB, as it does after 250 calls: a process of the tests runs hundreds of files.
const zapierLimits = createRequire(import.meta.url)('zapier-platform-core/src/constants');
zapierLimits.KILL_MAX_LIMIT = Number.POSITIVE_INFINITY;

// jest-light-runner knows no timeouts either, so a test that waits for ever would hold up the whole run.
addEventHandler((event) => {
  const { currentDescribeBlock } = getState();
  if (event.name === 'add_test') {
    limit(currentDescribeBlock.tests.at(-1));
  } else if (event.name === 'add_hook') {
    limit(currentDescribeBlock.hooks.at(-1));
  }
});

/** Makes a test or a hook fail once its time is over. */
function limit(runnable: Runnable | undefined): void {
  if (typeof runnable?.fn !== 'function') {
    return;
  }
  const run = runnable.fn as () => unknown;
  const limitMs = runnable.timeout ?? LIMIT_MS;
  runnable.fn = async () => {
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`It did not end within ${limitMs} ms.`)), limitMs);
    });
    try {
      await Promise.race([run(), overdue]);
    } finally {
      clearTimeout(timer);
    }
  };
}
