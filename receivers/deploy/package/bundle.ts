import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** The oldest Node that the package is compiled for. */
const OLDEST_NODE = '22.20.0';

/** The Nodes that run the package: in those before, node:sqlite does not bind numbered parameters such as ?1. */
export const NODES = `^${OLDEST_NODE} || >=24.7.0`;

/** The SQLite worker thread is started by the URL of its file, so it is a bundle of its own. */
const ENTRIES = {
  main: 'receivers/cli/main.ts',
  'create-receiver': 'receivers/server/create-receiver.ts',
  'ledger-thread': 'receivers/ledger/sqlite/worker.ts',
};

/** Optional parts of pg that a receiver never loads. */
const NEVER_LOADED = ['pg-native', 'pg-cloudflare'];

/** CommonJS packages call `require` for Node's own modules, which an ES module does not have. */
const REQUIRE = `import { createRequire as createPackageRequire } from 'node:module';
const require = createPackageRequire(import.meta.url);`;

/**
 * Bundles the commands and what they load into JavaScript files that share chunks, without source maps.
 *
 * @param root the repository's top folder
 * @param folder where the files go; the files that the code reads are expected there under their path in the repository
 * @returns which source files went into it
 */
export async function bundle(root: string, folder: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: `node${OLDEST_NODE}`,
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    external: NEVER_LOADED,
    banner: { js: REQUIRE },
    plugins: [packagedSources(root)],
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

/** Adapts the source files to their place in the package. */
function packagedSources(root: string): Plugin {
  return {
    name: 'packaged-sources',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/](receivers|shared)[\\/].*[.]ts$/ }, async ({ path }) => ({
        contents: inPackage(await readFile(path, 'utf8'), relative(root, path).split(sep).join('/')),
        loader: 'ts',
      }));
      onLoad({ filter: /[\\/]package[.]json$/ }, async ({ path }) => {
        const { name, version } = JSON.parse(await readFile(path, 'utf8'));
        return { contents: JSON.stringify({ name, version }), loader: 'json' };
      });
    },
  };
}

/** A chunk is in the top folder of the bundle, and the files that the source reads keep their path under it. */
function inPackage(source: string, path: string): string {
  return source
    .replace("new URL('./worker.ts', import.meta.url)", "new URL('./worker.js', import.meta.url)")
    .replace('const require = createRequire(import.meta.url);', '')
    .replaceAll(/new URL\(([^;]*?), import\.meta\.url\)/g, (whole, name: string) =>
      name === "'./worker.js'" ? whole : `new URL(${name}, new URL('./${path}', import.meta.url))`,
    );
}
