/** Where the program's own files lie: bundled rules, plugins, the built console. Set once, by `main`. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../engine/base/assert.js';
import { CommandError } from './exit.js';

let root: string | undefined;

export function setProgramRoot(path: string): void {
  root = path;
}

export function programRoot(): string {
  assert(root !== undefined, 'main() has set the program root');
  return root;
}

export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(join(programRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** The version, and what it was built from where that is known: two builds of a checkout bear the same version. */
export function programIdentity(): string {
  const stamp = join(programRoot(), 'dist', '.server.stamp');
  return `${programVersion()} ${existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''}`;
}

/** The pack that comes with the product, from a checkout as from a built package: the nearest `rules/chainsight` above this file. */
export function bundledPackPath(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const path = join(folder, 'rules', 'chainsight');
    if (existsSync(join(path, 'pack.yml'))) return path;
    const parent = dirname(folder);
    if (parent === folder)
      throw new CommandError('The bundled rules are missing: there is no rules/chainsight/pack.yml. Install again.');
    folder = parent;
  }
}
