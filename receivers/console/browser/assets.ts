import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Router } from 'express';

/** A file that pages load. */
interface Asset {
  type: 'text/css' | 'text/javascript';
  content: Buffer;
}

const require = createRequire(import.meta.url);
const own = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));
const packaged = (path: string): string => require.resolve(path);

/** The files by the name under which they are served: from this folder, and from installed packages. */
const FILES: Readonly<Record<string, () => string>> = {
  'base.css': () => own('base.css'),
  'console.css': () => own('console.css'),
  'forms.css': () => own('forms.css'),
  'console.js': () => own('console.js'),
  'login.js': () => own('login.js'),
  'live.js': () => own('live.js'),
  'times.js': () => own('times.js'),
  'choices.js': () => own('choices.js'),
  'copy.js': () => own('copy.js'),
  'drafts.js': () => own('drafts.js'),
  'search.js': () => own('search.js'),
  'chart.js': () => own('chart.js'),
  'uplot.css': () => packaged('uplot/dist/uPlot.min.css'),
  'uplot.js': () => packaged('uplot/dist/uPlot.esm.js'),
  'idiomorph.js': () => packaged('idiomorph/dist/idiomorph.esm.js'),
};

const loaded = new Map<string, Asset>();

/** A file by its name, read when it is first used; null for an unknown one. */
function asset(name: string): Asset | null {
  const path = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (path === undefined) {
    return null;
  }
  const known = loaded.get(name) ?? {
    type: name.endsWith('.css') ? ('text/css' as const) : ('text/javascript' as const),
    content: readFileSync(path()),
  };
  loaded.set(name, known);
  return known;
}

let version: string | undefined;

/** Part of the files' addresses, 10 hex digits: changes whenever one of the files changes. */
export function assetVersion(): string {
  if (version === undefined) {
    const hash = createHash('sha256');
    for (const name of Object.keys(FILES)) {
      hash.update((asset(name) as Asset).content);
    }
    version = hash.digest('hex').slice(0, 10);
  }
  return version;
}

/** Serves the files, each under an address that changes with its content. */
export function assetsRouter(): Router {
  const router = Router();
  router.get('/:version/:name', (request, response) => {
    const found = asset(request.params.name);
    if (found === null) {
      response.status(404).end();
      return;
    }
    const current = request.params.version === assetVersion();
    response.setHeader('cache-control', current ? 'public, max-age=31536000, immutable' : 'no-store');
    response.type(found.type).send(found.content);
  });
  return router;
}
