/** The recorded attacks beside the repository: read where they are, and said loudly where they are not. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DATA = fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** Path of a folder of the recorded data, `undefined` where there is none: the tests that need it are skipped then. */
export function recordings(folder: 'otrf' | 'evtx'): string | undefined {
  const path = `${DATA}/${folder}`;
  if (existsSync(path)) return path;
  console.warn(`\n!!! ${path} is not here: tests on recorded attacks are skipped.\n`);
  return undefined;
}
