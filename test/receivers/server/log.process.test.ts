import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { environment } from '../../fixtures/receiver.ts';

/** A process that logs what it is asked to, and ends. */
async function startLogging(): Promise<ChildProcessByStdio<Writable, Readable, Readable>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../fixtures/logging-process.ts')], {
    env: environment({}),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await once(child.stderr, 'data');
  return child;
}

test('lines that were logged just before the exit are written', async () => {
  const child = await startLogging();
  child.stdin.write('20000');
  const lines = (await text(child.stdout)).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).line)).toEqual(
    Array.from({ length: 20_000 }, (_, index) => index + 1),
  );
});

test('an exit does not wait for a closed log', async () => {
  const child = await startLogging();
  child.stdout.destroy();
  await once(child.stdout, 'close');
  child.stdin.write('1');
  expect(await once(child, 'exit')).toEqual([3, null]);
});

test('an exit waits only a moment for a log that no one reads', async () => {
  const child = await startLogging();
  child.stdout.pause();
  child.stdin.write('20000');
  expect(await once(child, 'exit')).toEqual([3, null]);
  child.stdout.destroy();
});
