/** The logs of a data folder: one for each partition that there is. */

import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { logPath } from '../data-folder.js';

const NAME = /^log(?:-([1-9]\d?))?$/;

export interface LogFolder {
  readonly partition: number;
  /** Within the data folder. */
  readonly name: string;
  readonly path: string;
}

/** In order of their partitions; none where nothing was ever taken in. */
export function logFolders(dataFolder: string): readonly LogFolder[] {
  return readdirSync(dataFolder, { withFileTypes: true })
    .flatMap((entry) => {
      const match = entry.isDirectory() ? NAME.exec(entry.name) : null;
      return match === null ? [] : [Number(match[1] ?? 0)];
    })
    .sort((one, other) => one - other)
    .map((partition) => {
      const path = logPath(dataFolder, partition);
      return { partition, name: basename(path), path };
    });
}

export function isLogFolder(name: string): boolean {
  return NAME.test(name);
}
