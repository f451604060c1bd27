/** Conditions and tests in words near to how rules write them, for explanations. */

import type { FieldTest, ValueTest } from '../document.js';
import { MANY, ONE, type TextPattern } from '../text-pattern.js';

export function patternText(pattern: TextPattern): string {
  return pattern
    .map((part) => (part === MANY ? '*' : part === ONE ? '?' : part.replaceAll(/[*?]/g, String.raw`\$&`)))
    .join('');
}

export function valueText(test: ValueTest): string {
  switch (test.kind) {
    case 'text':
      return `${test.isCased ? 'cased ' : ''}'${patternText(test.pattern)}'`;
    case 'regex':
      return `/${test.source}/${test.flags}`;
    case 'cidr':
      return `network ${addressText(test.version, test.address)}/${test.prefixBits}`;
    case 'number':
      return `${test.comparison} ${test.value}`;
    case 'time':
      return `${test.part} ${test.comparison} ${test.value}`;
    case 'exists':
      return test.isThere ? 'is there' : 'is not there';
    case 'null':
      return 'null';
    case 'fieldref':
      return `${test.isCased ? 'cased ' : ''}${{ whole: 'the value', start: 'starts with the value', end: 'ends with the value', anywhere: 'holds the value' }[test.place]} of ${test.field}`;
  }
}

export function fieldTestText({ field, quantifier, isNegated, values }: FieldTest): string {
  const amount = values.length === 1 ? '' : quantifier === 'all' ? ' all of' : ' any of';
  return `${field}${isNegated ? ' not' : ''}${amount}`;
}

function addressText(version: 4 | 6, address: bigint): string {
  const groups = version === 4 ? 4 : 8;
  const bits = BigInt(version === 4 ? 8 : 16);
  const mask = (1n << bits) - 1n;
  const parts = Array.from({ length: groups }, (_, index) => (address >> (bits * BigInt(groups - 1 - index))) & mask);
  return parts.map((part) => part.toString(version === 4 ? 10 : 16)).join(version === 4 ? '.' : ':');
}
