import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signWebhook } from '../../../shared/verifier.ts';
import { startCommandHere } from '../../fixtures/command-here.ts';

const SECRET = 'a secret of the dashboard';
const body = JSON.stringify({ action: 'startExperience', experience: { id: '7c0d' } });
const signature = signWebhook(body, SECRET);

const findHeader = (args: readonly string[]) =>
  startCommandHere(['find-header', '--secret', SECRET, ...args]);

describe('listening', () => {
  test('looks at each request until one carries a signature, and keeps none', async () => {
    const command = findHeader(['--port', '0']);
    const [, url] = await command.printed(/Listening on (http:\S+?)\. /);
    const post = async (headers: Record<string, string>) => {
      const response = await fetch(url!, { method: 'POST', body, headers });
      return { status: response.status, text: await response.text() };
    };
    expect(await post({ 'X-Wrong': 'a'.repeat(64) })).toMatchObject({
      status: 503,
      text: expect.stringContaining('kept nothing of it'),
    });
    expect(await post({ 'X-Other-Signature': `sha256=${signature}` })).toMatchObject({ status: 503 });
    const { code, output } = await command.ended;
    expect(code).toBe(0);
    expect(output).toContain('no header has an HMAC-SHA256 of the body with this secret');
    expect(output).toMatch(/Its headers: .*x-wrong/);
    expect(output).toMatch(
      /Found: the header x-other-signature has .* in hex, after the prefix "sha256="\./i,
    );
    expect(output).toMatch(/Set INTELLIGEMS_SIGNATURE_HEADER=x-other-signature\./i);
    expect(output).toContain(
      'The receiver would refuse it: The signature has the prefix "sha256=".\nWhat to do: Have the 64 hex digits sent alone.',
    );
    expect(output).not.toContain(SECRET);
    expect(output).not.toContain(signature);
  });

  test.each(['70000', 'http', '-1'])('says what a port is (%s)', async (port) => {
    expect(await findHeader(['--port', port]).ended).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^error: .*Write a number from 0 to 65535\.\n/),
    });
  });

  test('says when the port is taken', async () => {
    const first = findHeader(['--port', '0']);
    const [, port] = await first.printed(/127\.0\.0\.1:(\d+)/);
    const second = await findHeader(['--port', port!]).ended;
    first.end();
    expect(second).toMatchObject({ code: 1, output: expect.stringContaining('Choose another --port') });
    await first.ended;
  });
});

describe('a captured request', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'find-header-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (captured: string) => {
    const file = join(folder, 'captured.txt');
    writeFileSync(file, captured);
    return findHeader(['--request', file]).ended;
  };
  const head = (...headers: string[]) =>
    ['POST /hook HTTP/1.1', 'Host: example.com', ...headers, '', ''].join('\r\n');

  test('with a length', async () => {
    const { code, output } = await read(
      head(`Content-Length: ${body.length}`, `X-Intelligems-Signature: ${signature}`) + body,
    );
    expect(output).toBe(
      'Found: the header X-Intelligems-Signature has the HMAC-SHA256 of the body, in hex.\n',
    );
    expect(code).toBe(0);
  });

  test('find-header uses the secret that the receiver made if none is given', async () => {
    writeFileSync(join(folder, 'webhook-secret'), `${'ab'.repeat(32)}\n`);
    writeFileSync(
      join(folder, 'own.txt'),
      `${head(`Content-Length: ${body.length}`, `X-Sig: ${signWebhook(body, 'ab'.repeat(32))}`)}${body}`,
    );
    const words = ['find-header', '--request', join(folder, 'own.txt')];
    const { code, stdout } = await startCommandHere(words, { DATA_DIR: folder }).ended;
    expect(stdout).toMatch(/^Found: the header X-Sig/);
    expect(code).toBe(0);
  });

  test('in chunks, in base64', async () => {
    const base64 = Buffer.from(signature, 'hex').toString('base64');
    const chunks = `5\r\n${body.slice(0, 5)}\r\n${(body.length - 5).toString(16)}\r\n${body.slice(5)}\r\n0\r\n\r\n`;
    const { code, output } = await read(
      head('Transfer-Encoding: chunked', `X-Body-Hmac: ${base64}`) + chunks,
    );
    expect(output).toContain('Found: the header X-Body-Hmac has the HMAC-SHA256 of the body, in base64.');
    expect(code).toBe(0);
  });

  test('whose body was changed', async () => {
    const pretty = JSON.stringify(JSON.parse(body), null, 2);
    const { output } = await read(head(`Content-Length: ${pretty.length}`, `X-Sig: ${signature}`) + pretty);
    expect(output).toContain('The receiver would refuse it: The body was parsed as JSON and written again');
  });

  test.each([
    [
      'by an editor, with its line ends',
      head(`X-Sig: ${signature}`, `Content-Length: ${body.length}`).replaceAll('\r', ''),
    ],
    ['without a length', head(`X-Sig: ${signature}`)],
    ['from HTTP/2, without Host', `POST /hook HTTP/2\nx-sig: ${signature}\n\n`],
  ])('saved %s', async (_how, captured) => {
    const { code, output } = await read(captured + body);
    expect(output).toMatch(/^Found: the header X-Sig has the HMAC-SHA256 of the body, in hex\.\n/i);
    expect(code).toBe(0);
  });

  test('without a signature', async () => {
    const { code, output } = await read(head(`Content-Length: ${body.length}`) + body);
    expect(output).toContain(`POST "/hook", ${body.length} bytes: no header has an HMAC`);
    expect(code).toBe(1);
  });

  test.each([
    ['cut off', head('Content-Length: 1000') + body],
    ['cut off, and saved by an editor', head('Content-Length: 1000').replaceAll('\r', '') + body],
    ['no request', 'hello'],
    ['only a body', body],
    ['empty', ''],
  ])('%s', async (_what, captured) => {
    expect(await read(captured)).toMatchObject({
      code: 1,
      output: expect.stringContaining('not a whole HTTP request'),
    });
  });

  test('that is not there', async () => {
    const ended = await findHeader(['--request', join(folder, 'none')]).ended;
    expect(ended).toMatchObject({ code: 1, output: expect.stringContaining('cannot be read') });
  });
});
