/**
 * The Zapier app as it is compiled for Zapier's servers, in the Node that runs this: its definition is valid,
 * and what each instant trigger is sent comes through as it was sent.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import zapier from 'zapier-platform-core';
import type { intelligemsApp } from '../../zapier-app/app.ts';

type App = ReturnType<typeof intelligemsApp>;

/** What Zapier's servers call; the types of its package leave it out. */
const { createAppHandler } = zapier as unknown as {
  createAppHandler(app: App): (event: object) => Promise<{ results: unknown }>;
};

const folder = fileURLToPath(new URL('../../zapier-app/', import.meta.url));
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [compiler, '-p', join(folder, 'tsconfig.build.json')]);
const { default: app }: { default: App } = await import(join(folder, 'dist/zapier-app/index.js'));
const handler = createAppHandler(app);

deepStrictEqual((await handler({ command: 'validate' })).results, []);
const instant = Object.values(app.triggers).filter(
  ({ operation }) => operation.type === 'hook' && operation.performSubscribe !== undefined,
);
let right = 0;
for (const { key, operation } of instant) {
  const method = `triggers.${key}.operation.perform`;
  const bundle = { inputData: {}, authData: {}, cleanedRequest: operation.sample };
  const { results } = await handler({ command: 'execute', method, bundle });
  deepStrictEqual(results, [operation.sample]);
  right += 1;
}
console.log(`Zapier app: ${right} of ${instant.length} instant triggers give what they are sent`);
