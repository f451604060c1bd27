/** Whether a condition could hold of any event that has these fields and no others. Sound: "no" and "yes" are certain, all else is "maybe". */

import { assert } from '../../../base/assert.js';
import type { Condition, Detection, FieldTest, Selection, ValueTest } from '../document.js';

export type Truth = 'no' | 'maybe' | 'yes';

/** Whether some event has the field, by a rule's name for it. */
export type HasField = (field: string) => boolean;

/** What any filter holds for is taken out. */
export function couldHold(rule: Detection, filters: readonly Detection[], has: HasField): Truth {
  return all([truthOf(rule.condition, rule, has), ...filters.map((each) => not(truthOf(each.condition, each, has)))]);
}

/** Every field that the detection asks for. */
export function fieldsOf({ selections }: Detection): ReadonlySet<string> {
  const fields = new Set<string>();
  for (const selection of selections.values()) collectFields(selection, fields);
  return fields;
}

function collectFields(selection: Selection, into: Set<string>): void {
  switch (selection.kind) {
    case 'every':
      for (const { field, values } of selection.tests) {
        into.add(field);
        for (const value of values) if (value.kind === 'fieldref') into.add(value.field);
      }
      break;
    case 'some':
    case 'all':
      for (const part of selection.selections) collectFields(part, into);
      break;
    case 'keywords':
      break;
  }
}

function truthOf(condition: Condition, rule: Detection, has: HasField): Truth {
  switch (condition.kind) {
    case 'selection': {
      const selection = rule.selections.get(condition.name);
      assert(selection !== undefined, `the condition names only selections of the rule; "${condition.name}" is none`);
      return truthOfSelection(selection, has);
    }
    case 'not':
      return not(truthOf(condition.condition, rule, has));
    case 'and':
      return all(condition.conditions.map((part) => truthOf(part, rule, has)));
    case 'or':
      return any(condition.conditions.map((part) => truthOf(part, rule, has)));
  }
}

function truthOfSelection(selection: Selection, has: HasField): Truth {
  switch (selection.kind) {
    case 'every':
      return all(selection.tests.map((test) => truthOfTest(test, has)));
    case 'some':
      return any(selection.selections.map((part) => truthOfSelection(part, has)));
    case 'all':
      return all(selection.selections.map((part) => truthOfSelection(part, has)));
    case 'keywords':
      return selection.values.length === 0 ? (selection.quantifier === 'all' ? 'yes' : 'no') : 'maybe';
  }
}

/** A field that some event has may be missing in the next. */
function truthOfTest({ field, values, quantifier, isNegated }: FieldTest, has: HasField): Truth {
  const truths = values.map((value) => (has(field) ? truthWhereThere(value, has) : truthWhereMissing(value)));
  const met = quantifier === 'all' ? all(truths) : any(truths);
  return isNegated ? not(met) : met;
}

function truthWhereThere(value: ValueTest, has: HasField): Truth {
  return value.kind === 'fieldref' && !has(value.field) ? 'no' : 'maybe';
}

function truthWhereMissing(value: ValueTest): Truth {
  if (value.kind === 'null') return 'yes';
  return value.kind === 'exists' && !value.isThere ? 'yes' : 'no';
}

function not(truth: Truth): Truth {
  return truth === 'maybe' ? truth : truth === 'yes' ? 'no' : 'yes';
}

function all(truths: readonly Truth[]): Truth {
  if (truths.includes('no')) return 'no';
  return truths.includes('maybe') ? 'maybe' : 'yes';
}

function any(truths: readonly Truth[]): Truth {
  if (truths.includes('yes')) return 'yes';
  return truths.includes('maybe') ? 'maybe' : 'no';
}
