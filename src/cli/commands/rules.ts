/** `chainsight rules`: check, list, try and bring over rules. One file for each sub-command in `rules/`. */

import { Command } from 'commander';
import { coverageCommand } from './rules/coverage.js';
import { evalCommand } from './rules/eval.js';
import { importRmeyeCommand } from './rules/import-rmeye.js';
import { lintCommand } from './rules/lint.js';
import { listCommand } from './rules/list.js';
import { testCommand } from './rules/test.js';

export function rulesCommand(): Command {
  return new Command('rules')
    .description('check, test, list and bring over rules')
    .addCommand(lintCommand())
    .addCommand(testCommand())
    .addCommand(listCommand())
    .addCommand(evalCommand())
    .addCommand(coverageCommand())
    .addCommand(importRmeyeCommand());
}
