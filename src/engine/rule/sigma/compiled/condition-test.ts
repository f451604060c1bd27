/** A condition as a function of the event, its selections put in where it names them. */

import { assert } from '../../../base/assert.js';
import type { Condition, Selection, SigmaFilter, SigmaRule } from '../document.js';
import { bindFieldTest, bindKeywords, type Binding, type EventTest } from './field-test.js';

export type Detection = Pick<SigmaRule | SigmaFilter, 'selections' | 'condition'>;

export function bindCondition(condition: Condition, detection: Detection, binding: Binding): EventTest {
  switch (condition.kind) {
    case 'selection':
      return bindSelection(selectionOf(detection, condition.name), binding);
    case 'not': {
      const part = bindCondition(condition.condition, detection, binding);
      return () => !part();
    }
    case 'and':
      return allOf(condition.conditions.map((part) => bindCondition(part, detection, binding)));
    case 'or':
      return someOf(condition.conditions.map((part) => bindCondition(part, detection, binding)));
  }
}

export function selectionOf({ selections }: Detection, name: string): Selection {
  const selection = selections.get(name);
  assert(selection !== undefined, `the condition names only selections of the rule; "${name}" is none`);
  return selection;
}

function bindSelection(selection: Selection, binding: Binding): EventTest {
  switch (selection.kind) {
    case 'every':
      return allOf(selection.tests.map((test) => bindFieldTest(test, binding)));
    case 'some':
      return someOf(selection.selections.map((part) => bindSelection(part, binding)));
    case 'all':
      return allOf(selection.selections.map((part) => bindSelection(part, binding)));
    case 'keywords':
      return bindKeywords(selection.values, selection.quantifier, binding);
  }
}

export function allOf(parts: readonly EventTest[]): EventTest {
  const [first, second] = parts;
  if (parts.length === 1) return first!;
  if (parts.length === 2) return () => first!() && second!();
  return () => {
    for (const part of parts) if (!part()) return false;
    return true;
  };
}

function someOf(parts: readonly EventTest[]): EventTest {
  const [first, second] = parts;
  if (parts.length === 1) return first!;
  if (parts.length === 2) return () => first!() || second!();
  return () => {
    for (const part of parts) if (part()) return true;
    return false;
  };
}
