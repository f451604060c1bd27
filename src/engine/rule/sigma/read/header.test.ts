/** Attributes, log sources, taxonomy: what is kept, and what is warned of. */

import { describe, expect, test } from 'vitest';
import { codesOf, readText, ruleText, theRule } from '../../../../../test/support/sigma.js';

const SEL = 'sel:\n  A: b\ncondition: sel';

describe('attributes', () => {
  test('are all kept', () => {
    const rule = theRule(
      ruleText(
        SEL,
        `name: my_rule
status: test
level: high
description: |
  What it does.
author: a, b
date: 2026-01-02
modified: 2026-02-03
license: MIT
references: [https://example.org]
falsepositives: [Unlikely]
tags: [attack.execution, attack.t1059.001, attack.T1003, attack.t1059.001, cve.2021-1675]
related:
  - {id: a, type: derived}
fields: [A]
scope: [server]
mine: {a: [1, {b: null}], __proto__: c}
`,
      ),
    );
    expect(rule).toMatchObject({
      kind: 'rule',
      id: '0e95725d-7320-415d-80f7-004da920fc11',
      name: 'my_rule',
      title: 'T',
      status: 'test',
      level: 'high',
      techniques: ['T1059.001', 'T1003'],
      about: {
        description: 'What it does.',
        author: 'a, b',
        date: '2026-01-02',
        modified: '2026-02-03',
        license: 'MIT',
        references: ['https://example.org'],
        falsePositives: ['Unlikely'],
        related: [{ id: 'a', type: 'derived' }],
        fields: ['A'],
        scope: ['server'],
      },
      file: 'x.yml',
      line: 1,
    });
    expect(rule.tags).toHaveLength(5);
    expect(Object.keys(rule.about.custom)).toEqual(['mine']);
    const mine = rule.about.custom['mine'] as Record<string, unknown>;
    expect(Object.getPrototypeOf(mine)).toBeNull();
    expect(Object.keys(mine)).toEqual(['a', '__proto__']);
    expect(mine['a']).toHaveLength(2);
  });

  test('that are missing are empty', () => {
    const { documents, diagnostics } = readText(`logsource: {product: windows}\ndetection: {a: [b], condition: a}`);
    expect(documents).toMatchObject([
      {
        id: 'x.yml#1',
        name: '',
        title: '',
        level: undefined,
        status: undefined,
        tags: [],
        techniques: [],
        about: { description: '', related: [] },
      },
    ]);
    expect(codesOf(diagnostics)).toEqual(['SIGMA_TITLE_MISSING']);
  });

  test('name stands in for id and title', () => {
    const { documents } = readText(`name: n\nlogsource: {product: windows}\ndetection: {a: [b], condition: a}`);
    expect(documents).toMatchObject([{ id: 'n', name: 'n', title: 'n' }]);
  });

  test('one text is taken for a list of one', () => {
    expect(theRule(ruleText(SEL, 'falsepositives: Unlikely')).about.falsePositives).toEqual(['Unlikely']);
  });

  test.each([
    { name: 'an id that is no UUID', header: 'id: abc', code: 'SIGMA_ID_INVALID', noId: true },
    { name: 'an unknown level', header: 'level: hihg', code: 'SIGMA_LEVEL_INVALID' },
    { name: 'a level in capitals', header: 'level: HIGH', code: 'SIGMA_LEVEL_INVALID' },
    { name: 'a number as level', header: 'level: 5', code: 'SIGMA_LEVEL_INVALID' },
    { name: 'an unknown status', header: 'status: testing', code: 'SIGMA_STATUS_INVALID' },
    { name: 'a date with slashes', header: 'date: 2026/01/02', code: 'SIGMA_DATE_INVALID' },
    { name: 'a date that is none', header: 'date: 2026-13-02', code: 'SIGMA_DATE_INVALID' },
    { name: 'a modification that is no date', header: 'modified: yesterday', code: 'SIGMA_DATE_INVALID' },
    { name: 'a tag without a namespace', header: 'tags: [execution]', code: 'SIGMA_TAG_INVALID' },
    { name: 'a tag with a space', header: 'tags: [attack.credential access]', code: 'SIGMA_TAG_INVALID' },
    { name: 'a tag in capitals', header: 'tags: [attack.T1059]', code: 'SIGMA_TAG_INVALID' },
    {
      name: 'a relation of an unknown type',
      header: 'related: [{id: a, type: sibling}]',
      code: 'SIGMA_RELATED_INVALID',
    },
    { name: 'a relation without an id', header: 'related: [{type: derived}]', code: 'SIGMA_RELATED_INVALID' },
    { name: 'a relation that is a text', header: 'related: a', code: 'SIGMA_RELATED_INVALID' },
    { name: 'a list as author', header: 'author: [a, b]', code: 'SIGMA_HEADER_INVALID' },
    { name: 'a map among references', header: 'references: [a, {b: c}]', code: 'SIGMA_HEADER_INVALID' },
    { name: 'a name nearly right', header: 'reference: [https://example.org]', code: 'SIGMA_KEY_SUSPICIOUS' },
    { name: 'another name nearly right', header: 'false_positives: [x]', code: 'SIGMA_KEY_SUSPICIOUS' },
  ])('warn of $name', ({ header, code, noId }) => {
    const text = noId === true ? ruleText(SEL, header).replace(/^id: 0e.*\n/m, '') : ruleText(SEL, header);
    const { documents, diagnostics } = readText(text);
    expect(documents).toHaveLength(1);
    expect(codesOf(diagnostics)).toEqual([code]);
    expect(diagnostics[0]).toMatchObject({ severity: 'warning', line: noId === true ? 2 : 3 });
  });

  test.each([
    ['T1059', 'Write attack.t1059.'],
    ['T1059.001', 'Write attack.t1059.001.'],
    ['attack.T1059', 'Write attack.t1059.'],
    ['Attack.Execution', 'Use lower case.'],
    ['Execution', 'Write namespace.name, such as attack.t1059.001.'],
  ])('says how the tag %s is written', (tag, hint) => {
    expect(readText(ruleText(SEL, `tags: [${tag}]`)).diagnostics).toMatchObject([{ code: 'SIGMA_TAG_INVALID', hint }]);
  });

  test('a level in capitals is meant all the same, a wrong one is none', () => {
    expect(theRule(ruleText(SEL, 'level: HIGH')).level).toBe('high');
    expect(theRule(ruleText(SEL, 'level: hihg')).level).toBeUndefined();
    expect(theRule(ruleText(SEL, 'tags: [attack.T1059]')).techniques).toEqual(['T1059']);
  });
});

describe('a log source', () => {
  const detection = 'detection: {a: [b], condition: a}';

  test('is compared in lower case', () => {
    const { documents } = readText(
      `title: T\nlogsource: {product: Windows, service: SYSTEM, definition: " x "}\n${detection}`,
    );
    expect(documents).toMatchObject([
      { logSource: { product: 'windows', category: undefined, service: 'system', definition: 'x' } },
    ]);
  });

  test('may have attributes of its own', () => {
    const { diagnostics } = readText(`title: T\nlogsource: {product: windows, vendor: x}\n${detection}`);
    expect(diagnostics).toEqual([]);
  });

  test.each([
    { name: 'missing', source: '', code: 'SIGMA_LOGSOURCE_MISSING' },
    { name: 'null', source: 'logsource:', code: 'SIGMA_LOGSOURCE_MISSING' },
    { name: 'empty', source: 'logsource: {}', code: 'SIGMA_LOGSOURCE_MISSING' },
    { name: 'only a definition', source: 'logsource: {definition: x}', code: 'SIGMA_LOGSOURCE_MISSING' },
    { name: 'a text', source: 'logsource: windows', code: 'SIGMA_LOGSOURCE_INVALID' },
    { name: 'a list as product', source: 'logsource: {product: [windows, linux]}', code: 'SIGMA_LOGSOURCE_INVALID' },
    { name: 'a number as service', source: 'logsource: {service: 5}', code: 'SIGMA_LOGSOURCE_INVALID' },
    { name: 'an empty text', source: `logsource: {product: ''}`, code: 'SIGMA_LOGSOURCE_INVALID' },
  ])('is refused: $name', ({ source, code }) => {
    const { documents, diagnostics } = readText(`title: T\n${source}\n${detection}`);
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual([code]);
  });
});

describe('a taxonomy', () => {
  test('sigma is the one that is known', () => {
    expect(readText(ruleText(SEL, 'taxonomy: sigma')).documents).toHaveLength(1);
  });

  test.each(['ecs', 'OCSF', '5'])('%s is refused', (taxonomy) => {
    const { documents, diagnostics } = readText(ruleText(SEL, `taxonomy: ${taxonomy}`));
    expect(documents).toEqual([]);
    expect(codesOf(diagnostics)).toEqual(['SIGMA_TAXONOMY_UNKNOWN']);
    expect(diagnostics[0]!.line).toBe(3);
  });
});
