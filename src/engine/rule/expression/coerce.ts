/** The event's values as values of the language. */

import { ValueMap } from './collection.js';
import { typeFailure } from './failure.js';
import { fromFloat, fromInteger } from './number.js';
import type { Value } from './value.js';

/** Deeper lists and maps are a type error; walking them would exhaust the stack. */
const MAX_DEPTH = 200;

/**
 * @param raw  null, boolean, number, bigint, string, array or plain object; whole numbers are exact, others go through their shortest text
 * @throws Failure of kind `type` for anything else
 */
export function toValue(raw: unknown, depth = 0): Value {
  switch (typeof raw) {
    case 'string':
    case 'boolean':
      return raw;
    case 'number':
      // A negative zero can only come from a source that meant zero.
      return Number.isSafeInteger(raw) ? raw + 0 : fromFloat(raw);
    case 'bigint':
      return fromInteger(raw);
    case 'object':
      break;
    default:
      throw typeFailure(`a field holds a ${typeof raw}, which is no value`);
  }
  if (raw === null) return null;
  if (depth >= MAX_DEPTH) throw typeFailure('a field is nested too deeply');
  if (Array.isArray(raw)) return raw.map((member: unknown) => toValue(member, depth + 1));
  return new ValueMap(Object.entries(raw).map(([key, member]: [string, unknown]) => [key, toValue(member, depth + 1)]));
}
