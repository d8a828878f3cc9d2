import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signWebhook } from '../../../shared/verifier.ts';
import { runCommandHere } from '../../fixtures/command-here.ts';

const SECRET = 'a secret of the dashboard';
const event = { action: 'startExperience', experience: { id: '7c0d', name: 'Backpack' } };
const sent = JSON.stringify(event);
const signature = signWebhook(sent, SECRET);

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verify-'));
  writeFileSync(file('sent.json'), sent);
  writeFileSync(file('pretty.json'), JSON.stringify(event, null, 2));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** With a data folder that the receiver has not used yet. */
const run = (args: readonly string[], settings: Record<string, string> = {}, input = '') =>
  runCommandHere(['verify', ...args], { DATA_DIR: file('data'), ...settings }, { input });

test('says that a signature is right, and with which secret', async () => {
  const body = ['--body', file('sent.json'), '--signature', signature];
  expect(await run([...body, '--secret', SECRET])).toMatchObject({
    code: 0,
    output: `The signature is right: the secret gives it for these ${sent.length} bytes.\n`,
  });
  const { code, output } = await run([...body, '--secret', 'another', SECRET]);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('secret 2 of 2') });
});

test('takes the body from standard input and the secrets from the environment', async () => {
  const settings = { INTELLIGEMS_WEBHOOK_SECRET: `next, ${SECRET}` };
  expect(await run(['--body', '-', '--signature', signature], settings, sent)).toMatchObject({ code: 0 });
});

test('verify says why it refuses, what most likely happened and what to do, and shows no secret', async () => {
  const { code, output } = await run([
    '--body',
    file('pretty.json'),
    '--signature',
    signature,
    '--secret',
    SECRET,
  ]);
  expect(code).toBe(1);
  expect(output).toMatch(/^Refused \(no-match\)\. No secret gives this signature/);
  expect(output).toContain('Most likely cause: The body was parsed as JSON and written again on its way.');
  expect(output).toContain('What to do: Pass on the bytes as they came');
  expect(output).not.toContain(SECRET);
});

test('recognises a previous secret, and a secret with white space', async () => {
  const body = ['--body', file('sent.json'), '--signature', signature];
  const previous = await run([...body, '--secret', 'new', '--previous-secret', SECRET]);
  expect(previous).toMatchObject({
    code: 1,
    output: expect.stringContaining('still signs with a previous secret'),
  });
  const padded = await run([...body, '--secret', `${SECRET}\n`]);
  expect(padded).toMatchObject({ code: 1, output: expect.stringContaining('has white space around it') });
});

test('says so where no known mistake explains it', async () => {
  const { code, output } = await run([
    '--body',
    file('sent.json'),
    '--signature',
    'a'.repeat(64),
    '--secret',
    SECRET,
  ]);
  expect({ code, output }).toMatchObject({
    code: 1,
    output: expect.stringContaining('No known mistake explains it'),
  });
});

test('asks for what it needs', async () => {
  expect(await run(['--body', file('sent.json'), '--signature', signature])).toMatchObject({
    code: 1,
    output: expect.stringContaining('Give --secret, set INTELLIGEMS_WEBHOOK_SECRET'),
  });
  expect(await run(['--body', file('none'), '--signature', signature, '--secret', SECRET])).toMatchObject({
    code: 1,
    output: expect.stringContaining('Save the raw request body to a file'),
  });
});

test('verify uses the secret that the receiver made if none is given', async () => {
  const data = file('made');
  mkdirSync(data);
  writeFileSync(join(data, 'webhook-secret'), `${'ab'.repeat(32)}\n`);
  const body = ['--body', file('sent.json'), '--signature', signWebhook(sent, 'ab'.repeat(32))];
  expect(await run(body, { DATA_DIR: data })).toMatchObject({ code: 0, stderr: '' });
});
