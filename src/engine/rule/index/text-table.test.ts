import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TextPlace, TextTable } from './text-table.js';

function found(place: TextPlace, texts: readonly string[], value: string): string[] {
  const items = new Map(texts.map((text, index) => [text, [index]]));
  const hits = new Set<number>();
  new TextTable(place, items).find(value, (reported) => reported.forEach((item) => hits.add(item)));
  return texts.filter((_, index) => hits.has(index));
}

const PLAIN: Record<TextPlace, (value: string, text: string) => boolean> = {
  start: (value, text) => value.startsWith(text),
  end: (value, text) => value.endsWith(text),
  anywhere: (value, text) => value.includes(text),
};

describe('TextTable', () => {
  test.each([
    {
      name: 'texts inside of others',
      place: 'anywhere',
      texts: ['she', 'he', 'hers', 'his'],
      value: 'ushers',
      hits: ['she', 'he', 'hers'],
    },
    { name: 'a fall back to a shorter text', place: 'anywhere', texts: ['abcd', 'bce'], value: 'abce', hits: ['bce'] },
    { name: 'the whole value', place: 'anywhere', texts: ['lsass.exe'], value: 'lsass.exe', hits: ['lsass.exe'] },
    { name: 'a value shorter than every text', place: 'anywhere', texts: ['abc'], value: 'ab', hits: [] },
    { name: 'an empty value', place: 'anywhere', texts: ['a'], value: '', hits: [] },
    { name: 'units that no text holds', place: 'anywhere', texts: ['ab'], value: 'a中ab', hits: ['ab'] },
    { name: 'texts beyond ASCII', place: 'anywhere', texts: ['中文', '😀'], value: 'x中文😀', hits: ['中文', '😀'] },
    {
      name: 'ends, one the end of another',
      place: 'end',
      texts: ['\\cmd.exe', 'exe', 'cmd'],
      value: 'c:\\cmd.exe',
      hits: ['\\cmd.exe', 'exe'],
    },
    {
      name: 'beginnings, one the beginning of another',
      place: 'start',
      texts: ['c:\\', 'c:\\windows', 'd:\\'],
      value: 'c:\\windows\\x',
      hits: ['c:\\', 'c:\\windows'],
    },
    { name: 'a beginning longer than the value', place: 'start', texts: ['c:\\windows'], value: 'c:\\', hits: [] },
  ] as const)('$name', ({ place, texts, value, hits }) => {
    expect(found(place, texts, value)).toEqual(hits);
  });

  test('finds what a plain search finds', () => {
    const unit = fc.constantFrom('a', 'b', 'c', '中');
    const word = (minLength: number, maxLength: number) => fc.string({ unit, minLength, maxLength });
    fc.assert(
      fc.property(
        fc.constantFrom<TextPlace>('start', 'end', 'anywhere'),
        fc.uniqueArray(word(1, 4), { maxLength: 12 }),
        word(0, 30),
        (place, texts, value) => {
          expect(found(place, texts, value)).toEqual(texts.filter((text) => PLAIN[place](value, text)));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
