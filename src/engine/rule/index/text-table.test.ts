import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextAutomaton } from './text-automaton.js';
import { createTextTable, type TextPlace, type TextTable } from './text-table.js';
import { GramTable } from './gram-table.js';
import { createPartsTable } from './parts-table.js';
import { TextSkipper } from './text-skipper.js';

const itemsOf = (texts: readonly string[]) => new Map(texts.map((text, index) => [text, [index]]));

function foundBy(table: TextTable, texts: readonly string[], value: string): string[] {
  const hits = new Set<number>();
  table.find(value, (reported) => reported.forEach((item) => hits.add(item)));
  return texts.filter((_, index) => hits.has(index));
}

function found(place: TextPlace, texts: readonly string[], value: string): string[] {
  return foundBy(createTextTable(place, itemsOf(texts)), texts, value);
}

const PLAIN: Record<TextPlace, (value: string, text: string) => boolean> = {
  whole: (value, text) => value === text,
  start: (value, text) => value.startsWith(text),
  end: (value, text) => value.endsWith(text),
  anywhere: (value, text) => value.includes(text),
};

describe('createTextTable', () => {
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
    {
      name: 'a text across the end of a long line',
      place: 'anywhere',
      texts: ['ab\ncd', 'abcd'],
      value: `${'x'.repeat(200)}ab\ncd${'x'.repeat(200)}`,
      hits: ['ab\ncd'],
    },
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
    { name: 'all of it', place: 'whole', texts: ['', 'a', 'ab', 'abc'], value: 'AB', hits: ['ab'] },
    { name: 'nothing', place: 'whole', texts: ['', 'a'], value: '', hits: [''] },
    {
      name: 'letter case',
      place: 'anywhere',
      texts: ['kerberos', 'Σας'],
      value: 'x\u212aERBEROS ΣΑΣ',
      hits: ['kerberos', 'Σας'],
    },
    {
      name: 'letters beyond the first plane',
      place: 'end',
      texts: ['\u{10428}'],
      value: '\u{10400}',
      hits: ['\u{10428}'],
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
        fc.constantFrom<TextPlace>('whole', 'start', 'end', 'anywhere'),
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

describe('searches for parts', () => {
  const unit = fc.constantFrom('a', 'B', 'c', 'k', '\u212a', '\\', '-', 'é', '中', '\u{10400}');
  const word = fc.string({ unit, minLength: 1, maxLength: 14 });

  test('find what the automaton finds, and that is what a plain search finds', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 30, selector: (text) => text.toLowerCase() }),
        fc.array(fc.oneof(word, fc.nat(29)), { maxLength: 8 }),
        (texts, parts) => {
          const value = parts.map((part) => (typeof part === 'number' ? (texts[part] ?? '') : part)).join('');
          const expected = texts.filter((one) => value.toLowerCase().includes(one.toLowerCase()));
          const items = itemsOf(texts);
          const byAutomaton = foundBy(new TextAutomaton(items), texts, value);
          expect(byAutomaton).toEqual(expect.arrayContaining(expected));
          expect(foundBy(createPartsTable(items), texts, value)).toEqual(byAutomaton);
          const long = texts.filter(({ length }) => length >= 3);
          if (long.length === 0) return;
          const byLong = foundBy(new TextAutomaton(itemsOf(long)), long, value);
          expect(foundBy(new TextSkipper(itemsOf(long)), long, value)).toEqual(byLong);
          expect(foundBy(new GramTable(itemsOf(long)), long, value)).toEqual(byLong);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('a value made to be slow is not', () => {
    const texts = ['aaaaaaab', 'aaaaaaaaaaaaaaaaaaaaaaaac', 'abababababababababababac', 'aaab', 'abac', 'aac', 'ac'];
    for (const value of ['a'.repeat(2_000_000), 'ab'.repeat(1_000_000)]) {
      const startMs = performance.now();
      expect(found('anywhere', texts, value)).toEqual([]);
      expect(performance.now() - startMs).toBeLessThan(3_000);
    }
  });
});
