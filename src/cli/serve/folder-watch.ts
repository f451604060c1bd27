/**
 * Tells of changes below one folder, or of one file, for as long as the path is asked for: also when what lies there is replaced by something else, by a
 * rename, a link that is set anew, or because it was removed and made again.
 *
 * Node's own recursive watch does not do this on Linux: it puts a watch on each file and folder and keeps it in a list by path, so that whatever is
 * replaced (as rsync, git and editors save files, and as packs are rolled out) is deaf from then on. Here each folder has one watch, which hears of every
 * name in it, and the folders are gone through anew after changes. Windows and macOS watch whole trees by themselves.
 */

import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { basename, join } from 'node:path';

/** What no watch of a folder tells: that it was put in place of another one. */
const LOOK_EVERY_MS = 1_000;
/** One more than packs are read deep: in the data folder they lie in folders of their own. */
const DEPTH_MAX = 9;
/** The public Sigma rules have some 300. */
const FOLDERS_MAX = 10_000;
const SYSTEM_WATCHES_TREES = process.platform === 'win32' || process.platform === 'darwin';

export interface FolderWatch {
  /** Takes in folders that are new. Call it before what lies there is read: nothing changes unseen then. */
  lookAgain(): void;
  close(): void;
}

interface Watched {
  readonly identity: string;
  readonly watcher: FSWatcher;
}

/** @param onTrouble  told once if something of it cannot be watched */
export function watchFolder(root: string, onChange: () => void, onTrouble: (error: unknown) => void): FolderWatch {
  const watched = new Map<string, Watched>();
  let isTold = false;
  let isFirstLook = true;
  const tell = (error: unknown): void => {
    if (!isTold) onTrouble(error);
    isTold = true;
  };

  const drop = (path: string): void => {
    watched.get(path)?.watcher.close();
    watched.delete(path);
  };
  const add = (path: string, identity: string): void => {
    const recursive = SYSTEM_WATCHES_TREES && path === root;
    const watcher = watch(path, { recursive, persistent: false }, (event, name) => {
      // The folder itself, or one in it, is gone or another one; a number that the file system gives out again would hide it.
      if (event === 'rename' && name === basename(path)) drop(path);
      if (event === 'rename' && name !== null) drop(join(path, name));
      if (name === null || !isHidden(name)) onChange();
    });
    watcher.on('error', (error) => {
      drop(path);
      tell(error);
    });
    watched.set(path, { identity, watcher });
  };

  let mark = '';
  const lookAgain = (): void => {
    mark = markOf(root);
    const found = new Set<string>();
    const open = [{ path: root, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { path, depth } = next;
      try {
        const status = statSync(path);
        found.add(path);
        const identity = `${status.dev}:${status.ino}`;
        if (watched.get(path)?.identity !== identity) {
          drop(path);
          add(path, identity);
        }
        if (!status.isDirectory() || SYSTEM_WATCHES_TREES || depth === DEPTH_MAX) continue;
        // After the watch: what is made in between is heard of, what was made before is listed.
        for (const entry of readdirSync(path, { withFileTypes: true })) {
          if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
          if (found.size + open.length < FOLDERS_MAX) open.push({ path: join(path, entry.name), depth: depth + 1 });
          else tell(new Error(`more than ${FOLDERS_MAX} folders`));
        }
      } catch (error) {
        // Whoever reads the rules names what went away or may not be read, and when that changes, the folder around it or the look each second sees it.
        if (isFirstLook && path === root) tell(error);
        else if (!isOutOfReach(error)) tell(error);
      }
    }
    for (const path of watched.keys()) if (!found.has(path)) drop(path);
  };

  lookAgain();
  isFirstLook = false;
  const looking = setInterval(() => {
    if (markOf(root) !== mark) onChange();
  }, LOOK_EVERY_MS);
  looking.unref();
  return {
    lookAgain,
    close() {
      clearInterval(looking);
      for (const path of watched.keys()) drop(path);
    },
  };
}

/** Another text whenever something else lies at the path; of a file also when it was written. */
function markOf(path: string): string {
  try {
    const status = statSync(path);
    return [status.dev, status.ino, ...(status.isFile() ? [status.size, status.mtimeMs] : [])].join(':');
  } catch {
    return 'nothing';
  }
}

/** Hidden files are no rules; editors keep their swap files so. Kubernetes swaps what it mounts by a link `..data`. */
function isHidden(name: string): boolean {
  return name.split(/[/\\]/).some((part) => part.startsWith('.') && !part.startsWith('..'));
}

function isOutOfReach(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(String(error.code));
}
