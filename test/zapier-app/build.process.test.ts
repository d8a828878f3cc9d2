import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { installZapierPlatform } from '../../zapier-app/command-line/run.ts';
import { writeSourceArchive } from '../../zapier-app/source-archive.ts';

const require = createRequire(import.meta.url);
const execute = promisify(execFile);
const appFolder = fileURLToPath(new URL('../../zapier-app', import.meta.url));

let cli: string;
let decompress: (archive: string, folder: string) => Promise<unknown>;
let folder: string;

beforeAll(async () => {
  const installed = installZapierPlatform();
  cli = join(installed, 'src/bin/run');
  decompress = require(join(installed, 'src/utils/decompress.js'));
  folder = await mkdtemp(join(tmpdir(), 'zapier-app-'));
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

/** Runs Zapier's command line on the app, without a login. */
async function zapierPlatform(...args: string[]): Promise<string> {
  const env = { ...process.env, DISABLE_ZAPIER_ANALYTICS: '1', NODE_OPTIONS: '' };
  const { stdout } = await execute(process.execPath, [cli, ...args], { cwd: appFolder, env });
  return stdout;
}

/** What the unpacked archive answers when Zapier's servers call it. */
async function call(event: object): Promise<unknown> {
  const script = `
    import { handler } from ${JSON.stringify(join(folder, 'zapierwrapper.js'))};
    const answer = await handler(JSON.parse(process.argv[1]));
    process.stdout.write('\\n' + JSON.stringify(answer.results));`;
  const { stdout } = await execute(
    process.execPath,
    ['--input-type=module', '--eval', script, JSON.stringify(event)],
    { cwd: folder, env: { PATH: process.env.PATH } },
  );
  return JSON.parse(stdout.split('\n').at(-1) ?? '');
}

test('the app is valid, and its archive runs without the repository', async () => {
  expect(await zapierPlatform('validate', '--without-style')).toContain('structurally sound');
  await zapierPlatform('build', '--skip-dep-install', '--skip-validation');
  await decompress(join(appFolder, 'build/build.zip'), folder);

  const definition = JSON.parse(await readFile(join(folder, 'definition.json'), 'utf8'));
  expect(Object.keys(definition.triggers)).toContain('experience_started');
  expect(await call({ command: 'validate' })).toEqual([]);
  const event = { ...definition.triggers.experience_started.operation.sample, id: 'evt_1' };
  const answer = await call({
    command: 'execute',
    method: 'triggers.experience_started.operation.perform',
    bundle: { inputData: {}, authData: {}, cleanedRequest: event },
  });
  expect(answer).toEqual([event]);
}, 120_000);

test('the source archive compiles without the repository, with a lock file for all its packages', async () => {
  const source = await mkdtemp(join(tmpdir(), 'zapier-source-'));
  try {
    writeSourceArchive();
    await decompress(join(appFolder, 'build/source.zip'), source);
    const lock = JSON.parse(await readFile(join(source, 'package-lock.json'), 'utf8'));
    expect(Object.keys(lock.packages)).toEqual(
      expect.arrayContaining(['node_modules/typescript', 'node_modules/zapier-platform-core']),
    );
    const compiler = join(require.resolve('typescript/package.json'), '../bin/tsc');
    // Instead of `npm ci`, which would need the network.
    await symlink(join(appFolder, '../node_modules'), join(source, 'node_modules'));
    await execute(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
      cwd: source,
    });
    const script = `import app from './dist/zapier-app/index.js'; process.stdout.write(Object.keys(app.triggers).join());`;
    const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: source,
      env: { PATH: process.env.PATH },
    });
    expect(stdout).toContain('experience_started');
  } finally {
    await rm(source, { recursive: true });
  }
}, 120_000);
