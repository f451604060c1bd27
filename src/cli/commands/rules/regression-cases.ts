/**
 * Regression data of Sigma rules: folders with an `info.yml` that names the rules it is about and, beside it, records that must make each of these
 * match. The layout is SigmaHQ's, `regression_data/…/RULE/{info.yml, ID.evtx, ID.json}`.
 */

import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Diagnostic } from '../../../engine/base/diagnostic.js';
import { readYaml } from '../../../engine/rule/pack/yaml-file.js';
import { readFolder } from '../../pack-files.js';

/** `text`: lines as a device writes them, without fields. */
export type RecordForm = 'evtx' | 'json' | 'text';

export interface RegressionFile {
  readonly form: RecordForm;
  readonly path: string;
}

export interface RegressionCase {
  /** Its folder, and its own name where the folder has several. */
  readonly name: string;
  readonly info: string;
  /** Ids, all of which must match. */
  readonly rules: readonly string[];
  /** In at least so many events of each file. */
  readonly matches: number;
  /** The same records in other forms; each must do. Empty where none is there. */
  readonly files: readonly RegressionFile[];
}

export interface RegressionData {
  readonly cases: readonly RegressionCase[];
  readonly diagnostics: readonly Diagnostic[];
}

const FORMS: readonly (readonly [suffix: string, form: RecordForm])[] = [
  ['evtx', 'evtx'],
  ['json', 'json'],
  ['raw', 'text'],
];

/** @throws CommandError if there is no such folder */
export function readRegressionData(folders: readonly string[]): RegressionData {
  const read = folders.map((folder) => readFolder(folder, /^info\.ya?ml$/));
  const diagnostics = read.flatMap(({ problems }) => [...problems]);
  const cases = read.flatMap(({ files }) =>
    files.flatMap((file) => {
      const result = readYaml(file);
      diagnostics.push(...result.diagnostics);
      return casesOf(result.file?.value, file.path);
    }),
  );
  return { cases, diagnostics };
}

/** Several tests of one file are several cases. Where none is written down, the records that lie there under a rule's id are one. */
function casesOf(info: unknown, path: string): readonly RegressionCase[] {
  const folder = dirname(path);
  const rules = listOf(info, 'rule_metadata').flatMap((entry) => textOf(entry, 'id') ?? []);
  if (rules.length === 0) return [];
  const tests = listOf(info, 'regression_tests_info');
  if (tests.length === 0) {
    return [{ name: folder, info: path, rules, matches: 1, files: filesNamed(folder, rules) }];
  }
  return tests.map((test, index) => {
    const named = textOf(test, 'path');
    const count = ownValue(test, 'match_count');
    return {
      name: tests.length === 1 ? folder : `${folder}#${textOf(test, 'name') ?? index + 1}`,
      info: path,
      rules,
      matches: typeof count === 'number' && count > 0 ? count : 1,
      files: filesNamed(folder, named === undefined ? rules : [basename(named).replace(/\.\w+$/, '')]),
    };
  });
}

/** One is misspelled `.jsoncls` in the published data, so beginnings of suffixes count. */
function filesNamed(folder: string, names: readonly string[]): readonly RegressionFile[] {
  const present = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap((name) =>
    FORMS.flatMap(([suffix, form]) => {
      const file = present.find((each) => each.startsWith(`${name}.${suffix}`));
      return file === undefined ? [] : [{ form, path: join(folder, file) }];
    }),
  );
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list = ownValue(value, key);
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

function textOf(value: unknown, key: string): string | undefined {
  const text = ownValue(value, key);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function ownValue(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
