#!/usr/bin/env node
// The command of the package. It says which Node it needs, whatever Node runs it.
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import './quiet-warnings.js';

const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `This needs Node 22.19 or newer, and this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Install Node 24 from https://nodejs.org.\n',
  );
  process.exit(1);
}

// What was compiled is kept for the next start. The variable is how the threads learn of it.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../.compiled', import.meta.url));
module.enableCompileCache(process.env.NODE_COMPILE_CACHE);

await import('./main.js');
