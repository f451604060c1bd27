/** What `backup` and `restore` say when they are done, and when they cannot be. */

import { withinPartition } from '../../app/partition.js';
import { Option } from 'commander';
import { reasonOf } from '../reason-of.js';
import { CommandError } from '../exit.js';
import { openOutput } from '../output.js';
import type { Manifest } from './manifest.js';

export type BackupFormat = 'pretty' | 'json';

export function backupFormatOption(): Option {
  return new Option('--format <format>', 'how to print').choices(['pretty', 'json']).default('pretty');
}

/** Runs `work`; what the system or SQLite refuses meanwhile becomes a sentence. @throws CommandError, and whatever else `work` throws */
export async function told<Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^(?:E[A-Z]+|SQLITE_\w+)$/.test(code)) throw error;
    throw new CommandError(`${what}: ${code === 'ENOSPC' ? 'the disk is full' : reasonOf(error)}.`);
  }
}

export async function printSummary(manifest: Manifest, format: BackupFormat, what: string): Promise<void> {
  const { made, program, layout, logs, files } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const output = openOutput(undefined);
  if (format === 'json') {
    await output.write(`${JSON.stringify({ made, program, layout, files: files.length, bytes, logs })}\n`);
  } else {
    const lines = [
      `${what}: ${files.length} files, ${(bytes / 1024 / 1024).toFixed(1)} MiB, as they were on ${made} (version ${program}).`,
      ...logs.map(
        ({ name, lastPosition, statePosition }) =>
          `${name}: records up to ${withinPartition(lastPosition)}; the state has seen those up to ${withinPartition(statePosition)}.`,
      ),
    ];
    await output.write(`${lines.join('\n')}\n`);
  }
  await output.close();
}
