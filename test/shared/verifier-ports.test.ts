import { spawnSync } from 'node:child_process';
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

const scratch = mkdtempSync(join(tmpdir(), 'verifier-ports-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function start([command, ...args]: string[], folder = '.', vectors = '') {
  const { status, stdout, stderr } = spawnSync(command!, args, {
    cwd: join(PORTS, folder),
    encoding: 'utf8',
    env: { ...process.env, VECTORS: vectors },
    timeout: 110_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

describe.each(LANGUAGES)('the port to $name', ({ probe, folder, run }) => {
  const isInstalled = start(probe).status === 0;
  const here = isInstalled ? test : test.skip;
  const where = isInstalled ? '' : ` (skipped: ${probe[0]} is not installed here)`;
  const runWith = (file: string) => start(folder === 'go' ? run : [...run, file], folder, file);

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
    `fails where one verdict differs${where}`,
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
