import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleBody, samplePayload } from '../../fixtures/messages.ts';
import { environment, postSigned, SECRET } from '../../fixtures/receiver.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

/** Another Node to try the package on, such as Node 22; the one of this test unless PACKAGE_NODE names one. */
const node = process.env.PACKAGE_NODE ?? process.execPath;

const MOST_BYTES = 10_000_000;

let work: string;
/** A folder that has the package installed and nothing else, with spaces in its path. */
let home: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'a package '));
  home = join(work, 'an empty folder');
  mkdirSync(home);
  await execute(process.execPath, [join(root, 'receivers/deploy/package/build.ts'), work], {
    env: environment({}),
  });
  const [packed] = readdirSync(work).filter((name) => name.endsWith('.tgz'));
  await execute('npm', ['install', '--offline', '--no-audit', join(work, packed as string)], {
    cwd: home,
    env: environment({}),
  });
}, 180_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

const installed = (): string => join(home, 'node_modules/intelligems-receivers');

function settings(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    ...environment({ HOST: '127.0.0.1', PORT: '0', INTELLIGEMS_WEBHOOK_SECRET: SECRET, ...more }),
    PATH: `${dirname(node)}:${process.env.PATH}`,
  };
}

/** Runs a command of the installed package, as a person does. */
async function run(...words: string[]): Promise<string> {
  const { stdout, stderr } = await execute('npx', ['--offline', 'intelligems-receivers', ...words], {
    cwd: home,
    env: settings({ PORT: '1' }),
  });
  expect(stderr).not.toMatch(/warning/i);
  return stdout;
}

test('The installed package is under 10 MB and has no test, no source map and no path of the machine that built it.', () => {
  const files = globSync('**', { cwd: installed() }).filter((path) =>
    statSync(join(installed(), path)).isFile(),
  );
  const bytes = files.reduce((sum, path) => sum + statSync(join(installed(), path)).size, 0);
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(files.filter((path) => /\.map$|\.test\.|^test\//.test(path))).toEqual([]);
  const leaking = files.filter((path) => readFileSync(join(installed(), path), 'latin1').includes(root));
  expect(leaking).toEqual([]);
});

test('The installed package receives a signed event and shows it in the console, without a warning of Node.', async () => {
  const child = spawn(node, [join(installed(), 'lib/bin.js'), 'start'], {
    cwd: home,
    env: settings({ CONSOLE_TOKEN: 'a-token-for-the-package' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  try {
    const url = await new Promise<string>((resolve, reject) => {
      const read = (text: Buffer): void => {
        output += text;
        const [, found] = /Receiving on (http:\/\/\S+?),/.exec(output) ?? [];
        if (found !== undefined) {
          resolve(found);
        }
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', () => reject(new Error(`It ended before it listened:\n${output}`)));
    });
    expect((await postSigned(url, sampleBody('start'))).status).toBe(200);
    const headers = { authorization: 'Bearer a-token-for-the-package' };
    const events = await (await fetch(`${url}/console/api/events`, { headers })).text();
    expect(events).toContain('Backpack price test');
    const login = await fetch(`${url}/console/login`, {
      method: 'POST',
      headers: { origin: url },
      body: new URLSearchParams({ token: 'a-token-for-the-package' }),
      redirect: 'manual',
    });
    const cookie = String(login.headers.get('set-cookie')).split(';')[0] ?? '';
    for (const page of ['set-up', 'connections', 'connections/new/destination/slack', 'events']) {
      const { status } = await fetch(`${url}/console/${page}`, { headers: { cookie } });
      expect(`${page} ${status}`).toBe(`${page} 200`);
    }
    for (const name of [
      'console.css',
      'forms.css',
      'console.js',
      'drafts.js',
      'uplot.js',
      'uplot.css',
      'idiomorph.js',
    ]) {
      expect(`${name} ${(await fetch(`${url}/console/assets/any/${name}`)).status}`).toBe(`${name} 200`);
    }
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
  expect(output).not.toMatch(/ExperimentalWarning/);
});

test('Every command of the installed package loads and shows its help.', async () => {
  const commands = [...(await run('--help')).matchAll(/^ {2}([a-z-]+)(?: \[| {2,})/gm)].map(
    ([, name]) => name as string,
  );
  expect(commands).toEqual(expect.arrayContaining(['start', 'doctor', 'backup', 'copy-verifier', 'version']));
  for (const name of commands.filter((command) => command !== 'help')) {
    expect(await run(name, '--help')).toContain(`Usage: intelligems-receivers ${name}`);
  }
}, 180_000);

test('The package previews every kind of destination, mails included.', async () => {
  expect(await run('preview', 'start')).toMatch(/Slack.*Backpack price test.*Email/is);
});

test('version prints the version of the package.', async () => {
  const { version } = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8'));
  expect(await run('version')).toBe(`${version}\n`);
});

test('copy-verifier puts the verifier in JavaScript into a folder, where it verifies.', async () => {
  await run('copy-verifier', 'my code', '--language', 'js');
  const { verifyWebhook, signWebhook } = await import(join(home, 'my code/verifier.js'));
  expect(verifyWebhook('x', signWebhook('x', 's'), 's')).toEqual({ ok: true, secret: 0 });
  expect(verifyWebhook('y', signWebhook('x', 's'), 's')).toMatchObject({ ok: false, reason: 'no-match' });
});

test('no message of the installed package names an npm script', () => {
  const files = globSync('lib/*.js', { cwd: installed() });
  const naming = files.filter((path) => readFileSync(join(installed(), path), 'utf8').includes('npm run '));
  // One decides which of the two ways is printed.
  expect(naming).toHaveLength(1);
});

test('createReceiver of the installed package has types and accepts a webhook in an Express application', async () => {
  const use = join(home, 'application.mts');
  writeFileSync(
    use,
    `import { createServer } from 'node:http';
import { createReceiver, type EmbeddedReceiver } from 'intelligems-receivers';
import { signWebhook } from 'intelligems-receivers/verifier';
const receiver: EmbeddedReceiver = await createReceiver({ log: { write() {} } });
const server = createServer((request, response) => receiver.router(request, response, () => response.end()));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as { port: number };
const body = JSON.stringify(${JSON.stringify(samplePayload('start'))});
const headers = { 'x-intelligems-signature': signWebhook(body, '${SECRET}') };
const response = await fetch(\`http://127.0.0.1:\${port}/webhooks/intelligems\`, { method: 'POST', body, headers });
console.log(response.status);
await receiver.stop();
server.close();
server.closeAllConnections();
`,
  );
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const typeRoots = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
  const options = ['--ignoreConfig', '--strict', '--module', 'nodenext', '--target', 'es2024', ...typeRoots];
  await execute(process.execPath, [compiler, ...options, use], { cwd: home });
  const { stdout, stderr } = await execute(node, [join(home, 'application.mjs')], {
    cwd: home,
    env: settings({ DATA_DIR: join(home, 'application data'), FORWARD_URL: 'https://example.invalid/hook' }),
  });
  expect([stdout, stderr]).toEqual(['200\n', '']);
});

test('The exported verifiers have types and verify.', async () => {
  const use = join(home, 'use.mts');
  writeFileSync(
    use,
    `import { signWebhook, type Verdict, verifyWebhook } from 'intelligems-receivers/verifier';
import { verifyWebhook as verifyOnTheWeb } from 'intelligems-receivers/verifier-web';
const verdicts: Verdict[] = [
  verifyWebhook('x', signWebhook('x', 's'), 's'),
  await verifyOnTheWeb('x', signWebhook('x', 's'), 's'),
];
console.log(JSON.stringify(verdicts.map(({ ok }) => ok)));
`,
  );
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['--ignoreConfig', '--strict', '--module', 'nodenext', '--target', 'es2024'];
  await execute(process.execPath, [compiler, ...options, use], { cwd: home });
  const { stdout } = await execute(node, [join(home, 'use.mjs')], { cwd: home });
  expect(stdout).toBe('[true,true]\n');
});
