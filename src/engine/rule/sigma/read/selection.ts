/** One selection of a detection: a map, a list, or a keyword. */

import type { FieldTest, KeywordTest, Selection, ValueTest } from '../document.js';
import { warnOfChain } from './chain-warnings.js';
import { type Faults, shown } from './faults.js';
import { readValues, type ValueForms } from './field-values.js';
import type { FormBudget } from './form-budget.js';
import { type ModifierChain, parseChain, PLAIN } from './modifier-chain.js';
import type { Placeholders } from './transform.js';
import { isList, isMap, type YamlMap, type YamlValue } from './yaml.js';
import type { YamlPath } from './yaml-places.js';

export interface SelectionContext {
  readonly faults: Faults;
  readonly placeholders: Placeholders;
  readonly budget: FormBudget;
}

/** @returns `undefined` where something is wrong, which is reported */
export function readSelection(value: YamlValue, at: YamlPath, context: SelectionContext): Selection | undefined {
  if (isMap(value)) return readMap(value, at, context);
  if (isList(value)) return readList(value, at, context);
  if (value === null) {
    context.faults.addAtKey(
      'SIGMA_SELECTION_INVALID',
      at,
      'The selection is empty.',
      'Write its fields, indented, below its name.',
    );
    return undefined;
  }
  return readKeywords(value, at, context);
}

function readList(items: readonly YamlValue[], at: YamlPath, context: SelectionContext): Selection | undefined {
  if (items.length === 0) {
    context.faults.addAtKey(
      'SIGMA_SELECTION_INVALID',
      at,
      'The selection is an empty list.',
      'Write its values, or take it out.',
    );
    return undefined;
  }
  if (items.every((item) => typeof item !== 'object' || item === null)) return readKeywords(items, at, context);
  const selections: (Selection | undefined)[] = items.map((item, index) => {
    const place = [...at, index];
    if (isMap(item)) return readMap(item, place, context);
    if (!isList(item)) return readKeywords(item, place, context);
    context.faults.add(
      'SIGMA_SELECTION_INVALID',
      place,
      'A list cannot stand in the list of a selection.',
      'Put its items into the outer list.',
    );
    return undefined;
  });
  if (!selections.every((selection) => selection !== undefined)) return undefined;
  return selections.length === 1 ? selections[0] : { kind: 'some', selections };
}

function readKeywords(value: YamlValue, at: YamlPath, context: SelectionContext): Selection | undefined {
  const forms = readValues(value, PLAIN, at, true, context);
  return forms === undefined ? undefined : { kind: 'keywords', quantifier: 'any', values: forms.flat() };
}

function readMap(map: YamlMap, at: YamlPath, context: SelectionContext): Selection | undefined {
  if (map.size === 0) {
    context.faults.addAtKey(
      'SIGMA_SELECTION_INVALID',
      at,
      'The selection is an empty map.',
      'Write its fields, or take it out.',
    );
    return undefined;
  }
  const tests: FieldTest[] = [];
  const others: Selection[] = [];
  let isWhole = true;
  for (const [key, value] of map) {
    const entry = readEntry(key, value, [...at, key], context);
    if (entry === undefined) isWhole = false;
    else if (isTests(entry)) for (const test of entry) tests.push(test);
    else others.push(entry);
  }
  if (!isWhole) return undefined;
  const every: readonly Selection[] = tests.length === 0 ? [] : [{ kind: 'every', tests }];
  const selections = [...every, ...others];
  return selections.length === 1 ? selections[0] : { kind: 'all', selections };
}

function isTests(entry: readonly FieldTest[] | Selection): entry is readonly FieldTest[] {
  return Array.isArray(entry);
}

/** `Field|modifiers: values`; without a field, keywords. */
function readEntry(
  key: string,
  value: YamlValue,
  at: YamlPath,
  context: SelectionContext,
): readonly FieldTest[] | Selection | undefined {
  const bar = key.indexOf('|');
  const field = (bar < 0 ? key : key.slice(0, bar)).trim();
  const chain = parseChain(bar < 0 ? undefined : key.slice(bar + 1));
  if ('code' in chain) {
    context.faults.addAtKey(chain.code, at, chain.message, chain.hint);
    return undefined;
  }
  const isKeyword = field === '';
  if (isKeyword && !checkKeywordChain(key, chain, at, context)) return undefined;
  warnOfChain(value, chain, at, isKeyword, context.faults);
  const forms = readValues(value, chain, at, isKeyword, context);
  if (forms === undefined) return undefined;
  return isKeyword ? keywordTest(forms, chain) : fieldTests(field, forms, chain);
}

function checkKeywordChain(key: string, chain: ModifierChain, at: YamlPath, { faults }: SelectionContext): boolean {
  if ((chain.kind === 'plain' || chain.kind === 'text' || chain.kind === 'regex') && !chain.isNegated) return true;
  faults.addAtKey(
    'SIGMA_MODIFIER_CHAIN',
    at,
    `${shown(key)} needs a field before its modifiers.`,
    chain.isNegated
      ? 'For keywords that must not occur use "not" in the condition.'
      : 'Write the field before the "|".',
  );
  return false;
}

function keywordTest(forms: ValueForms, { isAll }: ModifierChain): Selection {
  const keywords = (quantifier: KeywordTest['quantifier'], values: readonly ValueTest[]): KeywordTest => ({
    kind: 'keywords',
    quantifier,
    values,
  });
  if (!isAll) return keywords('any', forms.flat());
  if (areSingle(forms)) return keywords('all', forms.flat());
  return { kind: 'all', selections: forms.map((values) => keywords('any', values)) };
}

function fieldTests(field: string, forms: ValueForms, chain: ModifierChain): readonly FieldTest[] | Selection {
  const { isAll, isNegated } = chain;
  const test = (quantifier: FieldTest['quantifier'], values: readonly ValueTest[]): FieldTest => ({
    field,
    quantifier,
    isNegated,
    values,
  });
  if (!isAll) return [test('any', forms.flat())];
  if (areSingle(forms)) return [test('all', forms.flat())];
  // Each value stands for several forms: one of its forms for each value, and under `neq` not so for one of the values.
  const tests = forms.map((values) => test('any', values));
  if (!isNegated) return tests;
  return { kind: 'some', selections: tests.map((each) => ({ kind: 'every', tests: [each] })) };
}

function areSingle(forms: ValueForms): boolean {
  return forms.every((tests) => tests.length === 1);
}
