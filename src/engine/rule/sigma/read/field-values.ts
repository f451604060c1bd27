/** The values of one field, or of keywords, with their modifiers, to tests. */

import type { ValueTest } from '../document.js';
import { MANY } from '../text-pattern.js';
import { excerpt, type Faults, shown } from './faults.js';
import type { FormBudget } from './form-budget.js';
import type { ModifierChain } from './modifier-chain.js';
import { parseNetwork } from './network.js';
import { readRegex } from './regex.js';
import { joined, parsePattern, parseText, plainText } from './text.js';
import { type Placeholders, transformText, unitsOf, type ValueFault } from './transform.js';
import { warnOfValues } from './value-warnings.js';
import { isList, type YamlValue } from './yaml.js';
import type { YamlPath } from './yaml-places.js';

/** For each written value the tests that stand for it, any of which is enough. */
export type ValueForms = readonly (readonly ValueTest[])[];

/** All forms of all values of one field; a rule of the public collection has at most 1,500. */
const TESTS_MAX = 10_000;
const TIME_RANGES = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  week: [1, 53],
  month: [1, 12],
  year: [1, 9999],
} as const;

export interface ValueContext {
  readonly faults: Faults;
  readonly placeholders: Placeholders;
  readonly budget: FormBudget;
}

/**
 * @param isKeyword  sought in every field: what needs a field is refused, and a text may stand anywhere in a value
 * @returns `undefined` where something is wrong, which is reported
 */
export function readValues(
  value: YamlValue,
  chain: ModifierChain,
  at: YamlPath,
  isKeyword: boolean,
  context: ValueContext,
): ValueForms | undefined {
  const { faults } = context;
  const values = isList(value) ? value : [value];
  if (values.length === 0) {
    faults.addAtKey(
      'SIGMA_SELECTION_INVALID',
      at,
      'The list of values is empty.',
      'Write the values, or null for a missing field.',
    );
    return undefined;
  }
  if (isList(value) && chain.kind === 'presence' && values.length > 1) {
    faults.add('SIGMA_VALUE_TYPE', at, '"exists" takes one value, true or false.');
    return undefined;
  }
  const forms: (readonly ValueTest[])[] = [];
  let count = 0;
  for (const [index, item] of values.entries()) {
    const tests = readValue(item, chain, isList(value), isKeyword, context.placeholders);
    if ('code' in tests) {
      faults.add(tests.code, isList(value) ? [...at, index] : at, tests.message, tests.hint);
      continue;
    }
    count += tests.length;
    if (!context.budget.take(tests.length, unitsOfTests(tests))) {
      faults.addAtKey('SIGMA_VALUE_EXPANDS', at, 'The values of the file stand for too many forms.', 'Split the file.');
      return undefined;
    }
    if (count > TESTS_MAX) {
      faults.addAtKey(
        'SIGMA_VALUE_EXPANDS',
        at,
        `The values stand for more than ${TESTS_MAX} forms.`,
        'Split the selection.',
      );
      return undefined;
    }
    forms.push(tests);
  }
  if (forms.length < values.length) return undefined;
  warnOfValues(value, chain, at, isKeyword, faults);
  return forms;
}

function readValue(
  value: YamlValue,
  chain: ModifierChain,
  isInList: boolean,
  isKeyword: boolean,
  placeholders: Placeholders,
): readonly ValueTest[] | ValueFault {
  if (typeof value === 'object' && value !== null) {
    return wrongType(`${isList(value) ? 'A list' : 'A map'} cannot be a value.`, 'Check the indentation.');
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    return wrongType(`${value} cannot be a value.`, 'Put it in quotes if a text is meant.');
  if (value === null) return readNull(chain, isInList, isKeyword);
  switch (chain.kind) {
    case 'plain':
    case 'text':
      return readText(value, chain, isKeyword, placeholders);
    case 'regex':
      return readExpression(value, chain);
    case 'network':
      return readNetwork(value);
    case 'presence':
      if (typeof value === 'boolean') return [{ kind: 'exists', isThere: value }];
      return wrongType(`"exists" takes true or false, not ${shown(value)}.`, 'Write it without quotes.');
    case 'fieldref':
      return readFieldReference(value, chain);
    case 'number':
      if (chain.comparison === 'eq') return [];
      if (typeof value === 'number') return [{ kind: 'number', comparison: chain.comparison, value }];
      if (isBeyondExact(value)) return [{ kind: 'number', comparison: chain.comparison, value: Number(value) }];
      return wrongType(
        `"${chain.comparison}" takes a number, not ${shown(value)}.`,
        'Write the number without quotes.',
      );
    case 'time':
      return readTime(value, chain);
  }
}

function readNull(chain: ModifierChain, isInList: boolean, isKeyword: boolean): readonly ValueTest[] | ValueFault {
  const misplaced = (message: string, hint: string): ValueFault => ({ code: 'SIGMA_NULL_MISPLACED', message, hint });
  if (isKeyword) return misplaced('null cannot be a keyword.', 'Name the field that must be missing.');
  if (isInList)
    return misplaced(
      'null cannot stand in a list of values.',
      'Write a second selection for the missing field, and "or".',
    );
  if (chain.kind !== 'plain' || chain.isAll || chain.isNegated || chain.isCased) {
    return misplaced(
      'null cannot have modifiers.',
      'For "not null" write a selection with null, and "not" in the condition.',
    );
  }
  return [{ kind: 'null' }];
}

function readText(
  value: string | number | boolean,
  chain: ModifierChain,
  isKeyword: boolean,
  placeholders: Placeholders,
): readonly ValueTest[] | ValueFault {
  const { transforms, around, isCased } = chain;
  if (typeof value === 'boolean' && transforms.length > 0) {
    return wrongType(`"${transforms[0]}" takes a text, not ${value}.`, 'Put it in quotes if a text is meant.');
  }
  const text = String(value);
  const isAnywhere = isKeyword && !transforms.includes('startswith') && !transforms.includes('endswith');
  if (around !== undefined) {
    const pattern = parsePattern(text, around.isOpenStart || isAnywhere, around.isOpenEnd || isAnywhere);
    return [{ kind: 'text', pattern, isCased }];
  }
  const patterns = transformText(text, transforms, placeholders);
  if ('code' in patterns) return patterns;
  return patterns.map((pattern) => ({
    kind: 'text',
    pattern: isAnywhere ? joined([MANY, ...pattern, MANY]) : pattern,
    isCased,
  }));
}

function readExpression(value: string | number | boolean, chain: ModifierChain): readonly ValueTest[] | ValueFault {
  if (typeof value === 'boolean') return wrongType(`"re" takes an expression, not ${value}.`, 'Put it in quotes.');
  const regex = readRegex(String(value), chain.flags);
  if ('code' in regex) return regex;
  const isStart = chain.transforms.includes('startswith');
  const isEnd = chain.transforms.includes('endswith');
  const source = isStart || isEnd ? `${isStart ? '^' : ''}(?:${regex.source})${isEnd ? '$' : ''}` : regex.source;
  return [{ kind: 'regex', source, flags: regex.flags }];
}

function readNetwork(value: string | number | boolean): readonly ValueTest[] | ValueFault {
  const network = typeof value === 'string' ? parseNetwork(value) : undefined;
  if (network === undefined) {
    return {
      code: 'SIGMA_CIDR_INVALID',
      message: `${shown(value)} is not a network.`,
      hint: 'Write it as 10.0.0.0/8 or fe80::/10.',
    };
  }
  const { version, address, prefixBits } = network;
  return [{ kind: 'cidr', version, address, prefixBits }];
}

/** A number too large to be exact, which the reader of YAML hands on as its digits. Compared with fields it is as exact as they are. */
function isBeyondExact(value: string | boolean): boolean {
  return typeof value === 'string' && /^[+-]?\d{16,40}$/.test(value) && !Number.isSafeInteger(Number(value));
}

function readFieldReference(value: string | number | boolean, chain: ModifierChain): readonly ValueTest[] | ValueFault {
  const field = typeof value === 'string' ? plainText(parseText(value)) : undefined;
  if (field === undefined || field === '') {
    return wrongType(`"fieldref" takes the name of a field, not ${shown(value)}.`, 'A name has no wildcards.');
  }
  return [{ kind: 'fieldref', field, place: chain.place, isCased: chain.isCased }];
}

function readTime(value: string | number | boolean, chain: ModifierChain): readonly ValueTest[] | ValueFault {
  const part = chain.part ?? 'minute';
  const [least, most] = TIME_RANGES[part];
  if (typeof value !== 'number')
    return wrongType(`"${part}" takes a number, not ${excerpt(shown(value))}.`, 'Write the number without quotes.');
  if (!Number.isInteger(value) || value < least || value > most) {
    return wrongType(`"${part}" goes from ${least} to ${most}; ${value} is none of them.`, undefined);
  }
  return [{ kind: 'time', part, comparison: chain.comparison, value }];
}

function wrongType(message: string, hint: string | undefined): ValueFault {
  return { code: 'SIGMA_VALUE_TYPE', message, hint };
}

function unitsOfTests(tests: readonly ValueTest[]): number {
  let units = 0;
  for (const test of tests) {
    if (test.kind === 'text') units += unitsOf(test.pattern);
    else if (test.kind === 'regex') units += test.source.length;
  }
  return units;
}
