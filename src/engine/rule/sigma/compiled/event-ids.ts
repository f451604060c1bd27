/** Which event ids a condition can hold for at all, from what it says of `EventID` itself: most rules on Windows channels name theirs. */

import type { Condition, FieldTest, Selection, ValueTest } from '../document.js';
import { type Detection, selectionOf } from './condition-test.js';

type Ids = ReadonlySet<number> | undefined;

/** @returns `undefined` = any */
export function eventIdsOf(condition: Condition, detection: Detection): Ids {
  switch (condition.kind) {
    case 'selection':
      return idsOfSelection(selectionOf(detection, condition.name));
    case 'not':
      return undefined;
    case 'and':
      return inAll(condition.conditions.map((part) => eventIdsOf(part, detection)));
    case 'or':
      return inAny(condition.conditions.map((part) => eventIdsOf(part, detection)));
  }
}

function idsOfSelection(selection: Selection): Ids {
  switch (selection.kind) {
    case 'every':
      return inAll(selection.tests.map(idsOfTest));
    case 'all':
      return inAll(selection.selections.map(idsOfSelection));
    case 'some':
      return inAny(selection.selections.map(idsOfSelection));
    case 'keywords':
      return undefined;
  }
}

function idsOfTest({ field, quantifier, isNegated, values }: FieldTest): Ids {
  if (isNegated || field.toLowerCase() !== 'eventid') return undefined;
  const ids = values.map(idsOfValue);
  return quantifier === 'all' ? inAll(ids) : inAny(ids);
}

function idsOfValue(value: ValueTest): Ids {
  if (value.kind !== 'text' || value.pattern.length !== 1) return undefined;
  const [text] = value.pattern;
  return typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? new Set([Number(text)]) : undefined;
}

export function inAll(sides: readonly Ids[]): Ids {
  let common: Ids;
  for (const side of sides) {
    if (side === undefined) continue;
    common = common === undefined ? side : new Set([...common].filter((id) => side.has(id)));
  }
  return common;
}

function inAny(sides: readonly Ids[]): Ids {
  const all = new Set<number>();
  for (const side of sides) {
    if (side === undefined) return undefined;
    for (const id of side) all.add(id);
  }
  return sides.length === 0 ? undefined : all;
}
