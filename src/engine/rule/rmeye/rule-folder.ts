/**
 * Reads the original's rule folder and gives a pack of ours that hits the same events.
 *
 *     rules/py/ioa/{process,action}.py     → set: ioa          score counts for the rule and for each of its techniques
 *     rules/py/attck/{process,action}.py   → set: technique    score counts for each of its techniques
 *     rules/py/{process,action}.py         → set: ioa          older form: no techniques
 *     rules/py/attck/attck.py              → profiles
 *
 * process.py was asked about process creations, action.py about everything else but process ends.
 */

import type { Diagnostic } from '../../base/diagnostic.js';
import { ACTIONS, type Action } from '../../event/action.js';
import { ruleDiagnostic, type RuleCode } from '../diagnostic-codes.js';
import { compileExpression } from '../expression/index.js';
import type { PackFile } from '../pack/pack-file.js';
import { CONDITION_LENGTH_MAX, POINTS_MAX } from '../pack/pack-schema.js';
import type { RuleSetName } from '../rule.js';
import { type PythonValue, readAssignment } from './python-literal.js';
import { RuleIds } from './rule-id.js';
import { type ImportedProfile, type ImportedRule, packFiles } from './pack-text.js';

export interface RmeyeImport {
  /** Files of the new pack, paths relative to its folder. */
  readonly files: readonly PackFile[];
  readonly ruleCount: number;
  readonly profileCount: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** What the original gives a technique rule that names no score. */
const TECHNIQUE_SCORE = 5;

const PROCESS_ACTIONS: readonly Action[] = ['processcreate'];
const OTHER_ACTIONS: readonly Action[] = ACTIONS.filter(
  (action) => action !== 'processcreate' && action !== 'processterminal',
);

interface Role {
  readonly kind: 'process' | 'action' | 'profiles';
  readonly set: RuleSetName;
  /** Name of the file in the new pack. */
  readonly target: string;
}

/** @param files  the Python files of the folder, at whatever depth; those that hold no rules are left alone */
export function importRmeye(files: readonly PackFile[], packName: string): RmeyeImport {
  const reader = new FolderReader();
  const ordered = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  let found = 0;
  for (const file of ordered) {
    const role = roleOf(file.path);
    if (role === undefined) continue;
    found++;
    reader.readFile(file, role);
  }
  if (found === 0) {
    reader.report(
      'RMEYE_EMPTY',
      'There is no process.py, action.py or attck.py here.',
      undefined,
      undefined,
      'Name the folder that holds them, or one above it.',
    );
  }
  return {
    files: packFiles(packName, reader.rules, reader.profiles),
    ruleCount: reader.rules.length,
    profileCount: reader.profiles.length,
    diagnostics: reader.diagnostics,
  };
}

function roleOf(path: string): Role | undefined {
  const [name = '', folder = ''] = path.split('/').reverse();
  const family = folder === 'attck' ? 'attck' : 'ioa';
  const set = family === 'attck' ? 'technique' : 'ioa';
  if (name === 'process.py') return { kind: 'process', set, target: `${family}-process.yml` };
  if (name === 'action.py') return { kind: 'action', set, target: `${family}-action.yml` };
  if (name === 'attck.py') return { kind: 'profiles', set, target: 'profiles.yml' };
  return undefined;
}

class FolderReader {
  readonly rules: ImportedRule[] = [];
  readonly profiles: ImportedProfile[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #ids = new RuleIds();

  readFile(file: PackFile, role: Role): void {
    const result = readAssignment(file.text, 'rule');
    if (!result.ok) {
      this.report('RMEYE_SYNTAX', `${result.error.message}.`, file, result.error.line);
      return;
    }
    if (result.value === undefined) return;
    if (result.value.kind !== 'list') {
      this.report('RMEYE_SYNTAX', '"rule" is not a list.', file, result.value.line);
      return;
    }
    for (const entry of result.value.items) {
      if (entry.kind !== 'map')
        this.report('RMEYE_ENTRY_INVALID', 'An entry is not a dictionary; it is left out.', file, entry.line);
      else if (role.kind === 'profiles') this.#readProfile(entry, file);
      else this.#readRule(entry, file, role);
    }
  }

  report(code: RuleCode, message: string, file: PackFile | undefined, line: number | undefined, hint?: string): void {
    const place = line === undefined ? undefined : { line, column: 1 };
    this.diagnostics.push(ruleDiagnostic(code, message, { file: file?.path, place, hint }));
  }

  #readRule(entry: MapValue, file: PackFile, role: Role): void {
    const name = this.#name(entry, file);
    const conditions = this.#texts(entry, 'rules', file).flatMap(({ value, line }) => {
      const fault = faultOf(value);
      if (fault === undefined) return [value];
      this.report('RMEYE_EXPRESSION_INVALID', `"${name}": ${fault}; this expression is left out.`, file, line);
      return [];
    });
    if (conditions.length === 0) {
      this.report('RMEYE_ENTRY_INVALID', `"${name}" has no expression; it is left out.`, file, entry.line);
      return;
    }
    const points = this.#points(entry, name, role.set === 'technique' ? TECHNIQUE_SCORE : undefined, file);
    if (points === undefined) return;
    this.rules.push({
      target: role.target,
      id: this.#ids.next(name, role.target.replace('.yml', '')),
      name,
      set: role.set,
      points,
      techniques: this.#techniques(entry, 'attck_hit', name, file),
      actions: role.kind === 'process' ? PROCESS_ACTIONS : OTHER_ACTIONS,
      conditions,
      origin: `${file.path}:${entry.line}`,
    });
  }

  #readProfile(entry: MapValue, file: PackFile): void {
    const name = this.#name(entry, file);
    const techniques = this.#techniques(entry, 'rules', name, file);
    const atLeast = numberOf(entry.entries.get('hit_num'));
    const points = this.#points(entry, name, undefined, file);
    if (points === undefined) return;
    if (atLeast === undefined || !Number.isInteger(atLeast) || atLeast < 1 || atLeast > techniques.length) {
      const message = `"${name}" wants ${atLeast ?? 'no number'} of ${techniques.length} techniques and cannot be reached; it is left out.`;
      this.report('RMEYE_ENTRY_INVALID', message, file, entry.line);
      return;
    }
    this.profiles.push({
      id: this.#ids.next(name, 'profile'),
      name,
      techniques,
      atLeast,
      points,
      origin: `${file.path}:${entry.line}`,
    });
  }

  #name(entry: MapValue, file: PackFile): string {
    const name = entry.entries.get('name');
    if (name?.kind === 'text' && name.value.trim() !== '') return name.value.trim().slice(0, 200);
    this.report('RMEYE_ENTRY_INVALID', 'An entry has no name; it gets one from its file.', file, entry.line);
    return file.path.slice(file.path.lastIndexOf('/') + 1).replace('.py', '');
  }

  #points(entry: MapValue, name: string, absent: number | undefined, file: PackFile): number | undefined {
    const score = entry.entries.get('score');
    const value = score === undefined ? absent : numberOf(score);
    if (value === undefined) {
      this.report('RMEYE_ENTRY_INVALID', `"${name}" has no score; it is left out.`, file, entry.line);
      return undefined;
    }
    const points = Math.min(POINTS_MAX, Math.max(0, Math.round(value)));
    if (points !== value)
      this.report(
        'RMEYE_VALUE_CHANGED',
        `"${name}" scores ${value}; it becomes ${points}.`,
        file,
        score?.line ?? entry.line,
      );
    return points;
  }

  #techniques(entry: MapValue, key: string, name: string, file: PackFile): readonly string[] {
    const techniques = new Set<string>();
    for (const { value, line } of this.#texts(entry, key, file)) {
      const id = value.trim().toUpperCase();
      if (/^T\d{4}(?:\.\d{3})?$/.test(id)) techniques.add(id);
      else
        this.report(
          'RMEYE_VALUE_CHANGED',
          `"${name}": "${value.slice(0, 40)}" is not a technique; it is left out.`,
          file,
          line,
        );
    }
    return [...techniques];
  }

  #texts(entry: MapValue, key: string, file: PackFile): readonly { value: string; line: number }[] {
    const value = entry.entries.get(key);
    if (value === undefined || value.kind === 'none') return [];
    const items = value.kind === 'list' ? value.items : [value];
    return items.flatMap((item) => {
      if (item.kind === 'text') return [item];
      this.report(
        'RMEYE_ENTRY_INVALID',
        `"${key}" holds something that is not a text; it is left out.`,
        file,
        item.line,
      );
      return [];
    });
  }
}

/** @returns why a pack would not take the expression */
function faultOf(expression: string): string | undefined {
  if (expression.length > CONDITION_LENGTH_MAX)
    return `an expression of ${expression.length} characters, of which ${CONDITION_LENGTH_MAX} are allowed`;
  const compiled = compileExpression(expression);
  return compiled.ok ? undefined : compiled.error.message;
}

type MapValue = Extract<PythonValue, { kind: 'map' }>;

function numberOf(value: PythonValue | undefined): number | undefined {
  return value?.kind === 'number' && Number.isFinite(value.value) ? value.value : undefined;
}
