/** Files: YAML, several documents, what keeps out one and what keeps out all. */

import { describe, expect, test } from 'vitest';
import { codesOf, readText, ruleText } from '../../../../../test/support/sigma.js';

const RULE = ruleText('sel:\n  A: b\ncondition: sel');
const BROKEN = ruleText('sel:\n  A|x: b\ncondition: sel');

describe('a file', () => {
  test.each([
    { name: 'of one document', text: RULE, documents: 1 },
    { name: 'that begins with ---', text: `---\n${RULE}`, documents: 1 },
    { name: 'that ends with ...', text: `${RULE}...\n`, documents: 1 },
    { name: 'of two documents', text: `${RULE}---\n${RULE}`, documents: 2 },
    { name: 'with an empty document between', text: `${RULE}---\n---\n${RULE}---\n`, documents: 2 },
    { name: 'with comments before and after', text: `# a\n\n${RULE}# b\n`, documents: 1 },
    { name: 'with line ends of Windows', text: RULE.replaceAll('\n', '\r\n'), documents: 1 },
    { name: 'with a byte order mark', text: `\ufeff${RULE}`, documents: 1 },
    { name: 'without a last line end', text: RULE.trimEnd(), documents: 1 },
    {
      name: 'that is JSON',
      text: '{"title":"T","logsource":{"product":"a"},"detection":{"s":["x"],"condition":"s"}}',
      documents: 1,
    },
    { name: 'that is empty', text: '', documents: 0 },
    { name: 'of comments only', text: '# nothing\n', documents: 0 },
  ])('$name', ({ text, documents }) => {
    const read = readText(text);
    expect(read.diagnostics).toEqual([]);
    expect(read.documents).toHaveLength(documents);
  });

  test('with a broken document keeps its neighbours', () => {
    const { documents, diagnostics } = readText(`${RULE}---\n${BROKEN}---\n${RULE}`);
    expect(documents).toHaveLength(2);
    expect(codesOf(diagnostics)).toEqual(['SIGMA_MODIFIER_UNKNOWN']);
    expect(diagnostics[0]!.line).toBe(20);
  });

  test('documents know the line on which they begin', () => {
    expect(readText(`# c\n${RULE}---\n# d\n\n${RULE}`).documents.map(({ line }) => line)).toEqual([2, 15]);
  });

  test('of a rule and its correlation', () => {
    const text = `${RULE}---\ntitle: C\ncorrelation: {type: event_count, rules: [a], timespan: 1h, condition: {gt: 1}}\n`;
    expect(readText(text).documents.map(({ kind }) => kind)).toEqual(['rule', 'correlation']);
  });

  test.each([
    { name: 'bad indentation', text: 'a: b\n  c: d', line: 2 },
    { name: 'a tab', text: 'a:\n\tb: c', line: 2 },
    { name: 'a quote without an end', text: `a: 'b`, line: 1 },
    { name: 'a key twice', text: 'a: b\na: c', line: 2 },
    { name: 'a key twice, once in quotes', text: 'a: b\n"a": c', line: 2 },
    { name: 'a key twice, once as a number', text: '1: b\n"1": c', line: 2 },
    { name: 'a list as a key', text: '? [a]\n: b', line: 1 },
    { name: 'an unknown alias', text: 'a: *b', line: 1 },
    { name: 'an unknown tag', text: 'a: !!js/function b', line: 1 },
    { name: 'a binary', text: 'a: !!binary aGk=', line: 1 },
    { name: '33 lists in each other', text: 'a: ' + '['.repeat(33) + ']'.repeat(33), line: 1 },
    { name: 'a hundred thousand lists in each other', text: '['.repeat(100_000), line: 1 },
    { name: 'a hundred thousand list items in each other', text: '- '.repeat(100_000), line: 1 },
    { name: 'more aliases than allowed', text: `a: &x b\nc: [${'*x,'.repeat(201)}]`, line: 2 },
    { name: 'a control character', text: 'a: "b\u0000"', line: 1 },
  ])('that is not YAML gives nothing: $name', ({ text, line }) => {
    const { documents, diagnostics } = readText(`${text}\n`);
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual(['SIGMA_YAML_INVALID']);
    expect(diagnostics[0]!.line).toBeGreaterThanOrEqual(line);
    expect(diagnostics[0]!.line).toBeLessThanOrEqual(line + 1);
  });

  test('whose aliases multiply is refused', () => {
    const levels = Array.from(
      { length: 8 },
      (_, index) => `l${index + 1}: &l${index + 1} [${`*l${index},`.repeat(9)}]`,
    );
    const { diagnostics } = readText(`l0: &l0 [x]\n${levels.join('\n')}`);
    expect(codesOf(diagnostics)).toEqual(['SIGMA_YAML_EXPANDS']);
  });

  test('with an alias inside of what it stands for is refused', () => {
    expect(codesOf(readText('a: &x {b: *x}').diagnostics)).toEqual(['SIGMA_YAML_EXPANDS']);
  });

  test('too large is refused before it is parsed', () => {
    expect(codesOf(readText(`${RULE}#${'x'.repeat(1024 * 1024)}`).diagnostics)).toEqual(['SIGMA_TOO_LARGE']);
  });

  test('of too many documents keeps the first 500', () => {
    const { documents, diagnostics } = readText(`${RULE}---\n`.repeat(502));
    expect(documents).toHaveLength(500);
    expect(codesOf(diagnostics)).toEqual(['SIGMA_TOO_LARGE']);
  });
});

describe('a document is refused', () => {
  test.each([
    { name: 'a text', text: 'whoami', code: 'SIGMA_DOCUMENT_INVALID' },
    { name: 'a list', text: '- a', code: 'SIGMA_DOCUMENT_INVALID' },
    { name: 'none of the three kinds', text: 'title: T\nlogsource: {product: a}', code: 'SIGMA_DOCUMENT_INVALID' },
    { name: 'rule and correlation', text: `${RULE}correlation: {}`, code: 'SIGMA_DOCUMENT_INVALID' },
    {
      name: 'detection is a list',
      text: 'title: T\nlogsource: {product: a}\ndetection: [a]',
      code: 'SIGMA_DETECTION_INVALID',
    },
    {
      name: 'detection without a selection',
      text: 'title: T\nlogsource: {product: a}\ndetection: {condition: a}',
      code: 'SIGMA_DETECTION_INVALID',
    },
    {
      name: 'detection is nothing',
      text: 'title: T\nlogsource: {product: a}\ndetection:',
      code: 'SIGMA_DETECTION_INVALID',
    },
    { name: 'action: reset', text: 'action: reset', code: 'SIGMA_ACTION_UNSUPPORTED' },
    { name: 'action: correlation', text: 'action: correlation\ntype: event_count', code: 'SIGMA_ACTION_UNSUPPORTED' },
  ])('$name', ({ text, code }) => {
    const { documents, diagnostics } = readText(text);
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual([code]);
  });

  test('action: global, once for the file: what follows is no whole rule', () => {
    const text =
      'action: global\ntitle: T\ndetection: {condition: a}\n---\nlogsource: {product: a}\ndetection: {a: [b]}\n';
    const { documents, diagnostics } = readText(text);
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual(['SIGMA_ACTION_UNSUPPORTED']);
    expect(diagnostics[0]).toMatchObject({ line: 1, message: '"action: global" is not in Sigma 2.' });
  });

  test('action: repeat, and its neighbours are kept', () => {
    const { documents, diagnostics } = readText(`${RULE}---\naction: repeat\nlogsource: {product: b}\n---\n${RULE}`);
    expect(documents).toHaveLength(2);
    expect(codesOf(diagnostics)).toEqual(['SIGMA_ACTION_UNSUPPORTED']);
  });

  test('with many faults, of which 20 are named', () => {
    const fields = Array.from({ length: 50 }, (_, index) => `  A${index}|x: b`).join('\n');
    expect(readText(ruleText(`sel:\n${fields}\ncondition: sel`)).diagnostics).toHaveLength(20);
  });
});
