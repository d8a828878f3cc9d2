import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installZapierPlatform } from './command-line/run.ts';

/**
 * Writes build/source.zip again, so that it compiles by itself: Zapier keeps it for people who work on the app later.
 * The archive that `zapier-platform build` makes holds only this folder, and lacks ../shared, the compiler and a lock
 * file. In an empty folder: unzip it, `npm ci`, `npm run compile`.
 */

const APP = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(APP, '..');

interface Package {
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  [field: string]: unknown;
}

interface LockFile {
  lockfileVersion: number;
  packages: Record<string, Package>;
  [field: string]: unknown;
}

function json<Value>(...path: string[]): Value {
  return JSON.parse(readFileSync(join(ROOT, ...path), 'utf8'));
}

/** The files of a folder by their paths from the repository's root, without what is built or installed. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !['node_modules', 'dist', 'build'].includes(name) && !name.startsWith('.'))
    .flatMap((entry) =>
      entry.isDirectory()
        ? filesOf(join(folder, entry.name))
        : [relative(ROOT, join(folder, entry.name)).replaceAll('\\', '/')],
    );
}

/** What the app takes from shared/: the modules and samples, not the vectors and ports. */
function isSource(path: string): boolean {
  return path.startsWith('zapier-app/') || /^shared\/(?:[^/]+\.ts|samples\/[^/]+\.json)$/.test(path);
}

/** The archive's own package.json: the app's, with the compiler that the repository has. */
function packageFile(): Package {
  const app = json<Package>('zapier-app', 'package.json');
  const { devDependencies = {} } = json<Package>('package.json');
  return {
    ...app,
    scripts: {
      '_zapier-build': 'node -e "fs.rmSync(\'dist\', { recursive: true, force: true })" && npm run compile',
      compile: 'tsc -p tsconfig.build.json',
      zapier: 'node zapier-app/command-line/run.ts',
      build: 'npm run --silent zapier -- build --skip-validation',
    },
    devDependencies: {
      ...app.devDependencies,
      '@types/node': devDependencies['@types/node'] as string,
      typescript: devDependencies.typescript as string,
    },
  };
}

/** The part of the repository's lock file that the archive's package.json needs. */
function lockFile(own: Package): LockFile {
  const lock = json<LockFile>('package-lock.json');
  const kept: Record<string, Package> = {};
  const add = (from: string, name: string, isOptional: boolean): void => {
    const path = installedPath(lock, from, name);
    if (path === null) {
      if (!isOptional) {
        throw new Error(`package-lock.json has no ${name}, which ${from || 'the app'} needs.`);
      }
      return;
    }
    const found = lock.packages[path] as Package;
    if (kept[path] === undefined) {
      kept[path] = found;
      addAll(path, found);
    }
  };
  const addAll = (path: string, { dependencies, optionalDependencies, ...rest }: Package): void => {
    const { peerDependencies = {}, peerDependenciesMeta = {} } = rest;
    Object.keys(dependencies ?? {}).map((name) => add(path, name, false));
    Object.keys(optionalDependencies ?? {}).map((name) => add(path, name, true));
    Object.keys(peerDependencies).map((name) =>
      add(path, name, peerDependenciesMeta[name]?.optional ?? false),
    );
  };
  const { dependencies, devDependencies } = own;
  addAll('', { dependencies: { ...dependencies, ...devDependencies } });
  const sorted = Object.entries(kept).sort(([one], [other]) => one.localeCompare(other));
  const { name, version } = own;
  return {
    ...lock,
    name,
    version,
    packages: { '': { name, version, dependencies, devDependencies }, ...Object.fromEntries(sorted) },
  };
}

/** Where Node finds a package from another one: the nearest node_modules upwards. */
function installedPath({ packages }: LockFile, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path] !== undefined) {
      return path;
    }
    if (folder === '') {
      return null;
    }
  }
}

/** Writes the archive, with the package for archives that comes with Zapier's command line. */
export function writeSourceArchive(): void {
  const AdmZip = createRequire(join(installZapierPlatform(), 'package.json'))('adm-zip');
  const archive = new AdmZip();
  const add = (path: string, content: string | Buffer): void =>
    archive.addFile(path, Buffer.isBuffer(content) ? content : Buffer.from(content));
  const write = (path: string, value: unknown): void => add(path, `${JSON.stringify(value, null, 2)}\n`);
  const own = packageFile();
  const { include: _include, exclude: _exclude, ...base } = json<Record<string, unknown>>('tsconfig.json');
  const build = json<Record<string, unknown> & { compilerOptions: object }>(
    'zapier-app',
    'tsconfig.build.json',
  );
  write('package.json', own);
  write('package-lock.json', lockFile(own));
  write('tsconfig.json', base);
  write('tsconfig.build.json', {
    ...build,
    extends: './tsconfig.json',
    compilerOptions: { ...build.compilerOptions, rootDir: '.' },
    include: ['zapier-app/index.ts'],
  });
  for (const path of [...filesOf(APP), ...filesOf(join(ROOT, 'shared'))].filter(isSource)) {
    add(path, readFileSync(join(ROOT, path)));
  }
  archive.writeZip(join(APP, 'build/source.zip'));
}

if (import.meta.main) {
  writeSourceArchive();
}
