import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pattern } from './pattern.js';

test.each([
  ['.{8,}', '12345678', true],
  ['.{8,}', '1234567', false],
  ['.{8,}', '1234567\n8', false],
  ['(?s).{8,}', '1234567\n8', true],
  ['(.){8,}', 'x12345678', true],
  ['.{8}', '😀'.repeat(7), false],
  ['.{8}', '😀'.repeat(8), true],
  ['[^/]{8,}$', 'a/12345678', true],
  ['[^/]{8,}$', '12345678/a', false],
  ['[^/]{8,9}$', '12345678901', true],
  ['[^/]{8,}$', '12345678\n', true],
  ['[a-z]{8,}$', 'abcdefgh\n', true],
  ['[a-z]{8,}$', 'abcdefgh\n\n', false],
  [String.raw`[a-z]{8,}\Z`, 'abcdefgh\n', false],
  ['(?i)[a-z]{8,}', 'ABCDefgh', true],
])('%s in %j: %s', (source, text, matches) => {
  expect(new Pattern(source).matches(text, true)).toBe(matches);
  expect(new Pattern(source).span(text, true) !== undefined).toBe(matches);
});

test('says what the backtracking matcher says', () => {
  const source = fc.constantFrom(
    '.{9,}',
    '[ab]{8}',
    '(a|b){8,}',
    '(.){10,12}',
    '[^a]{8,}$',
    String.raw`\w{9,}\Z`,
    'a{8,}$',
  );
  const text = fc.string({ unit: fc.constantFrom('a', 'a', 'b', '\n', '😀'), maxLength: 30 });
  fc.assert(
    fc.property(source, text, (pattern, value) => {
      const compiled = new Pattern(pattern);
      expect(compiled.matches(value, true)).toBe(compiled.span(value, true) !== undefined);
    }),
    { numRuns: 3000 },
  );
});

test('a thousand of a long text take no time', () => {
  const compiled = new Pattern('.{1000,}');
  const startMs = performance.now();
  for (let round = 0; round < 20; round++)
    expect(compiled.matches(`${'x'.repeat(999)}\n`.repeat(500), true)).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(3000);
});
