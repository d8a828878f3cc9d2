import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

const folder = new URL('../../shared/', import.meta.url);
const skill = readFileSync(new URL('SKILL.md', folder), 'utf8');
const [, header = ''] = /^---\n(.*?)\n---\n/s.exec(skill) ?? [];

test('SKILL.md has the fields that agents read, within the limits of the Agent Skills specification', () => {
  // agentskills.io/specification: a name of at most 64 lower-case letters, digits and single hyphens, a description of
  // at most 1,024 characters, and fewer than 500 lines.
  const { name, description } = parse(header) as { name: string; description: string };
  expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect(name.length).toBeLessThanOrEqual(64);
  expect(description.length).toBeLessThanOrEqual(1_024);
  expect(skill.split('\n').length).toBeLessThan(500);
  expect(skill).toContain(`a folder \`${name}\``);
});

test('every file that SKILL.md names exists, and every framework that it names has a recipe', () => {
  const files = [...skill.matchAll(/\]\(([^)#]+)/g)].map(([, path]) => path as string);
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((path) => !existsSync(new URL(path, folder)))).toEqual([]);
  const recipes = readdirSync(new URL('../test/recipes/', folder)).join(' ');
  for (const framework of [
    'express-before',
    'express-after',
    'fastify',
    'hono',
    'next',
    'aws-lambda',
    'google-cloud',
  ]) {
    expect(recipes).toContain(framework);
  }
});
