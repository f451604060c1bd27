/** Which packs a server loads, read again for each reload. */

import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError } from '../../app/app-error.js';
import type { PackSource } from '../../app/policy/compile-packs.js';
import { type PackFile, ruleDiagnostic } from '../../engine/rule/index.js';
import { rulesFolder } from '../data-folder.js';
import { CommandError } from '../exit.js';
import { entriesOf, packFolders, readPack, type PackFolder } from '../pack-files.js';
import { bundledPackPath } from '../program-root.js';
import { restoreRules } from '../rule-cache.js';
import type { SettingValues } from '../settings.js';

export interface RulePacks {
  /** All that a change may lie in. */
  readonly folders: readonly string[];
  /**
   * The packs as they lie on disk now: the bundled one, those that are configured, those in the data folder. A file whose text has not changed is the
   * same object as the last time, so that what was made from it may be kept.
   *
   * @throws AppError `RULES_UNREADABLE` where a configured folder, or the one in the data folder, does not exist or may not be read
   */
  read(): Promise<readonly PackSource[]>;
  /**
   * Packs of the log, with the objects of the files that lie on disk in place of those with the same path and text: what was made of these, in this
   * run of the program or an earlier one, serves for them too.
   */
  asOnDisk(packs: readonly PackSource[]): readonly PackSource[];
}

export function rulePacks(
  dataFolder: string,
  values: Pick<SettingValues, 'rules.bundled' | 'rules.packs' | 'rules.profiles'>,
): RulePacks {
  const own = rulesFolder(dataFolder);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const configured = [...(values['rules.bundled'] ? [bundledPackPath()] : []), ...values['rules.packs']];
  const ruleProfiles = values['rules.profiles'].length === 0 ? undefined : values['rules.profiles'];
  let known: ReadonlyMap<string, PackFile> = new Map();
  const read = (): readonly PackSource[] => {
    const folders = [...configured.flatMap(packFolders).map((path) => readPack(path)), ...ownPacks(own)];
    const now = new Map<string, PackFile>();
    const sources = folders.map(({ path, files: found, problems }) => {
      const files = found.map((file) => sameOrNew(file, known, now));
      // What the program has read already need not be restored.
      if (known.size === 0) restoreRules(path, files);
      return {
        name: basename(path),
        files,
        ...(ruleProfiles === undefined ? {} : { ruleProfiles }),
        ...(problems.length === 0 ? {} : { problems }),
      };
    });
    known = now;
    return sources;
  };
  return {
    folders: [...configured, own],
    async read() {
      try {
        return read();
      } catch (error) {
        if (error instanceof CommandError) throw new AppError('RULES_UNREADABLE', error.message, { cause: error });
        throw error;
      }
    },
    asOnDisk(packs) {
      // Before the log has told any there is nothing to look for.
      if (known.size === 0 && packs.length > 0) readQuietly(read);
      const onDisk = (file: PackFile): PackFile => {
        const found = known.get(file.path);
        return found?.text === file.text ? found : file;
      };
      return packs.map((pack) => ({ ...pack, files: pack.files.map(onDisk) }));
    },
  };
}

/** A folder that is not there is told when the packs are read to be used. */
function readQuietly(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
}

/** In the data folder's own folder each folder is a pack, and so are the files that lie there loose. Empty ones are none. */
function ownPacks(own: string): PackFolder[] {
  const folders = entriesOf(own)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => join(own, entry.name))
    .sort();
  const packs = [readPack(own, { isFlat: true }), ...folders.flatMap(ownPack)];
  return packs.filter(({ files, problems }) => files.length + problems.length > 0);
}

/** Whoever puts a pack there that may not be read gets told; the others stay in force. */
function ownPack(folder: string): readonly PackFolder[] {
  try {
    return packFolders(folder).map((path) => readPack(path));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [
      { path: folder, files: [], problems: [ruleDiagnostic('PACK_FILE_UNREADABLE', error.message, { file: folder })] },
    ];
  }
}

function sameOrNew(file: PackFile, known: ReadonlyMap<string, PackFile>, now: Map<string, PackFile>): PackFile {
  const before = known.get(file.path);
  const kept = before?.text === file.text ? before : file;
  now.set(kept.path, kept);
  return kept;
}
