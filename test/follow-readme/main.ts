import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Step, stepsOf } from './steps.ts';

/**
 * Follows README.md word by word in an empty folder, with only Node and npm, and prints seconds and megabytes of each
 * step: first in a copy of the repository, then with the package.
 *
 *   npm run follow-readme -- --node 20 --node 22 --node 24     which Node; default: the one of this machine
 *   npm run follow-readme -- --tests                           also the command that runs the tests
 *   npm run follow-readme -- --package                         only the package, which takes seconds
 */
const { values } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: ['this'] },
    tests: { type: 'boolean', default: false },
    package: { type: 'boolean', default: false },
  },
});

const root = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'follow readme '));
const running = new Set<ChildProcess>();

try {
  for (const version of values.node) {
    await follow(version);
  }
} finally {
  await Promise.all([...running].map(end));
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}

async function follow(version: string): Promise<void> {
  const bin = binaryFolder(version);
  if (!values.package) {
    const repository = join(work, `repository ${version}`);
    copyRepository(repository);
    const steps = stepsOf(readFileSync(join(root, 'README.md'), 'utf8'), 'Start');
    await take(steps, repository, version, bin);
  }

  const packed = execFileSync(process.execPath, ['receivers/deploy/package/build.ts', work], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).split('\n')[0] as string;
  const empty = join(work, `empty ${version}`);
  mkdirSync(empty);
  const readme = readFileSync(join(root, 'receivers/deploy/package/README.md'), 'utf8');
  const install = { command: `npm install "${packed}"`, staysRunning: false };
  const use = stepsOf(readme, 'intelligems-receivers');
  // The package says which Node it needs; npm on an older one installs it all the same.
  await take(major(bin) < 22 ? [install] : [install, ...use], empty, version, bin);
}

/** Takes all steps in one folder. What stays running ends with the last of them. */
async function take(steps: readonly Step[], folder: string, version: string, bin: string): Promise<void> {
  const env = {
    PATH: [bin, process.env.PATH].join(delimiter),
    HOME: process.env.HOME,
    NO_COLOR: '1',
    PORT: '18787',
    HOST: '127.0.0.1',
  };
  const started: ChildProcess[] = [];
  for (const { command, staysRunning } of steps) {
    if (/npm test$/.test(command) && !values.tests) {
      continue;
    }
    const begun = performance.now();
    const child = spawn(command, {
      cwd: folder,
      env,
      shell: true,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    if (staysRunning) {
      started.push(child);
    }
    await outcome(child, command, staysRunning);
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    process.stdout.write(
      `Node ${version}: ${command.replace(work, '')}: ${seconds} s, ${megabytes(folder)} MB in the folder\n`,
    );
  }
  for (const child of started) {
    await end(child);
  }
}

/** Resolves when a command has ended well, or listens. */
async function outcome(child: ChildProcess, command: string, staysRunning: boolean): Promise<void> {
  let output = '';
  const listens = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (/Receiving on http/.test(output)) {
        listens.resolve();
      }
    });
  }
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child);
    if (code !== 0 || staysRunning) {
      throw new Error(`“${command}” ended with ${code}:\n${output.slice(-4_000)}`);
    }
  });
  if (staysRunning) {
    // Its end is expected later.
    ended.catch(() => {});
    await Promise.race([listens.promise, ended]);
  } else {
    await ended;
  }
}

/** Ends a command with everything that it started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    process.kill(-(child.pid as number), 'SIGTERM');
    await exited;
  }
}

/** Where a Node of this version is: the one of this machine, or one from the npm package `node`. */
function binaryFolder(version: string): string {
  if (version === 'this') {
    const found = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
    return dirname(found);
  }
  const folder = join(work, `node ${version}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"allowScripts":{"node":true}}');
  execFileSync('npm', ['install', '--silent', `node@${version}`], { cwd: folder, stdio: 'inherit' });
  return join(folder, 'node_modules/node/bin');
}

function major(bin: string): number {
  return Number(
    execFileSync(join(bin, 'node'), ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.')[0],
  );
}

/** What a clone has: only files that Git knows. */
function copyRepository(folder: string): void {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
}

function megabytes(folder: string): string {
  const kilobytes = execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0];
  return (Number(kilobytes) / 1_024).toFixed(0);
}
