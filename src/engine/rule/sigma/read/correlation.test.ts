/** Correlations and filters. */

import { describe, expect, test } from 'vitest';
import { codesOf, readText, showCondition, showSelection } from '../../../../../test/support/sigma.js';
import type { SigmaCorrelation, SigmaFilter } from '../document.js';

function correlationText(lines: string, after = ''): string {
  return `title: C\ncorrelation:\n${lines
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n${after}`;
}

function correlation(lines: string, after?: string): SigmaCorrelation {
  const { documents, diagnostics } = readText(correlationText(lines, after));
  if (documents[0]?.kind !== 'correlation') throw new Error(JSON.stringify(diagnostics));
  return documents[0];
}

const COUNT = 'type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 10m\ncondition: {gte: 10}';

describe('a correlation', () => {
  test('event_count: how many events for each group', () => {
    expect(correlation(COUNT)).toMatchObject({
      kind: 'correlation',
      title: 'C',
      type: 'event_count',
      rules: ['a'],
      groupBy: ['User'],
      timespanMs: 600_000,
      conditions: [{ comparison: 'gte', value: 10 }],
      fields: [],
      percentile: undefined,
      generate: false,
    });
  });

  test.each([
    {
      name: 'value_count: field in the condition',
      lines: 'type: value_count\nrules: a\ntimespan: 1d\ncondition: {field: User, gte: 100}',
      is: { fields: ['User'], groupBy: [], rules: ['a'], timespanMs: 86_400_000 },
    },
    {
      name: 'value_count: several fields',
      lines: 'type: value_count\nrules: [a]\ntimespan: 1d\ncondition: {field: [A, B], gt: 1}',
      is: { fields: ['A', 'B'] },
    },
    {
      name: 'temporal: all rules without a condition',
      lines: 'type: temporal\nrules: [a, b]\ngroup-by: [X]\ntimespan: 5m',
      is: { conditions: [], rules: ['a', 'b'] },
    },
    {
      name: 'temporal: condition in words that joins all',
      lines: 'type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: b AND a',
      is: { conditions: [] },
    },
    {
      name: 'temporal: count of different rules',
      lines: 'type: temporal\nrules: [a, b, c]\ntimespan: 5m\ncondition: {gte: 2}',
      is: { conditions: [{ comparison: 'gte', value: 2 }] },
    },
    {
      name: 'temporal_ordered',
      lines: 'type: temporal_ordered\nrules: [a, b]\ntimespan: 5m',
      is: { type: 'temporal_ordered' },
    },
    {
      name: 'temporal_ordered: the same rule twice',
      lines: 'type: temporal_ordered\nrules: [a, b, a]\ntimespan: 5m',
      is: { rules: ['a', 'b', 'a'] },
    },
    {
      name: 'temporal: the same rule twice is once',
      lines: 'type: temporal\nrules: [a, b, a]\ntimespan: 5m',
      is: { rules: ['a', 'b'] },
    },
    {
      name: 'value_sum',
      lines: 'type: value_sum\nrules: [a]\ntimespan: 5m\ncondition: {field: bytes, gt: 1000000}',
      is: { fields: ['bytes'] },
    },
    {
      name: 'value_avg',
      lines: 'type: value_avg\nrules: [a]\ntimespan: 5m\ncondition: {field: bytes, lt: 0.5}',
      is: { conditions: [{ comparison: 'lt', value: 0.5 }] },
    },
    {
      name: 'value_median',
      lines: 'type: value_median\nrules: [a]\ntimespan: 5m\ncondition: {field: bytes, neq: 0}',
      is: { conditions: [{ comparison: 'neq', value: 0 }] },
    },
    {
      name: 'value_percentile',
      lines: 'type: value_percentile\nrules: [a]\ntimespan: 24h\ncondition: {field: bytes, lte: 1, percentile: 95}',
      is: { percentile: 95, timespanMs: 86_400_000 },
    },
    {
      name: 'a range in two comparisons',
      lines: COUNT.replace('{gte: 10}', '{gt: 100, lte: 200}'),
      is: {
        conditions: [
          { comparison: 'gt', value: 100 },
          { comparison: 'lte', value: 200 },
        ],
      },
    },
    { name: 'eq', lines: COUNT.replace('gte', 'eq'), is: { conditions: [{ comparison: 'eq', value: 10 }] } },
    { name: 'group-by as one text', lines: COUNT.replace('[User]', 'User'), is: { groupBy: ['User'] } },
    { name: 'generate inside', lines: `${COUNT}\ngenerate: true`, is: { generate: true } },
    { name: 'seconds', lines: COUNT.replace('10m', '30s'), is: { timespanMs: 30_000 } },
    { name: 'hours', lines: COUNT.replace('10m', '2h'), is: { timespanMs: 7_200_000 } },
    { name: 'weeks', lines: COUNT.replace('10m', '1w'), is: { timespanMs: 604_800_000 } },
  ])('$name', ({ lines, is }) => {
    expect(correlation(lines)).toMatchObject(is);
  });

  test('aliases: by alias, then by rule', () => {
    const { aliases } = correlation(`${COUNT}\naliases:\n  ip:\n    a: source.ip\n    b: destination.ip`);
    expect([...aliases].map(([alias, fields]) => [alias, [...fields]])).toEqual([
      [
        'ip',
        [
          ['a', 'source.ip'],
          ['b', 'destination.ip'],
        ],
      ],
    ]);
  });

  test('generate beside the section', () => {
    expect(correlation(COUNT, 'generate: true\nlevel: high')).toMatchObject({ generate: true, level: 'high' });
  });

  test('value_percentile without a percentile takes the 50th and says so', () => {
    const { documents, diagnostics } = readText(
      correlationText('type: value_percentile\nrules: [a]\ntimespan: 1h\ncondition: {field: b, lte: 1}'),
    );
    expect(documents).toMatchObject([{ percentile: 50 }]);
    expect(codesOf(diagnostics)).toEqual(['SIGMA_PERCENTILE_MISSING']);
  });

  const INVALID = 'SIGMA_CORRELATION_INVALID';
  test.each([
    { name: 'without a type', lines: COUNT.replace('type: event_count\n', ''), code: INVALID },
    { name: 'of an unknown type', lines: COUNT.replace('event_count', 'event_cuont'), code: INVALID },
    { name: 'without rules', lines: COUNT.replace('rules: [a]\n', ''), code: INVALID },
    { name: 'with an empty list of rules', lines: COUNT.replace('[a]', '[]'), code: INVALID },
    { name: 'with a number as a rule', lines: COUNT.replace('[a]', '[1]'), code: INVALID },
    { name: 'with a map as group-by', lines: COUNT.replace('[User]', '{a: b}'), code: INVALID },
    { name: 'without a time span', lines: COUNT.replace('timespan: 10m\n', ''), code: 'SIGMA_TIMESPAN_INVALID' },
    { name: 'with a number as time span', lines: COUNT.replace('10m', '10'), code: 'SIGMA_TIMESPAN_INVALID' },
    { name: 'with months', lines: COUNT.replace('10m', '1M'), code: 'SIGMA_TIMESPAN_INVALID' },
    { name: 'with a time span of nothing', lines: COUNT.replace('10m', '0s'), code: 'SIGMA_TIMESPAN_INVALID' },
    { name: 'with a time span of two units', lines: COUNT.replace('10m', '1h30m'), code: 'SIGMA_TIMESPAN_INVALID' },
    { name: 'with a time span of years', lines: COUNT.replace('10m', '367d'), code: 'SIGMA_TIMESPAN_INVALID' },
    { name: 'without a condition', lines: COUNT.replace('\ncondition: {gte: 10}', ''), code: INVALID },
    { name: 'with a text as condition', lines: COUNT.replace('{gte: 10}', 'gte 10'), code: INVALID },
    { name: 'with an empty condition', lines: COUNT.replace('{gte: 10}', '{}'), code: INVALID },
    { name: 'with an unknown comparison', lines: COUNT.replace('gte', 'ge'), code: INVALID },
    { name: 'with a number in quotes', lines: COUNT.replace('10}', '"10"}'), code: INVALID },
    { name: 'value_count without a field', lines: COUNT.replace('event', 'value'), code: INVALID },
    {
      name: 'value_sum of two fields',
      lines: COUNT.replace('event_count', 'value_sum').replace('{', '{field: [a, b], '),
      code: INVALID,
    },
    { name: 'event_count with a field', lines: COUNT.replace('{', '{field: a, '), code: INVALID },
    {
      name: 'field outside of the condition',
      lines: `${COUNT.replace('event_count', 'value_count').replace('{', '{field: a, ')}\nfield: a`,
      code: INVALID,
    },
    { name: 'a percentile elsewhere', lines: COUNT.replace('{', '{percentile: 5, '), code: INVALID },
    {
      name: 'a percentile beyond 100',
      lines: COUNT.replace('event_count', 'value_percentile').replace('{', '{field: a, percentile: 101, '),
      code: INVALID,
    },
    {
      name: 'temporal with a condition of some',
      lines: 'type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: a or b',
      code: INVALID,
    },
    { name: 'aliases that are a list', lines: `${COUNT}\naliases: [a]`, code: INVALID },
    { name: 'an alias that is a text', lines: `${COUNT}\naliases: {ip: a}`, code: INVALID },
    { name: 'an alias with a number as field', lines: `${COUNT}\naliases: {ip: {a: 1}}`, code: INVALID },
    { name: 'generate that is a text', lines: `${COUNT}\ngenerate: yes`, code: INVALID },
    { name: 'an unknown key', lines: `${COUNT}\ngroupby: [a]`, code: INVALID },
  ])('is refused: $name', ({ lines, code }) => {
    const { documents, diagnostics } = readText(correlationText(lines));
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual([code]);
    expect(diagnostics[0]!.line).toBeGreaterThan(1);
  });

  test('is refused: no map', () => {
    expect(codesOf(readText('title: C\ncorrelation: 5').diagnostics)).toEqual([INVALID]);
  });
});

const FILTER = `title: F
id: 0e95725d-7320-415d-80f7-004da920fc13
logsource: {category: process_creation, product: windows}
filter:
  rules: [6f3e2987-db24-4c78-a860-b4f4095a7095, my_rule]
  selection:
    User|startswith: 'adm_'
  condition: selection
`;

describe('a filter', () => {
  test('takes its condition out of the rules that it names', () => {
    const filter = readText(FILTER).documents[0] as SigmaFilter;
    expect(filter).toMatchObject({
      kind: 'filter',
      title: 'F',
      rules: ['6f3e2987-db24-4c78-a860-b4f4095a7095', 'my_rule'],
      logSource: { category: 'process_creation', product: 'windows' },
    });
    expect(showCondition(filter.condition)).toBe('selection');
    expect([...filter.selections].map(([name, sel]) => [name, showSelection(sel)])).toEqual([
      ['selection', 'User = «adm_»*'],
    ]);
  });

  test.each([
    { rules: 'any', is: 'any' },
    { rules: '[any]', is: 'any' },
    { rules: 'my_rule', is: ['my_rule'] },
    { rules: '[a, a, b]', is: ['a', 'b'] },
  ])('names rules as $rules', ({ rules, is }) => {
    expect(readText(FILTER.replace(/\[6f.*\]/, rules)).documents).toMatchObject([{ rules: is }]);
  });

  test.each([
    { text: 'not selection', takes: 'selection' },
    { text: 'not (selection and not other)', takes: '(selection and not other)' },
    { text: 'not selection and not other', takes: '(selection or other)' },
    { text: 'not selection or not other', takes: '(selection and other)' },
    { text: 'not 1 of them', takes: '(selection or other)' },
    { text: 'other and not selection', takes: '(other and not selection)' },
  ])('that says what stays, $text, takes $takes out', ({ text, takes }) => {
    const filter = FILTER.replace('condition: selection', `other: {A: b}\n  condition: ${text}`);
    expect(showCondition((readText(filter).documents[0] as SigmaFilter).condition)).toBe(takes);
  });

  test('may have several selections and "not"', () => {
    const text = FILTER.replace('condition: selection', 'other: {A: b}\n  condition: selection and not other');
    expect(showCondition((readText(text).documents[0] as SigmaFilter).condition)).toBe('(selection and not other)');
  });

  test.each([
    { name: 'no map', text: 'title: F\nlogsource: {product: a}\nfilter: 5', code: 'SIGMA_FILTER_INVALID' },
    { name: 'no rules', text: FILTER.replace(/  rules.*\n/, ''), code: 'SIGMA_FILTER_INVALID' },
    { name: 'an empty list of rules', text: FILTER.replace(/\[6f.*\]/, '[]'), code: 'SIGMA_FILTER_INVALID' },
    { name: 'a number as a rule', text: FILTER.replace(/\[6f.*\]/, '[5]'), code: 'SIGMA_FILTER_INVALID' },
    { name: 'no log source', text: FILTER.replace(/logsource.*\n/, ''), code: 'SIGMA_LOGSOURCE_MISSING' },
    { name: 'no condition', text: FILTER.replace(/  condition.*\n/, ''), code: 'SIGMA_CONDITION_MISSING' },
    { name: 'no selection', text: FILTER.replace(/  selection:\n.*\n/, ''), code: 'SIGMA_DETECTION_INVALID' },
    {
      name: 'a selection of its list of rules',
      text: FILTER.replace('condition: selection', 'condition: rules'),
      code: 'SIGMA_CONDITION_NAME_UNKNOWN',
    },
  ])('is refused: $name', ({ text, code }) => {
    const { documents, diagnostics } = readText(text);
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual([code]);
  });
});
