// Runs verifier-web.ts inside the edge runtime's own realm. Arguments: the folder that @edge-runtime/vm is installed in.
import { readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

/** A file as a script of a realm without modules: its exports become names of the realm. */
function scriptOf(path: string): string {
  const source = stripTypeScriptTypes(readFileSync(new URL(path, import.meta.url), 'utf8'));
  return source.replace(/^import .*$/gm, '').replace(/^export /gm, '');
}

const { EdgeVM } = createRequire(join(process.argv[2]!, 'package.json'))('@edge-runtime/vm');
const vectors = readFileSync(new URL('../../shared/vectors.json', import.meta.url), 'utf8');
const realm = new EdgeVM();
realm.evaluate(scriptOf('../../shared/verifier-web.ts'));
realm.evaluate(scriptOf('./agreement.ts'));
console.log(
  await realm.evaluate(`report('verifier-web.ts', { verifyWebhook, signWebhook }, ${vectors}.cases)`),
);
