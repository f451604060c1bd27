/** `chainsight config`: what is in force, and where each value came from. */

import { Command } from 'commander';
import { configFrom, configOption, dataOption, type DataOptions } from '../data-folder.js';
import { formatOption, printList, type ListFormat } from '../listing.js';
import { environmentName, SETTING_NAMES, SETTINGS, showSetting, type SettingName } from '../settings.js';

interface Line {
  readonly name: string;
  readonly value: unknown;
  readonly origin: string;
  readonly environment: string;
  readonly help: string;
}

/** Values of these may hold keys to other services; people look over shoulders. */
const SECRET: ReadonlySet<SettingName> = new Set(['plugins.settings']);

export function configCommand(): Command {
  return new Command('config')
    .description(
      'print every setting in force and where it came from: a flag, the environment, the file or the default',
    )
    .addOption(dataOption())
    .addOption(configOption())
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  chainsight config --data data\n  chainsight config --config /etc/chainsight.yml --format json',
    )
    .action(async (options: DataOptions & { readonly format: ListFormat }) => {
      const config = configFrom(options);
      const lines: Line[] = [
        {
          name: 'data',
          value: config.dataFolder,
          origin: config.origins.data,
          environment: 'CHAINSIGHT_DATA',
          help: 'The data folder',
        },
        ...SETTING_NAMES.map((name) => ({
          name,
          value: SECRET.has(name) ? Object.keys(config.values[name] as object) : (config.values[name] ?? null),
          origin: config.origins[name],
          environment: environmentName(name),
          help: SETTINGS[name].help,
        })),
      ];
      await printList(
        lines,
        options.format,
        {
          setting: ({ name }) => name,
          value: ({ value }) => shortened(showSetting(value ?? undefined)),
          from: ({ origin }) => origin,
          environment: ({ environment }) => environment,
          meaning: ({ help }) => help,
        },
        '',
      );
    });
}

function shortened(text: string): string {
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
}
