/** Third-party plugins for tests: written to a folder, compiled and run as a server would, in processes of their own. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** What `chainsight/plugin-sdk` means in tests: the sources, so that nothing need be built before. */
export const SDK = source('plugin-sdk/index.ts');

export class PluginKit {
  private constructor(
    readonly folder: string,
    readonly workerProgram: URL,
  ) {}

  static async create(): Promise<PluginKit> {
    const folder = mkdtempSync(join(tmpdir(), 'chainsight-plugins-'));
    return new PluginKit(folder, await PluginKit.program(folder, 'plugin-host/worker/main.ts'));
  }

  /** Builds a program of `src` into the folder. */
  static async program(folder: string, entry: string): Promise<URL> {
    const outfile = join(folder, `${entry.replace(/\W+/g, '-')}.mjs`);
    await build({
      entryPoints: [source(entry)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    return pathToFileURL(outfile);
  }

  get cacheFolder(): string {
    return join(this.folder, 'cache');
  }

  get plugins(): string {
    return join(this.folder, 'plugins');
  }

  /** @param code  of its `plugin.ts` */
  write(name: string, code: string, file = 'plugin.ts'): { readonly name: string; readonly source: string } {
    const path = join(this.plugins, name, file);
    mkdirSync(join(this.plugins, name), { recursive: true });
    writeFileSync(path, code);
    return { name, source: path };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A whole plugin around the body of its `init`. */
export function pluginCode(name: string, init: string, settings = '{}'): string {
  return `import { definePlugin, textOf, type PluginCall } from 'chainsight/plugin-sdk';
const TITLE = { en: 'Title of ${name}', zh: '标题' };
export default definePlugin({
  name: '${name}', version: '1.2.3', title: TITLE, description: TITLE, settings: ${settings},
  init(host) { ${init} },
});
`;
}

export async function until(isSo: () => boolean, withinMs = 20_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error('it did not come to be');
    await wait(10);
  }
}
