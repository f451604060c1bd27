import { describe, expect, test } from 'vitest';
import { compileExpression } from './index.js';

/**
 * Every operator on every pair of types: one letter for each answer (T, F, or the error: t type), a group of letters for each left side, in
 * the order of the names. Recorded from the original's library. Operators that give a value are asked whether it differs from a text.
 */

const EVENT: Readonly<Record<string, unknown>> = {
  nul: null,
  yes: true,
  int: 5,
  flt: 2.5,
  str: 'abc',
  dig: '5',
  lst: [5, 'abc'],
  map: { abc: 5 },
};

const FIELDS = ['nul', 'yes', 'int', 'flt', 'str', 'dig', 'lst', 'map'];
const CONSTANTS = [
  'null',
  'true',
  '5',
  '2.5',
  '"abc"',
  '"5"',
  '[5, "abc"]',
  '{"abc": 5}',
  '{5, "abc"}',
  'd"2020-01-01"',
  't"P1D"',
];

/** Met when the rule is evaluated. */
const OF_FIELDS: readonly (readonly [string, string])[] = [
  ['==', 'TFFFFFFF FTFFFFFF FFTFFFFF FFFTFFFF FFFFTFFF FFFFFTFF FFFFFFTF FFFFFFFT'],
  ['!=', 'FTTTTTTT TFTTTTTT TTFTTTTT TTTFTTTT TTTTFTTT TTTTTFTT TTTTTTFT TTTTTTTF'],
  ['<', 'Fttttttt tFtttttt ttFFtttt ttTFtttt ttttFFtt ttttTFtt ttttttFt tttttttt'],
  ['<=', 'Tttttttt tTtttttt ttTFtttt ttTTtttt ttttTFtt ttttTTtt ttttttTt tttttttt'],
  ['>', 'Fttttttt tFtttttt ttFTtttt ttFFtttt ttttFTtt ttttFFtt ttttttFt tttttttt'],
  ['>=', 'Tttttttt tTtttttt ttTTtttt ttFTtttt ttttTTtt ttttFTtt ttttttTt tttttttt'],
  ['=~', 'TtttFFtt tttttttt tttttttt tttttttt FtttTFtt FtttFTtt tttttttt tttttttt'],
  ['=~~', 'TtttFFtt tttttttt tttttttt tttttttt FtttTFtt FtttFTtt tttttttt tttttttt'],
  ['!~', 'FtttTTtt tttttttt tttttttt tttttttt TtttFTtt TtttTFtt tttttttt tttttttt'],
  ['!~~', 'FtttTTtt tttttttt tttttttt tttttttt TtttFTtt TtttTFtt tttttttt tttttttt'],
  ['in', 'ttttttFF ttttttFF ttttttTF ttttttFF ttttTFTT ttttFTFF ttttttFF ttttttFt'],
  ['not in', 'ttttttTT ttttttTT ttttttFT ttttttTT ttttFTFF ttttTFTT ttttttTT ttttttTt'],
  ['+', 'tttttttt tttttttt ttTTtttt ttTTtttt ttttTTtt ttttTTtt tttttttt tttttttt'],
  ['-', 'tttttttt tttttttt ttTTtttt ttTTtttt tttttttt tttttttt tttttttt tttttttt'],
  ['*', 'tttttttt tttttttt ttTTtttt ttTTtttt tttttttt tttttttt tttttttt tttttttt'],
  ['/', 'tttttttt tttttttt ttTTtttt ttTTtttt tttttttt tttttttt tttttttt tttttttt'],
  ['//', 'tttttttt tttttttt ttTTtttt ttTTtttt tttttttt tttttttt tttttttt tttttttt'],
  ['%', 'tttttttt tttttttt ttTTtttt ttTTtttt tttttttt tttttttt tttttttt tttttttt'],
  ['**', 'tttttttt tttttttt ttTTtttt ttTTtttt tttttttt tttttttt tttttttt tttttttt'],
  ['&', 'tttttttt tttttttt ttTttttt tttttttt tttttttt tttttttt tttttttt tttttttt'],
  ['|', 'tttttttt tttttttt ttTttttt tttttttt tttttttt tttttttt tttttttt tttttttt'],
  ['^', 'tttttttt tttttttt ttTttttt tttttttt tttttttt tttttttt tttttttt tttttttt'],
  ['<<', 'tttttttt tttttttt ttTttttt tttttttt tttttttt tttttttt tttttttt tttttttt'],
  ['>>', 'tttttttt tttttttt ttTttttt tttttttt tttttttt tttttttt tttttttt tttttttt'],
  ['and', 'FFFFFFFF FTTTTTTT FTTTTTTT FTTTTTTT FTTTTTTT FTTTTTTT FTTTTTTT FTTTTTTT'],
  ['or', 'FTTTTTTT TTTTTTTT TTTTTTTT TTTTTTTT TTTTTTTT TTTTTTTT TTTTTTTT TTTTTTTT'],
];

/** Met when the rule is compiled. */
const OF_CONSTANTS: readonly (readonly [string, string])[] = [
  [
    '==',
    'TFFFFFFFFFF FTFFFFFFFFF FFTFFFFFFFF FFFTFFFFFFF FFFFTFFFFFF FFFFFTFFFFF FFFFFFTFFFF FFFFFFFTFFF FFFFFFFFTFF FFFFFFFFFTF FFFFFFFFFFT',
  ],
  [
    '!=',
    'FTTTTTTTTTT TFTTTTTTTTT TTFTTTTTTTT TTTFTTTTTTT TTTTFTTTTTT TTTTTFTTTTT TTTTTTFTTTT TTTTTTTFTTT TTTTTTTTFTT TTTTTTTTTFT TTTTTTTTTTF',
  ],
  [
    '<',
    'Ftttttttttt tFttttttttt ttFFttttttt ttTFttttttt ttttFFttttt ttttTFttttt ttttttFtttt ttttttttttt ttttttttttt tttttttttFt ttttttttttF',
  ],
  [
    '<=',
    'Ttttttttttt tTttttttttt ttTFttttttt ttTTttttttt ttttTFttttt ttttTTttttt ttttttTtttt ttttttttttt ttttttttttt tttttttttTt ttttttttttT',
  ],
  [
    '>',
    'Ftttttttttt tFttttttttt ttFTttttttt ttFFttttttt ttttFTttttt ttttFFttttt ttttttFtttt ttttttttttt ttttttttttt tttttttttFt ttttttttttF',
  ],
  [
    '>=',
    'Ttttttttttt tTttttttttt ttTTttttttt ttFTttttttt ttttTTttttt ttttFTttttt ttttttTtttt ttttttttttt ttttttttttt tttttttttTt ttttttttttT',
  ],
  [
    '=~',
    'TtttFFttttt ttttttttttt ttttttttttt ttttttttttt FtttTFttttt FtttFTttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    '=~~',
    'TtttFFttttt ttttttttttt ttttttttttt ttttttttttt FtttTFttttt FtttFTttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    '!~',
    'FtttTTttttt ttttttttttt ttttttttttt ttttttttttt TtttFTttttt TtttTFttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    '!~~',
    'FtttTTttttt ttttttttttt ttttttttttt ttttttttttt TtttFTttttt TtttTFttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    'in',
    'ttttttFFFtt ttttttFFFtt ttttttTFTtt ttttttFFFtt ttttTFTTTtt ttttFTFFFtt ttttttFFFtt ttttttFtttt ttttttFtFtt ttttttFFFtt ttttttFFFtt',
  ],
  [
    'not in',
    'ttttttTTTtt ttttttTTTtt ttttttFTFtt ttttttTTTtt ttttFTFFFtt ttttTFTTTtt ttttttTTTtt ttttttTtttt ttttttTtTtt ttttttTTTtt ttttttTTTtt',
  ],
  [
    '+',
    'ttttttttttt ttttttttttt ttTTttttttt ttTTttttttt ttttTTttttt ttttTTttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttT tttttttttTT',
  ],
  [
    '-',
    'ttttttttttt ttttttttttt ttTTttttttt ttTTttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt tttttttttTT ttttttttttT',
  ],
  [
    '*',
    'ttttttttttt ttttttttttt ttTTttttttt ttTTttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    '/',
    'ttttttttttt ttttttttttt ttTTttttttt ttTTttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    '//',
    'ttttttttttt ttttttttttt ttTTttttttt ttTTttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    '%',
    'ttttttttttt ttttttttttt ttTTttttttt ttTTttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    '**',
    'ttttttttttt ttttttttttt ttTTttttttt ttTTttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    '&',
    'ttttttttttt ttttttttttt ttTtttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttTtt ttttttttttt ttttttttttt',
  ],
  [
    '|',
    'ttttttttttt ttttttttttt ttTtttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttTtt ttttttttttt ttttttttttt',
  ],
  [
    '^',
    'ttttttttttt ttttttttttt ttTtttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttTtt ttttttttttt ttttttttttt',
  ],
  [
    '<<',
    'ttttttttttt ttttttttttt ttTtttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    '>>',
    'ttttttttttt ttttttttttt ttTtttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt ttttttttttt',
  ],
  [
    'and',
    'FFFFFFFFFFF FTTTTTTTTTT FTTTTTTTTTT FTTTTTTTTTT FTTTTTTTTTT FTTTTTTTTTT FTTTTTTTTTT FTTTTTTTTTT FTTTTTTTTTT FTTTTTTTTTT FTTTTTTTTTT',
  ],
  [
    'or',
    'FTTTTTTTTTT TTTTTTTTTTT TTTTTTTTTTT TTTTTTTTTTT TTTTTTTTTTT TTTTTTTTTTT TTTTTTTTTTT TTTTTTTTTTT TTTTTTTTTTT TTTTTTTTTTT TTTTTTTTTTT',
  ],
];

const VALUED = new Set(['+', '-', '*', '/', '//', '%', '**', '&', '|', '^', '<<', '>>']);
const LETTERS = { syntax: 's', resolution: 'r', type: 't', lookup: 'l' } as const;
const scope = { get: (name: string) => (Object.hasOwn(EVENT, name) ? EVENT[name] : undefined) };

function letterOf(text: string): string {
  const compiled = compileExpression(text);
  const outcome = compiled.ok ? compiled.value.evaluate(scope) : compiled.error;
  if (typeof outcome !== 'boolean') return LETTERS[outcome.kind];
  return outcome ? 'T' : 'F';
}

function row(operator: string, sides: readonly string[]): string {
  const ask = (left: string, right: string): string =>
    VALUED.has(operator) ? `((${left}) ${operator} (${right})) != ""` : `(${left}) ${operator} (${right})`;
  return sides.map((left) => sides.map((right) => letterOf(ask(left, right))).join('')).join(' ');
}

describe('operators on all pairs of types', () => {
  test.each(OF_FIELDS)('fields: %s', (operator, answers) => {
    expect(row(operator, FIELDS)).toBe(answers);
  });

  test.each(OF_CONSTANTS)('constants: %s', (operator, answers) => {
    expect(row(operator, CONSTANTS)).toBe(answers);
  });
});
