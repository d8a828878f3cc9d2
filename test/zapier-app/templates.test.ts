import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { PlainInputField, PlainOutputField } from 'zapier-platform-core';
import { EVENT_OUTPUT } from '../../zapier-app/fields/output.ts';
import { experienceResults } from '../../zapier-app/searches/experience-results.ts';
import { app } from './zap.ts';

const templates = readFileSync(new URL('../../zapier-app/templates.md', import.meta.url), 'utf8');

test('the Zap templates name steps and inputs as the app shows them', () => {
  const steps = [...Object.values(app.triggers), ...Object.values(app.searches)];
  const labels = new Set(steps.map(({ display }) => display.label));
  const named = [...templates.matchAll(/Intelligems, \*([^*]+)\*/g)].map(([, name = '']) =>
    name.replace(/\s+/g, ' '),
  );
  expect(named).toHaveLength(5);
  expect(named.filter((name) => !labels.has(name))).toEqual([]);
  const inputs = steps.flatMap(({ operation }) => (operation.inputFields ?? []) as PlainInputField[]);
  for (const name of ['Events', 'Category', 'Experience']) {
    expect(templates).toContain(`*${name}*`);
    expect(inputs.map(({ label }) => label)).toContain(name);
  }
});

test('the Zap templates name only fields that the app gives', () => {
  const fields = [...EVENT_OUTPUT, ...(experienceResults.operation.outputFields ?? [])] as PlainOutputField[];
  const labels = new Set(
    fields.flatMap((field) => [field, ...(field.children ?? [])]).map(({ label }) => label),
  );
  const named = [...templates.matchAll(/\{\{([^}]+)\}\}/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !labels.has(name))).toEqual([]);
});
