import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { describeFaults, loadConfiguration } from '../receivers/config/load.ts';
import { withSettingsTable } from '../receivers/config/published/settings-table.ts';
import { DESTINATION_KINDS } from '../receivers/destinations/index.ts';
import { SERVICE_ACCOUNT_KEY } from './fakes/google-sheets/tokens.ts';

const ROOT = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const pages = globSync('**/*.md', {
  cwd: ROOT,
  exclude: (path) => /^(node_modules|data|coverage|build)$|^zapier-app\/(dist|build)$/.test(path),
});

/** What a pattern captures everywhere in a page. */
function captured(page: string, pattern: RegExp): string[] {
  return [...page.matchAll(pattern)].map(([, found]) => found as string);
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return captured(page, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('the table of settings in receivers/config/README.md is current', () => {
  const page = read('receivers/config/README.md');
  expect(page).toBe(withSettingsTable(page, DESTINATION_KINDS));
});

test('README.md links to the page of every kind of destination, and has at most 12 KB', () => {
  const page = read('README.md');
  const kinds = DESTINATION_KINDS.map(({ kind }) => kind).filter((kind) => kind !== 'preview');
  expect(kinds.filter((kind) => !page.includes(`(receivers/destinations/${kind}/README.md)`))).toEqual([]);
  expect(Buffer.byteLength(page)).toBeLessThanOrEqual(12 * 1024);
});

describe.each(pages)('%s', (path) => {
  const page = read(path);
  const here = new URL(path, ROOT);

  test(`${path} names only npm scripts that exist`, () => {
    const named = captured(page, /npm run ([\w:-]+)/g);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test(`${path} links only to files and headings that exist`, () => {
    const links = captured(page, /\]\((?!https?:|mailto:)([^)\s]+)\)/g);
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = new URL(file === '' ? here.href : file, here);
      return (
        !existsSync(target) ||
        (anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor))
      );
    });
    expect(broken).toEqual([]);
  });
});

test('the receivers.yaml shown in receivers/config/README.md is valid', () => {
  const shown = /```yaml\n(sources:\n.*?)```/s.exec(read('receivers/config/README.md'))?.[1] ?? '';
  const loaded = loadConfiguration({
    environment: {
      INTELLIGEMS_WEBHOOK_SECRET: 'one',
      OUTLET_SECRET: 'two',
      SLACK_BOT_TOKEN: 'xoxb-1234567890-token',
      GOOGLE_SERVICE_ACCOUNT_KEY: SERVICE_ACCOUNT_KEY,
      SHEETS_SPREADSHEET_ID: '1AbC-a-spreadsheet-of-ours',
    },
    readFile: () => shown,
  });
  expect(loaded.ok ? '' : describeFaults(loaded.faults)).toBe('');
});
