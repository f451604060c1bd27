/** Sigma documents for tests: read from a few lines, and shown in a form that can be compared at a glance. */

import type { Diagnostic } from '../../src/engine/base/diagnostic.js';
import type {
  Condition,
  Selection,
  SigmaDocument,
  SigmaRule,
  ValueTest,
} from '../../src/engine/rule/sigma/document.js';
import { readSigmaFile } from '../../src/engine/rule/sigma/read/read-sigma-file.js';
import { MANY, ONE, type TextPattern } from '../../src/engine/rule/sigma/text-pattern.js';

export const PLACEHOLDERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Servers', ['srv*', 'db1']],
  ['one', ['x']],
  ['DC-NAME', ['dc$']],
  ['nobody', []],
]);

export interface Reading {
  readonly documents: readonly SigmaDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readText(text: string): Reading {
  return readSigmaFile({ path: 'x.yml', text }, { placeholders: PLACEHOLDERS });
}

/** A rule around the lines of its detection, which are indented here. Line 1 of `detection` is line 8. */
export function ruleText(detection: string, header = ''): string {
  const lines = detection.split('\n').map((line) => `  ${line}`);
  return `title: T
id: 0e95725d-7320-415d-80f7-004da920fc11
${header}
logsource:
  product: windows
  category: process_creation
detection:
${lines.join('\n')}
`;
}

export function codesOf(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ code }) => code);
}

/** @throws Error  where the text holds no rule, with what was reported */
export function theRule(text: string): SigmaRule {
  const { documents, diagnostics } = readText(text);
  const rule = documents.find((document) => document.kind === 'rule');
  if (rule === undefined) throw new Error(`no rule: ${JSON.stringify(diagnostics)}`);
  return rule;
}

/** The selection `sel` of a rule whose condition is `sel`. */
export function selectionOf(sel: string): string {
  return showSelection(theRule(ruleText(`sel:\n${indented(sel)}\ncondition: sel`)).selections.get('sel')!);
}

export function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

/** `«literal»*?`: wildcards stand outside of the brackets. */
export function showPattern(pattern: TextPattern): string {
  return pattern.length === 0
    ? '«»'
    : pattern.map((part) => (part === MANY ? '*' : part === ONE ? '?' : `«${part}»`)).join('');
}

export function showValue(value: ValueTest): string {
  switch (value.kind) {
    case 'text':
      return `${value.isCased ? 'cased ' : ''}${showPattern(value.pattern)}`;
    case 'regex':
      return `/${value.source}/${value.flags}`;
    case 'cidr':
      return `cidr${value.version} ${value.address.toString(16)}/${value.prefixBits}`;
    case 'number':
      return `${value.comparison} ${value.value}`;
    case 'time':
      return `${value.part} ${value.comparison} ${value.value}`;
    case 'exists':
      return value.isThere ? 'exists' : 'absent';
    case 'null':
      return 'null';
    case 'fieldref':
      return `field ${value.field} ${value.place}${value.isCased ? ' cased' : ''}`;
  }
}

export function showSelection(selection: Selection): string {
  switch (selection.kind) {
    case 'every':
      return selection.tests
        .map(({ field, quantifier, isNegated, values }) => {
          const shown = values.map(showValue).join(quantifier === 'all' ? ' & ' : ' | ');
          return `${field} ${isNegated ? '!' : ''}= ${shown}`;
        })
        .join(' AND ');
    case 'some':
      return `(${selection.selections.map(showSelection).join(') OR (')})`;
    case 'all':
      return `(${selection.selections.map(showSelection).join(') AND (')})`;
    case 'keywords':
      return `keywords ${selection.values.map(showValue).join(selection.quantifier === 'all' ? ' & ' : ' | ')}`;
  }
}

export function showCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'selection':
      return condition.name;
    case 'not':
      return `not ${showCondition(condition.condition)}`;
    case 'and':
    case 'or':
      return `(${condition.conditions.map(showCondition).join(` ${condition.kind} `)})`;
  }
}
