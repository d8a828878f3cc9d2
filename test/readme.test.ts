import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { describeFaults, loadConfiguration } from '../receivers/config/load.ts';
import { settingsTable } from '../receivers/config/published/settings-table.ts';
import { DESTINATION_KINDS } from '../receivers/destinations/index.ts';

const ROOT = new URL('../', import.meta.url);
const readme = readFileSync(new URL('README.md', ROOT), 'utf8');
const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  scripts: Record<string, string>;
};

test('the table of settings is current (npm run settings prints it)', () => {
  expect(readme).toContain(settingsTable(DESTINATION_KINDS));
});

test('every npm script that it names is there', () => {
  const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name as string);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('every file that it links to is there', () => {
  const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path as string);
  expect(linked.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
});

test('every heading that it links to is there', () => {
  const anchors = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
  const linked = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor as string);
  expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
});

test('its receivers.yaml is a valid one', () => {
  const shown = /```yaml\n(sources:\n.*?)```/s.exec(readme)?.[1] ?? '';
  const loaded = loadConfiguration({
    environment: {
      INTELLIGEMS_WEBHOOK_SECRET: 'one',
      OUTLET_SECRET: 'two',
      SLACK_BOT_TOKEN: 'xoxb-1234567890-token',
      GOOGLE_SERVICE_ACCOUNT_KEY: './service-account.json',
      SHEETS_SPREADSHEET_ID: '1AbC-a-spreadsheet-of-ours',
    },
    readFile: () => shown,
  });
  expect(loaded.ok ? '' : describeFaults(loaded.faults)).toBe('');
});
