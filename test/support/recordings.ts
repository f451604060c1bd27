/** The recorded attacks beside the repository: read where they are, and said loudly where they are not. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DATA = fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** Path of a folder or archive of the recorded data, `undefined` where there is none: the tests that need it are skipped then. */
export function recordings(name: 'otrf' | 'evtx' | 'sigma-rules.tar.gz' | 'sigma-regression'): string | undefined {
  const path = `${DATA}/${name}`;
  if (existsSync(path)) return path;
  console.warn(`\n!!! ${path} is not here: tests on recorded attacks are skipped.\n`);
  return undefined;
}
