/** `chainsight backup`: a copy of the data folder that `restore` can check and bring back. */

import { Command } from 'commander';
import { makeBackup } from '../backup/make-backup.js';
import { backupFormatOption, printSummary, told, type BackupFormat } from '../backup/summary.js';
import { dataFolderFrom, dataOption, requireStateOrLog, type DataOptions } from '../data-folder.js';
import { programVersion } from '../program-root.js';

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the data folder, while the server runs or not, with a checksum of every file')
    .argument('<target>', 'a new folder, or a new file that ends in .tar, .tar.gz or .tgz')
    .addOption(dataOption())
    .addOption(backupFormatOption())
    .addHelpText(
      'after',
      `
The back-up holds everything that the data folder does: events, people, the hashes of passwords and tokens, keys. Keep it
as you keep the folder.

Examples:
  chainsight backup /backup/chainsight-2026-11-28
  chainsight backup --data /var/lib/chainsight /backup/chainsight.tar.gz`,
    )
    .action(async (target: string, options: DataOptions & { readonly format: BackupFormat }) => {
      const dataFolder = dataFolderFrom(options);
      requireStateOrLog(dataFolder);
      const manifest = await told('The back-up could not be made', () =>
        makeBackup({
          dataFolder,
          target,
          program: programVersion(),
          nowMs: Date.now(),
          onNote: (note) => void process.stderr.write(`${note}\n`),
        }),
      );
      await printSummary(manifest, options.format, `Backed up to ${target}`);
    });
}
