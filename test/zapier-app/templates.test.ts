import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { PlainOutputField } from 'zapier-platform-core';
import { EVENT_OUTPUT } from '../../zapier-app/fields/output.ts';
import { experienceResults } from '../../zapier-app/searches/experience-results.ts';

const templates = readFileSync(new URL('../../zapier-app/templates.md', import.meta.url), 'utf8');

test('the Zap templates name only fields that the app gives', () => {
  const fields = [...EVENT_OUTPUT, ...(experienceResults.operation.outputFields ?? [])] as PlainOutputField[];
  const labels = new Set(
    fields.flatMap((field) => [field, ...(field.children ?? [])]).map(({ label }) => label),
  );
  const named = [...templates.matchAll(/\{\{([^}]+)\}\}/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !labels.has(name))).toEqual([]);
});
