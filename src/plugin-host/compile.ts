/** Finds third-party plugins in a folder and compiles them: one folder a plugin, `plugin.ts` or `plugin.js` in it. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isPluginName } from '../plugin-sdk/definition.js';

export interface FoundPlugin {
  /** The folder's name, which is the plugin's. */
  readonly name: string;
  readonly source: string;
}

/**
 * Sorted by name. Folders without a plugin file or with a name that no plugin can have are left alone.
 *
 * @throws Error where the folder cannot be read
 */
export function findPlugins(folder: string): FoundPlugin[] {
  return readdirSync(folder)
    .filter(
      (name) => isPluginName(name) && statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() === true,
    )
    .flatMap((name) => {
      const source = ['plugin.ts', 'plugin.js'].map((file) => join(folder, name, file)).find(existsSync);
      return source === undefined ? [] : [{ name, source }];
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Bundled packages that were written for `require` still ask for Node's own modules by it. */
const REQUIRE =
  "import { createRequire as chainsightRequire } from 'node:module'; const require = chainsightRequire(import.meta.url);";

/**
 * Bundles a plugin and what it imports into one module.
 *
 * @param sdk       file that `chainsight/plugin-sdk` means
 * @param cacheDir  where compiled modules are put; those of earlier versions of the plugin are removed
 * @returns the module's URL
 * @throws Error with file, line and column of what does not compile
 */
export async function compilePlugin(plugin: FoundPlugin, sdk: string, cacheDir: string): Promise<string> {
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: dirname(plugin.source),
    entryPoints: [plugin.source],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: REQUIRE },
    alias: { 'chainsight/plugin-sdk': sdk },
    logLevel: 'silent',
  }).catch((error: unknown) => {
    throw new Error(placeOf(error) ?? `${plugin.source} cannot be compiled: ${String(error)}`, { cause: error });
  });
  const code = result.outputFiles[0]!.text;
  const file = `${plugin.name}-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.mjs`;
  mkdirSync(cacheDir, { recursive: true });
  for (const other of readdirSync(cacheDir))
    if (isCompiled(other, plugin.name) && other !== file) rmSync(join(cacheDir, other));
  writeFileSync(join(cacheDir, file), code, { mode: 0o600 });
  return pathToFileURL(join(cacheDir, file)).href;
}

/** The compiler is a program of its own that waits for more; there is no more. */
export async function stopCompiler(): Promise<void> {
  const { stop } = await import('esbuild');
  await stop();
}

function isCompiled(file: string, name: string): boolean {
  return file.startsWith(`${name}-`) && /^[0-9a-f]{16}\.mjs$/.test(file.slice(name.length + 1));
}

interface BuildFailure {
  readonly errors?: readonly {
    readonly text: string;
    readonly location: { readonly file: string; readonly line: number; readonly column: number } | null;
  }[];
}

/** The first error as `file:line:column  text`; esbuild counts columns from 0. */
function placeOf(error: unknown): string | undefined {
  const [first] = (error as BuildFailure).errors ?? [];
  if (first === undefined) return undefined;
  const { text, location } = first;
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}  ${text}`;
}
