import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { notesOf, releaseFaults } from '../../../receivers/deploy/check-release.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const changelog = `# Changelog

## Unreleased

- Not yet.

## 1.2.3 (2026-11-27)

- Faster.

## 1.2.2 (2026-11-01)
`;

test('a release whose tag, version and changelog agree can be published, with its section as the notes', () => {
  expect(releaseFaults({ tag: 'v1.2.3', version: '1.2.3', changelog })).toEqual([]);
  expect(notesOf('1.2.3', changelog)).toBe('- Faster.');
});

test.each([
  ['1.2.3', '1.2.3', /“1\.2\.3” is not a tag of a release/],
  ['v1.2', '1.2.3', /“v1\.2” is not a tag/],
  ['v1.2.3-rc.1', '1.2.3', /“v1\.2\.3-rc\.1” is not a tag/],
  ['v1.2.4', '1.2.3', /The tag is v1\.2\.4 and package\.json says 1\.2\.3/],
  ['v1.3.0', '1.3.0', /has no section “## 1\.3\.0 \(date\)”/],
  ['v1.2.2', '1.2.2', /section 1\.2\.2 of CHANGELOG\.md is empty/],
])('the release %s of version %s is refused, with what to do', (tag, version, fault) => {
  const faults = releaseFaults({ tag, version, changelog });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(fault);
});

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { permissions?: Record<string, string>; steps: { uses?: string; run?: string }[] }>;
}

test.each(['release', 'checks'])(
  'the workflow %s pins its actions, may only read, and runs scripts that exist',
  (name) => {
    const workflow = parse(read(`.github/workflows/${name}.yml`)) as Workflow;
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
    const { scripts } = JSON.parse(read('package.json'));
    for (const { uses, run = '' } of steps) {
      expect(uses ?? 'a@v1').toMatch(/^[\w./-]+@v\d+/);
      const named = [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script as string);
      expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
      const files = [...run.matchAll(/node (\S+\.ts)|bash (\S+)/g)].map(
        ([, code, shell]) => code ?? shell ?? '',
      );
      expect(files.map((file) => read(file).length > 0)).not.toContain(false);
    }
  },
);

test('only the jobs that publish may write or prove who they are', () => {
  const { jobs } = parse(read('.github/workflows/release.yml')) as Workflow;
  const granted = Object.entries(jobs).map(([name, { permissions = {} }]) => [
    name,
    Object.entries(permissions).flatMap(([what, right]) => (right === 'write' ? [what] : [])),
  ]);
  expect(Object.fromEntries(granted)).toEqual({
    build: [],
    package: ['id-token'],
    image: ['id-token'],
    page: ['contents'],
  });
});
