import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { VECTORS_FILE } from './vectors.ts';

const PORTS = fileURLToPath(new URL('../../shared/ports/', import.meta.url));

/** How each port runs the cases of a file: in its own folder, as the README shows it. */
const LANGUAGES = [
  {
    name: 'Python',
    probe: ['python3', '--version'],
    folder: 'python',
    run: ['python3', '-B', 'run_vectors.py'],
  },
  { name: 'PHP', probe: ['php', '--version'], folder: 'php', run: ['php', 'run-vectors.php'] },
  { name: 'Ruby', probe: ['ruby', '--version'], folder: 'ruby', run: ['ruby', 'run_vectors.rb'] },
  { name: 'Go', probe: ['go', 'version'], folder: 'go', run: ['go', 'test', '-count=1', '-v', '.'] },
];

/**
 * The program around the example in a port's comment, which begins with `marker`: it says `accepted` unless the example
 * ends it with what `head`, `abort` or the status 401 stand for. The body is standard input, the rest the environment.
 */
const EXAMPLES = [
  {
    name: 'PHP',
    file: 'php/verifier.php',
    marker: ' *     ',
    program: (port: string, example: string) => `<?php
      require '${port}';
      register_shutdown_function(fn () => print(http_response_code() === 401 ? 'refused' : 'accepted'));
      ${example.replace('php://input', 'php://stdin')}`,
  },
  {
    name: 'Ruby',
    file: 'ruby/verifier.rb',
    marker: '  #   ',
    program: (port: string, example: string) => `require '${port}'
Request = Struct.new(:raw_post) { def get_header(name) = ENV[name] }
def head(status) = print('refused')
def answer(request)
${example}
print('accepted')
end
answer(Request.new($stdin.read))`,
  },
  {
    name: 'Python',
    file: 'python/verifier.py',
    marker: '        ',
    program: (port: string, example: string) => `import os, sys
sys.path.insert(0, os.path.dirname('${port}'))
from verifier import verify_webhook
class request:
    get_data = sys.stdin.buffer.read
    headers = {'X-Intelligems-Signature': os.environ.get('HTTP_X_INTELLIGEMS_SIGNATURE')}
def abort(status):
    print('refused', end='')
    sys.exit()
${example}
print('accepted', end='')`,
  },
];

const README = readFileSync(new URL('../../shared/README.md', import.meta.url), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'verifier-ports-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function start([command, ...args]: string[], folder = '.', environment: NodeJS.ProcessEnv = {}, input = '') {
  const { status, stdout, stderr } = spawnSync(command!, args, {
    cwd: join(PORTS, folder),
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    input,
    timeout: 110_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

/** Runs tests if the language is installed; otherwise skips them, and `where` says so in their names. */
function whereInstalled(probe: string[]) {
  return start(probe).status === 0
    ? { here: test, where: '' }
    : { here: test.skip, where: ` (skipped: ${probe[0]} is not installed here)` };
}

describe.each(LANGUAGES)('the port to $name', ({ probe, folder, run }) => {
  const { here, where } = whereInstalled(probe);
  const runWith = (file: string) => start(folder === 'go' ? run : [...run, file], folder, { VECTORS: file });

  here(
    `agrees with every case of the vectors${where}`,
    () => {
      const { status, output } = runWith(fileURLToPath(VECTORS_FILE));
      expect(output).toMatch(/\b(1\d\d) of \1 cases agree/);
      expect(status).toBe(0);
    },
    120_000,
  );

  here(
    `the port fails if one verdict differs${where}`,
    () => {
      const wrong = JSON.parse(readFileSync(VECTORS_FILE, 'utf8'));
      wrong.cases[0].verdict = { ok: false, reason: 'no-match' };
      const file = join(scratch, `${folder}.json`);
      writeFileSync(file, JSON.stringify(wrong));
      const { status, output } = runWith(file);
      expect(output).toContain(`${wrong.cases[0].name}: expected`);
      expect(status).toBe(1);
    },
    120_000,
  );
});

/** The lines of the example in a port's comment: from the one that reads the body to the one that refuses. */
function exampleIn(file: string, marker: string): string[] {
  const lines = readFileSync(join(PORTS, file), 'utf8').split('\n');
  const first = lines.findIndex(
    (line) => line.startsWith(marker) && /^\$?body/.test(line.slice(marker.length)),
  );
  return lines.slice(first, first + 4).map((line) => line.slice(marker.length));
}

test.each([...EXAMPLES, { name: 'Go', file: 'go/verifier.go', marker: '//\t' }])(
  'shared/README.md shows how the example in the port to $name refuses',
  ({ file, marker }) => {
    expect(README).toContain(`\`${exampleIn(file, marker).at(-1)}\``);
  },
);

describe.each(EXAMPLES)('the example in the port to $name', ({ name, file, marker, program }) => {
  const { probe, run } = LANGUAGES.find((language) => language.name === name)!;
  const { here, where } = whereInstalled(probe);
  const secret = { INTELLIGEMS_WEBHOOK_SECRET: 'the secret' };
  const signedWith = (key: string) => ({
    HTTP_X_INTELLIGEMS_SIGNATURE: createHmac('sha256', key).update('{"a":1}').digest('hex'),
  });

  here.each([
    ['accepts a right signature', { ...secret, ...signedWith('the secret') }, 'accepted'],
    ['refuses a forged one', { ...secret, ...signedWith('a guess') }, 'refused'],
    ['refuses a request without one', secret, 'refused'],
    [
      'refuses all while no secret is configured',
      { INTELLIGEMS_WEBHOOK_SECRET: undefined, ...signedWith('') },
      'refused',
    ],
  ])(`%s${where}`, (_what, environment, said) => {
    const path = join(scratch, `example-${name}`);
    writeFileSync(path, program(join(PORTS, file), exampleIn(file, marker).join('\n')));
    expect(start([...run.slice(0, -1), path], '.', environment, '{"a":1}')).toEqual({
      status: 0,
      output: said,
    });
  });
});

describe('the port to PHP', () => {
  const { here, where } = whereInstalled(['php', '--version']);
  here.each(['null', 'false', '[]', '[null]'])(
    `refuses all while the secret is %s, as of a variable that is not set${where}`,
    (secret) => {
      const code = `declare(strict_types=1); require 'php/verifier.php'; echo verifyWebhook('', 'a', ${secret})['reason'];`;
      expect(start(['php', '-r', code])).toEqual({ status: 0, output: 'no-secret' });
    },
  );
});
