/** Which packs a server loads, read again for each reload. */

import { basename } from 'node:path';
import { AppError } from '../../app/app-error.js';
import type { PackSource } from '../../app/policy/compile-packs.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { CommandError } from '../exit.js';
import { bundledPackPath, packFolders, readPack } from '../pack-files.js';
import type { SettingValues } from '../settings.js';

/** @param onProblem  told of files that could not be read and are left out */
export function packReader(
  values: SettingValues,
  onProblem: (problem: Diagnostic) => void,
): () => Promise<readonly PackSource[]> {
  return async () => {
    try {
      const paths = [...(values['rules.bundled'] ? [bundledPackPath()] : []), ...values['rules.packs']];
      return paths.flatMap(packFolders).map((path) => {
        const { files, problems } = readPack(path);
        for (const problem of problems) onProblem(problem);
        return { name: basename(path), files };
      });
    } catch (error) {
      if (error instanceof CommandError) throw new AppError('RULES_UNREADABLE', error.message, { cause: error });
      throw error;
    }
  };
}
