/** Sees when files of rule folders change, so that a rule is in force moments after it was saved. */

import { watchFolder } from './folder-watch.js';

/** Editors write a file in several steps, and a copied folder comes file by file. */
const QUIET_MS = 150;
/** A folder that never gets quiet is read all the same. */
const PATIENCE_MS = 600;

export interface RuleWatch {
  close(): void;
}

/**
 * Calls `onChange` once files under `folders` have changed and are quiet; never while an earlier call is under way.
 *
 * @param onChange   must not reject
 * @param onTrouble  told once for each folder of which something cannot be watched: changes there are read at a reload only
 */
export function watchRules(
  folders: readonly string[],
  onChange: () => Promise<void>,
  onTrouble: (folder: string, reason: string) => void,
): RuleWatch {
  let timer: NodeJS.Timeout | undefined;
  let firstMs = 0;
  let isRunning = false;
  let isClosed = false;
  const run = async (): Promise<void> => {
    timer = undefined;
    firstMs = 0;
    isRunning = true;
    for (const watching of watches) watching.lookAgain();
    await onChange();
    isRunning = false;
    if (firstMs > 0) schedule();
  };
  const schedule = (): void => {
    if (isClosed) return;
    const nowMs = performance.now();
    if (firstMs === 0) firstMs = nowMs;
    if (isRunning) return;
    clearTimeout(timer);
    timer = setTimeout(() => void run(), Math.max(0, Math.min(QUIET_MS, firstMs + PATIENCE_MS - nowMs)));
  };
  const watches = folders.map((folder) =>
    watchFolder(folder, schedule, (error) => onTrouble(folder, error instanceof Error ? error.message : String(error))),
  );
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const watching of watches) watching.close();
    },
  };
}
