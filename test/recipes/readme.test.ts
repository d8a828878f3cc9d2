import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const recipes = readdirSync(new URL('.', import.meta.url)).filter(
  (name) => !name.endsWith('.test.ts') && name !== 'on-event.ts',
);

test.each(recipes)('the README shows %s as it is', (name) => {
  const source = readFileSync(new URL(name, import.meta.url), 'utf8');
  const shown = source
    .replace("'../../shared/verifier", "'./verifier")
    .replace("import { onEvent } from './on-event.ts';\n", '');
  expect(readme).toContain(`\`\`\`ts\n${shown.trimEnd()}\n\`\`\``);
});
