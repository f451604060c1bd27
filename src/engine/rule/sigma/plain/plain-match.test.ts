import { describe, expect, test } from 'vitest';
import { bareEvent, readDetection } from '../../../../../test/support/sigma-trial.js';
import type { SigmaExplanation } from '../evaluator.js';
import { MANY, ONE, type TextPattern } from '../text-pattern.js';
import { eventView } from '../source/event-view.js';
import { explain } from './plain-match.js';
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
