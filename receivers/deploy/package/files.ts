import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';

/** What the code reads at run time, by its path in the repository. */
const READ_BY_CODE = [
  'receivers/**/*.{sql,liquid}',
  'receivers/console/browser/*.{js,css}',
  'receivers/destinations/slack/manifest.yaml',
  'shared/samples/*.json',
  'shared/verifier.ts',
  'shared/verifier-web.ts',
  'shared/ports/*/verifier.*',
];

const READ_BY_PEOPLE = {
  'README.md': 'receivers/deploy/package/README.md',
  LICENSE: 'LICENSE',
  'receivers.schema.json': 'receivers/config/published/receivers.schema.json',
  'receivers.example.yaml': 'receivers/config/published/receivers.example.yaml',
};

/** Files of other packages that the console serves to browsers. */
const SERVED = {
  uplot: ['dist/uPlot.min.css', 'dist/uPlot.esm.js', 'LICENSE'],
  idiomorph: ['dist/idiomorph.esm.js', 'LICENSE'],
};

/** The packages that are inside the package as they are, not in the bundle. */
export const SERVED_PACKAGES = Object.keys(SERVED);

/** Copies everything that is not compiled. `code` is the folder of the bundle. */
export function copyFiles(root: string, folder: string, code: string): void {
  for (const path of globSync(READ_BY_CODE, { cwd: root })) {
    copy(join(root, path), join(code, path));
  }
  for (const [name, path] of Object.entries(READ_BY_PEOPLE)) {
    copy(join(root, path), join(folder, name));
  }
  const example = join(folder, 'receivers.example.yaml');
  writeFileSync(
    example,
    readFileSync(example, 'utf8')
      .replace(
        'receivers/config/published/receivers.schema.json',
        'node_modules/intelligems-receivers/receivers.schema.json',
      )
      .replaceAll(
        'npm run routes -- --event shared/samples/start.json',
        'npx intelligems-receivers routes --event node_modules/intelligems-receivers/lib/shared/samples/start.json',
      ),
  );
  for (const [name, paths] of Object.entries(SERVED)) {
    const installed = join(root, 'node_modules', name);
    for (const path of paths) {
      copy(join(installed, path), join(folder, 'node_modules', name, path));
    }
    const { version, license } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    writeFileSync(
      join(folder, 'node_modules', name, 'package.json'),
      `${JSON.stringify({ name, version, license }, null, 2)}\n`,
    );
  }
  for (const name of ['bin.js', 'index.js', 'quiet-warnings.js', 'worker.js']) {
    copy(join(import.meta.dirname, name), join(code, name));
  }
}

/** The licenses of the packages in the bundle, as they ask for. */
export function licenses(root: string, { inputs }: Metafile): string {
  const folders = Object.keys(inputs).flatMap(
    (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [],
  );
  return [...new Set(folders)]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      const [file] = globSync('{LICENSE,LICENCE,license,License}*', { cwd: join(root, folder) });
      const text =
        file === undefined ? `License: ${license}` : readFileSync(join(root, folder, file), 'utf8');
      return `${name} ${version}\n\n${text.trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}
