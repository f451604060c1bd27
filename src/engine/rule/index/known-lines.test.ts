import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KnownLines } from './known-lines.js';
import { TextAutomaton } from './text-automaton.js';
import type { ItemSink, TextTable } from './text-table.js';

/** The texts with their places as items, and all values that were searched. */
function watched(texts: readonly string[]): { lines: KnownLines; searched: string[] } {
  const automaton = new TextAutomaton(new Map(texts.map((text, index) => [text, [index]])));
  const searched: string[] = [];
  const table: TextTable = {
    find(value: string, sink: ItemSink) {
      searched.push(value);
      automaton.find(value, sink);
    },
  };
  return { lines: new KnownLines(table), searched };
}

function found(table: TextTable, value: string): number[] {
  const items = new Set<number>();
  table.find(value, (reported) => reported.forEach((item) => items.add(item)));
  return [...items].sort((a, b) => a - b);
}

const LONG = `Host Application = powershell -enc ${'QUJD'.repeat(60)}`;

describe('KnownLines', () => {
  test('searches a long line once, and what stands around it each time', () => {
    const { lines, searched } = watched(['-enc', 'whoami']);
    expect(found(lines, `Severity = Informational\r\n${LONG}\r\nCommand Name = whoami`)).toEqual([0, 1]);
    searched.length = 0;
    expect(found(lines, `Severity = Warning\r\n${LONG}\r\nCommand Name = ls`)).toEqual([0]);
    expect(searched).toEqual(['Severity = Warning\r\n', '\nCommand Name = ls']);
  });

  test('searches short values as they are', () => {
    const { lines, searched } = watched(['a']);
    for (let round = 0; round < 2; round++) found(lines, 'one\ntwo');
    expect(searched).toEqual(['one\ntwo', 'one\ntwo']);
  });

  test('finds what the table alone finds', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', 'C', '-', '中'), maxLength: 6 });
    const longLine = fc.tuple(line, line).map(([before, after]) => `${before}${'x'.repeat(130)}${after}`);
    const value = fc.array(fc.oneof(line, longLine), { maxLength: 6 }).map((each) => each.join('\n'));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', '中', 'x'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { minLength: 1, maxLength: 8 }),
        fc.array(value, { maxLength: 8 }),
        (texts, values) => {
          const { lines } = watched(texts);
          const plain = new TextAutomaton(new Map(texts.map((each, index) => [each, [index]])));
          for (const each of [...values, ...values]) expect(found(lines, each)).toEqual(found(plain, each));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('forgets lines when many are kept', () => {
    const { lines, searched } = watched(['a']);
    const long = (number: number): string => `${number} ${'y'.repeat(8000)}`;
    found(lines, long(0));
    for (let number = 1; number < 66; number++) found(lines, long(number));
    searched.length = 0;
    found(lines, long(0));
    expect(searched).toEqual([long(0)]);
  });
});
