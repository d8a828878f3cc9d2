/**
 * Runs both verifier files against the vectors in the runtimes that people copy them to: Node 20, 22, 24 and 26, Bun,
 * Deno, workerd and an edge runtime; and the compiled Zapier app in Node 22, which Zapier runs, and 24. The runtimes
 * are hundreds of megabytes, so they are installed aside, under node_modules/.cache, and kept there. What cannot be
 * installed is skipped and named; with --all that is a failure.
 * Run: npm run test:runtimes
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ASIDE = join(ROOT, 'node_modules/.cache/verifier-runtimes');
const JAVASCRIPT = join(ASIDE, 'javascript');
const IN_PROCESS = join(ROOT, 'test/runtimes/in-process.ts');
const ZAPIER_APP = join(ROOT, 'test/runtimes/zapier-app.ts');
const INSTALL_MS = 120_000;
const RUN_MS = 60_000;

interface Runtime {
  name: string;
  package: string;
  version: string;
  /** The commands to run, in order, for the folder that the package is installed in. */
  commands: (folder: string) => string[][];
}

/** Node 20 runs no TypeScript: it gets the same files with their types taken out. */
function node(version: string, ...entries: string[]): Runtime {
  return {
    name: `Node ${version.split('.')[0]}`,
    package: 'node',
    version,
    commands: (folder) =>
      entries.map((entry) => [
        join(folder, 'node_modules/.bin/node'),
        '--disable-warning=ExperimentalWarning',
        entry,
      ]),
  };
}

const RUNTIMES: Runtime[] = [
  node('20.20.2', join(JAVASCRIPT, 'test/runtimes/in-process.mjs')),
  node('22.23.3', IN_PROCESS, ZAPIER_APP),
  node('24.21.0', IN_PROCESS, ZAPIER_APP),
  node('26.9.0', IN_PROCESS),
  {
    name: 'Bun',
    package: 'bun',
    version: '1.4.5',
    commands: (folder) => [[join(folder, 'node_modules/.bin/bun'), 'run', '--no-install', IN_PROCESS]],
  },
  {
    name: 'Deno',
    package: 'deno',
    version: '2.9.6',
    commands: (folder) => [
      [
        join(folder, 'node_modules/.bin/deno'),
        'run',
        '--no-config',
        '--no-lock',
        '--no-remote',
        '--no-npm',
        IN_PROCESS,
      ],
    ],
  },
  {
    name: 'workerd',
    package: 'workerd',
    version: '1.20261117.1',
    commands: (folder) =>
      ['in-workerd', 'in-workerd-web'].map((entry) => [
        join(folder, 'node_modules/.bin/workerd'),
        'test',
        join(JAVASCRIPT, `${entry}.capnp`),
      ]),
  },
  {
    name: 'Edge runtime',
    package: '@edge-runtime/vm',
    version: '5.0.0',
    commands: (folder) => [[process.execPath, join(ROOT, 'test/runtimes/in-edge-vm.ts'), folder]],
  },
];

/** The line that reports success. */
const RESULT = /\b(1\d\d) of \1 cases agree|\b(\d+) of \2 instant triggers give/;

const MODULES = [
  'shared/verifier.ts',
  'shared/verifier-web.ts',
  'test/runtimes/agreement.ts',
  'test/runtimes/in-process.ts',
  'test/runtimes/in-workerd.ts',
  'test/runtimes/in-workerd-web.ts',
];

/** Writes the modules without their types, and a configuration of workerd for each of its entries. */
function writeJavaScript(): void {
  rmSync(JAVASCRIPT, { recursive: true, force: true });
  for (const folder of ['shared', 'test/runtimes']) {
    mkdirSync(join(JAVASCRIPT, folder), { recursive: true });
  }
  for (const path of MODULES) {
    const source = stripTypeScriptTypes(readFileSync(join(ROOT, path), 'utf8'));
    writeFileSync(javascriptOf(path), source.replace(/(from '.*)\.(?:ts'|json' with .*(?=;))/g, "$1.mjs'"));
  }
  const vectors = readFileSync(join(ROOT, 'shared/vectors.json'), 'utf8');
  writeFileSync(join(JAVASCRIPT, 'shared/vectors.mjs'), `export default ${vectors}`);
  writeWorker('in-workerd', 'shared/verifier', ['nodejs_compat']);
  writeWorker('in-workerd-web', 'shared/verifier-web', []);
}

function javascriptOf(path: string): string {
  return join(JAVASCRIPT, path.replace(/\.ts$/, '.mjs'));
}

function writeWorker(entry: string, verifier: string, flags: readonly string[]): void {
  const names = [`test/runtimes/${entry}`, 'test/runtimes/agreement', verifier, 'shared/vectors'];
  const modules = names.map((name) => `(name = "${name}.mjs", esModule = embed "${name}.mjs")`);
  const text = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = [${flags.map((flag) => `"${flag}"`).join(', ')}],
))]);
`;
  writeFileSync(join(JAVASCRIPT, `${entry}.capnp`), text);
}

/** Installs a runtime into a folder of its own, unless it is there; gives the folder, or why there is none. */
function install(runtime: Runtime): { folder: string } | { problem: string } {
  const folder = join(ASIDE, `${basename(runtime.package)}-${runtime.version}`);
  const done = join(folder, 'installed');
  if (existsSync(done)) {
    return { folder };
  }
  mkdirSync(folder, { recursive: true });
  const manifest = {
    private: true,
    dependencies: { [runtime.package]: runtime.version },
    allowScripts: { [runtime.package]: true },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const { status, output } = run(
    ['npm', 'install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'],
    INSTALL_MS,
    folder,
  );
  if (status !== 0) {
    const lines = output.split('\n');
    return { problem: lines.find((line) => line.includes('error')) ?? lines.at(-1) ?? '' };
  }
  writeFileSync(done, '');
  return { folder };
}

function run(
  [command, ...args]: string[],
  timeout: number,
  cwd = ROOT,
): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command!, args, { cwd, encoding: 'utf8', timeout });
  return {
    status,
    output: `${stdout ?? ''}${stderr ?? ''}${error === undefined ? '' : error.message}`.trim(),
  };
}

writeJavaScript();
let skipped = 0;
let failed = 0;
for (const runtime of RUNTIMES) {
  const title = `${runtime.name} (${runtime.version})`;
  const installed = install(runtime);
  if ('problem' in installed) {
    skipped += 1;
    console.log(`SKIPPED  ${title}: could not be installed: ${installed.problem}`);
    continue;
  }
  for (const command of runtime.commands(installed.folder)) {
    const { status, output } = run(command, RUN_MS);
    const isRight = status === 0 && RESULT.test(output);
    failed += isRight ? 0 : 1;
    const lines = output.split('\n').filter((line) => !isRight || RESULT.test(line));
    console.log(`${isRight ? 'ok      ' : 'FAILED  '} ${title}: ${lines.join(isRight ? '; ' : '\n')}`);
  }
}
console.log(
  `${RUNTIMES.length - skipped} of ${RUNTIMES.length} runtimes ran, ${failed} failed, ${skipped} skipped.`,
);
process.exitCode = failed > 0 || (skipped > 0 && process.argv.includes('--all')) ? 1 : 0;
