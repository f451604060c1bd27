/** Sees when files of rule folders change, so that a rule is in force moments after it was saved. */

import { statSync, watch, type FSWatcher } from 'node:fs';

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
 * @param onTrouble  told once for each folder that cannot be watched: its rules are read at a reload only
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
  const watchers = folders.flatMap((folder) => watcherOf(folder, schedule, onTrouble) ?? []);
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

function watcherOf(
  folder: string,
  onChange: () => void,
  onTrouble: (folder: string, reason: string) => void,
): FSWatcher | undefined {
  const tell = (error: unknown): void => onTrouble(folder, error instanceof Error ? error.message : String(error));
  try {
    // Node 24 watches a folder that is not there without a word.
    statSync(folder);
    const watcher = watch(folder, { recursive: true, persistent: false }, (_event, name) => {
      if (name === null || !isHidden(name)) onChange();
    });
    watcher.on('error', tell);
    return watcher;
  } catch (error) {
    tell(error);
    return undefined;
  }
}

/** Hidden files are no rules; editors keep their swap files so. */
function isHidden(name: string): boolean {
  return name.split(/[/\\]/).some((part) => part.startsWith('.'));
}
