/** `rules import-rmeye`: brings the original's Python rules over to a pack. The Python is read, never run. */

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Command } from 'commander';
import type { PackFile } from '../../../engine/rule/index.js';
import { importRmeye, type RmeyeImport } from '../../../engine/rule/rmeye/rule-folder.js';
import { CommandError, EXIT_FINDINGS, EXIT_FINE } from '../../exit.js';
import { makeFolder } from '../../make-folder.js';
import { openOutput, type Paint, paintFor } from '../../output.js';
import { readFolder } from '../../pack-files.js';
import { plural, problemLines } from './problem-lines.js';

const HELP = `
Reads process.py and action.py (in ioa/, attck/ or beside each other) and attck/attck.py, wherever below the folder they are,
and writes a pack that hits the same events. Nothing in the Python is executed. The output folder must be new or empty.

Exit code: 0 everything came over, 1 something was left out or changed (each with file and line), 2 wrong use, or no rule.

Examples:
  $ chainsight rules import-rmeye RmEye/Server/rules --out my-rules
  $ chainsight rules lint my-rules
  $ chainsight scan events.jsonl --rules my-rules --no-bundled
`;

export function importRmeyeCommand(): Command {
  return new Command('import-rmeye')
    .description("bring the original RmEye's rule folder over to a pack")
    .argument('<folder>', "the original's rule folder, or one above it")
    .requiredOption('--out <folder>', 'folder of the new pack')
    .addHelpText('after', HELP)
    .action(async (folder: string, options: { readonly out: string }) => {
      requireNewFolder(options.out);
      const { files, problems } = readFolder(folder, /\.py$/);
      const imported = importRmeye(files, packNameFrom(options.out));
      if (imported.ruleCount === 0) {
        const told = problemLines([...problems, ...imported.diagnostics], paintFor(process.stderr, false));
        throw new CommandError([...told, `No rule was found below ${folder}; nothing is written.`].join('\n'));
      }
      writeNewFolder(options.out, imported.files);
      const output = openOutput(undefined);
      await output.write(importText({ ...imported, diagnostics: [...problems, ...imported.diagnostics] }, options.out, paintFor(process.stdout, false)));
      await output.close();
      process.exitCode = problems.length + imported.diagnostics.length > 0 ? EXIT_FINDINGS : EXIT_FINE;
    });
}

export function importText({ ruleCount, profileCount, diagnostics }: RmeyeImport, out: string, paint: Paint): string {
  const done = `${paint.green('✓')} ${plural(ruleCount, 'rule')} and ${plural(profileCount, 'profile')} in ${out}`;
  const left = diagnostics.length === 0 ? [] : [paint.yellow(`! ${plural(diagnostics.length, 'thing')} left out or changed, as told above`)];
  return `${[...problemLines(diagnostics, paint), done, ...left].join('\n')}\n`;
}

function requireNewFolder(folder: string): void {
  const isFilled = writing(folder, () => existsSync(folder) && readdirSync(folder).length > 0);
  if (isFilled) throw new CommandError(`${folder} is not empty. Name a new folder, so that no rule of yours is overwritten.`);
}

function writeNewFolder(folder: string, files: readonly PackFile[]): void {
  writing(folder, () => {
    makeFolder(folder, 0o777);
    for (const { path, text } of files) writeFileSync(join(folder, path), text, { flag: 'wx' });
  });
}

function writing<Answer>(folder: string, work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    throw new CommandError(`Cannot write to ${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function packNameFrom(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'rmeye' : name;
}
