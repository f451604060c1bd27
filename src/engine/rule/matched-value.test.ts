import { describe, expect, test } from 'vitest';
import { caseEvent } from './pack/cases-file.js';
import { fieldReader } from './event-field.js';
import type { TracedMatch } from './expression/expression.js';
import { matchedValues } from './matched-value.js';

function matched(fields: Record<string, unknown>, ...traced: TracedMatch[]) {
  return matchedValues(traced, caseEvent({ action: 'processcreate', ...fields }, 'x', 1), fieldReader);
}

describe('matchedValues', () => {
  test.each([
    {
      name: 'the original text and spelling',
      fields: { CommandLine: 'Net USER' },
      traced: [{ field: 'commandline', start: 4, end: 8 }],
      result: [{ field: 'CommandLine', value: 'Net USER', start: 4, end: 8 }],
    },
    {
      name: 'a whole value',
      fields: { GrantedAccess: '0x1410' },
      traced: [{ field: 'grantedaccess' }],
      result: [{ field: 'GrantedAccess', value: '0x1410' }],
    },
    {
      name: 'a number',
      fields: { DestinationPort: 445 },
      traced: [{ field: 'destinationport' }],
      result: [{ field: 'DestinationPort', value: '445' }],
    },
    {
      name: 'a list',
      fields: { Data: ['A', 'b'] },
      traced: [{ field: 'data' }],
      result: [{ field: 'Data', value: '["A","b"]' }],
    },
    { name: 'an absent field', fields: {}, traced: [{ field: 'image' }], result: [] },
    {
      name: 'the same place twice',
      fields: { Image: 'x' },
      traced: [{ field: 'image' }, { field: 'image' }],
      result: [{ field: 'Image', value: 'x' }],
    },
    {
      name: 'two places in one field',
      fields: { Image: 'xy' },
      traced: [
        { field: 'image', start: 0, end: 1 },
        { field: 'image', start: 1, end: 2 },
      ],
      result: [
        { field: 'Image', value: 'xy', start: 0, end: 1 },
        { field: 'Image', value: 'xy', start: 1, end: 2 },
      ],
    },
    {
      name: 'the action only where nothing else decided',
      fields: { Image: 'x' },
      traced: [{ field: 'action' }, { field: 'image' }],
      result: [{ field: 'Image', value: 'x' }],
    },
    {
      name: 'the action alone',
      fields: {},
      traced: [{ field: 'action' }],
      result: [{ field: 'action', value: 'processcreate' }],
    },
    {
      name: 'offsets after a letter that grows in lower case',
      fields: { Image: 'İİcmd' },
      traced: [{ field: 'image', start: 4, end: 7 }],
      result: [{ field: 'Image', value: 'İİcmd', start: 2, end: 5 }],
    },
    {
      name: 'offsets that make no sense',
      fields: { Image: 'x' },
      traced: [{ field: 'image', start: 5, end: 9 }],
      result: [{ field: 'Image', value: 'x' }],
    },
  ])('$name', ({ fields, traced, result }) => {
    expect(matched(fields, ...traced)).toEqual(result);
  });

  test('of a long value only what is around the match is kept', () => {
    const text = `${'a'.repeat(50_000)}NEEDLE${'b'.repeat(50_000)}`;
    const [one] = matched({ CommandLine: text }, { field: 'commandline', start: 50_000, end: 50_006 });
    expect(one!.value.length).toBeLessThan(5_000);
    expect(one!.value.slice(one!.start, one!.end)).toBe('NEEDLE');
    const [whole] = matched({ CommandLine: text }, { field: 'commandline' });
    expect(whole!.value.length).toBeLessThan(5_000);
  });
});
