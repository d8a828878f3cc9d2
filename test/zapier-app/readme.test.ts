import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { PlainOutputField } from 'zapier-platform-core';
import { EVENT_OUTPUT } from '../../zapier-app/fields/output.ts';
import { experienceResults } from '../../zapier-app/searches/experience-results.ts';
import { PICTURES_FOLDER, zapPictures } from '../pictures/zapier.ts';
import { app } from './zap.ts';

const page = readFileSync(new URL('../../zapier-app/README.md', import.meta.url), 'utf8');
const steps = [app.triggers, app.creates, app.searches].flatMap((group) => Object.values(group));
const visible = steps.filter(({ display }) => display.hidden !== true).map(({ display }) => display.label);

test('the README of the Zapier app names every step that people see', () => {
  expect(visible.filter((label) => !page.includes(`**${label}**`))).toEqual([]);
});

test('the Zaps in the README name steps as the app shows them', () => {
  const named = [...page.matchAll(/Intelligems, \*([^*]+)\*/g)].map(([, name = '']) => name);
  expect(named).toHaveLength(5);
  expect(named.filter((name) => !visible.includes(name))).toEqual([]);
});

test('the Zaps in the README map only fields that the app gives', () => {
  const fields = [...EVENT_OUTPUT, ...(experienceResults.operation.outputFields ?? [])] as PlainOutputField[];
  const labels = new Set(
    fields.flatMap((field) => [field, ...(field.children ?? [])]).map(({ label }) => label),
  );
  const named = [...page.matchAll(/\{\{([^}]+)\}\}/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !labels.has(name))).toEqual([]);
});

test('the pictures of the Zaps show the current fields (update them: node test/pictures/zapier.ts)', () => {
  for (const [name, content] of zapPictures()) {
    expect(readFileSync(`${PICTURES_FOLDER}${name}`, 'utf8')).toBe(content);
    expect(page).toContain(`(pictures/${name})`);
  }
});
