/** Diagnostics as lines of a terminal and as objects for programs; the same for every sub-command. */

import type { Diagnostic } from '../../../engine/base/diagnostic.js';
import { type Paint, visible } from '../../output.js';

export interface Problem {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly rule: string | null;
  readonly severity: Diagnostic['severity'];
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

export function toProblem(diagnostic: Diagnostic): Problem {
  const { file, line, column, rule, severity, code, message, hint } = diagnostic;
  return {
    file: file ?? null,
    line: line ?? null,
    column: column ?? null,
    rule: rule ?? null,
    severity,
    code,
    message,
    hint: hint ?? null,
  };
}

/** Grouped by file, so that the path stands once and the places line up below it. */
export function problemLines(diagnostics: readonly Diagnostic[], paint: Paint): readonly string[] {
  const byFile = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const file = diagnostic.file ?? '';
    const found = byFile.get(file);
    if (found === undefined) byFile.set(file, [diagnostic]);
    else found.push(diagnostic);
  }
  const lines: string[] = [];
  for (const [file, found] of byFile) {
    lines.push(paint.bold(file === '' ? '(no file)' : visible(file)));
    for (const diagnostic of found) lines.push(...problemLine(diagnostic, paint));
    lines.push('');
  }
  return lines;
}

function problemLine({ severity, line, column, code, rule, message, hint }: Diagnostic, paint: Paint): string[] {
  const colour = severity === 'error' ? paint.red : paint.yellow;
  const place = line === undefined ? '' : `${line}:${column ?? 1}`;
  const about = rule === undefined ? '' : ` ${paint.dim(visible(rule))}`;
  const lines = [`  ${place.padEnd(8)} ${colour(severity.padEnd(7))} ${visible(message)}${about}`];
  lines.push(`  ${' '.repeat(16)} ${paint.dim(hint === undefined ? code : `${visible(hint)}  ${code}`)}`);
  return lines;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
