import { describe, expect, test } from 'vitest';
import { assert } from '../../base/assert.js';
import { compileExpression } from './index.js';

function partsOf(text: string, fields: Record<string, unknown>): Record<string, boolean> {
  const compiled = compileExpression(text);
  assert(compiled.ok, text);
  return Object.fromEntries(
    compiled.value.parts.map(({ field, mayHold }) => [field, mayHold({ get: (name) => fields[name] })]),
  );
}

describe('parts that one field decides', () => {
  test.each<{ name: string; text: string; fields?: Record<string, unknown>; parts: Record<string, boolean> }>([
    {
      name: 'the whole, where it reads one field',
      text: 'image == "a"',
      fields: { image: 'b' },
      parts: { image: false },
    },
    {
      name: 'each side of `and`',
      text: 'image == "a" and (user == "x" or user == "y")',
      fields: { image: 'a', user: 'z' },
      parts: { image: true, user: false },
    },
    {
      name: 'nested `and`',
      text: 'image == "a" and (user == "x" and (host == "h"))',
      fields: { image: 'a', user: 'x', host: 'i' },
      parts: { image: true, user: true, host: false },
    },
    { name: 'no side of `or`', text: 'image == "a" or user == "x"', parts: {} },
    {
      name: 'nothing that compares two fields',
      text: 'image == user and host == "h"',
      fields: { host: 'h' },
      parts: { host: true },
    },
    {
      name: 'nothing of what one field and the time decide together',
      text: 'image == "a" and $now > d"2020-01-01"',
      fields: { image: 'b' },
      parts: {},
    },
    { name: 'nothing under `not` of several', text: 'not (image == "a" and user == "x")', parts: {} },
    {
      name: 'an error makes nothing false',
      text: 'image == "a" and size > 3',
      fields: { size: 'text', image: 'a' },
      parts: { image: true, size: true },
    },
    {
      name: 'an absent field makes nothing false',
      text: 'image == "a" and user == "x"',
      fields: { image: 'a' },
      parts: { image: true, user: true },
    },
  ])('$name', ({ text, fields = {}, parts }) => {
    expect(partsOf(text, fields)).toEqual(parts);
  });
});
