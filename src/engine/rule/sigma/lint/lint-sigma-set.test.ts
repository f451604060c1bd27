/** Lint over sets of documents. */

import { describe, expect, test } from 'vitest';
import { PLACEHOLDERS } from '../../../../../test/support/sigma.js';
import type { Diagnostic } from '../../../base/diagnostic.js';
import { readSigmaFile } from '../read/read-sigma-file.js';
import { lintSigmaSet } from './lint-sigma-set.js';

function lint(...texts: readonly string[]): readonly Diagnostic[] {
  const files = texts.map((text, index) => ({ path: `${index}.yml`, text }));
  const read = files.map((file) => readSigmaFile(file, { placeholders: PLACEHOLDERS }));
  const wrong = read.flatMap(({ diagnostics }) => diagnostics).filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
  const documents = read.flatMap((file) => file.documents);
  return lintSigmaSet(documents, (path) => files.find((file) => file.path === path)?.text);
}

const shown = (diagnostics: readonly Diagnostic[]): readonly string[] =>
  diagnostics.map(({ code, file, line }) => `${file}:${line} ${code}`);

function rule(detection: string, header = 'title: T'): string {
  return `${header}
logsource: {product: windows, category: process_creation}
detection:
${detection
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
`;
}

const PLAIN = 'sel: {Image: a}\ncondition: sel';
const correlation = (name: string, rules: string, more = ''): string =>
  `title: ${name}\nname: ${name}\ncorrelation:\n  type: event_count\n  rules: [${rules}]\n  timespan: 1h\n  condition: {gt: 1}\n${more}`;

describe('between documents', () => {
  test('the same id, in other letter case too', () => {
    const id = '0e95725d-7320-415d-80f7-004da920fc1a';
    const found = lint(rule(PLAIN, `title: A\nid: ${id}`), rule(PLAIN, `title: B\nid: ${id.toUpperCase()}`));
    expect(shown(found)).toEqual(['1.yml:2 SIGMA_ID_DUPLICATE']);
    expect(found[0]!.message).toContain('"A" (0.yml:1)');
  });

  test('the same name', () => {
    expect(shown(lint(rule(PLAIN, 'title: A\nid: a\nname: n'), rule(PLAIN, 'title: B\nid: b\nname: n')))).toEqual([
      '1.yml:3 SIGMA_NAME_DUPLICATE',
    ]);
  });

  test('references by id and by name are found', () => {
    const id = '0e95725d-7320-415d-80f7-004da920fc1a';
    expect(lint(rule(PLAIN, `title: A\nid: ${id}\nname: n`), correlation('c', `n, ${id.toUpperCase()}`))).toEqual([]);
  });

  test('a reference to nothing', () => {
    const found = lint(rule(PLAIN, 'title: A\nname: failed_login'), correlation('c', 'failed_logon'));
    expect(shown(found)).toEqual(['1.yml:5 SIGMA_RULE_UNKNOWN']);
    expect(found[0]!.hint).toBe('Did you mean "failed_login"?');
    expect(found[0]!.severity).toBe('error');
  });

  test('a reference to a filter is one to nothing', () => {
    const filter = 'title: F\nname: f\nlogsource: {product: windows}\nfilter: {rules: any, s: {a: b}, condition: s}';
    expect(shown(lint(rule(PLAIN), filter, correlation('c', 'f')))).toEqual(['2.yml:5 SIGMA_RULE_UNKNOWN']);
  });

  test('a correlation that refers to itself', () => {
    expect(shown(lint(correlation('c', 'c')))).toEqual(['0.yml:5 SIGMA_CORRELATION_CYCLE']);
  });

  test('a ring of three, once', () => {
    const found = lint(correlation('a', 'b'), correlation('b', 'c'), correlation('c', 'a'));
    expect(shown(found)).toEqual(['2.yml:5 SIGMA_CORRELATION_CYCLE']);
    expect(found[0]!.message).toContain('"a" → "b" → "c" → "a"');
  });

  test('a chain of correlations is no ring, nor are two ways to one rule', () => {
    const base = rule(PLAIN, 'title: R\nname: r');
    expect(
      lint(base, correlation('a', 'b, c'), correlation('b', 'd'), correlation('c', 'd'), correlation('d', 'r')),
    ).toEqual([]);
  });

  test('a chain as long as memory does not exhaust the stack', () => {
    const texts = Array.from({ length: 400 }, (_, index) => correlation(`c${index}`, `c${index + 1}`));
    expect(shown(lint(texts.join('---\n')))).toEqual(['0.yml:3197 SIGMA_RULE_UNKNOWN']);
  });

  test.each<[string, string, boolean]>([
    ['event_count', '{gt: 5, lt: 3}', false],
    ['event_count', '{eq: 0}', false],
    ['event_count', '{lt: 1}', false],
    ['event_count', '{gt: 2, lt: 3}', false],
    ['event_count', '{gt: 2, lt: 4}', true],
    ['event_count', '{gte: 3, lte: 3}', true],
    ['event_count', '{gte: 3, lte: 3, neq: 3}', false],
    ['event_count', '{eq: 1}', true],
    ['value_sum', '{gt: 2, lt: 3, field: f}', true],
    ['value_sum', '{gt: 2, lt: 2, field: f}', false],
    ['value_sum', '{eq: 0, field: f}', true],
    ['value_count', '{eq: 0, field: f}', true],
  ])('a correlation of %s with %s', (type, condition, holds) => {
    const text = correlation('c', 'r').replace('event_count', type).replace('{gt: 1}', condition);
    const found = shown(lint(rule(PLAIN, 'title: R\nname: r'), text));
    expect(found).toEqual(holds ? [] : ['1.yml:7 SIGMA_CONDITION_IMPOSSIBLE']);
  });

  test('an alias for a rule that is not referred to', () => {
    const id = '0e95725d-7320-415d-80f7-004da920fc1a';
    const base = rule(PLAIN, `title: R\nname: r\nid: ${id}`);
    const aliases = (of: string): string => `  aliases:\n    ip:\n      ${of}: Image\n`;
    expect(lint(base, correlation('c', 'r', aliases('r')))).toEqual([]);
    expect(lint(base, correlation('c', id, aliases('r')))).toEqual([]);
    expect(shown(lint(base, correlation('c', 'r', aliases('q'))))).toEqual(['1.yml:10 SIGMA_ALIAS_UNKNOWN']);
  });

  const filter = (source: string, rules: string): string =>
    `title: F\nlogsource: ${source}\nfilter:\n  rules: ${rules}\n  s: {User: b}\n  condition: s`;

  test.each([
    { name: 'of the rule’s log source', source: '{product: windows, category: process_creation}', found: [] },
    { name: 'of a wider log source', source: '{product: windows}', found: [] },
    {
      name: 'of a narrower log source',
      source: '{product: windows, category: process_creation, service: sysmon}',
      found: ['1.yml:2 SIGMA_FILTER_UNUSED'],
    },
    { name: 'of another log source', source: '{product: linux}', found: ['1.yml:2 SIGMA_FILTER_UNUSED'] },
  ])('a filter $name', ({ source, found }) => {
    expect(shown(lint(rule(PLAIN, 'title: R\nname: r'), filter(source, '[r]')))).toEqual(found);
    expect(shown(lint(rule(PLAIN, 'title: R\nname: r'), filter(source, 'any')))).toEqual(found);
  });

  test('a filter of an unknown rule', () => {
    expect(shown(lint(rule(PLAIN), filter('{product: windows}', '[x]')))).toEqual(['1.yml:4 SIGMA_RULE_UNKNOWN']);
  });
});

describe('log sources', () => {
  const of = (source: string): readonly string[] =>
    shown(lint(`title: T\nlogsource: ${source}\ndetection: {s: [a], condition: s}`));

  test.each([
    '{product: windows, category: process_creation}',
    '{category: process_creation}',
    '{product: windows}',
    '{product: windows, service: smbserver-audit}',
    '{product: windows, service: terminalservices-remoteconnectionmanager}',
    '{product: linux, service: auditd}',
    '{category: network, service: dns}',
    '{product: zeek, service: x509}',
    '{service: sysmon}',
  ])('%s is known', (source) => expect(of(source)).toEqual([]));

  test.each([
    '{product: window, category: process_creation}',
    '{product: windows, category: process_create}',
    '{product: windows, service: securty}',
    '{product: linux, category: registry_set}',
    '{category: nonsense}',
    '{product: constructor}',
  ])('%s is not', (source) => expect(of(source)).toEqual(['0.yml:2 SIGMA_LOGSOURCE_UNKNOWN']));
});

describe('fields', () => {
  test('are known by any spelling', () => {
    expect(lint(rule('sel: {image: a, COMMANDLINE|contains: b, "Original File Name": c}\ncondition: sel'))).toEqual([]);
  });

  test('that the events do not have, each once for a selection, with its line', () => {
    const found = lint(rule('a:\n  - Image: x\n  - CommandLin|contains: y\n    CommandLin|endswith: z\ncondition: a'));
    expect(shown(found)).toEqual(['0.yml:6 SIGMA_FIELD_UNKNOWN']);
    expect(found[0]!.hint).toBe('Did you mean "CommandLine"?');
  });

  test('behind fieldref too', () => {
    expect(shown(lint(rule('a:\n  Image|fieldref: ParentImag\ncondition: a')))).toEqual([
      '0.yml:4 SIGMA_FIELD_UNKNOWN',
    ]);
  });

  test('of log sources without a table are not looked at', () => {
    expect(
      lint('title: T\nlogsource: {product: windows, service: security}\ndetection: {s: {X: a}, condition: s}'),
    ).toEqual([]);
  });

  test('of filters', () => {
    const text =
      'title: F\nlogsource: {category: dns_query}\nfilter:\n  rules: any\n  s:\n    QueryNam: b\n  condition: s';
    const base = 'title: R\nlogsource: {category: dns_query}\ndetection: {s: {QueryName: a}, condition: s}';
    expect(shown(lint(base, text))).toEqual(['1.yml:6 SIGMA_FIELD_UNKNOWN']);
  });
});

describe('conditions', () => {
  const of = (detection: string): readonly string[] => lint(rule(detection)).map(({ code }) => code.slice(16));

  test.each([
    { name: 'a and not a', detection: 'a: {Image: x}\ncondition: a and not a' },
    {
      name: 'two selections that say the same, one excluded',
      detection: 'a: {Image: x}\nb: {Image: x}\ncondition: a and not b',
    },
    {
      name: 'one value that would be two, over two selections',
      detection: 'a: {EventID: 1}\nb: {EventID: 2}\ncondition: a and b',
    },
    {
      name: 'lists without a common value',
      detection: 'a: {EventID: [1, 2]}\nb: {EventID: [3, 4]}\ncondition: a and b',
    },
    { name: 'one value that would be two, under all', detection: 'a: {EventID|all: [1, 2]}\ncondition: a' },
    { name: 'texts under all', detection: 'a: {Image|all: [x, y]}\ncondition: a' },
    { name: 'missing and present', detection: 'a: {Image: null}\nb: {Image: x}\ncondition: a and b' },
    { name: 'absent and there', detection: 'a: {Image|exists: false}\nb: {Image|exists: true}\ncondition: a and b' },
    { name: 'absent and a value', detection: 'a: {Image|exists: false}\nb: {Image|contains: x}\ncondition: a and b' },
    { name: 'above and below', detection: 'a: {ProcessId|gt: 5}\nb: {ProcessId|lt: 5}\ncondition: a and b' },
    { name: 'above and not more', detection: 'a: {ProcessId|gt: 5}\nb: {ProcessId|lte: 5}\ncondition: a and b' },
    { name: 'above and a number', detection: 'a: {ProcessId|gt: 5}\nb: {ProcessId: 3}\ncondition: a and b' },
    {
      name: 'all of, with two that exclude each other',
      detection: 's1: {EventID: 1}\ns2: {EventID: 2}\ncondition: all of s*',
    },
    { name: 'two hours', detection: 'a: {UtcTime|hour: 1}\nb: {UtcTime|hour: 2}\ncondition: a and b' },
    { name: 'none of what is there', detection: `a: ['*']\ncondition: not a` },
  ])('that nothing fulfils: $name', ({ detection }) => {
    expect(of(detection)).toEqual(['IMPOSSIBLE']);
  });

  test.each([
    { name: 'a or not a', detection: 'a: {Image: x}\ncondition: a or not a' },
    { name: 'not (a and not a)', detection: 'a: {Image: x}\ncondition: not (a and not a)' },
    {
      name: 'not both of two that exclude each other',
      detection: 'a: {EventID: 1}\nb: {EventID: 2}\ncondition: not (a and b)',
    },
    { name: 'keywords of anything', detection: `a: ['*']\ncondition: a` },
    { name: 'keywords of the empty text', detection: `a: ['']\ncondition: a` },
  ])('that everything fulfils: $name', ({ detection }) => {
    expect(of(detection)).toEqual(['ALWAYS']);
  });

  test.each([
    { name: 'one selection', detection: PLAIN },
    { name: 'values that differ in case only', detection: 'a: {Image: x}\nb: {Image: X}\ncondition: a and b' },
    { name: 'parts of one value', detection: 'a: {Image|contains: x}\nb: {Image|contains: y}\ncondition: a and b' },
    { name: 'contains under all', detection: 'a: {Image|contains|all: [x, y]}\ncondition: a' },
    { name: 'lists with a common value', detection: 'a: {EventID: [1, 2]}\nb: {EventID: [2, 3]}\ncondition: a and b' },
    { name: 'either of two', detection: 'a: {EventID: 1}\nb: {EventID: 2}\ncondition: a or b' },
    { name: 'one and not the other', detection: 'a: {EventID: 1}\nb: {EventID: 2}\ncondition: a and not b' },
    { name: 'a range', detection: 'a: {ProcessId|gte: 5}\nb: {ProcessId|lte: 5}\ncondition: a and b' },
    { name: 'null and there', detection: 'a: {Image: null}\nb: {Image|exists: true}\ncondition: a and b' },
    { name: 'neq', detection: 'a: {EventID|neq: 1}\nb: {EventID: 2}\ncondition: a and b' },
    { name: 'neq under all', detection: 'a: {EventID|neq|all: [1, 2]}\ncondition: a' },
    { name: 'the other time', detection: 'a: {UtcTime|hour: 1}\nb: {UtcTime|minute: 2}\ncondition: a and b' },
    { name: 'filters', detection: 's: {Image: a}\nf1: {User: b}\nf2: {User: c}\ncondition: s and not 1 of f*' },
    {
      name: 'more selections than are looked at',
      detection: `${Array.from({ length: 13 }, (_, index) => `s${index}: {EventID: ${index}}`).join('\n')}\ncondition: all of s*`,
    },
  ])('that some events fulfil: $name', ({ detection }) => {
    expect(of(detection)).toEqual([]);
  });
});

test('places are first lines where the text is not at hand', () => {
  const text = `# c\n${rule('a: {Imag: x}\ncondition: a and not a')}`;
  const { documents } = readSigmaFile({ path: 'a.yml', text }, { placeholders: PLACEHOLDERS });
  expect(lintSigmaSet(documents).map(({ line }) => line)).toEqual([2, 2]);
});

test('the order is that of documents and lines', () => {
  const twice = rule('a:\n  Imag: x\ncondition: a and not a', 'title: T\nid: a');
  expect(shown(lint(twice, twice))).toEqual([
    '0.yml:6 SIGMA_FIELD_UNKNOWN',
    '0.yml:7 SIGMA_CONDITION_IMPOSSIBLE',
    '1.yml:2 SIGMA_ID_DUPLICATE',
    '1.yml:6 SIGMA_FIELD_UNKNOWN',
    '1.yml:7 SIGMA_CONDITION_IMPOSSIBLE',
  ]);
});
