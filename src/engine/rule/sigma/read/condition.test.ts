/** Conditions: every form of the specification, and what is said of what is none. */

import { describe, expect, test } from 'vitest';
import { codesOf, readText, ruleText, showCondition, theRule } from '../../../../../test/support/sigma.js';
import { parseCondition } from './condition.js';

const NAMES = new Set(['a', 'b', 'c', 'sel_1', 'sel_2', 'filter_main_x', 'filter_optional_y', '_hidden', '_hidden2']);

function shown(text: string, names: ReadonlySet<string> = NAMES): string {
  const condition = parseCondition(text, names);
  return 'code' in condition
    ? `${condition.code} ${condition.message} ${condition.hint ?? ''}`
    : showCondition(condition);
}

describe('a condition', () => {
  test.each([
    { name: 'one selection', text: 'a', is: 'a' },
    { name: 'and', text: 'a and b', is: '(a and b)' },
    { name: 'or', text: 'a or b', is: '(a or b)' },
    { name: 'not', text: 'not a', is: 'not a' },
    { name: 'three with and', text: 'a and b and c', is: '(a and b and c)' },
    { name: 'and binds tighter than or', text: 'a or b and c', is: '(a or (b and c))' },
    { name: 'and binds tighter than or, the other way round', text: 'a and b or c', is: '((a and b) or c)' },
    { name: 'not binds tighter than and', text: 'not a and b', is: '(not a and b)' },
    { name: 'not binds tighter than or', text: 'a or not b', is: '(a or not b)' },
    { name: 'parentheses go before all', text: '(a or b) and c', is: '((a or b) and c)' },
    { name: 'not before parentheses', text: 'not (a or b)', is: 'not (a or b)' },
    { name: 'parentheses in parentheses', text: '((a))', is: 'a' },
    { name: 'parentheses without spaces', text: 'a and(b or(c))', is: '(a and (b or c))' },
    { name: 'not twice is nothing', text: 'not not a', is: 'a' },
    { name: 'not three times is once', text: 'not not not a', is: 'not a' },
    { name: 'words in capitals', text: 'a AND NOT b OR c', is: '((a and not b) or c)' },
    { name: 'several lines', text: 'a\n  and\n\tb', is: '(a and b)' },
    { name: '1 of a pattern', text: '1 of sel_*', is: '(sel_1 or sel_2)' },
    { name: 'any of a pattern', text: 'any of sel_*', is: '(sel_1 or sel_2)' },
    { name: 'all of a pattern', text: 'all of sel_*', is: '(sel_1 and sel_2)' },
    { name: 'quantifiers in capitals', text: 'ALL OF sel_*', is: '(sel_1 and sel_2)' },
    { name: 'a pattern that one selection fits', text: '1 of filter_main_*', is: 'filter_main_x' },
    { name: 'a pattern without a wildcard', text: 'all of a', is: 'a' },
    { name: 'a wildcard at the beginning of the pattern', text: '1 of *_x', is: 'filter_main_x' },
    { name: 'a wildcard inside of the pattern', text: '1 of filter_*_y', is: 'filter_optional_y' },
    { name: 'several wildcards in the pattern', text: '1 of *l*_*a*n*', is: 'filter_main_x' },
    { name: 'a wildcard for nothing', text: '1 of a*', is: 'a' },
    {
      name: 'not before 1 of',
      text: 'a and not 1 of filter_*',
      is: '(a and not (filter_main_x or filter_optional_y))',
    },
    { name: 'all of binds tighter than or', text: 'all of sel_* or a', is: '((sel_1 and sel_2) or a)' },
    {
      name: 'them is all that do not begin with _',
      text: '1 of them',
      is: '(a or b or c or sel_1 or sel_2 or filter_main_x or filter_optional_y)',
    },
    {
      name: 'all of them',
      text: 'all of them',
      is: '(a and b and c and sel_1 and sel_2 and filter_main_x and filter_optional_y)',
    },
    { name: '* leaves out what begins with _', text: '1 of *2', is: 'sel_2' },
    { name: 'a pattern that begins with _', text: 'all of _hid*', is: '(_hidden and _hidden2)' },
    { name: 'a name that begins with _', text: 'a and _hidden', is: '(a and _hidden)' },
    { name: 'patterns heed case', text: '1 of Sel_*', is: /^SIGMA_CONDITION_NAME_UNKNOWN/ },
    { name: 'names heed case', text: 'A', is: /^SIGMA_CONDITION_NAME_UNKNOWN.*Did you mean "a"/ },
  ])('$name', ({ text, is }) => {
    if (typeof is === 'string') expect(shown(text)).toBe(is);
    else expect(shown(text)).toMatch(is);
  });

  test.each([
    ['filter_main_mdadm.conf'],
    ['select_tree|endswith'],
    ['sel-1'],
    ['日本'],
    ['1'],
    ['sel:x,y'],
    ['constructor'],
    ['a"b'],
    ['notepad'],
    ['order'],
    ['android'],
  ])('names a selection called %s', (name) => {
    expect(shown(`x and not ${name}`, new Set(['x', name]))).toBe(`(x and not ${name})`);
  });

  test.each([
    { name: 'nothing', text: '', says: 'INVALID The condition is empty' },
    { name: 'spaces', text: '  \n', says: 'INVALID The condition is empty' },
    { name: 'an operator alone', text: 'and', says: 'INVALID "and"' },
    { name: 'nothing behind and', text: 'a and', says: 'INVALID The condition ends' },
    { name: 'nothing before or', text: 'or a', says: 'INVALID "or"' },
    { name: 'and or', text: 'a and or b', says: 'INVALID "or"' },
    { name: 'nothing behind not', text: 'not', says: 'INVALID The condition ends' },
    { name: 'two names in a row', text: 'a b', says: 'INVALID Between "b"' },
    { name: 'not behind a name', text: 'a not b', says: 'INVALID "not"' },
    { name: 'a parenthesis not closed', text: '(a and b', says: 'INVALID A "(" is not closed' },
    { name: 'a parenthesis not opened', text: 'a)', says: 'INVALID A ")" is not opened' },
    { name: 'empty parentheses', text: '()', says: 'INVALID ")"' },
    { name: 'an unknown name', text: 'sel_3', says: 'NAME_UNKNOWN There is no selection "sel_3". Did you mean' },
    { name: 'an unknown name behind another', text: 'a and x', says: 'NAME_UNKNOWN There is no selection "x"' },
    { name: 'a pattern that nothing fits', text: '1 of nothing*', says: 'NAME_UNKNOWN No selection fits' },
    { name: 'a pattern with a name hidden', text: '1 of hidden*', says: 'NAME_UNKNOWN No selection fits' },
    { name: 'another number', text: '2 of sel_*', says: 'INVALID Before "of" stand 1, any or all, not "2". For more' },
    { name: 'a word before of', text: 'some of sel_*', says: 'INVALID Before "of"' },
    { name: 'nothing behind of', text: '1 of', says: 'INVALID After "of"' },
    { name: 'a parenthesis behind of', text: '1 of (sel_*)', says: 'INVALID After "of"' },
    { name: 'a pattern without of', text: 'sel_*', says: 'NAME_UNKNOWN' },
    { name: 'them alone', text: 'them', says: 'INVALID "them"' },
    {
      name: 'count',
      text: 'a | count() > 5',
      says: 'AGGREGATION The condition counts or compares over time, which conditions of Sigma 2 do not. Write a correlation of the type "event_count"',
    },
    { name: 'count of a field by another', text: 'a | count(x) by y > 5', says: '"value_count"' },
    { name: 'count without spaces', text: 'a |count() by y > 5', says: '"event_count"' },
    { name: 'sum', text: 'a | sum(x) > 5', says: '"value_sum"' },
    { name: 'avg', text: 'a | avg(x) > 5', says: '"value_avg"' },
    { name: 'max', text: 'a | max(x) > 5', says: 'none' },
    { name: 'near', text: 'a | near b', says: '"temporal"' },
    { name: 'near without a pipe', text: 'a near b', says: '"temporal"' },
    { name: 'a pipe with nothing', text: 'a |', says: 'AGGREGATION' },
    { name: 'a pipe behind parentheses', text: '(a or b) | count() > 1', says: '"event_count"' },
    { name: 'an unknown aggregation', text: 'a | median(x) > 5', says: 'Write a correlation; see' },
    { name: 'too many parentheses', text: `${'('.repeat(65)}a${')'.repeat(65)}`, says: 'nested more than 64' },
    { name: 'too many characters', text: 'a or '.repeat(5000) + 'a', says: '20000 are allowed' },
  ])('is refused: $name', ({ text, says }) => {
    expect(shown(text)).toContain(says);
  });

  test('names as many selections as fit into memory, not more', () => {
    const names = new Set(Array.from({ length: 1000 }, (_, index) => `s${index}`));
    expect(shown(Array(30).fill('1 of *').join(' or '), names)).toContain('more than 20000 selections');
  });

  test('parentheses as deep as allowed', () => {
    expect(shown(`${'('.repeat(64)}a${')'.repeat(64)}`)).toBe('a');
  });
});

describe('the condition of a rule', () => {
  const two = 'a:\n  X: y\nb:\n  X: z\n';

  test('is any of a list', () => {
    expect(showCondition(theRule(ruleText(`${two}condition:\n  - a\n  - not b`)).condition)).toBe('(a or not b)');
  });

  test('is the only one of a list of one', () => {
    expect(showCondition(theRule(ruleText(`${two}condition: [a and b]`)).condition)).toBe('(a and b)');
  });

  test.each([
    { name: 'missing', condition: '', code: 'SIGMA_CONDITION_MISSING', line: 7 },
    { name: 'null', condition: 'condition:', code: 'SIGMA_CONDITION_MISSING', line: 7 },
    { name: 'an empty list', condition: 'condition: []', code: 'SIGMA_CONDITION_INVALID', line: 12 },
    { name: 'a number', condition: 'condition: 1', code: 'SIGMA_CONDITION_INVALID', line: 12 },
    { name: 'a map', condition: 'condition: {a: b}', code: 'SIGMA_CONDITION_INVALID', line: 12 },
    {
      name: 'wrong in one of a list',
      condition: 'condition:\n  - a and b\n  - x',
      code: 'SIGMA_CONDITION_NAME_UNKNOWN',
      line: 14,
    },
  ])('is refused: $name', ({ condition, code, line }) => {
    const { documents, diagnostics } = readText(ruleText(two + condition));
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual([code]);
    expect(Math.abs(diagnostics[0]!.line! - line)).toBeLessThanOrEqual(1);
  });

  test('warns of selections that it does not use', () => {
    const { documents, diagnostics } = readText(ruleText(`${two}condition: a`));
    expect(documents).toHaveLength(1);
    expect(codesOf(diagnostics)).toEqual(['SIGMA_SELECTION_UNUSED']);
    expect(diagnostics[0]).toMatchObject({ line: 10, column: 3 });
  });

  test('warns of a timeframe', () => {
    const { diagnostics } = readText(ruleText(`a:\n  X: y\ntimeframe: 5m\ncondition: a`));
    expect(codesOf(diagnostics)).toEqual(['SIGMA_TIMEFRAME_IGNORED']);
  });
});
