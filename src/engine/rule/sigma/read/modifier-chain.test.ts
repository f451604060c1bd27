/** Every modifier, every chain that is legal, and what is said of those that are not. */

import { describe, expect, test } from 'vitest';
import { codesOf, indented, readText, ruleText, selectionOf } from '../../../../../test/support/sigma.js';

describe('a legal chain', () => {
  test.each([
    ['A: b', 'A = «b»'],
    ['A|cased: b', 'A = cased «b»'],
    ['A|contains|cased: b', 'A = cased *«b»*'],
    ['A|cased|contains: b', 'A = cased *«b»*'],
    ['A|startswith|cased: b', 'A = cased «b»*'],
    ['A|endswith|cased: b', 'A = cased *«b»'],
    ['A|all: [b, c]', 'A = «b» & «c»'],
    ['A|contains|all: [b, c]', 'A = *«b»* & *«c»*'],
    ['A|all|contains: [b, c]', 'A = *«b»* & *«c»*'],
    ['A|startswith|all: [b, c]', 'A = «b»* & «c»*'],
    ['A|endswith|all: [b, c]', 'A = *«b» & *«c»'],
    ['A|contains|all|cased: [b, c]', 'A = cased *«b»* & cased *«c»*'],
    ['A|neq: b', 'A != «b»'],
    ['A|neq: [b, 5]', 'A != «b» | «5»'],
    ['A|contains|neq: b', 'A != *«b»*'],
    ['A|neq|contains: b', 'A != *«b»*'],
    ['A|startswith|neq: b', 'A != «b»*'],
    ['A|endswith|neq: b', 'A != *«b»'],
    ['A|cased|neq: b', 'A != cased «b»'],
    ['A|contains|all|neq: [b, c]', 'A != *«b»* & *«c»*'],
    ['A|re: b.*c', 'A = /b.*c/'],
    ['A|re|i: b', 'A = /b/i'],
    ['A|re|m: ^b', 'A = /^b/m'],
    ['A|re|s: b.c', 'A = /b.c/s'],
    ['A|re|i|m|s: b', 'A = /b/ims'],
    ['A|re|i|i: b', 'A = /b/i'],
    ['A|re|ignorecase: b', 'A = /b/i'],
    ['A|re|multiline|dotall: b', 'A = /b/ms'],
    ['A|re|all: [b, c]', 'A = /b/ & /c/'],
    ['A|re|i|all: [b, c]', 'A = /b/i & /c/i'],
    ['A|all|re: [b, c]', 'A = /b/ & /c/'],
    ['A|re|neq: b', 'A != /b/'],
    ['A|neq|re: b', 'A != /b/'],
    ['A|re|contains: b', 'A = /b/'],
    ['A|re|startswith: b|c', 'A = /^(?:b|c)/'],
    ['A|re|endswith: b|c', 'A = /(?:b|c)$/'],
    ['A|re: "(?i)b"', 'A = /b/i'],
    ['A|re: "(?is)b"', 'A = /b/is'],
    ['A|re: "(?i)(?m)b"', 'A = /b/im'],
    ['A|re|i: "(?i)b"', 'A = /b/i'],
    ['A|re: 4688', 'A = /4688/'],
    [`A|re: 'a\\*b\\\\'`, 'A = /a\\*b\\\\/'],
    [`A|re: '\\w+\\x60'`, 'A = /\\w+\\x60/'],
    ['A|cidr: 10.0.0.0/8', 'A = cidr4 a000000/8'],
    ['A|cidr: [10.0.0.0/8, "fe80::/10"]', `A = cidr4 a000000/8 | cidr6 fe80${'0'.repeat(28)}/10`],
    ['A|cidr: 10.0.0.1', 'A = cidr4 a000001/32'],
    ['A|cidr: "::1"', 'A = cidr6 1/128'],
    ['A|cidr|neq: 10.0.0.0/8', 'A != cidr4 a000000/8'],
    ['A|neq|cidr: 10.0.0.0/8', 'A != cidr4 a000000/8'],
    ['A|cidr|all: [10.0.0.0/8, 10.1.0.0/16]', 'A = cidr4 a000000/8 & cidr4 a010000/16'],
    ['A|base64: foobar', 'A = «Zm9vYmFy»'],
    ['A|base64|contains: foobar', 'A = *«Zm9vYmFy»*'],
    ['A|base64|cased: foo', 'A = cased «Zm9v»'],
    ['A|base64offset|contains: foobar', 'A = *«Zm9vYmFy»* | *«Zvb2Jhc»* | *«mb29iYX»*'],
    [
      'A|base64offset|contains|all: [foobar, "/bin/sh"]',
      'A = *«Zm9vYmFy»* | *«Zvb2Jhc»* | *«mb29iYX»* AND A = *«L2Jpbi9za»* | *«9iaW4vc2»* | *«vYmluL3No»*',
    ],
    ['A|wide: ab', 'A = «a\0b\0»'],
    ['A|utf16le: ab', 'A = «a\0b\0»'],
    ['A|utf16be: ab', 'A = «\0a\0b»'],
    ['A|utf16: ab', 'A = «\xff\xfea\0b\0»'],
    ['A|wide|contains: a', 'A = *«a\0»*'],
    ['A|wide: "a*"', 'A = «a\0»*'],
    ['A|wide|base64: ab', 'A = «YQBiAA==»'],
    ['A|utf16le|base64: ab', 'A = «YQBiAA==»'],
    ['A|utf16be|base64: ab', 'A = «AGEAYg==»'],
    ['A|utf16|base64: ab', 'A = «//5hAGIA»'],
    ['A|wide|base64offset|contains: ab', 'A = *«YQBiA»* | *«EAYg»* | *«hAGIA»*'],
    ['A|base64|base64: a', 'A = «WVE9PQ==»'],
    ['A|base64: Ä', 'A = «w4Q=»'],
    ['A|base64: 5', 'A = «NQ==»'],
    ['A|windash: a', 'A = «a»'],
    ['A|windash|contains: " -f"', 'A = *« -f»* | *« /f»* | *« –f»* | *« —f»* | *« ―f»*'],
    ['A|contains|windash: " -f"', 'A = *« -f»* | *« /f»* | *« –f»* | *« —f»* | *« ―f»*'],
    ['A|endswith|windash: "/f"', 'A = *«/f» | *«-f» | *«–f» | *«—f» | *«―f»'],
    ['A|windash|neq: "-f"', 'A != «-f» | «/f» | «–f» | «—f» | «―f»'],
    ['A|contains|windash|all: ["-a", x]', 'A = *«-a»* | *«/a»* | *«–a»* | *«—a»* | *«―a»* AND A = *«x»*'],
    ['A|windash|all|neq: ["-a", x]', '(A != «-a» | «/a» | «–a» | «—a» | «―a») OR (A != «x»)'],
    ['A|windash|cased: "-F"', 'A = cased «-F» | cased «/F» | cased «–F» | cased «—F» | cased «―F»'],
    ['A|exists: true', 'A = exists'],
    ['A|exists: false', 'A = absent'],
    ['A|exists: [true]', 'A = exists'],
    ['A|fieldref: B', 'A = field B whole'],
    ['A|fieldref: [B, C]', 'A = field B whole | field C whole'],
    ['A|fieldref|all: [B, C]', 'A = field B whole & field C whole'],
    ['A|fieldref|startswith: B', 'A = field B start'],
    ['A|fieldref|endswith: B', 'A = field B end'],
    ['A|fieldref|contains: B', 'A = field B anywhere'],
    ['A|fieldref|neq: B', 'A != field B whole'],
    ['A|neq|fieldref: B', 'A != field B whole'],
    ['A|fieldref|startswith|neq: B', 'A != field B start'],
    ['A|fieldref|cased: B', 'A = field B whole cased'],
    ['A|cased|fieldref: B', 'A = field B whole cased'],
    ['A|fieldref|endswith|cased: B.c', 'A = field B.c end cased'],
    ['A|gt: 5', 'A = gt 5'],
    ['A|gte: 5', 'A = gte 5'],
    ['A|lt: -5', 'A = lt -5'],
    ['A|lte: 0.5', 'A = lte 0.5'],
    ['A|gt: [1, 2]', 'A = gt 1 | gt 2'],
    ['A|gt|all: [1, 2]', 'A = gt 1 & gt 2'],
    ['A|minute: 59', 'A = minute eq 59'],
    ['A|hour: 0', 'A = hour eq 0'],
    ['A|day: 31', 'A = day eq 31'],
    ['A|week: 53', 'A = week eq 53'],
    ['A|month: 12', 'A = month eq 12'],
    ['A|year: 2026', 'A = year eq 2026'],
    ['A|hour|gte: 22', 'A = hour gte 22'],
    ['A|hour|lt: 6', 'A = hour lt 6'],
    ['A|day|gt: 1', 'A = day gt 1'],
    ['A|year|lte: 2020', 'A = year lte 2020'],
    ['A|hour|neq: 5', 'A != hour eq 5'],
    ['A|hour: [1, 2]', 'A = hour eq 1 | hour eq 2'],
    ['A|expand: "%Servers%"', 'A = «srv»* | «db1»'],
    ['A|expand|contains: "%one%"', 'A = *«x»*'],
    ['A|contains|expand: "%Servers%"', 'A = *«srv»* | *«db1»*'],
    ['A|expand|endswith: "%Servers%"', 'A = *«srv»* | *«db1»'],
    ['A|expand: "a%Servers%b%one%"', 'A = «asrv»*«bx» | «adb1bx»'],
    ['A|expand: "%DC-NAME%"', 'A = «dc$»'],
    [`A|expand: '\\%plain%one%'`, 'A = «%plainx»'],
    [`A|expand: '\\\\%one%'`, 'A = «\\x»'],
    ['A|expand: "100%%one%"', 'A = «100%x»'],
    ['A|expand: "%one%*"', 'A = «x»*'],
    ['A|expand|all: ["%one%", "%one%y"]', 'A = «x» & «xy»'],
    ['A|expand|contains|all: ["%Servers%", y]', 'A = *«srv»* | *«db1»* AND A = *«y»*'],
    ['A|expand|cased: "%one%"', 'A = cased «x»'],
    ['A|expand|base64: "%one%"', 'A = «eA==»'],
    ['A|expand|neq: "%Servers%"', 'A != «srv»* | «db1»'],
    ['A: "%Servers%"', 'A = «%Servers%»'],
    ['A|contains: 429', 'A = *«429»*'],
    ['A|endswith: 1.5', 'A = *«1.5»'],
    ['A.b.c|contains: d', 'A.b.c = *«d»*'],
    ['A b|contains: d', 'A b = *«d»*'],
    ['cs-method: GET', 'cs-method = «GET»'],
  ])('%s', (line, shown) => {
    expect(selectionOf(line)).toBe(shown);
  });
});

const CHAIN = 'SIGMA_MODIFIER_CHAIN';
const UNKNOWN = 'SIGMA_MODIFIER_UNKNOWN';

describe('an illegal chain', () => {
  test.each([
    { line: 'A|contain: b', code: UNKNOWN, says: 'Did you mean "contains"?' },
    { line: 'A|Contains: b', code: UNKNOWN, says: 'Did you mean "contains"?' },
    { line: 'A|regex: b', code: UNKNOWN, says: 'Known: ' },
    { line: 'A|base64ofset: b', code: UNKNOWN, says: 'Did you mean "base64offset"?' },
    { line: 'A|: b', code: UNKNOWN, says: 'Leave it out' },
    { line: 'A||contains: b', code: UNKNOWN, says: 'Leave it out' },
    { line: 'A|contains|: b', code: UNKNOWN, says: 'Leave it out' },
    { line: 'A|__proto__: b', code: UNKNOWN, says: 'Known: ' },
    { line: 'A|contains|re: b', code: CHAIN, says: 'first' },
    { line: 'A|base64|re: b', code: CHAIN, says: 'first' },
    { line: 'A|expand|re: b', code: CHAIN, says: 'first' },
    { line: 'A|cased|re: b', code: CHAIN, says: 'cased' },
    { line: 'A|re|cased: b', code: CHAIN, says: 'Leave it out' },
    { line: 'A|re|re: b', code: CHAIN, says: 'first' },
    { line: 'A|re|base64: b', code: CHAIN, says: 'texts' },
    { line: 'A|re|windash: b', code: CHAIN, says: 'texts' },
    { line: 'A|re|expand: b', code: CHAIN, says: 'texts' },
    { line: 'A|re|m|startswith: b', code: CHAIN, says: 'anchor' },
    { line: 'A|i: b', code: CHAIN, says: 're|i' },
    { line: 'A|contains|i: b', code: CHAIN, says: 're|i' },
    { line: 'A|m|re: b', code: CHAIN, says: 're|m' },
    { line: 'A|contains|cidr: 10.0.0.0/8', code: CHAIN, says: 'first' },
    { line: 'A|cidr|contains: 10.0.0.0/8', code: CHAIN, says: 'texts' },
    { line: 'A|cidr|cased: 10.0.0.0/8', code: CHAIN, says: 'texts' },
    { line: 'A|contains|exists: true', code: CHAIN, says: 'only modifier' },
    { line: 'A|exists|contains: true', code: CHAIN, says: 'texts' },
    { line: 'A|exists|all: true', code: CHAIN, says: 'only modifier' },
    { line: 'A|neq|exists: true', code: CHAIN, says: 'only modifier' },
    { line: 'A|exists|neq: true', code: CHAIN, says: 'only modifier' },
    { line: 'A|contains|fieldref: B', code: CHAIN, says: 'first' },
    { line: 'A|fieldref|startswith|endswith: B', code: CHAIN, says: 'Leave one out' },
    { line: 'A|fieldref|base64: B', code: CHAIN, says: 'texts' },
    { line: 'A|fieldref|re: B', code: CHAIN, says: 'first' },
    { line: 'A|fieldref|gt: 5', code: CHAIN, says: 'first' },
    { line: 'A|gt|lt: 5', code: CHAIN, says: 'line for each' },
    { line: 'A|gt|contains: 5', code: CHAIN, says: 'texts' },
    { line: 'A|contains|gt: 5', code: CHAIN, says: 'first' },
    { line: 'A|gt|neq: 5', code: CHAIN, says: 'Turn the comparison round' },
    { line: 'A|neq|gt: 5', code: CHAIN, says: 'Turn the comparison round' },
    { line: 'A|cased|gt: 5', code: CHAIN, says: 'cased' },
    { line: 'A|gt|hour: 5', code: CHAIN, says: 'first' },
    { line: 'A|hour|minute: 5', code: CHAIN, says: 'first' },
    { line: 'A|hour|contains: 5', code: CHAIN, says: 'texts' },
    { line: 'A|hour|gt|neq: 5', code: CHAIN, says: 'Turn the comparison round' },
    { line: 'A|all|all: [a, b]', code: CHAIN, says: 'twice' },
    { line: 'A|neq|neq: a', code: CHAIN, says: 'twice' },
    { line: 'A|cased|cased: a', code: CHAIN, says: 'twice' },
    { line: `A${'|base64'.repeat(17)}: a`, code: CHAIN, says: 'More than 16 modifiers' },
    { line: `"|exists": true`, code: CHAIN, says: 'needs a field' },
    { line: `"|fieldref": B`, code: CHAIN, says: 'needs a field' },
    { line: `"|gt": 5`, code: CHAIN, says: 'needs a field' },
    { line: `"|cidr": 10.0.0.0/8`, code: CHAIN, says: 'needs a field' },
    { line: `"|neq": a`, code: CHAIN, says: 'use "not"' },
  ])('$line', ({ line, code, says }) => {
    const { documents, diagnostics } = readText(ruleText(`sel:\n${indented(line)}\ncondition: sel`));
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual([code]);
    expect(`${diagnostics[0]!.message} ${diagnostics[0]!.hint}`).toContain(says);
    expect(diagnostics[0]).toMatchObject({
      file: 'x.yml',
      line: 9,
      column: 5,
      rule: '0e95725d-7320-415d-80f7-004da920fc11',
    });
  });
});

const TYPE = 'SIGMA_VALUE_TYPE';

describe('a value that its modifiers cannot take', () => {
  test.each([
    { name: 'a text where a number belongs', line: `A|gt: '5'`, code: TYPE },
    { name: 'a boolean where a number belongs', line: 'A|gt: true', code: TYPE },
    { name: 'a text where a boolean belongs', line: `A|exists: 'true'`, code: TYPE },
    { name: 'a number where a boolean belongs', line: 'A|exists: 1', code: TYPE },
    { name: 'two values for exists', line: 'A|exists: [true, false]', code: TYPE },
    { name: 'a boolean under contains', line: 'A|contains: true', code: TYPE },
    { name: 'a boolean as an expression', line: 'A|re: true', code: TYPE },
    { name: 'a map as a value', line: 'A: {b: c}', code: TYPE },
    { name: 'a map in a list of values', line: 'A: [b, {c: d}]', code: TYPE },
    { name: 'a list in a list of values', line: 'A: [[b]]', code: TYPE },
    { name: 'infinity', line: 'A: .inf', code: TYPE },
    { name: 'not a number', line: 'A|gt: .nan', code: TYPE },
    { name: 'a wildcard in the name of a field', line: `A|fieldref: 'B*'`, code: TYPE },
    { name: 'a number as the name of a field', line: 'A|fieldref: 5', code: TYPE },
    { name: 'an empty name of a field', line: `A|fieldref: ''`, code: TYPE },
    { name: 'minute 60', line: 'A|minute: 60', code: TYPE },
    { name: 'hour 24', line: 'A|hour: 24', code: TYPE },
    { name: 'day 0', line: 'A|day: 0', code: TYPE },
    { name: 'week 54', line: 'A|week: 54', code: TYPE },
    { name: 'month 13', line: 'A|month: 13', code: TYPE },
    { name: 'half an hour', line: 'A|hour: 0.5', code: TYPE },
    { name: 'an hour in quotes', line: `A|hour: '5'`, code: TYPE },
    { name: 'null in a list', line: 'A: [b, null]', code: 'SIGMA_NULL_MISPLACED' },
    { name: 'null alone in a list', line: 'A: [null]', code: 'SIGMA_NULL_MISPLACED' },
    { name: 'null under contains', line: 'A|contains: null', code: 'SIGMA_NULL_MISPLACED' },
    { name: 'null under neq', line: 'A|neq: null', code: 'SIGMA_NULL_MISPLACED' },
    { name: 'null under cased', line: 'A|cased:', code: 'SIGMA_NULL_MISPLACED' },
    { name: 'null under exists', line: 'A|exists:', code: 'SIGMA_NULL_MISPLACED' },
    { name: 'null under re', line: 'A|re: ~', code: 'SIGMA_NULL_MISPLACED' },
    { name: 'null as a keyword with modifiers', line: `'|all': [a, null]`, code: 'SIGMA_NULL_MISPLACED' },
    { name: 'an empty list of values', line: 'A: []', code: 'SIGMA_SELECTION_INVALID' },
    { name: 'a network that is none', line: 'A|cidr: 10.0.0.0/33', code: 'SIGMA_CIDR_INVALID' },
    { name: 'a network with a wildcard', line: `A|cidr: '10.*'`, code: 'SIGMA_CIDR_INVALID' },
    { name: 'a number as a network', line: 'A|cidr: 10', code: 'SIGMA_CIDR_INVALID' },
    { name: 'a wildcard under base64', line: `A|base64: 'a*'`, code: 'SIGMA_WILDCARD_ENCODED' },
    { name: 'contains before base64', line: 'A|contains|base64: a', code: 'SIGMA_WILDCARD_ENCODED' },
    { name: 'a placeholder under base64', line: `A|base64|expand: '%one%'`, code: 'SIGMA_WILDCARD_ENCODED' },
    { name: 'one letter under base64offset', line: 'A|base64offset|contains: a', code: 'SIGMA_WILDCARD_ENCODED' },
    { name: 'the empty text under base64', line: `A|base64: ''`, code: 'SIGMA_WILDCARD_ENCODED' },
    { name: 'six dashes under windash', line: `A|windash: '-a -b -c -d -e -f'`, code: 'SIGMA_VALUE_EXPANDS' },
    { name: 'a placeholder without a list', line: `A|expand: '%unknown%'`, code: 'SIGMA_PLACEHOLDER_UNKNOWN' },
    { name: 'a placeholder whose list is empty', line: `A|expand: '%nobody%'`, code: 'SIGMA_PLACEHOLDER_UNKNOWN' },
    {
      name: 'a placeholder named as something every object has',
      line: `A|expand: '%constructor%'`,
      code: 'SIGMA_PLACEHOLDER_UNKNOWN',
    },
    { name: 'an expression without an end', line: `A|re: '(b'`, code: 'SIGMA_REGEX_INVALID' },
    { name: 'an expression with an empty repeat', line: `A|re: '*b'`, code: 'SIGMA_REGEX_INVALID' },
    { name: 'a class by its name outside of brackets', line: `A|re: 'x[:digit:]'`, code: 'SIGMA_REGEX_INVALID' },
    { name: 'a class of no known name', line: `A|re: '[[:letter:]]'`, code: 'SIGMA_REGEX_INVALID' },
    { name: 'look-ahead', line: `A|re: 'a(?=b)'`, code: 'SIGMA_REGEX_UNSUPPORTED' },
    { name: 'negative look-ahead', line: `A|re: '^(?!b).*$'`, code: 'SIGMA_REGEX_UNSUPPORTED' },
    { name: 'look-behind', line: `A|re: '(?<=b)a'`, code: 'SIGMA_REGEX_UNSUPPORTED' },
    { name: 'a reference to a group', line: `A|re: '(a)\\1'`, code: 'SIGMA_REGEX_UNSUPPORTED' },
    { name: 'a group in a repeat that refers', line: `A|re: '(?:(a)|x\\1)+'`, code: 'SIGMA_REGEX_UNSUPPORTED' },
    { name: 'an atomic group', line: `A|re: '(?>a+)b'`, code: 'SIGMA_REGEX_UNSUPPORTED' },
    { name: 'a possessive repeat', line: `A|re: 'a++b'`, code: 'SIGMA_REGEX_UNSUPPORTED' },
    { name: 'a repeat too large', line: `A|re: '(?:abc){1000}'`, code: 'SIGMA_REGEX_UNSUPPORTED' },
  ])('$name', ({ line, code }) => {
    const { documents, diagnostics } = readText(ruleText(`sel:\n${indented(line)}\ncondition: sel`));
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual([code]);
    expect(diagnostics[0]!.line).toBe(9);
    expect(diagnostics[0]!.message).toMatch(/\.$/);
  });

  test('each wrong value of a list is named with its line', () => {
    const { diagnostics } = readText(ruleText('sel:\n  A|cidr:\n    - 10.0.0.0/8\n    - x\n    - y\ncondition: sel'));
    expect(diagnostics.map(({ line, column }) => [line, column])).toEqual([
      [11, 9],
      [12, 9],
    ]);
  });

  test('five dashes under windash are 3,125 forms', () => {
    expect(selectionOf(`A|windash: '-a -b -c -d -e'`).split(' | ')).toHaveLength(3125);
  });

  test('forms of all values of a field are counted together', () => {
    const values = Array.from({ length: 5 }, (_, index) => `'-a -b -c -d -e${index}'`).join(', ');
    const { diagnostics } = readText(ruleText(`sel:\n  A|windash: [${values}]\ncondition: sel`));
    expect(codesOf(diagnostics)).toEqual(['SIGMA_VALUE_EXPANDS']);
  });
});

describe('windash replaces', () => {
  test.each([
    { name: 'a dash at the start', text: '-a', count: 5 },
    { name: 'a slash', text: ' /a', count: 5 },
    { name: 'an en dash', text: ' –a', count: 5 },
    { name: 'no dash inside of a word', text: 'a-b', count: 1 },
    { name: 'no dash before a space', text: '- a', count: 1 },
    { name: 'no dash at the end', text: ' -', count: 1 },
    { name: 'of two dashes in a row the second', text: ' --a', count: 5 },
    { name: 'two options', text: '-a -b', count: 25 },
    { name: 'a dash before a letter beyond ASCII', text: ' -é', count: 5 },
    { name: 'no slash of a path', text: 'C:/a/b', count: 5 },
  ])('$name', ({ text, count }) => {
    expect(selectionOf(`A|windash: '${text}'`).split(' | ')).toHaveLength(count);
  });
});
