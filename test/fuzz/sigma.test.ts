/** What holds of every text handed in as Sigma rules: an answer in bounded time, documents that are what their types say, diagnostics with a place. */

import { describe, expect, test } from 'vitest';
import { formatDiagnostic, type Diagnostic } from '../../src/engine/base/diagnostic.js';
import type { Condition, Selection, SigmaDocument, ValueTest } from '../../src/engine/rule/sigma/document.js';
import { lintSigmaSet } from '../../src/engine/rule/sigma/lint/lint-sigma-set.js';
import { parseCondition } from '../../src/engine/rule/sigma/read/condition.js';
import { readSigmaFile } from '../../src/engine/rule/sigma/read/read-sigma-file.js';
import { SIGMA_CODES } from '../../src/engine/rule/sigma/sigma-codes.js';
import { MANY, ONE, type TextPattern } from '../../src/engine/rule/sigma/text-pattern.js';
import { compileRegex } from '../../src/engine/rule/sigma/value/regex.js';
import { PLACEHOLDERS, ruleText } from '../support/sigma.js';
import { CASES, hold } from './hold.js';
import { anyText, pick } from './mutation.js';
import type { Random } from '../support/random.js';
import { MANY_PATTERN_TOKENS, MANY_YAML_TOKENS, PATTERN_TOKENS, YAML_TOKENS } from './tokens.js';

const RULE = ruleText(
  `sel_img:
  - Image|endswith: '\\cmd.exe'
    CommandLine|contains|all: [' -c ', 'a*b?\\*c\\\\*']
  - OriginalFileName: [Cmd.Exe, '', 4688, true]
sel_keywords:
  '|all': [EVIL, 'x y']
filter_main_x:
  User|re|i: '^(?:adm|svc)_\\d{2,5}$'
  ParentImage: null
  DestinationIp|cidr: [10.0.0.0/8, 'fe80::/10']
_more:
  A|base64offset|contains: 'foo bar'
  B|wide|base64: http
  C|windash|contains: ' -enc'
  D|expand: '%Servers%x%one%'
  E|fieldref|startswith: F
  G|gte: 5
  H|hour|lt: 6
  I|exists: true
  J|neq|all: [a, b]
condition:
  - all of sel_* and not 1 of filter_* and _more
  - sel_img or (not _more and 1 of them)`,
  `status: test
level: high
tags: [attack.t1059.001]
related: [{id: a, type: derived}]
date: 2026-01-02
mine: {a: [1]}`,
);
const CORRELATION = `title: C
name: c
correlation:
  type: value_count
  rules: [c, other]
  group-by: [User, ip]
  timespan: 10m
  condition: {field: X, gte: 10, lt: 20}
  aliases:
    ip: {other: SourceIp}
generate: true
`;
const FILTER = `title: F
logsource: {product: windows}
filter:
  rules: any
  selection: {User|startswith: adm_}
  condition: not selection
`;

const WORDS = [
  ...['detection:\n', 'condition: ', 'logsource: {product: windows}\n', 'correlation:\n', 'filter:\n', 'rules: any\n'],
  ...[
    'title: T\n',
    'id: a\n',
    'level: high\n',
    'tags: [a.b]\n',
    'action: global\n',
    'taxonomy: x\n',
    'timeframe: 5m\n',
  ],
  ...['|contains', '|all', '|re', '|re|i', '|base64offset', '|wide', '|windash', '|expand', '|cidr', '|exists', '|neq'],
  ...[
    '|fieldref',
    '|gt',
    '|hour',
    '|cased',
    '|x',
    '|',
    "'|all': [a, b]\n",
    ' and ',
    ' or ',
    ' not ',
    '1 of ',
    'all of ',
  ],
  ...[
    'them',
    'sel_*',
    '_*',
    '(',
    ')',
    '| count() > 5',
    '\\*',
    '\\\\',
    '*',
    '?',
    '%Servers%',
    '%x%',
    ' -a /b',
    '10.0.0.0/8',
  ],
  ...[
    'type: temporal\n',
    'timespan: 1h\n',
    'gte: 5',
    'field: a',
    'percentile: 5',
    "'",
    'null',
    '.inf',
    '12345678901234567890',
  ],
];
const grammar = {
  corpus: [RULE, CORRELATION, FILTER, `${RULE}---\n${CORRELATION}---\n${FILTER}`],
  tokens: [...YAML_TOKENS, ...WORDS],
  many: [...MANY_YAML_TOKENS, ' -a'.repeat(1_000), '%Servers%'.repeat(1_000), '*a'.repeat(5_000), '(?:'.repeat(1_000)],
};

const CODES: ReadonlySet<string> = new Set(Object.keys(SIGMA_CODES));

describe('files', () => {
  test('give documents that hold what their types promise', () => {
    let kept = 0;
    const held = hold(
      (random) => anyText(random, grammar),
      (text) => {
        const file = { path: 'x.yml', text: text as string };
        const { documents, diagnostics } = readSigmaFile(file, { placeholders: PLACEHOLDERS });
        diagnostics.forEach(checkDiagnostic);
        documents.forEach(checkDocument);
        kept += documents.length;
        if (documents.length > 0) lintSigmaSet(documents, () => file.text).forEach(checkDiagnostic);
      },
      CASES,
    );
    expect(held).toBe(CASES);
    expect(kept).toBeGreaterThan(CASES / 100);
  });

  test('give the same answer for the same text', () => {
    hold(
      (random) => anyText(random, grammar),
      (text) => {
        const read = (): string =>
          shown(readSigmaFile({ path: 'x.yml', text: text as string }, { placeholders: PLACEHOLDERS }));
        expect(read()).toBe(read());
      },
      CASES / 50,
    );
  });
});

describe('parts', () => {
  const value = (random: Random, text: string): string =>
    ruleText(
      `sel:\n  ${pick(random, ['A|re', 'A|re|m', 'A', 'A|contains', "'|re'"])}: ${JSON.stringify(text)}\ncondition: sel`,
    );

  test('regular expressions compile for the engine that runs them', () => {
    const patterns = {
      corpus: ['^a(b|c)*\\d{2,5}$', '(?i)x.*y', '\\bpowershell\\s+-e'],
      tokens: PATTERN_TOKENS,
      many: MANY_PATTERN_TOKENS,
    };
    let kept = 0;
    hold(
      (random) => value(random, anyText(random, patterns)),
      (text) => {
        const { documents, diagnostics } = readSigmaFile(
          { path: 'x.yml', text: text as string },
          { placeholders: PLACEHOLDERS },
        );
        diagnostics.forEach(checkDiagnostic);
        documents.forEach(checkDocument);
        kept += documents.length;
      },
      CASES / 5,
    );
    expect(kept).toBeGreaterThan(CASES / 50);
  });

  test('conditions name only what is there', () => {
    const names = new Set(['sel_a', 'sel_b', 'filter_x', '_hidden', 'constructor']);
    const conditions = {
      corpus: [
        'all of sel_* and not 1 of filter_*',
        '(sel_a or sel_b) and not (filter_x or _hidden)',
        'sel_a | count(x) by y > 5',
      ],
      tokens: [
        '(',
        ')',
        ' ',
        'and',
        'or',
        'not',
        '1 of ',
        'any of ',
        'all of ',
        'of',
        'them',
        '*',
        '_',
        '|',
        'near',
        ...names,
      ],
      many: ['('.repeat(10_000), 'not '.repeat(4_000), 'sel_a or '.repeat(2_000), '1 of * and '.repeat(1_500)],
    };
    let kept = 0;
    hold(
      (random) => anyText(random, conditions),
      (text) => {
        const condition = parseCondition(text as string, names);
        if ('code' in condition) {
          if (!CODES.has(condition.code)) throw new Error(condition.code);
        } else {
          kept++;
          checkCondition(condition, names);
        }
      },
    );
    expect(kept).toBeGreaterThan(CASES / 100);
  });
});

function checkDiagnostic(diagnostic: Diagnostic): void {
  const { code, message, line, column, file } = diagnostic;
  const isRight =
    CODES.has(code) &&
    file === 'x.yml' &&
    message.length > 3 &&
    !message.includes('[object') &&
    !/undefined/.test(message.replaceAll(/"[^"]*"/g, '')) &&
    (line === undefined || line >= 1) &&
    (column === undefined || column >= 1) &&
    formatDiagnostic(diagnostic).length < 5_000;
  if (!isRight) throw new Error(`no diagnostic as it should be: ${JSON.stringify(diagnostic).slice(0, 2000)}`);
}

function checkDocument(document: SigmaDocument): void {
  must(
    document.id !== '' && document.line >= 1 && document.techniques.every((id) => /^T\d{4}(?:\.\d{3})?$/.test(id)),
    'header',
  );
  if (document.kind === 'correlation') {
    must(document.rules.length > 0 && document.timespanMs >= 1000, 'correlation');
    must(
      document.conditions.every(({ value }) => Number.isFinite(value)),
      'condition of a correlation',
    );
    must(!document.type.startsWith('value_') || document.fields.length > 0, 'field of a correlation');
    return;
  }
  const { product, category, service } = document.logSource;
  must((product ?? category ?? service) !== undefined, 'log source');
  document.selections.forEach(checkSelection);
  checkCondition(document.condition, new Set(document.selections.keys()));
}

function checkCondition(condition: Condition, names: ReadonlySet<string>): void {
  if (condition.kind === 'selection') must(names.has(condition.name), `selection ${condition.name}`);
  else if (condition.kind === 'not') checkCondition(condition.condition, names);
  else {
    must(condition.conditions.length > 1, 'several conditions');
    for (const part of condition.conditions) checkCondition(part, names);
  }
}

function checkSelection(selection: Selection): void {
  if (selection.kind === 'keywords') {
    must(selection.values.length > 0, 'keywords');
    selection.values.forEach(checkValue);
  } else if (selection.kind === 'every') {
    must(selection.tests.length > 0 && selection.tests.every(({ values }) => values.length > 0), 'tests');
    for (const { field, values } of selection.tests) {
      must(field !== '' && !field.includes('|'), 'field');
      values.forEach(checkValue);
    }
  } else {
    must(selection.selections.length > 1, 'several selections');
    selection.selections.forEach(checkSelection);
  }
}

function checkValue(value: ValueTest): void {
  if (value.kind === 'text') checkPattern(value.pattern);
  else if (value.kind === 'regex')
    must(compileRegex(value.source, value.flags).ok && /^[ims]*$/.test(value.flags), value.source);
  else if (value.kind === 'cidr') {
    const width = BigInt(value.version === 4 ? 32 : 128);
    must(
      value.address >= 0n && value.address < 1n << width && value.prefixBits >= 0 && value.prefixBits <= width,
      'cidr',
    );
  } else if (value.kind === 'number' || value.kind === 'time') must(Number.isFinite(value.value), 'number');
  else if (value.kind === 'fieldref') must(value.field !== '', 'fieldref');
}

function checkPattern(pattern: TextPattern): void {
  for (const [index, part] of pattern.entries()) {
    must(part !== '', 'no empty literal');
    must(typeof part === 'string' || part === MANY || part === ONE, 'part');
    if (index === 0) continue;
    must(!(part === MANY && pattern[index - 1] === MANY), 'one * in a row');
    must(!(typeof part === 'string' && typeof pattern[index - 1] === 'string'), 'one literal in a row');
  }
}

function must(holds: boolean, promise: string): void {
  if (!holds) throw new Error(`broken promise: ${promise}`);
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' || typeof each === 'symbol' ? String(each) : each instanceof Map ? [...each] : each,
  );
}
