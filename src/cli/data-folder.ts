/** The data folder: where what is in it lies, and opening its state. Commands and a running server may have the state open at the same time. */

import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { formatDiagnostic } from '../engine/base/diagnostic.js';
import { ofPartition } from '../app/partition.js';
import { openStateStore, openStateToRead, type StateStore } from '../store/state-store.js';
import { DEFAULT_DATA_FOLDER, loadConfig, type Config, type ConfigInput } from './config.js';
import { CommandError } from './exit.js';
import { makeFolder } from './make-folder.js';
import { reasonOf } from './reason-of.js';

export const statePath = (dataFolder: string): string => join(dataFolder, 'state.sqlite');
/** The first partition's log; those of further ones lie beside it. */
export const logPath = (dataFolder: string, partition = 0): string => join(dataFolder, ofPartition('log', partition));
/** Of a partition's engine: to start sooner. May be deleted while the log holds all events. */
export const snapshotPath = (dataFolder: string, partition: number): string =>
  join(dataFolder, ofPartition('snapshots', partition));
/** What was made of rules, to start sooner. Whatever is in it may be deleted at any time. */
export const ruleCachePath = (dataFolder: string): string => join(dataFolder, 'cache');
/** Plugins of other people, found without being named in `plugins.folders`. */
export const pluginFolder = (dataFolder: string): string => join(dataFolder, 'plugins');
/** Packs of one's own, loaded and watched without being named in `rules.packs`. */
export const rulesFolder = (dataFolder: string): string => join(dataFolder, 'rules');
export const pluginCachePath = (dataFolder: string): string => join(dataFolder, 'plugin-cache');
export const pluginMemoryPath = (dataFolder: string, partition: number): string =>
  join(dataFolder, `${ofPartition('plugin-memory', partition)}.json`);
/** Where a running server says how it is reached. */
export const runningPath = (dataFolder: string): string => join(dataFolder, 'server.json');

const LOG_NAME = /^log(?:-([1-9]\d?))?$/;

export interface LogFolder {
  readonly partition: number;
  /** Within the data folder. */
  readonly name: string;
  readonly path: string;
}

/** The logs that there are, in order of their partitions; none where nothing was ever taken in. */
export function logFolders(dataFolder: string): readonly LogFolder[] {
  if (!existsSync(dataFolder)) return [];
  return readdirSync(dataFolder, { withFileTypes: true })
    .flatMap((entry) => {
      const match = entry.isDirectory() ? LOG_NAME.exec(entry.name) : null;
      return match === null ? [] : [Number(match[1] ?? 0)];
    })
    .sort((one, other) => one - other)
    .map((partition) => ({ partition, name: ofPartition('log', partition), path: logPath(dataFolder, partition) }));
}

export function isLogFolder(name: string): boolean {
  return LOG_NAME.test(name);
}

export interface DataOptions {
  readonly data?: string;
  readonly config?: string;
}

/** `--data`, the same for every command that reads or changes a data folder. */
export function dataOption(): Option {
  return new Option('--data <dir>', `data folder (default: $CHAINSIGHT_DATA, or ${DEFAULT_DATA_FOLDER})`);
}

export function configOption(): Option {
  return new Option('--config <file>', 'configuration (default: chainsight.yml in the data folder)');
}

/** @throws CommandError that lists everything that is wrong, with its place */
export function configFrom(options: DataOptions, flags: ConfigInput['flags'] = {}): Config {
  const loaded = loadConfig({ data: options.data, config: options.config, flags, environment: process.env });
  if (!loaded.ok) throw new CommandError(loaded.error.map(formatDiagnostic).join('\n'));
  return loaded.value;
}

/** For commands that need no more than the folder. */
export function dataFolderFrom(options: DataOptions): string {
  return options.data ?? process.env['CHAINSIGHT_DATA'] ?? DEFAULT_DATA_FOLDER;
}

/** Makes the folder where it does not exist, readable by its owner alone. @throws CommandError where it cannot be used */
export function ensureDataFolder(dataFolder: string): void {
  try {
    makeFolder(dataFolder);
    accessSync(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new CommandError(
      `The data folder ${dataFolder} cannot be written: ${reasonOf(error)}. Choose another with --data.`,
    );
  }
}

/** @throws CommandError where there is no such folder, for commands that only read */
export function requireDataFolder(dataFolder: string): void {
  if (!existsSync(statePath(dataFolder))) {
    throw new CommandError(
      `There is no data in ${dataFolder}. Start the server once (chainsight serve), or name the folder with --data.`,
    );
  }
}

/** The same for those that look after the folder: a log without its state is data as well, and the next start makes the state again from it. */
export function requireStateOrLog(dataFolder: string): void {
  if (logFolders(dataFolder).length === 0) requireDataFolder(dataFolder);
}

/** Runs `use` with the state of the folder open. @throws AppError where it cannot be opened */
export async function withState<Answer>(
  dataFolder: string,
  use: (store: StateStore) => Answer | Promise<Answer>,
): Promise<Answer> {
  const store = openState(dataFolder);
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

/** The same where there is data already. @throws CommandError where there is none */
export function withKeptState<Answer>(
  options: DataOptions,
  use: (store: StateStore) => Answer | Promise<Answer>,
): Promise<Answer> {
  const dataFolder = dataFolderFrom(options);
  requireDataFolder(dataFolder);
  return withState(dataFolder, use);
}

/** For commands that only read: a folder in which nothing can be written will do. @throws CommandError where there is no data */
export async function withStateToRead<Answer>(
  options: DataOptions,
  use: (store: Pick<StateStore, 'queries' | 'access'>) => Answer | Promise<Answer>,
): Promise<Answer> {
  const dataFolder = dataFolderFrom(options);
  requireDataFolder(dataFolder);
  const store = openStateToRead(statePath(dataFolder));
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

export function openState(dataFolder: string): StateStore {
  return openStateStore(statePath(dataFolder));
}
