// Builds the server (esbuild) and the console (vite) where their sources differ from what was built last, or what was built is not there any more. Runs before start, test and every command in a checkout.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const ENTRIES = {
  cli: 'src/cli/main.ts',
  app: 'src/app/index.ts',
  engine: 'src/engine/index.ts',
  'plugin-sdk': 'src/plugin-sdk/index.ts',
  'scan-thread': 'src/cli/scan/scan-thread.ts',
  'detection-thread': 'src/cli/serve/detection/detection-thread.ts',
  'plugin-worker': 'src/plugin-host/worker/main.ts',
  'keep-bundled-rules': 'src/cli/keep-bundled-rules.ts',
};

/**
 * @param {{ console: boolean, quiet?: boolean }} options  `console`: the web console too, which takes a few seconds more
 */
export async function build(options) {
  const server = fingerprint(['src', 'plugins'], ['package-lock.json', 'scripts/build.js', 'tsconfig.base.json']);
  if (!isBuilt('server', server)) {
    if (!options.quiet) console.error('Building the server …');
    stamp('server', server, await buildServer());
  }
  const rules = fingerprint(['rules'], ['dist/.server.stamp']);
  if (!isBuilt('rules', rules)) {
    run([join(root, 'dist/keep-bundled-rules.js'), root]);
    stamp('rules', rules, ['dist/bundled.rules']);
  }
  if (!options.console) return;
  const consolePart = fingerprint(['console', 'src/contract'], ['package-lock.json', 'scripts/build.js']);
  if (!isBuilt('console', consolePart)) {
    if (!options.quiet) console.error('Building the console …');
    buildConsole();
    stamp('console', consolePart, filesBelow('dist/console'));
  }
}

async function buildServer() {
  const { build: esbuild } = await import('esbuild');
  const entryPoints = Object.fromEntries(Object.entries(ENTRIES).filter(([, path]) => existsSync(join(root, path))));
  const { metafile } = await esbuild({
    absWorkingDir: root,
    entryPoints,
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
  });
  return Object.keys(metafile.outputs).filter((path) => !path.endsWith('.map'));
}

/** In a process of its own: what builds the console takes hundreds of megabytes, and the server that may start next needs none of them. */
function buildConsole() {
  if (!existsSync(join(root, 'console/vite.config.ts'))) return;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  run([vite, 'build', '--config', 'console/vite.config.ts', '--logLevel', 'error']);
}

function run(command) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`The build failed at ${command[0]}; see above.`);
}

/** A hash over names and contents: the same sources are never built twice, whatever their dates. */
function fingerprint(folders, files) {
  const hash = createHash('sha256');
  const add = (path) => {
    hash.update(path);
    hash.update('\0');
    hash.update(readFileSync(join(root, path)));
  };
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (!/\.test\.ts$|\.md$/.test(entry.name)) add(path);
    }
  };
  for (const folder of folders) if (existsSync(join(root, folder))) walk(folder);
  for (const file of files) add(file);
  return hash.digest('hex');
}

/** Whether it was built from these sources, and all that came of it is still there. */
function isBuilt(part, sources) {
  const listed = textOf(`.${part}.files`);
  const made = listed === '' ? [] : listed.split('\n');
  return textOf(`.${part}.stamp`) === sources && made.length > 0 && made.every((path) => existsSync(join(root, path)));
}

function textOf(name) {
  const path = join(root, 'dist', name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** @param made  paths of what was built */
function stamp(part, sources, made) {
  keep(`.${part}.files`, made.join('\n'));
  keep(`.${part}.stamp`, sources);
}

/** Whole or not at all, since several commands may build at the same time. */
function keep(name, text) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const path = join(root, 'dist', name);
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

function filesBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { setUp } = await import('./set-up.js');
  setUp();
  await build({ console: true });
  // Types for those who build on the engine or write plugins; running needs none.
  const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'src/cli'], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = tsc.status ?? 1;
}
