#!/usr/bin/env node
// Runs the command line; in a checkout it first builds what is older than its sources.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
if (existsSync(new URL('src/cli/main.ts', root))) {
  const { build } = await import('../scripts/build.js');
  await build({ console: process.argv[2] === 'serve', quiet: true });
}
const { main } = await import(new URL('dist/cli.js', root).href);
process.exitCode = await main(process.argv, fileURLToPath(root));
