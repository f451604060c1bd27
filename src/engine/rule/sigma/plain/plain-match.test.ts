import { describe, expect, test } from 'vitest';
import { bareEvent, readDetection } from '../../../../../test/support/sigma-trial.js';
import type { SigmaExplanation } from '../evaluator.js';
import { MANY, ONE, type TextPattern } from '../text-pattern.js';
import { eventView } from '../source/event-view.js';
import { explain, plainMatch, whatHolds } from './plain-match.js';
import { matchText } from './text-match.js';

function lines({ text, isTrue, matched, parts }: SigmaExplanation, depth = 0): string[] {
  const place = matched?.start === undefined ? '' : ` [${matched.start},${matched.end}]`;
  const found = matched === undefined ? '' : ` <- ${matched.field}=${matched.value}${place}`;
  return [
    `${'  '.repeat(depth)}${isTrue ? '+' : '-'} ${text}${found}`,
    ...parts.flatMap((part) => lines(part, depth + 1)),
  ];
}

describe('explain', () => {
  test('shows every part of the condition with its truth, and what was found where', () => {
    const rule = readDetection({
      sel: { 'Image|endswith': ['\\cmd.exe', '\\net.exe'], 'CommandLine|contains|all': ['/c', 'who'] },
      keys: ['evil'],
      filter_user: { User: null },
      condition: '(sel or keys) and not 1 of filter_*',
    });
    const view = eventView(bareEvent({ Image: 'C:\\CMD.exe', CommandLine: 'cmd /C whoami', User: 'x' }));
    expect(lines(explain(rule, view))).toEqual([
      '+ and',
      '  + or',
      '    + sel',
      '      + Image any of',
      "        + '*\\cmd.exe' <- Image=C:\\CMD.exe [2,10]",
      "        - '*\\net.exe'",
      '      + CommandLine all of',
      "        + '*/c*' <- CommandLine=cmd /C whoami [4,6]",
      "        + '*who*' <- CommandLine=cmd /C whoami [7,10]",
      '    - keys',
      "      - '*evil*'",
      '  + not',
      '    - filter_user',
      '      - User',
      '        - null',
    ]);
  });

  test('names the item of a list, the place of a pattern, and the whole value of an address', () => {
    const rule = readDetection({
      sel: { 'a|contains': 'b', 'c|re': 'x+', 'd|cidr': '10.0.0.0/8', 'e|gt': 5, 'f|neq': 1 },
      condition: 'sel',
    });
    const view = eventView(bareEvent({ a: ['x', 'abc'], c: 'axxb', d: '10.1.1.1', e: 6 }));
    expect(lines(explain(rule, view))).toEqual([
      '+ sel',
      '  + a',
      "    + '*b*' <- a=abc [1,2]",
      '  + c',
      '    + /x+/ <- c=axxb [1,3]',
      '  + d',
      '    + network 10.0.0.0/8 <- d=10.1.1.1',
      '  + e',
      '    + gt 5 <- e=6',
      '  + f not',
      "    - '1'",
    ]);
  });
});

describe('whatHolds', () => {
  /** What the tree shows of parts that are true, but for those under `not`. */
  function shown({ text, isTrue, matched, parts }: SigmaExplanation): unknown[] {
    if (!isTrue || text === 'not') return [];
    return [...(matched === undefined ? [] : [matched]), ...parts.flatMap(shown)];
  }

  test.each([
    { condition: 'sel', fields: { a: 'xb', c: 'bb' }, count: 2 },
    { condition: 'sel or maps or keys', fields: { a: 'xb', c: 'b', d: 'b1' }, count: 3 },
    { condition: 'sel or maps or keys', fields: { a: 'evil b', c: 'b', d: 'x' }, count: 3 },
    { condition: 'maps and not sel', fields: { a: 'x', c: '7' }, count: 1 },
    { condition: 'maps and not (keys and not sel)', fields: { d: ['1', '1b'], c: 7 }, count: 2 },
    { condition: 'every and not 1 of filter_*', fields: { a: 'bcb', c: '' }, count: 2 },
    { condition: 'negated or all of keys*', fields: { a: 'evil worse', c: 'x' }, count: 2 },
    { condition: 'negated', fields: { a: 'b' }, count: 1 },
  ])('$condition, of $fields', ({ condition, fields, count }) => {
    const rule = readDetection({
      sel: { 'a|contains': ['b', 'z'], 'c|startswith': 'b' },
      maps: [{ c: 7 }, { 'd|contains': ['1', '2'] }, { a: 'none' }],
      keys: ['evil'],
      keys_too: ['worse'],
      every: { 'a|contains|all': ['b', 'cb'] },
      negated: { 'a|contains|all|neq': ['b', 'q'] },
      filter_empty: { c: 'x' },
      condition,
    });
    const view = eventView(bareEvent(fields));
    expect(plainMatch(rule, view)).toBe(true);
    expect(whatHolds(rule, view)).toEqual(shown(explain(rule, view)));
    expect(whatHolds(rule, view)).toHaveLength(count);
  });
});

describe('matchText', () => {
  test.each<{ pattern: TextPattern; text: string; place: [number, number] | undefined }>([
    { pattern: [], text: '', place: [0, 0] },
    { pattern: [], text: 'a', place: undefined },
    { pattern: [MANY], text: '', place: [0, 0] },
    { pattern: [ONE], text: 'a', place: [0, 1] },
    { pattern: ['ab'], text: 'AB', place: [0, 2] },
    { pattern: [MANY, 'b', MANY], text: 'abb', place: [1, 2] },
    { pattern: ['a', ONE, 'c'], text: 'abc', place: [0, 3] },
    { pattern: [MANY, 'a', MANY, 'a'], text: 'a', place: undefined },
    { pattern: [MANY, 'a', ONE, MANY], text: 'xa', place: undefined },
    { pattern: [MANY, 'a', ONE, MANY], text: 'xax', place: [0, 3] },
  ])('$pattern in $text', ({ pattern, text, place }) => {
    expect(matchText(pattern, false, text)).toEqual(place && { start: place[0], end: place[1] });
  });
});
