/**
 * What a Sigma rule means, written the obvious way: no index, nothing compiled, nothing kept. The compiled form is tested against it, and it
 * explains hits to people.
 */

import { assert } from '../../../base/assert.js';
import type { Matched } from '../../rule.js';
import type { Condition, Detection, FieldTest, KeywordTest, Selection, ValueTest } from '../document.js';
import type { SigmaExplanation, SigmaView } from '../evaluator.js';
import { fieldTestText, valueText } from './describe.js';
import { matchField, matchValue, type ValueMatch } from './value-match.js';

/** Whether the condition holds of the event. Nothing is said of the rule's log source: who asks has seen to that. */
export function plainMatch(rule: Detection, view: SigmaView): boolean {
  return holds(rule.condition, rule, view);
}

function holds(condition: Condition, rule: Detection, view: SigmaView): boolean {
  switch (condition.kind) {
    case 'selection':
      return selectionHolds(selectionOf(rule, condition.name), view);
    case 'not':
      return !holds(condition.condition, rule, view);
    case 'and':
      return condition.conditions.every((part) => holds(part, rule, view));
    case 'or':
      return condition.conditions.some((part) => holds(part, rule, view));
  }
}

function selectionOf(rule: Detection, name: string): Selection {
  const selection = rule.selections.get(name);
  assert(selection !== undefined, `the condition names only selections of the rule; "${name}" is none`);
  return selection;
}

function selectionHolds(selection: Selection, view: SigmaView): boolean {
  switch (selection.kind) {
    case 'every':
      return selection.tests.every((test) => fieldTestHolds(test, view));
    case 'some':
      return selection.selections.some((part) => selectionHolds(part, view));
    case 'all':
      return selection.selections.every((part) => selectionHolds(part, view));
    case 'keywords':
      return selection.quantifier === 'all'
        ? selection.values.every((value) => matchKeyword(value, view) !== undefined)
        : selection.values.some((value) => matchKeyword(value, view) !== undefined);
  }
}

export function fieldTestHolds(test: FieldTest, view: SigmaView): boolean {
  const holdsOf = (value: ValueTest): boolean => matchField(value, test.field, view) !== undefined;
  const isMet = test.quantifier === 'all' ? test.values.every(holdsOf) : test.values.some(holdsOf);
  return isMet !== test.isNegated;
}

/** In any text of the event. */
function matchKeyword(test: ValueTest, view: SigmaView): ValueMatch | undefined {
  for (const text of view.texts()) {
    const place = matchValue(test, text, view);
    if (place !== undefined) return { text, place: typeof place === 'symbol' ? undefined : place };
  }
  return undefined;
}

/** What made a condition true, of an event of which it is: values in the order of the rule. Under `not` there is nothing to be shown. */
export function whatHolds(rule: Detection, view: SigmaView): readonly Matched[] {
  return ofCondition(rule.condition, rule, view);
}

function ofCondition(condition: Condition, rule: Detection, view: SigmaView): readonly Matched[] {
  switch (condition.kind) {
    case 'selection':
      return ofSelection(selectionOf(rule, condition.name), view);
    case 'not':
      return [];
    case 'and':
      return condition.conditions.flatMap((part) => ofCondition(part, rule, view));
    case 'or':
      return condition.conditions.flatMap((part) => (holds(part, rule, view) ? ofCondition(part, rule, view) : []));
  }
}

function ofSelection(selection: Selection, view: SigmaView): readonly Matched[] {
  switch (selection.kind) {
    case 'every':
      return selection.tests.flatMap(({ field, values }) =>
        values.flatMap((value) => matchedOf(field, matchField(value, field, view)) ?? []),
      );
    case 'all':
      return selection.selections.flatMap((part) => ofSelection(part, view));
    case 'some':
      return selection.selections.flatMap((part) => (selectionHolds(part, view) ? ofSelection(part, view) : []));
    case 'keywords':
      return selection.values.flatMap((value) => matchedOf('', matchKeyword(value, view)) ?? []);
  }
}

/** The condition as a tree with the truth of every part, those included that no longer decide anything. */
export function explain(rule: Detection, view: SigmaView): SigmaExplanation {
  return explainCondition(rule.condition, rule, view);
}

function explainCondition(condition: Condition, rule: Detection, view: SigmaView): SigmaExplanation {
  switch (condition.kind) {
    case 'selection':
      return explainSelection(condition.name, selectionOf(rule, condition.name), view);
    case 'not': {
      const part = explainCondition(condition.condition, rule, view);
      return { text: 'not', isTrue: !part.isTrue, parts: [part] };
    }
    case 'and':
    case 'or': {
      const parts = condition.conditions.map((part) => explainCondition(part, rule, view));
      return { text: condition.kind, isTrue: allOrAny(parts, condition.kind === 'and'), parts };
    }
  }
}

function explainSelection(text: string, selection: Selection, view: SigmaView): SigmaExplanation {
  switch (selection.kind) {
    case 'every': {
      const parts = selection.tests.map((test) => explainFieldTest(test, view));
      return { text, isTrue: allOrAny(parts, true), parts };
    }
    case 'some':
    case 'all': {
      const parts = selection.selections.map((part) => explainSelection(partText(part), part, view));
      return { text, isTrue: allOrAny(parts, selection.kind === 'all'), parts };
    }
    case 'keywords':
      return explainKeywords(text, selection, view);
  }
}

function partText(selection: Selection): string {
  switch (selection.kind) {
    case 'some':
      return 'or';
    case 'every':
    case 'all':
      return 'and';
    case 'keywords':
      return 'keywords';
  }
}

function explainFieldTest(test: FieldTest, view: SigmaView): SigmaExplanation {
  const parts = test.values.map((value): SigmaExplanation => {
    const found = matchField(value, test.field, view);
    return {
      text: valueText(value),
      isTrue: found !== undefined,
      matched: matchedOf(test.field, found),
      parts: [],
    };
  });
  return { text: fieldTestText(test), isTrue: allOrAny(parts, test.quantifier === 'all') !== test.isNegated, parts };
}

function explainKeywords(text: string, test: KeywordTest, view: SigmaView): SigmaExplanation {
  const parts = test.values.map((value): SigmaExplanation => {
    const found = matchKeyword(value, view);
    return { text: valueText(value), isTrue: found !== undefined, matched: matchedOf('', found), parts: [] };
  });
  return { text, isTrue: allOrAny(parts, test.quantifier === 'all'), parts };
}

function allOrAny(parts: readonly SigmaExplanation[], isAll: boolean): boolean {
  return isAll ? parts.every(({ isTrue }) => isTrue) : parts.some(({ isTrue }) => isTrue);
}

function matchedOf(field: string, found: ValueMatch | undefined): Matched | undefined {
  if (found?.text === undefined) return undefined;
  return found.place === undefined
    ? { field, value: found.text }
    : { field, value: found.text, start: found.place.start, end: found.place.end };
}
