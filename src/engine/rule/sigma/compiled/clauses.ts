/**
 * What an event must fulfil for a rule to hold, as the index understands it. Sound, not complete: only what is certain becomes a clause.
 *
 *     sel: Image|endswith: [\cmd.exe, \sh.exe]          clause  image suffix \cmd.exe or \sh.exe
 *          CommandLine|contains|all: [-c, echo]          clauses commandline contains -c;  commandline contains echo
 *     img: - Image|endswith: \x.exe                      clause  image suffix \x.exe or originalfilename equals x
 *          - OriginalFileName: x
 *     sel and img and not …                              all of these; what stands under `not` says nothing
 */

import { ANY_FIELD, type Clause, type Requirement } from '../../index/requirement.js';
import { isSelective, guessedRate, textRate } from '../../index/witness.js';
import type { Condition, Detection, FieldTest, Selection, ValueTest } from '../document.js';
import { MANY, ONE, type TextPattern } from '../text-pattern.js';
import { foldText } from '../value/fold-text.js';
import { selectionOf } from './condition-test.js';
import { regexOf } from './value-test.js';

/** The name to read a rule's field by. */
export type NameOf = (field: string) => string;

export function clausesOf(condition: Condition, detection: Detection, nameOf: NameOf): readonly Clause[] {
  switch (condition.kind) {
    case 'selection':
      return clausesOfSelection(selectionOf(detection, condition.name), nameOf);
    case 'not':
      return [];
    case 'and':
      return condition.conditions.flatMap((part) => clausesOf(part, detection, nameOf));
    case 'or':
      return either(condition.conditions.map((part) => clausesOf(part, detection, nameOf)));
  }
}

function clausesOfSelection(selection: Selection, nameOf: NameOf): readonly Clause[] {
  switch (selection.kind) {
    case 'every':
      return selection.tests.flatMap((test) => clausesOfTest(test, nameOf));
    case 'all':
      return selection.selections.flatMap((part) => clausesOfSelection(part, nameOf));
    case 'some':
      return either(selection.selections.map((part) => clausesOfSelection(part, nameOf)));
    case 'keywords':
      return clausesOfValues(ANY_FIELD, selection.values, selection.quantifier);
  }
}

export function clausesOfTest({ field, quantifier, isNegated, values }: FieldTest, nameOf: NameOf): readonly Clause[] {
  return isNegated ? [] : clausesOfValues(nameOf(field), values, quantifier);
}

function clausesOfValues(field: string, values: readonly ValueTest[], quantifier: 'any' | 'all'): readonly Clause[] {
  const known = values.map((value) => requirementsOf(value, field));
  if (quantifier === 'all') return known.flatMap((requirements) => requirements.map((requirement) => [requirement]));
  const clause: Requirement[] = [];
  for (const requirements of known) {
    const best = rarest(requirements);
    if (best === undefined) return [];
    clause.push(best);
  }
  return clause.length === 0 ? [] : [gathered(clause)];
}

/** One list of texts for each kind: a list of a hundred names is one requirement, not a hundred. */
function gathered(clause: readonly Requirement[]): Clause {
  const lists = new Map<string, { readonly requirement: Requirement; readonly texts: string[] }>();
  for (const requirement of clause) {
    const key = `${requirement.kind} ${requirement.field}`;
    const list = lists.get(key);
    if (list === undefined) lists.set(key, { requirement, texts: [...requirement.texts] });
    else list.texts.push(...requirement.texts);
  }
  return [...lists.values()].map(({ requirement: { field, kind }, texts }) => ({ field, kind, texts }));
}

/** Of alternatives the rarest clause of each, put together; nothing where one of them may hold without any. */
function either(sides: readonly (readonly Clause[])[]): readonly Clause[] {
  const clause: Requirement[] = [];
  for (const side of sides) {
    let best: Clause | undefined;
    for (const one of side) {
      if (isSelective(one) && (best === undefined || guessedRate(one) < guessedRate(best))) best = one;
    }
    if (best === undefined) return [];
    clause.push(...best);
  }
  return clause.length === 0 ? [] : [gathered(clause)];
}

/** Each of them must hold of one value that fulfils the test; none where nothing is certain. */
function requirementsOf(value: ValueTest, field: string): readonly Requirement[] {
  switch (value.kind) {
    case 'text':
      return requirementsOfPattern(value.pattern, field);
    case 'regex':
      return regexOf(value.source, value.flags)
        .literals()
        .map(({ kind, texts }) => ({ field, kind, texts }));
    default:
      return [];
  }
}

function requirementsOfPattern(pattern: TextPattern, field: string): readonly Requirement[] {
  const parts = pattern.map((part) => (typeof part === 'string' ? foldText(part) : part));
  const [first] = parts;
  if (parts.length === 0) return [{ field, kind: 'equals', texts: [''] }];
  if (parts.length === 1 && typeof first === 'string') return [{ field, kind: 'equals', texts: [first] }];
  return parts.flatMap((part, index): Requirement[] => {
    if (part === MANY || part === ONE) return [];
    const kind = index === 0 ? 'prefix' : index === parts.length - 1 ? 'suffix' : 'contains';
    return [{ field, kind, texts: [part] }];
  });
}

function rarest(requirements: readonly Requirement[]): Requirement | undefined {
  let best: Requirement | undefined;
  let bestRate = Infinity;
  for (const requirement of requirements) {
    let rate = 0;
    for (const text of requirement.texts) rate += textRate(requirement.kind, text);
    if (rate < bestRate) {
      best = requirement;
      bestRate = rate;
    }
  }
  return best;
}
