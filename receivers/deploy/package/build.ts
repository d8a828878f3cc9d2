import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stripTypes } from '../../base/strip-types.ts';
import { bundle, NODES } from './bundle.ts';
import { copyFiles, licenses, SERVED_PACKAGES } from './files.ts';

// `npm run package [folder]`: makes build/package/, packs it, and prints the sizes.
const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'build/package');
const code = join(folder, 'lib');
const EMBEDDED = 'receivers/server/embedded.ts';

rmSync(folder, { recursive: true, force: true });
mkdirSync(code, { recursive: true });
writeFileSync(join(folder, 'THIRD-PARTY-LICENSES'), licenses(root, await bundle(root, code)));
copyFiles(root, folder, code);
writeModules();
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
print(pack(process.argv[2] ?? join(root, 'build')));

/** The verifiers as modules for those who would rather depend than copy, and the types of everything exported. */
function writeModules(): void {
  const verifiers = ['shared/verifier.ts', 'shared/verifier-web.ts'];
  for (const path of verifiers) {
    writeFileSync(
      join(folder, `${basename(path, '.ts')}.js`),
      stripTypes(readFileSync(join(root, path), 'utf8')),
    );
  }
  const sources = [...verifiers, EMBEDDED].map((path) => join(root, path));
  const options =
    '--ignoreConfig --declaration --emitDeclarationOnly --target es2024 --module nodenext --skipLibCheck';
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...options.split(' '),
      '--types',
      'node',
      '--outDir',
      join(folder, 'types'),
      '--rootDir',
      root,
      ...sources,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  const types = `./types/${EMBEDDED.replace(/ts$/, 'd.ts')}`;
  writeFileSync(
    join(folder, 'index.d.ts'),
    `import type { CreateReceiver } from '${types}';\nexport type { EmbeddedReceiver, ReceiverOptions } from '${types}';\nexport declare const createReceiver: CreateReceiver;\n`,
  );
}

/** The package's own package.json: everything it needs is inside. */
function manifest(): Record<string, unknown> {
  const { name, version, description, license, dependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return {
    name,
    version,
    description,
    license,
    ...repository(),
    type: 'module',
    engines: { node: NODES },
    bin: { [name]: 'lib/bin.js' },
    exports: {
      '.': { types: './index.d.ts', default: './lib/index.js' },
      './verifier': { types: './types/shared/verifier.d.ts', default: './verifier.js' },
      './verifier-web': { types: './types/shared/verifier-web.d.ts', default: './verifier-web.js' },
      './package.json': './package.json',
    },
    dependencies: Object.fromEntries(SERVED_PACKAGES.map((served) => [served, dependencies[served]])),
    bundleDependencies: SERVED_PACKAGES,
  };
}

/** npm's provenance has to name the repository that the package comes from; GitHub's workflows say which it is. */
function repository(): Record<string, unknown> {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
  return server && name ? { repository: { type: 'git', url: `git+${server}/${name}.git` } } : {};
}

/** Packs the folder into another one; gives the path of the package. */
function pack(destination: string): string {
  mkdirSync(destination, { recursive: true });
  const output = execFileSync(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', destination],
    {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    },
  );
  return join(destination, basename(output.trim()));
}

function print(file: string): void {
  const installed = globSync('**', { cwd: folder })
    .map((path) => statSync(join(folder, path)))
    .filter((entry) => entry.isFile());
  const bytes = installed.reduce((sum, { size }) => sum + size, 0);
  const megabytes = (size: number): string => `${(size / 1e6).toFixed(1)} MB`;
  process.stdout.write(
    `${file}\n${megabytes(statSync(file).size)} packed, ${megabytes(bytes)} installed, ${installed.length} files.\n`,
  );
}
