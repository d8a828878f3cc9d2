#!/usr/bin/env node
// Plain JavaScript, so that a Node that cannot run TypeScript can still say so.
const [major] = process.versions.node.split('.').map(Number);

if (major < 24) {
  process.stderr.write(
    `This needs Node 24 or newer, and this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Run it through npm (npm start), which uses the Node 24 that `npm ci` installs. If `npm ci` was told to ' +
      'skip install scripts, run `npm rebuild node` once; or install Node 24 from https://nodejs.org.\n',
  );
  process.exit(1);
}

await import('./main.ts');
