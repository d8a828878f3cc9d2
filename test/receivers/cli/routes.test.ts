import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sampleBody, samplePayload } from '../../fixtures/messages.ts';

const TOOL = fileURLToPath(new URL('../../../receivers/cli/main.ts', import.meta.url));
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

function routes(
  args: string[],
  input: string | Buffer = '',
): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [TOOL, 'routes', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, CONFIG_FILE: 'routes.yaml' },
    input,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, error: stderr };
}

describe('npm run routes', () => {
  test('tells which routes an event takes, and why', () => {
    expect(routes(['--event', START, '--at', '2026-10-12T12:00:00Z'])).toEqual({
      code: 0,
      error: '',
      out: `startExperience of Backpack price test, through the source default:
  ✓ starts by day: matches, and goes to api
  ✗ ends: does not match: the action is startExperience, not endExperience
It goes to api.
`,
    });
  });

  test('its help says once, and in words, which time it takes by itself', () => {
    expect(routes(['--help']).out.replaceAll(/\s+/g, ' ')).toMatch(/--at .*\(default: now\) -h, --help/);
  });

  test('tells it for every source, those together for which it is the same', () => {
    expect(
      routes(['--event', START, '--config', 'agency.yaml']).out,
    ).toBe(`startExperience of Backpack price test, through the source alps:
  ✗ not the alps: does not match: the source is “alps”, not bikes or coast
It goes nowhere.

startExperience of Backpack price test, through the sources bikes, coast:
  ✓ not the alps: matches, and goes to api
It goes to api.
`);
  });

  test('tells it for another time, from the standard input', () => {
    const { code, out } = routes(['--event', '-', '--at', '2026-10-12T23:00:00Z'], sampleBody('start'));
    expect(code).toBe(0);
    expect(out).toContain('goes to api when the quiet hours end, Oct 13, 2026, 7:00 AM (Europe/Zurich)');
  });

  test('lets no name steer the terminal', () => {
    const payload = samplePayload('pause');
    payload.experience.name = 'clear\u001b[2J\r\nall';
    const { out } = routes(['--event', '-'], JSON.stringify(payload));
    expect(out).toContain('pauseExperience of clear [2J  all');
    expect(out).toContain('It goes nowhere.');
  });

  test.each([
    ['no event', ['--event', 'missing.json'], 1, 'The event cannot be read'],
    ['a body that is none', ['--event', 'routes.yaml'], 1, 'routes.yaml is no event: The body is not JSON'],
    [
      'an unknown source',
      ['--event', START, '--source', 'shop'],
      1,
      'There is no source “shop”. Known: default.',
    ],
    ['no time', ['--event', START, '--at', 'noon'], 1, 'Write a time such as'],
    ['broken settings', ['--event', START, '--config', 'broken.yaml'], 78, 'broken.yaml:1 routes[0].to[0]'],
  ])('refuses %s', (_, args, expectedCode, message) => {
    const { code, error } = routes(args);
    expect(error).toContain(message);
    expect(code).toBe(expectedCode);
  });
});
