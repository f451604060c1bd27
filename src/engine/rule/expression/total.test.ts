import { EXPRESSION_TOKENS } from '../../../../test/fuzz/tokens.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileExpression } from './index.js';
import { MAX_DEPTH, MAX_RULE_LENGTH } from './parser.js';

const EVENT: Readonly<Record<string, unknown>> = {
  a: 'cmd.exe /c whoami',
  b: 16,
  c: [1, 'x', null, [2.5]],
  d: { k: 'v', __proto__: null },
  e: null,
  f: true,
  g: '😀\ud800',
  h: 1e300,
};
const scope = {
  nowMs: 1_790_000_000_000,
  get: (name: string) => (Object.hasOwn(EVENT, name) ? EVENT[name] : undefined),
};

/** Compiles and evaluates. @returns what is wrong with the outcome, if anything: it must be a value, and come soon */
function complaint(text: string): string | undefined {
  const startMs = performance.now();
  const compiled = compileExpression(text);
  const outcome = compiled.ok ? compiled.value.evaluate(scope) : compiled.error;
  if (typeof outcome !== 'boolean' && outcome.message === '') return 'an error without a message';
  if (compiled.ok && !Array.isArray(compiled.value.trace(scope))) return 'no trace';
  const tookMs = performance.now() - startMs;
  return tookMs > 2_000 ? `took ${tookMs} ms` : undefined;
}

function hasNoComplaint(text: string): boolean {
  return complaint(text) === undefined;
}

const TOKENS = [...'abcdefgh', ...EXPRESSION_TOKENS, ' ', '\n'];

describe('any text gives an expression or an error', () => {
  test('random characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), hasNoComplaint), { numRuns: 3_000 });
  });

  test('random tokens', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...TOKENS), { maxLength: 20 }).map((tokens) => tokens.join('')),
        hasNoComplaint,
      ),
      { numRuns: 10_000 },
    );
  });

  test('random patterns', () => {
    const unit = fc.constantFrom(...'abx019.*+?{}[]()|^$\\,-:=!<>#P&~ \n');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 24 }), (pattern) => hasNoComplaint(`a =~~ ${JSON.stringify(pattern)}`)),
      { numRuns: 5_000 },
    );
  });

  test.each([
    { name: 'open parentheses', text: '('.repeat(60_000) },
    { name: 'closed parentheses', text: `${'('.repeat(30_000)}1${')'.repeat(30_000)}` },
    { name: 'open brackets', text: '['.repeat(60_000) },
    { name: 'open braces', text: '{'.repeat(60_000) },
    { name: 'nots', text: `${'not '.repeat(15_000)}a` },
    { name: 'minuses', text: `${'-'.repeat(60_000)}1` },
    { name: 'a long sum', text: `1${'+1'.repeat(30_000)}` },
    { name: 'long attributes', text: `d${'.k'.repeat(30_000)}` },
    { name: 'long items', text: `c${'[0]'.repeat(20_000)}` },
    { name: 'choices', text: `${'f ? '.repeat(10_000)}1` },
    { name: 'choices after each other', text: `${'f ? 1 : '.repeat(8_000)}1` },
    { name: 'nested comprehensions', text: `${'[x for x in '.repeat(5_000)}c${']'.repeat(5_000)}` },
    { name: 'a long text', text: `a == "${'x'.repeat(60_000)}"` },
    { name: 'a long pattern', text: `a =~ "${'x?'.repeat(30_000)}"` },
    { name: 'a pattern of groups', text: `a =~ "${'('.repeat(30_000)}"` },
    { name: 'a long number', text: '9'.repeat(60_000) },
    { name: 'a long fraction', text: `0.${'9'.repeat(60_000)} < 1` },
    { name: 'a long hexadecimal number', text: `0x${'f'.repeat(60_000)}` },
    { name: 'huge powers', text: '9 ** 9 ** 9 ** 9' },
    { name: 'huge negative powers', text: '9 ** -9 ** 9' },
    { name: 'powers just above one', text: '1.000000000001 ** 1e15 > 1' },
    { name: 'huge shifts', text: '1 << 1e300' },
    { name: 'multiplied loops', text: `[1 for x in c for y in c]` },
    {
      name: 'loops in loops',
      text: '[[[[[[[[[x for x in c] for x in c] for x in c] for x in c] for x in c] for x in c] for x in c] for x in c] for x in c].length',
    },
    { name: 'beyond the longest rule', text: 'a '.repeat(MAX_RULE_LENGTH) },
  ])('$name', ({ text }) => {
    expect(complaint(text)).toBeUndefined();
  });

  test('a chain of thousands of alternatives is no nesting', () => {
    const text = Array.from({ length: 5_000 }, (_, index) => `a == "${index}"`).join(' or ');
    const compiled = compileExpression(text);
    expect(compiled.ok && compiled.value.evaluate(scope)).toBe(false);
  });

  test('nesting up to the limit works', () => {
    const depth = MAX_DEPTH - 2;
    expect(compileExpression(`${'('.repeat(depth)}f${')'.repeat(depth)}`).ok).toBe(true);
    const compiled = compileExpression(`${'not '.repeat(depth)}f`);
    expect(compiled.ok && compiled.value.evaluate(scope)).toBe(true);
    expect(compileExpression(`${'not '.repeat(MAX_DEPTH + 1)}f`)).toMatchObject({
      ok: false,
      error: { kind: 'syntax' },
    });
  });

  test('values of events that are no values are an error', () => {
    const compiled = compileExpression('x == 1');
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as unknown;
    for (const value of [deep, () => 1, Symbol('x')]) {
      expect(compiled.ok && compiled.value.evaluate({ get: () => value })).toMatchObject({ kind: 'type' });
    }
  });

  test('names of prototypes are no names of the event', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']) {
      const compiled = compileExpression(`d.${name} == 1 or true`);
      expect(compiled.ok && compiled.value.evaluate(scope)).toMatchObject({ kind: 'resolution' });
    }
  });
});
