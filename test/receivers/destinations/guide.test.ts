import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { CONNECTED_KINDS, kindTitles } from '../../../receivers/destinations/index.ts';

const FOLDER = new URL('../../../receivers/destinations/', import.meta.url);
const guide = readFileSync(new URL('README.md', FOLDER), 'utf8');

test.each(CONNECTED_KINDS.map(({ kind, title }) => [title, kind]))(
  'the guide lists %s, and its folder has a README',
  (title, kind) => {
    expect(guide).toContain(`| [${title}](${kind}/README.md) | \`${kind}\` |`);
    expect(existsSync(new URL(`${kind}/README.md`, FOLDER))).toBe(true);
  },
);

test('the kinds can be listed in a sentence', () => {
  expect(kindTitles('or')).toMatch(/^Slack, Google Sheets, email, your own API, .*, or Google Chat$/);
});
