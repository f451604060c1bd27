/** Which event ids a condition can hold for at all, from what it says of `EventID` itself: most rules on Windows channels name theirs. */

import type { Condition, Detection, FieldTest, Selection, SigmaRule, ValueTest } from '../document.js';
import { selectionOf } from './condition-test.js';

/** `undefined` = any. */
type EventIds = ReadonlySet<number> | undefined;

/** A reload asks again of thousands of rules, and of one that was restored the detection is not looked at for this. */
const known = new WeakMap<SigmaRule, { readonly ids: EventIds }>();

export function eventIdsOf(rule: SigmaRule): EventIds {
  let found = known.get(rule);
  if (found === undefined) {
    found = { ids: idsOfCondition(rule.condition, rule) };
    known.set(rule, found);
  }
  return found.ids;
}

/** For a rule whose ids were worked out before, in another process. */
export function keepEventIds(rule: SigmaRule, ids: EventIds): void {
  known.set(rule, { ids });
}

function idsOfCondition(condition: Condition, detection: Detection): EventIds {
  switch (condition.kind) {
    case 'selection':
      return idsOfSelection(selectionOf(detection, condition.name));
    case 'not':
      return undefined;
    case 'and':
      return inAll(condition.conditions.map((part) => idsOfCondition(part, detection)));
    case 'or':
      return inAny(condition.conditions.map((part) => idsOfCondition(part, detection)));
  }
}

function idsOfSelection(selection: Selection): EventIds {
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

function idsOfTest({ field, quantifier, isNegated, values }: FieldTest): EventIds {
  if (isNegated || field.toLowerCase() !== 'eventid') return undefined;
  const ids = values.map(idsOfValue);
  return quantifier === 'all' ? inAll(ids) : inAny(ids);
}

function idsOfValue(value: ValueTest): EventIds {
  if (value.kind !== 'text' || value.pattern.length !== 1) return undefined;
  const [text] = value.pattern;
  return typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? new Set([Number(text)]) : undefined;
}

export function inAll(sides: readonly EventIds[]): EventIds {
  let common: EventIds;
  for (const side of sides) {
    if (side === undefined) continue;
    common = common === undefined ? side : new Set([...common].filter((id) => side.has(id)));
  }
  return common;
}

function inAny(sides: readonly EventIds[]): EventIds {
  const all = new Set<number>();
  for (const side of sides) {
    if (side === undefined) return undefined;
    for (const id of side) all.add(id);
  }
  return sides.length === 0 ? undefined : all;
}
