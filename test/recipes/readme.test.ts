import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { compile } from '../shared/compile.ts';

const NEXT = 'next-route-handler.ts';
const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const readme = read('../../shared/README.md');
const recipes = readdirSync(new URL('.', import.meta.url)).filter(
  (name) => !name.endsWith('.test.ts') && name !== 'on-event.ts',
);

/** A recipe as a reader needs it: next to the copied file, and for Next.js without the ending that it does not allow. */
function shown(name: string): string {
  const copied = read(name)
    .replace("'../../shared/verifier", "'./verifier")
    .replace("import { onEvent } from './on-event.ts';\n", '');
  return name === NEXT ? copied.replace(/'(\.\/verifier.*)\.ts'/, "'$1'") : copied;
}

test.each(recipes)('shared/README.md shows %s unchanged', (name) => {
  expect(readme).toContain(`\`\`\`ts\n${shown(name).trimEnd()}\n\`\`\``);
});

test('the README’s code for Next.js compiles with the options that Next.js sets', () => {
  const files = {
    'route.ts': `${shown(NEXT)}\ndeclare function onEvent(event: unknown): void;`,
    'verifier-web.ts': read('../../shared/verifier-web.ts'),
  };
  const options = {
    target: 'es2017',
    lib: ['dom', 'dom.iterable', 'esnext'],
    module: 'esnext',
    moduleResolution: 'bundler',
    isolatedModules: true,
    types: ['node'],
  };
  expect(compile(files, options)).toBe('');
});
