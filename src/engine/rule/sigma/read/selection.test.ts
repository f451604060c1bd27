/** Lists, maps, keywords and what may stand in them. */

import { describe, expect, test } from 'vitest';
import { codesOf, indented, readText, ruleText, selectionOf } from '../../../../../test/support/sigma.js';

describe('a selection', () => {
  test.each([
    { name: 'map: all of its fields', text: 'A: b\nC: d', shown: 'A = «b» AND C = «d»' },
    { name: 'list of values: one of them', text: 'EventID:\n  - 517\n  - 1102', shown: 'EventID = «517» | «1102»' },
    { name: 'list of one value', text: 'A: [b]', shown: 'A = «b»' },
    { name: 'list of maps: one of them', text: '- A: b\n- C: d\n  E: f', shown: '(A = «b») OR (C = «d» AND E = «f»)' },
    { name: 'list of one map is the map', text: '- A: b', shown: 'A = «b»' },
    {
      name: 'list of texts: one of the keywords',
      text: '- EVIL\n- svchost.exe -n',
      shown: 'keywords *«EVIL»* | *«svchost.exe -n»*',
    },
    { name: 'list of numbers: keywords as text', text: '- 4688\n- true', shown: 'keywords *«4688»* | *«true»*' },
    {
      name: '"|all" without a field: all of the keywords',
      text: `'|all':\n  - a\n  - b`,
      shown: 'keywords *«a»* & *«b»*',
    },
    { name: '"|all" and numbers', text: `'|all': [POST, 200]`, shown: 'keywords *«POST»* & *«200»*' },
    { name: 'keyword with a wildcard inside', text: '- a*b', shown: 'keywords *«a»*«b»*' },
    { name: 'keyword with an escaped wildcard', text: `- 'a\\*b'`, shown: 'keywords *«a*b»*' },
    { name: 'keyword that ends in a backslash', text: `- 'a\\'`, shown: 'keywords *«a\\»*' },
    { name: '"|contains" keywords are keywords', text: `'|contains': [a, b]`, shown: 'keywords *«a»* | *«b»*' },
    { name: '"|contains|all" keywords', text: `'|contains|all': [a, b]`, shown: 'keywords *«a»* & *«b»*' },
    { name: '"|startswith" keyword: a value begins so', text: `'|startswith': a`, shown: 'keywords «a»*' },
    { name: '"|endswith" keyword: a value ends so', text: `'|endswith': a`, shown: 'keywords *«a»' },
    { name: '"|cased" keyword', text: `'|cased': Ab`, shown: 'keywords cased *«Ab»*' },
    { name: '"|re" keyword', text: `'|re': a.c`, shown: 'keywords /a.c/' },
    { name: '"|re|i|all" keywords', text: `'|re|i|all': [a, b]`, shown: 'keywords /a/i & /b/i' },
    { name: '"|expand" keyword', text: `'|expand': '%Servers%'`, shown: 'keywords *«srv»* | *«db1»*' },
    {
      name: '"|windash|all" keywords: one form of each',
      text: `'|windash|all': ['-a', x]`,
      shown: '(keywords *«-a»* | *«/a»* | *«–a»* | *«—a»* | *«―a»*) AND (keywords *«x»*)',
    },
    { name: 'empty field name: keywords', text: `'': a`, shown: 'keywords *«a»*' },
    {
      name: 'keywords beside fields',
      text: `'|all': [a, b]\nEventID: 4104`,
      shown: '(EventID = «4104») AND (keywords *«a»* & *«b»*)',
    },
    { name: 'list of maps and keywords', text: '- a\n- A: b', shown: '(keywords *«a»*) OR (A = «b»)' },
    { name: 'null: the field is missing', text: 'A: null', shown: 'A = null' },
    { name: 'nothing behind the colon is null', text: 'A:', shown: 'A = null' },
    { name: '"~" is null', text: 'A: ~', shown: 'A = null' },
    { name: 'the text null is a text', text: `A: 'null'`, shown: 'A = «null»' },
    { name: 'empty text is a value', text: `A: ''`, shown: 'A = «»' },
    { name: 'empty text in a list', text: `A: ['', b]`, shown: 'A = «» | «b»' },
    { name: 'boolean is compared as text', text: 'A: true', shown: 'A = «true»' },
    { name: 'boolean in quotes is the same', text: `A: 'true'`, shown: 'A = «true»' },
    {
      name: 'YAML 1.2: yes, no, on, off are texts',
      text: 'A: [yes, No, on, OFF]',
      shown: 'A = «yes» | «No» | «on» | «OFF»',
    },
    { name: 'YAML 1.2: a date is a text', text: 'A: 2026-01-01', shown: 'A = «2026-01-01»' },
    { name: 'YAML 1.2: sixties are a text', text: 'A: 12:30:45', shown: 'A = «12:30:45»' },
    { name: 'number is compared as text', text: 'A: 4688', shown: 'A = «4688»' },
    { name: 'negative number', text: 'A: -1', shown: 'A = «-1»' },
    { name: 'hexadecimal number is its value', text: 'A: 0x10', shown: 'A = «16»' },
    { name: 'hexadecimal text is a text', text: `A: '0x10'`, shown: 'A = «0x10»' },
    {
      name: 'number beyond a double keeps its digits',
      text: 'A: 12345678901234567890',
      shown: 'A = «12345678901234567890»',
    },
    { name: 'fraction', text: 'A: 0.5', shown: 'A = «0.5»' },
    {
      name: 'the same field under different modifiers',
      text: 'A|startswith: b\nA|endswith: c',
      shown: 'A = «b»* AND A = *«c»',
    },
    { name: 'spaces around the field are cut', text: `' A |contains': b`, shown: 'A = *«b»*' },
    {
      name: 'field named as something every object has',
      text: '__proto__: b\nconstructor: c',
      shown: '__proto__ = «b» AND constructor = «c»',
    },
    { name: 'number as the name of a field', text: '2: b\n1: c', shown: '2 = «b» AND 1 = «c»' },
    { name: 'alias of a list', text: 'A: &x [b, c]\nD: *x', shown: 'A = «b» | «c» AND D = «b» | «c»' },
    { name: 'merge key', text: '- &x\n  A: b\n- <<: *x\n  C: d', shown: '(A = «b») OR (A = «b» AND C = «d»)' },
  ])('$name', ({ text, shown }) => {
    expect(selectionOf(text)).toBe(shown);
  });

  test('is a keyword where it is one text', () => {
    const { documents } = readText(ruleText('sel: whoami\ncondition: sel'));
    expect(documents).toHaveLength(1);
  });

  test.each([
    { name: 'empty map', sel: 'sel: {}', code: 'SIGMA_SELECTION_INVALID' },
    { name: 'empty list', sel: 'sel: []', code: 'SIGMA_SELECTION_INVALID' },
    { name: 'nothing', sel: 'sel:', code: 'SIGMA_SELECTION_INVALID' },
    { name: 'empty map in a list', sel: 'sel: [{}]', code: 'SIGMA_SELECTION_INVALID' },
    { name: 'list in a list', sel: 'sel: [[a], {b: c}]', code: 'SIGMA_SELECTION_INVALID' },
    { name: 'null among keywords', sel: 'sel: [a, null]', code: 'SIGMA_NULL_MISPLACED' },
    { name: 'null among maps', sel: 'sel: [{a: b}, null]', code: 'SIGMA_NULL_MISPLACED' },
    { name: 'key twice', sel: 'sel:\n  A: b\n  A: c', code: 'SIGMA_YAML_INVALID' },
  ])('is refused: $name', ({ sel, code }) => {
    const { documents, diagnostics } = readText(ruleText(`${sel}\ncondition: sel`));
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual([code]);
    expect(diagnostics[0]!.line).toBeGreaterThan(7);
  });

  test('that is broken is named once, and its name is still known to the condition', () => {
    const { diagnostics } = readText(ruleText('sel:\n  A|x: b\n  B|y: c\nother:\n  D: e\ncondition: sel and other'));
    expect(codesOf(diagnostics)).toEqual(['SIGMA_MODIFIER_UNKNOWN', 'SIGMA_MODIFIER_UNKNOWN']);
  });
});

describe('a warning', () => {
  test.each([
    { name: '"*x*" under contains', text: `A|contains: '*x*'`, code: 'SIGMA_WILDCARD_NEEDLESS' },
    { name: '"x*" under startswith', text: `A|startswith: 'x*'`, code: 'SIGMA_WILDCARD_NEEDLESS' },
    { name: '"*x" under endswith', text: `A|endswith: '*x'`, code: 'SIGMA_WILDCARD_NEEDLESS' },
    { name: '"*x*" without modifiers', text: `A: '*x*'`, code: 'SIGMA_WILDCARD_NEEDLESS' },
    { name: '"x*" without modifiers', text: `A: 'x*'`, code: 'SIGMA_WILDCARD_NEEDLESS' },
    { name: '"*x" without modifiers', text: `A: '*x'`, code: 'SIGMA_WILDCARD_NEEDLESS' },
    { name: '"*" alone', text: `A: '*'`, code: 'SIGMA_WILDCARD_NEEDLESS' },
    { name: '"*" at the edge of a keyword', text: `- 'x*'`, code: 'SIGMA_WILDCARD_NEEDLESS' },
    { name: '"*" as a keyword', text: `- '*'`, code: 'SIGMA_WILDCARD_NEEDLESS' },
    { name: 'a value twice', text: 'A: [b, c, B]', code: 'SIGMA_VALUE_DUPLICATE' },
    { name: 'a network twice', text: 'A|cidr: [10.0.0.0/8, 10.0.0.0/8]', code: 'SIGMA_VALUE_DUPLICATE' },
    { name: 'a network with bits beyond its prefix', text: 'A|cidr: 10.1.2.3/8', code: 'SIGMA_CIDR_HOST_BITS' },
    { name: 'all over one value', text: 'A|contains|all: b', code: 'SIGMA_ALL_SINGLE' },
    { name: 'all over a list of one', text: 'A|contains|all: [b]', code: 'SIGMA_ALL_SINGLE' },
    { name: 'expand without a placeholder', text: 'A|expand: b', code: 'SIGMA_MODIFIER_NEEDLESS' },
    { name: 'base64offset without contains', text: 'A|base64offset: bcd', code: 'SIGMA_MODIFIER_NEEDLESS' },
    { name: 'startswith beside contains', text: 'A|contains|startswith: b', code: 'SIGMA_MODIFIER_NEEDLESS' },
    { name: 'startswith beside endswith', text: 'A|startswith|endswith: b', code: 'SIGMA_MODIFIER_NEEDLESS' },
    { name: 'contains twice', text: 'A|contains|contains: b', code: 'SIGMA_MODIFIER_NEEDLESS' },
    { name: 'UTF-16 of UTF-16', text: 'A|wide|utf16be|base64: b', code: 'SIGMA_MODIFIER_NEEDLESS' },
    { name: 'a tab from double quotes', text: String.raw`A|contains: "C:\temp"`, code: 'SIGMA_CONTROL_CHARACTER' },
    { name: 'a line end in a keyword', text: String.raw`- "C:\new"`, code: 'SIGMA_CONTROL_CHARACTER' },
    { name: 'a backspace in an expression', text: String.raw`A|re: "\bb"`, code: 'SIGMA_CONTROL_CHARACTER' },
  ])('for $name', ({ text, code }) => {
    const { documents, diagnostics } = readText(ruleText(`sel:\n${indented(text)}\ncondition: sel`));
    expect(documents).toHaveLength(1);
    expect(codesOf(diagnostics)).toEqual([code]);
    expect(diagnostics[0]).toMatchObject({ severity: 'warning', line: 9 });
    expect(diagnostics[0]!.hint).toBeDefined();
  });

  test.each([
    { name: 'a wildcard inside', text: `A: 'a*b'` },
    { name: 'wildcards at the edge and inside', text: `A: '*a*b'` },
    { name: 'a "?" at the edge', text: `A|contains: '?a'` },
    { name: 'an escaped asterisk at the edge', text: `A|contains: '\\*a\\*'` },
    { name: '"*x" under startswith', text: `A|startswith: '*x'` },
    { name: 'values that differ in case under cased', text: 'A|cased: [b, B]' },
    { name: 'expressions that differ in case', text: 'A|re: [b, B]' },
    { name: 'encoded values that differ in case', text: 'A|base64offset|contains: [bcd, BCD]' },
    { name: 'all over two values', text: 'A|contains|all: [b, c]' },
    { name: 'UTF-16 in base64', text: 'A|wide|base64offset|contains: bcd' },
    { name: 'an expression tied at both ends', text: 'A|re|startswith|endswith: b' },
    { name: 'a tab in an expression', text: String.raw`A|re: "b\tc"` },
    { name: 'backslashes in single quotes', text: String.raw`A|contains: 'C:\temp\new'` },
  ])('is not given for $name', ({ text }) => {
    expect(readText(ruleText(`sel:\n${indented(text)}\ncondition: sel`)).diagnostics).toEqual([]);
  });
});
