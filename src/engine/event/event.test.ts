import { describe, expect, test } from 'vitest';
import { act, actor } from '../../../test/support/events.js';
import { fieldOf, integerOf, textOf, toInteger, type Event } from './event.js';

function withFields(fields: object): Event {
  return { ...act('filecreate', actor('a', 0), 0), fields: fields as Event['fields'] };
}

describe('a field', () => {
  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('%s is not there by inheritance', (name) => {
    expect(fieldOf(withFields({}), name)).toBeUndefined();
    expect(textOf(withFields({}), name)).toBeUndefined();
    expect(textOf(withFields(JSON.parse(`{"${name}":"x"}`) as object), name)).toBe('x');
  });

  test('is not taken from a prototype that a record brings', () => {
    const fields = Object.create({ Image: 'C:\\evil.exe', ProcessId: 4 }) as object;
    expect([textOf(withFields(fields), 'Image'), integerOf(withFields(fields), 'ProcessId')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test.each([
    [7, '7'],
    [true, 'true'],
    [null, undefined],
    [{ a: 1 }, undefined],
    [['x'], undefined],
  ])('%j as text is %j', (value, text) => expect(textOf(withFields({ Image: value }), 'Image')).toBe(text));

  test.each([
    ['0x1A74', 6772],
    ['4711', 4711],
    [4711, 4711],
    ['-1', undefined],
    ['1.5', undefined],
    ['', undefined],
    ['0x', undefined],
    [1.5, undefined],
    ['99999999999999999999', undefined],
    [null, undefined],
  ])('%j as a whole number is %j', (value, number) => expect(toInteger(value)).toBe(number));
});
