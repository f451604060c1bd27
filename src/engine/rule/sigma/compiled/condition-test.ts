/** A condition as a function of the event, its selections put in where it names them. */

import { assert } from '../../../base/assert.js';
import type { Condition, Selection, SigmaFilter, SigmaRule } from '../document.js';
import type { FieldSlot } from './event-texts.js';
import { bindFieldTest, bindKeywords, type Binding, type EventTest } from './field-test.js';

export type Detection = Pick<SigmaRule | SigmaFilter, 'selections' | 'condition'>;

/** A part of a condition. */
export interface Part {
  readonly test: EventTest;
  /** The only field that it reads, where there is but one: its answer is then one for each value. */
  readonly slot: FieldSlot | undefined;
}

export function bindCondition(condition: Condition, detection: Detection, binding: Binding): Part {
  switch (condition.kind) {
    case 'selection':
      return bindSelection(selectionOf(detection, condition.name), binding);
    case 'not':
      return notOf(bindCondition(condition.condition, detection, binding));
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

function bindSelection(selection: Selection, binding: Binding): Part {
  switch (selection.kind) {
    case 'every':
      return allOf(selection.tests.map((test) => bindFieldTest(test, binding)));
    case 'some':
      return someOf(selection.selections.map((part) => bindSelection(part, binding)));
    case 'all':
      return allOf(selection.selections.map((part) => bindSelection(part, binding)));
    case 'keywords':
      return { test: bindKeywords(selection.values, selection.quantifier, binding), slot: undefined };
  }
}

export function notOf({ test, slot }: Part): Part {
  return { test: () => !test(), slot };
}

export function allOf(parts: readonly Part[]): Part {
  return together(parts, (tests) => {
    const [first, second] = tests;
    if (tests.length === 2) return () => first!() && second!();
    return () => {
      for (const test of tests) if (!test()) return false;
      return true;
    };
  });
}

function someOf(parts: readonly Part[]): Part {
  return together(parts, (tests) => {
    const [first, second] = tests;
    if (tests.length === 2) return () => first!() || second!();
    return () => {
      for (const test of tests) if (test()) return true;
      return false;
    };
  });
}

/** As it is asked in the end: what one field decides, once for each value of it. */
export function rememberedTest({ test, slot }: Part): EventTest {
  return slot === undefined ? test : slot.remembered(test);
}

/** Parts about the same field become one, and those whose answers are kept come first: no test has an effect, so their order is free. */
function together(parts: readonly Part[], join: (tests: readonly EventTest[]) => EventTest): Part {
  if (parts.length === 1) return parts[0]!;
  const bySlot = new Map<FieldSlot, EventTest[]>();
  const others: EventTest[] = [];
  for (const { test, slot } of parts) {
    if (slot === undefined) others.push(test);
    else {
      const tests = bySlot.get(slot);
      if (tests === undefined) bySlot.set(slot, [test]);
      else tests.push(test);
    }
  }
  const joined = [...bySlot].map(([slot, tests]): Part => ({
    test: tests.length === 1 ? tests[0]! : join(tests),
    slot,
  }));
  if (joined.length === 1 && others.length === 0) return joined[0]!;
  return { test: join([...joined.map(rememberedTest), ...others]), slot: undefined };
}
