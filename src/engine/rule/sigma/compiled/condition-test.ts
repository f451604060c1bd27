/** A condition as a function of the event, its selections put in where it names them. */

import { assert } from '../../../base/assert.js';
import type { Condition, Detection, Selection } from '../document.js';
import type { FieldSlot } from './event-texts.js';
import { bindFieldTest, bindKeywords, type Binding, type EventTest } from './field-test.js';

/** A part of a condition. */
export interface Part {
  readonly test: EventTest;
  /** The only field that it reads, where there is but one: its answer is then one for each value. */
  readonly slot: FieldSlot | undefined;
  /** What a part of several fields is made of; those about the same field are one. */
  readonly made?: { readonly by: Joint; readonly of: readonly Part[] } | undefined;
}

type Joint = 'all' | 'some';

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

/** What is under `not` is taken apart too: `not (a or b)` is two parts that must hold, and each may be about one field. */
export function notOf({ test, slot, made }: Part): Part {
  if (made !== undefined) return together(made.of.map(notOf), made.by === 'all' ? 'some' : 'all');
  return { test: () => !test(), slot };
}

export function allOf(parts: readonly Part[]): Part {
  return together(parts, 'all');
}

function someOf(parts: readonly Part[]): Part {
  return together(parts, 'some');
}

/** As it is asked in the end: what one field decides, once for each value of it. */
function rememberedTest({ test, slot }: Part): EventTest {
  return slot === undefined ? test : slot.remembered(test);
}

/** The whole of a condition: what decides it, and what single fields say of it beforehand. */
export function boundOf(whole: Part): { readonly holds: EventTest; readonly parts: ReadonlyMap<string, EventTest> } {
  const { made } = whole;
  const must = made?.by === 'all' ? made.of : [whole];
  const asked = must.map((part) => ({ slot: part.slot, test: rememberedTest(part) }));
  return {
    holds: join(
      asked.map(({ test }) => test),
      'all',
    ),
    parts: new Map(asked.flatMap(({ slot, test }) => (slot === undefined ? [] : [[slot.name, test] as const]))),
  };
}

/** Parts about the same field become one, and those whose answers are kept come first: no test has an effect, so their order is free. */
function together(given: readonly Part[], by: Joint): Part {
  const parts = given.flatMap((part) => (part.made?.by === by ? part.made.of : [part]));
  if (parts.length === 1) return parts[0]!;
  const bySlot = new Map<FieldSlot, EventTest[]>();
  const others: Part[] = [];
  for (const part of parts) {
    if (part.slot === undefined) others.push(part);
    else {
      const tests = bySlot.get(part.slot);
      if (tests === undefined) bySlot.set(part.slot, [part.test]);
      else tests.push(part.test);
    }
  }
  const joined = [...bySlot].map(([slot, tests]): Part => ({ test: join(tests, by), slot }));
  if (joined.length === 1 && others.length === 0) return joined[0]!;
  const of = [...joined, ...others];
  return { test: join(of.map(rememberedTest), by), slot: undefined, made: { by, of } };
}

function join(tests: readonly EventTest[], by: Joint): EventTest {
  const [first, second] = tests;
  if (tests.length === 1) return first!;
  if (tests.length === 2) return by === 'all' ? () => first!() && second!() : () => first!() || second!();
  const settles = by === 'some';
  return () => {
    for (const test of tests) if (test() === settles) return settles;
    return !settles;
  };
}
