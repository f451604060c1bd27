/** What an expression that goes wrong says: where, what, and what to write. */

import { describe, expect, test } from 'vitest';
import type { Expression, ExpressionError } from './index.js';
import { compileExpression } from './index.js';

describe('errors', () => {
  function errorOf(text: string): ExpressionError {
    const compiled = compileExpression(text);
    if (compiled.ok) throw new Error(`${text} compiles`);
    return compiled.error;
  }

  test.each([
    { text: 'image = "x"', offset: 6, says: 'unexpected character' },
    { text: 'image = "x"', offset: 6, says: 'write "=="' },
    { text: '!a', offset: 0, says: 'write "not"' },
    { text: 'a && b', offset: 3, says: 'write "and"' },
    { text: 'a || b', offset: 3, says: 'write "or"' },
    { text: 'a AND b', offset: 2, says: 'write "and"' },
    { text: 'NOT a', offset: 4, says: 'write "not"' },
    { text: 'a contains "b"', offset: 2, says: 'write "text" in field' },
    { text: '[1].foo == 1', offset: undefined, says: 'an array has no attribute', kind: 'resolution' },
    { text: 'a ==', offset: 4, says: 'ends too early' },
    { text: 'path == "c:\\users"', offset: 11, says: 'hexadecimal digits' },
    { text: 'a == "\0"', offset: 6, says: 'NUL' },
    { text: 'a == "\ud83d"', offset: 6, says: 'half of a character' },
    { text: 'a == 1 == 2', offset: 7, says: 'do not chain' },
    { text: 'a =~ "x("', offset: 5, says: 'no )' },
    { text: 'a == d"2020-13-01"', offset: 5, says: 'ISO 8601' },
    { text: 'a == t"1D"', offset: 5, says: 'timedelta' },
    { text: '017', offset: 0, says: 'leading zeros' },
    { text: 'a and else', offset: 6, says: 'reserved' },
  ])('$text: says where and what', ({ text, offset, says, kind = 'syntax' }) => {
    const error = errorOf(text);
    expect(error.kind).toBe(kind);
    expect(error.offset).toBe(offset);
    expect(error.message).toContain(says);
  });

  test('a name that is absent is named', () => {
    const compiled = compileExpression('action == "x" and pipename =~ "y"');
    const expression = compiled.ok ? compiled.value : ({} as Expression);
    const outcome = expression.evaluate({ get: (name) => (name === 'action' ? 'x' : undefined) });
    expect(outcome).toEqual({ kind: 'resolution', message: 'the event has no field "pipename"' });
  });

  test('without the time of the event $now is not known', () => {
    const compiled = compileExpression('$now > d"2020-01-01"');
    expect(compiled.ok && compiled.value.evaluate({ get: () => undefined })).toMatchObject({ kind: 'resolution' });
  });
});
