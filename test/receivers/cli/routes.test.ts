import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { sampleBody, samplePayload } from '../../fixtures/messages.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const START = fileURLToPath(new URL('../../../shared/samples/start.json', import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'routes-'));
  const routes = `
destinations:
  - {name: api, type: http, url: 'https://api.example.com/events'}
routes:
  - name: starts by day
    to: api
    when: {actions: start}
    quietHours: {from: '22:00', to: '07:00', timeZone: Europe/Zurich}
  - {name: ends, to: api, when: {actions: end}}
`;
  writeFileSync(join(folder, 'routes.yaml'), routes);
  const agency = `
sources:
  - {name: alps, secrets: 0123456789abcdef-alps}
  - {name: bikes, secrets: 0123456789abcdef-bikes}
  - {name: coast, secrets: 0123456789abcdef-coast}
destinations:
  - {name: api, type: http, url: 'https://api.example.com/events'}
routes:
  - {name: not the alps, to: api, when: {sources: [bikes, coast]}}
`;
  writeFileSync(join(folder, 'agency.yaml'), agency);
  writeFileSync(join(folder, 'broken.yaml'), 'routes: [{name: x, to: nowhere}]\n');
});

afterAll(() => rmSync(folder, { recursive: true }));

async function routes(
  args: string[],
  input: string | Buffer = '',
): Promise<{ code: number; out: string; error: string }> {
  const settings = { CONFIG_FILE: 'routes.yaml', HOST: '127.0.0.1', PORT: '1' };
  const { code, stdout, stderr } = await runCommandHere(['routes', ...args], settings, {
    cwd: folder,
    input,
  });
  return { code, out: stdout, error: stderr };
}

describe('routes', () => {
  test('routes says which routes an event takes, and why', async () => {
    expect(await routes(['--event', START, '--at', '2026-10-12T12:00:00Z'])).toEqual({
      code: 0,
      error: '',
      out: `startExperience of Backpack price test, through the source default:
  ✓ starts by day: matches, and goes to api
  ✗ ends: does not match: the action is startExperience, not endExperience
It goes to api.
`,
    });
  });

  test('the help of routes names the default time once', async () => {
    expect((await routes(['--help'])).out.replaceAll(/\s+/g, ' ')).toMatch(
      /--at .*\(default: now\) -h, --help/,
    );
  });

  test('routes explains each source, and groups those with the same outcome', async () => {
    expect(
      (await routes(['--event', START, '--config', 'agency.yaml'])).out,
    ).toBe(`startExperience of Backpack price test, through the source alps:
  ✗ not the alps: does not match: the source is “alps”, not bikes or coast
It goes nowhere.

startExperience of Backpack price test, through the sources bikes, coast:
  ✓ not the alps: matches, and goes to api
It goes to api.
`);
  });

  test('routes reads the event from the standard input and explains it for another time', async () => {
    const { code, out } = await routes(['--event', '-', '--at', '2026-10-12T23:00:00Z'], sampleBody('start'));
    expect(code).toBe(0);
    expect(out).toContain('goes to api when the quiet hours end, Oct 13, 2026, 7:00 AM (Europe/Zurich)');
  });

  test('routes prints no name that steers the terminal', async () => {
    const payload = samplePayload('pause');
    payload.experience.name = 'clear\u001b[2J\r\nall';
    const { out } = await routes(['--event', '-'], JSON.stringify(payload));
    expect(out).toContain('pauseExperience of clear[U+001B][2J[U+000D] all');
    expect(out).toContain('It goes nowhere.');
  });

  test.each([
    ['a missing file', ['--event', 'missing.json'], 1, 'The event cannot be read'],
    [
      'a body that is not an event',
      ['--event', 'routes.yaml'],
      1,
      'The body is not an event: The body is not JSON',
    ],
    [
      'an unknown source',
      ['--event', START, '--source', 'shop'],
      1,
      'There is no source “shop”. Known: default.',
    ],
    ['a wrong time', ['--event', START, '--at', 'noon'], 1, 'Write a time such as'],
    ['broken settings', ['--event', START, '--config', 'broken.yaml'], 78, 'broken.yaml:1 routes[0].to[0]'],
  ])('routes refuses %s', async (_, args, expectedCode, message) => {
    const { code, error } = await routes(args);
    expect(error).toContain(message);
    expect(code).toBe(expectedCode);
  });
});

test('routes asks the running receiver, whose settings this terminal does not have', async () => {
  const data = temporaryFolder();
  const file = join(folder, 'routes.yaml');
  const receiver = await ReceiverHere.start({ DATA_DIR: data.folder, CONFIG_FILE: file });
  const here = { DATA_DIR: data.folder, HOST: '127.0.0.1', PORT: new URL(receiver.url).port };
  const run = (words: string[]) =>
    runCommandHere(['routes', '--event', START, ...words], here, { cwd: folder });
  const asked = await run([]);
  const other = await run(['--config', 'agency.yaml']);
  const unknown = await run(['--source', 'shop']);
  const body = await runCommandHere(['routes', '--event', file], here);
  await receiver.stop();
  data.remove();
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ starts by day: matches') });
  expect(asked.stderr).toMatch(/^With the settings of the receiver that runs on http/);
  expect(other).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('not the alps') });
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no source “shop”') });
  expect(body).toMatchObject({ code: 1, stderr: expect.stringContaining('The body is not an event') });
});
