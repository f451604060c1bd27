/** For tests of what may not be read: root may read everything, so with its rights they would show nothing. */

import { chownSync } from 'node:fs';

/** Windows knows no such modes. */
export const KNOWS_MODES = process.platform !== 'win32';
/** Without an account, as a rule `nobody`. */
const SOMEBODY = 65_534;

/** Does `work` in the rights of an account whom modes bind, which `folder` is given to; as it is where this is no root. */
export async function asSomebody(folder: string, work: () => void | Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) {
    await work();
    return;
  }
  chownSync(folder, SOMEBODY, SOMEBODY);
  process.seteuid?.(SOMEBODY);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
