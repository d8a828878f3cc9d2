import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
let folder: string | null = null;

afterEach(() => rmSync(folder ?? '', { recursive: true, force: true }));

/** What `npm run rooms` says about a small tree of files. */
function rooms(files: Record<string, string>): { status: number | null; output: string } {
  folder = mkdtempSync(join(tmpdir(), 'rooms-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = join(ROOT, '.dependency-cruiser.js');
  const { status, stdout } = spawnSync(process.execPath, [program, '--config', config, 'receivers'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, output: stdout };
}

test('npm run rooms accepts an import that the layout allows', () => {
  const { status, output } = rooms({
    'receivers/contract/event.ts': 'export interface Event { key: string }\n',
    'receivers/inbound/accept.ts':
      "import type { Event } from '../contract/event.ts';\nexport type Accepted = Event;\n",
  });
  expect(output).toContain('no dependency violations');
  expect(status).toBe(0);
});

test('npm run rooms refuses a forbidden import, also of a type, and a cycle of two files', () => {
  const { status, output } = rooms({
    'receivers/contract/event.ts':
      "import type { Load } from '../config/load.ts';\nexport type Event = Load;\n",
    'receivers/config/load.ts': 'export type Load = string;\n',
    'receivers/inbound/one.ts': "import { two } from './two.ts';\nexport const one = () => two;\n",
    'receivers/inbound/two.ts': "import { one } from './one.ts';\nexport const two = () => one;\n",
  });
  expect(output).toContain('contract-imports: receivers/contract/event.ts → receivers/config/load.ts');
  expect(output).toContain('no-import-cycles: receivers/inbound/');
  expect(status).not.toBe(0);
});
