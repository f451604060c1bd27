/**
 * The settings in force and where each came from: a flag, the environment (`CHAINSIGHT_*`), the file (`chainsight.yml` in the data folder, or
 * `--config`), or the default, in this order. Everything that is wrong is reported at once, with its line.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../engine/base/diagnostic.js';
import { fail, ok, type Result } from '../engine/base/result.js';
import { readYaml, type YamlFile } from '../engine/rule/pack/yaml-file.js';
import { didYouMean } from '../engine/rule/closest-word.js';
import { reasonOf } from './reason-of.js';
import {
  environmentName,
  SETTING_NAMES,
  SETTINGS,
  type Reading,
  type SettingName,
  type SettingValues,
} from './settings.js';

export const CONFIG_FILE = 'chainsight.yml';
export const DEFAULT_DATA_FOLDER = 'data';

export interface Config {
  readonly dataFolder: string;
  /** `undefined` where there is none. */
  readonly file: string | undefined;
  readonly values: SettingValues;
  /** `default`, `PATH:LINE`, `CHAINSIGHT_…`, or `--flag`. */
  readonly origins: Readonly<Record<SettingName | 'data', string>>;
}

export interface ConfigInput {
  /** `--data`. */
  readonly data?: string | undefined;
  /** `--config`. */
  readonly config?: string | undefined;
  /** Values given by flags, with the flag's name. */
  readonly flags?: Partial<Record<SettingName, { readonly flag: string; readonly value: unknown }>> | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Names in the environment that are no settings of the file. */
const PLACES = ['CHAINSIGHT_DATA', 'CHAINSIGHT_CONFIG'];

/** Nobody's misspelt settings: what Kubernetes and Docker set for a service or container that is called `chainsight`, and what this project's own tests go by. */
const NO_SETTING =
  /^CHAINSIGHT_(?:(?:SERVICE|PORT|ENV|NAME)(?:_.*)?|FAULTS(?:_SEED|_REPORT)?|HEAP_PROBE|PICTURES|SIGMA_EVENTS|SIGMA_PAIRS|SOAK_EVENTS)$/;

interface Found {
  readonly raw: unknown;
  readonly origin: string;
  readonly line: number | undefined;
}

export function loadConfig(input: ConfigInput): Result<Config, readonly Diagnostic[]> {
  const { environment } = input;
  const dataFolder = input.data ?? environment.CHAINSIGHT_DATA ?? DEFAULT_DATA_FOLDER;
  const dataOrigin =
    input.data !== undefined ? '--data' : environment.CHAINSIGHT_DATA !== undefined ? 'CHAINSIGHT_DATA' : 'default';
  const stated = input.config ?? environment.CHAINSIGHT_CONFIG;
  const file = stated ?? existing(join(dataFolder, CONFIG_FILE));
  const problems: Diagnostic[] = [...unknownEnvironment(environment)];
  const inFile = file === undefined ? new Map<string, Found>() : readFile(file, problems);

  const values: Partial<Record<SettingName, unknown>> = {};
  const origins: Partial<Record<SettingName, string>> = {};
  for (const name of SETTING_NAMES) {
    const found = findSetting(name, input, inFile);
    origins[name] = found?.origin ?? 'default';
    const setting = SETTINGS[name];
    values[name] = setting.fallback;
    if (found === undefined) continue;
    const reading: Reading<unknown> = setting.read(found.raw);
    if ('value' in reading) values[name] = reading.value;
    else {
      const instead = reading.isNamed === true ? '' : `, not ${excerpt(found.raw)}`;
      problems.push(problemOf(found, file, `${name} ${reading.wrong}${instead}.`));
    }
  }
  if (problems.length > 0) return fail(problems);
  return ok({
    dataFolder,
    file,
    values: values as SettingValues,
    origins: { ...(origins as Record<SettingName, string>), data: dataOrigin },
  });
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

function findSetting(
  name: SettingName,
  { flags, environment }: ConfigInput,
  inFile: ReadonlyMap<string, Found>,
): Found | undefined {
  const flag = flags?.[name];
  if (flag !== undefined && flag.value !== undefined) return { raw: flag.value, origin: flag.flag, line: undefined };
  const variable = environmentName(name);
  const text = environment[variable];
  if (text !== undefined) return { raw: text, origin: variable, line: undefined };
  return inFile.get(name);
}

function readFile(file: string, problems: Diagnostic[]): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    problems.push({
      code: 'CONFIG_UNREADABLE',
      severity: 'error',
      message: `The configuration cannot be read: ${reasonOf(error)}.`,
      file,
    });
    return found;
  }
  const yaml = readYaml({ path: file, text });
  for (const diagnostic of yaml.diagnostics) problems.push({ ...diagnostic, code: 'CONFIG_NOT_YAML' });
  const value = yaml.file?.value ?? {};
  if (yaml.file === undefined) return found;
  if (isMap(value)) walk(value, [], { yaml: yaml.file, file, found, problems });
  else
    problems.push({
      code: 'CONFIG_INVALID',
      severity: 'error',
      message: 'The configuration must be a map of settings.',
      file,
      line: 1,
    });
  return found;
}

interface Walk {
  readonly yaml: YamlFile;
  readonly file: string;
  readonly found: Map<string, Found>;
  readonly problems: Diagnostic[];
}

/** Depth is bounded by the names that exist: only their first parts are entered. */
function walk(map: Readonly<Record<string, unknown>>, prefix: readonly string[], state: Walk): void {
  for (const [key, value] of Object.entries(map)) {
    const path = [...prefix, key];
    const name = path.join('.');
    const { line, column } = state.yaml.placeOfKey(path);
    if (isSetting(name)) {
      if (state.found.has(name)) {
        const message = `${name} is there twice.`;
        state.problems.push({ code: 'CONFIG_INVALID', severity: 'error', message, file: state.file, line, column });
      }
      state.found.set(name, { raw: value ?? '', origin: `${state.file}:${line}`, line });
    } else if (SETTING_NAMES.some((known) => known.startsWith(`${name}.`)) && isMap(value)) {
      walk(value, path, state);
    } else {
      state.problems.push({
        code: 'CONFIG_UNKNOWN',
        severity: 'error',
        message: `There is no setting ${excerpt(name)}.`,
        file: state.file,
        line,
        column,
        hint: didYouMean(name, SETTING_NAMES) ?? 'chainsight config lists them',
      });
    }
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

function problemOf(found: Found, file: string | undefined, message: string): Diagnostic {
  const place = found.line === undefined ? { file: found.origin } : { file, line: found.line };
  return { code: 'CONFIG_INVALID', severity: 'error', message, ...place };
}

function unknownEnvironment(environment: ConfigInput['environment']): readonly Diagnostic[] {
  const known = [...SETTING_NAMES.map(environmentName), ...PLACES];
  return Object.keys(environment)
    .filter((name) => name.startsWith('CHAINSIGHT_') && !known.includes(name) && !NO_SETTING.test(name))
    .map((name) => ({
      code: 'CONFIG_UNKNOWN',
      severity: 'error',
      message: 'There is no setting of this name in the environment.',
      file: name,
      hint: didYouMean(name, known) ?? 'chainsight config lists them',
    }));
}

function excerpt(raw: unknown): string {
  const text = JSON.stringify(raw) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
