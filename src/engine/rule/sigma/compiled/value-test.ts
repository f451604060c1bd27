/** Tests of one value as functions, and those of a field's list put together so that each text is folded once and exact texts are one look-up. */

import { assert } from '../../../base/assert.js';
import type { ValueTest } from '../document.js';
import { isInNetwork, parseAddress } from '../value/address.js';
import { foldText } from '../value/fold-text.js';
import { compares, numberIn } from '../value/number.js';
import { compileRegex, type SigmaRegex } from '../value/regex.js';
import { timePartIn } from '../value/time-part.js';
import { MANY } from '../text-pattern.js';
import { edgeTest } from './text-list.js';
import { foldPattern, type TextTest, textTest } from './text-test.js';

/** Folding a long text costs, so it is asked for only by tests that need it. `undefined` never comes here: there is a text. */
export interface Folded {
  readonly folded: string | undefined;
}

/** Gets a value's text as it is, and the way to the folded one. */
export type ScalarTest = (text: string, value: Folded) => boolean;

/** Everything that is decided by the text of one value alone. */
export type TextualTest = Exclude<ValueTest, { readonly kind: 'exists' | 'null' | 'fieldref' }>;

export function isTextual(test: ValueTest): test is TextualTest {
  return test.kind !== 'exists' && test.kind !== 'null' && test.kind !== 'fieldref';
}

/** True where any of the tests holds. */
export function anyOf(tests: readonly TextualTest[]): ScalarTest {
  const exact = new Set<string>();
  const starts: string[] = [];
  const ends: string[] = [];
  const folded: TextTest[] = [];
  const others: ScalarTest[] = [];
  for (const test of tests) {
    if (test.kind !== 'text' || test.isCased) {
      others.push(scalarTest(test));
      continue;
    }
    const pattern = foldPattern(test.pattern, foldText);
    const [first, second] = pattern;
    if (pattern.length === 0) exact.add('');
    else if (pattern.length === 1 && typeof first === 'string') exact.add(first);
    else if (pattern.length === 2 && typeof first === 'string' && second === MANY) starts.push(first);
    else if (pattern.length === 2 && first === MANY && typeof second === 'string') ends.push(second);
    else folded.push(textTest(pattern));
  }
  if (starts.length > 0) folded.push(edgeTest(starts, 'start'));
  if (ends.length > 0) folded.push(edgeTest(ends, 'end'));
  const groups: ScalarTest[] = [];
  if (exact.size > 0) groups.push((_, value) => exact.has(value.folded!));
  if (folded.length === 1) groups.push(onFolded(folded[0]!));
  if (folded.length > 1) {
    groups.push((_, value) => {
      const text = value.folded!;
      for (const test of folded) if (test(text)) return true;
      return false;
    });
  }
  groups.push(...others);
  return groups.length === 1 ? groups[0]! : (text, value) => groups.some((test) => test(text, value));
}

function onFolded(test: TextTest): ScalarTest {
  return (_, value) => test(value.folded!);
}

export function scalarTest(test: TextualTest): ScalarTest {
  switch (test.kind) {
    case 'text': {
      if (!test.isCased) return onFolded(textTest(foldPattern(test.pattern, foldText)));
      return textTest(test.pattern);
    }
    case 'regex':
      return regexTest(test.source, test.flags);
    case 'cidr':
      return (text) => {
        const address = parseAddress(text);
        return address !== undefined && isInNetwork(address, test.version, test.address, test.prefixBits);
      };
    case 'number':
      return (text) => {
        const number = numberIn(text);
        return number !== undefined && compares(number, test.comparison, test.value);
      };
    case 'time':
      return (text) => {
        const part = timePartIn(text, test.part);
        return part !== undefined && compares(part, test.comparison, test.value);
      };
  }
}

export function regexOf(source: string, flags: string): SigmaRegex {
  const compiled = compileRegex(source, flags);
  assert(compiled.ok, `the pattern ${source} compiles: the reader lets none through that does not`);
  return compiled.value;
}

/** The pattern is asked only where a text that every match holds was found: searching for that is many times cheaper. */
function regexTest(source: string, flags: string): ScalarTest {
  const regex = regexOf(source, flags);
  const { guard } = regex;
  if (guard === undefined) return (text) => regex.matches(text);
  const [only] = guard.texts;
  if (guard.texts.length === 1 && !guard.isFolded) return (text) => text.includes(only!) && regex.matches(text);
  return (text, value) => {
    const searched = guard.isFolded ? value.folded! : text;
    return guard.texts.some((literal) => searched.includes(literal)) && regex.matches(text);
  };
}
