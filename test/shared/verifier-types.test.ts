import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { compile } from './compile.ts';

const NODE = { lib: ['es2022'], types: ['node'] };
const BROWSER = { lib: ['es2022', 'dom'], types: [] };

/** A copied file is compiled with the options of the project that it comes into: its types must hold in each. */
test.each([
  ['verifier.ts', "Node's types and no browser's", NODE],
  ['verifier-web.ts', "Node's types and no browser's", NODE],
  ['verifier-web.ts', "a browser's types and no Node's", BROWSER],
])('%s compiles with %s', (name, _types, types) => {
  const text = readFileSync(new URL(`../../shared/${name}`, import.meta.url), 'utf8');
  const project = { target: 'es2022', module: 'esnext', moduleResolution: 'bundler', ...types };
  expect(compile({ [name]: text }, project)).toBe('');
});

test('a mistake in a copied file is reported', () => {
  expect(compile({ 'mistake.ts': 'export const count: number = "one";' }, BROWSER)).toContain('TS2322');
});
