/** `chainsight restore`: a data folder from a back-up. */

import { Command } from 'commander';
import { backupFormatOption, printSummary, told, type BackupFormat } from '../backup/summary.js';
import { restoreBackup } from '../backup/restore-backup.js';
import { dataFolderFrom, dataOption, type DataOptions } from '../data-folder.js';

export function restoreCommand(): Command {
  return new Command('restore')
    .description('make a data folder from a back-up, after every byte of it was checked')
    .argument('<backup>', 'what chainsight backup made')
    .addOption(dataOption())
    .addOption(backupFormatOption())
    .addHelpText(
      'after',
      `
The data folder must be empty or new. A back-up that is damaged is refused, and the file is named. The next start reads
what the logs hold beyond the state, and gives the scores of the day of the back-up.

Example:
  chainsight restore /backup/chainsight.tar.gz --data /var/lib/chainsight-restored`,
    )
    .action(async (backup: string, options: DataOptions & { readonly format: BackupFormat }) => {
      const dataFolder = dataFolderFrom(options);
      const manifest = await told('The back-up could not be restored', () => restoreBackup(backup, dataFolder));
      await printSummary(manifest, options.format, `Restored to ${dataFolder}`);
    });
}
