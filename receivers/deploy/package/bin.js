#!/usr/bin/env node
// The command of the package. It says which Node it needs, whatever Node runs it.
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import './quiet-warnings.js';

const [major, minor] = process.versions.node.split('.').map(Number);

// Before these, node:sqlite does not bind numbered parameters such as ?1.
if (major < 22 || (major === 22 && minor < 20) || major === 23 || (major === 24 && minor < 7)) {
  process.stderr.write(
    `This needs Node 22.20 or newer, or Node 24.7 or newer, and this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Install the newest Node 24 from https://nodejs.org.\n',
  );
  process.exit(1);
}

// What was compiled is kept for the next start. The variable is how the threads learn of it.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../.compiled', import.meta.url));
module.enableCompileCache(process.env.NODE_COMPILE_CACHE);

await import('./main.js');
