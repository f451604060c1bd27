/** Whether one value of a field fulfils a test, and where. Written to be read beside the specification, not to be fast. */

import { assert } from '../../../base/assert.js';
import type { FieldTest, ValueTest } from '../document.js';
import type { SigmaView } from '../evaluator.js';
import { isInNetwork, parseAddress } from '../value/address.js';
import { isNullish, scalarText, valuesOf } from '../value/field-value.js';
import { foldText } from '../value/fold-text.js';
import { compares, numberIn } from '../value/number.js';
import { compileRegex, type SigmaRegex } from '../value/regex.js';
import { timePartIn } from '../value/time-part.js';
import { matchText, type Place } from './text-match.js';

/** The value of a list that fulfilled the test, with the place in it where that can be told. */
export interface ValueMatch {
  readonly text: string | undefined;
  readonly place: Place | undefined;
}

/** Whether a field as a whole fulfils one value's test: any of its values does. */
export function matchField(test: ValueTest, field: FieldTest['field'], view: SigmaView): ValueMatch | undefined {
  const value = view.value(field);
  if (test.kind === 'exists')
    return (value !== undefined) === test.isThere ? { text: scalarText(value), place: undefined } : undefined;
  if (test.kind === 'null') return isNullish(value) ? { text: undefined, place: undefined } : undefined;
  for (const item of valuesOf(value)) {
    const text = scalarText(item);
    if (text === undefined) continue;
    const place = matchValue(test, text, view);
    if (place !== undefined) return { text, place: place === WHOLE ? undefined : place };
  }
  return undefined;
}

const WHOLE = Symbol('whole value');

/** @returns where, or `WHOLE` where the value as such decided; `undefined` where it does not fulfil the test */
export function matchValue(test: ValueTest, text: string, view: SigmaView): Place | typeof WHOLE | undefined {
  switch (test.kind) {
    case 'text':
      return matchText(test.pattern, test.isCased, text);
    case 'regex':
      return matchRegex(regexOf(test), text);
    case 'cidr': {
      const address = parseAddress(text);
      return whole(address !== undefined && isInNetwork(address, test.version, test.address, test.prefixBits));
    }
    case 'number': {
      const number = numberIn(text);
      return whole(number !== undefined && compares(number, test.comparison, test.value));
    }
    case 'time': {
      const part = timePartIn(text, test.part);
      return whole(part !== undefined && compares(part, test.comparison, test.value));
    }
    case 'fieldref':
      return whole(
        valuesOf(view.value(test.field)).some((other) => {
          const otherText = scalarText(other);
          return otherText !== undefined && stands(text, otherText, test);
        }),
      );
    case 'exists':
    case 'null':
      return undefined;
  }
}

function whole(isTrue: boolean): typeof WHOLE | undefined {
  return isTrue ? WHOLE : undefined;
}

function stands(text: string, other: string, { place, isCased }: ValueTest & { readonly kind: 'fieldref' }): boolean {
  const value = isCased ? text : foldText(text);
  const sought = isCased ? other : foldText(other);
  switch (place) {
    case 'whole':
      return value === sought;
    case 'start':
      return value.startsWith(sought);
    case 'end':
      return value.endsWith(sought);
    case 'anywhere':
      return value.includes(sought);
  }
}

const REGEXES = new WeakMap<ValueTest, SigmaRegex>();

function regexOf(test: ValueTest & { readonly kind: 'regex' }): SigmaRegex {
  let regex = REGEXES.get(test);
  if (regex === undefined) {
    const compiled = compileRegex(test.source, test.flags);
    assert(compiled.ok, `the pattern ${test.source} compiles: the reader lets none through that does not`);
    regex = compiled.value;
    REGEXES.set(test, regex);
  }
  return regex;
}

function matchRegex(regex: SigmaRegex, text: string): Place | typeof WHOLE | undefined {
  return regex.matches(text) ? (regex.span(text) ?? WHOLE) : undefined;
}
