/** Where the program's own files lie: bundled rules, plugins, the built console. Set once, by `main`. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../engine/base/assert.js';

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
