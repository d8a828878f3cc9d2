import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { sampleBody } from '../../fixtures/messages.ts';
import { environment, postSigned, SECRET } from '../../fixtures/receiver.ts';

const root = join(import.meta.dirname, '../../..');
const dockerfile = readFileSync(join(root, 'receivers/deploy/Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
const work = mkdtempSync(join(tmpdir(), 'image '));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** The values of an instruction, in order. */
function instructions(name: string): string[] {
  return dockerfile
    .split('\n')
    .filter((line) => line.trimStart().startsWith(`${name} `))
    .map((line) => line.trim().slice(name.length + 1));
}

/** What the build may copy: everything is left out but what the file takes in again. */
function contextFiles(): string[] {
  const rules = readFileSync(join(root, 'receivers/deploy/Dockerfile.dockerignore'), 'utf8')
    .split('\n')
    .filter(Boolean);
  const kept = new Set<string>();
  for (const rule of rules) {
    const isKept = rule.startsWith('!');
    const pattern = isKept ? rule.slice(1) : rule;
    const matching = globSync([pattern, `${pattern}/**`], {
      cwd: root,
      exclude: (path) => path === 'node_modules',
    });
    for (const path of matching) {
      isKept ? kept.add(path) : kept.delete(path);
    }
  }
  return [...kept];
}

// There is no Docker engine in most places where tests run: the instructions are followed by hand.
test('what the Dockerfile copies builds the package, which starts as its last lines say and answers its health check', async () => {
  const build = join(work, 'build');
  const kept = contextFiles();
  for (const copied of instructions('COPY').filter((line) => !line.startsWith('--from'))) {
    for (const source of copied.split(' ').slice(0, -1)) {
      const files = kept.filter(
        (path) => path === source || path.startsWith(`${source.replace(/\/$/, '')}/`),
      );
      expect(`${source}: ${files.length > 0}`).toBe(`${source}: true`);
      for (const file of files) {
        mkdirSync(dirname(join(build, file)), { recursive: true });
        cpSync(join(root, file), join(build, file), { recursive: true });
      }
    }
  }
  symlinkSync(join(root, 'node_modules'), join(build, 'node_modules'));
  const [install = '', script = ''] = instructions('RUN');
  expect(install).toMatch(/^npm ci --ignore-scripts --workspaces=false/);
  const [, file = ''] = /^node (\S+)$/.exec(script) ?? [];
  execFileSync(process.execPath, [file], { cwd: build, env: environment({}), stdio: 'ignore' });

  const [from = ''] = instructions('COPY').filter((line) => line.startsWith('--from=package'));
  const folder = join(build, from.split(' ')[1]?.replace('/build/', '') ?? '');
  const image = Object.fromEntries(
    instructions('ENV').flatMap((line) => line.split(' ').map((pair) => pair.split('='))),
  );
  expect(image).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0', PORT: '8787', DATA_DIR: '/data' });
  expect(instructions('USER')).toEqual(['node']);
  const env = environment({
    ...image,
    HOST: '127.0.0.1',
    PORT: '18877',
    DATA_DIR: join(work, 'data'),
    INTELLIGEMS_WEBHOOK_SECRET: SECRET,
  });
  const [command, ...words] = JSON.parse(instructions('CMD').at(-1) as string) as string[];
  expect(command).toBe('node');
  const child = spawn(process.execPath, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    let output = '';
    for await (const text of child.stdout) {
      output += text;
      if (/Receiving on/.test(output)) {
        break;
      }
    }
    child.stdout.resume();
    const [, check = ''] = /CMD (\[.*\])$/.exec(instructions('HEALTHCHECK')[0] ?? '') ?? [];
    const [, ...asked] = JSON.parse(check) as string[];
    expect(() => execFileSync(process.execPath, asked, { env })).not.toThrow();
    expect((await postSigned('http://127.0.0.1:18877', sampleBody('start'))).status).toBe(200);
  } finally {
    child.kill(instructions('STOPSIGNAL')[0] as NodeJS.Signals);
  }
  expect(await exited).toEqual([0, null]);
}, 120_000);
