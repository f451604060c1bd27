import { expect, test } from 'vitest';
import { heldBytes } from '../../../test/support/heap.js';
import { keptCommandLine, keptText, ownText } from './kept-text.js';

test.each([
  '',
  'C:\\Windows\\explorer.exe',
  'x'.repeat(2000),
  '工具\ud800 "quoted" \u0000\u2028',
  `C:\\${'é'.repeat(600)}`,
])('a text stays what it is, whichever was kept before: %#', (text) => {
  for (const keep of [keptText, keptCommandLine, ownText, keptText]) expect(keep(text)).toBe(text);
});

test('texts that share a slot are still told apart', () => {
  const texts = Array.from({ length: 100_000 }, (_, index) => `C:\\Users\\user${index}\\AppData`);
  expect([...texts, ...texts].filter((text) => keptText(text) !== text)).toEqual([]);
});

test.each([
  { name: 'a text', keep: keptText, length: 100 },
  { name: 'a command line', keep: keptCommandLine, length: 100 },
  { name: 'a long one', keep: keptText, length: 5000 },
])('$name that was cut out of a longer one does not keep that', ({ keep, length }) => {
  const before = heldBytes();
  const kept = Array.from({ length: 50 }, (_, index) => {
    const record = `${index}`.padEnd(length, 'x') + 'y'.repeat(1_000_000);
    // Read once, so that it is one text in memory and not two that were joined.
    record.charCodeAt(0);
    return keep(record.slice(0, length));
  });
  expect(heldBytes() - before).toBeLessThan(10_000_000);
  expect(kept).toHaveLength(50);
});

test('a text that comes again is held once', () => {
  const make = (index: number): string => `C:\\Program Files\\Vendor ${index % 20}\\${'p'.repeat(400)}.exe`;
  const before = heldBytes();
  const kept = Array.from({ length: 20_000 }, (_, index) => keptText(make(index)));
  expect(heldBytes() - before).toBeLessThan(2_000_000);
  expect(kept).toHaveLength(20_000);
});
