/** Rules made to explode: patterns and wildcards that cost other engines exponential or quadratic time take time in proportion to the text here. */

import { expect, test } from 'vitest';
import { bareEvent, readDetection, trialOf } from '../../../../../test/support/sigma-trial.js';

const a = 'a'.repeat(1000);

/** Each with texts that come as near to matching as they can. */
const PATTERNS: readonly (readonly [string, ...string[]])[] = [
  ['(a+)+$', 'a', '!'],
  ['(a|a)*$', 'a', '!'],
  ['(a|aa)+$', 'a', '!'],
  ['(a*)*b', 'a'],
  ['(a+)*b', 'a'],
  ['(a*)+b', 'a'],
  ['((a*)*)*b', 'a'],
  ['(.*)*x', 'a'],
  ['(.*a){10}', 'ab'],
  ['(.*,){11}P', '1,'],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'],
  [String.raw`^(\w+\s?)*$`, 'word ', '!'],
  [String.raw`(\w+)*@`, 'a'],
  [String.raw`(\d+)*x`, '1'],
  [String.raw`\s+$`, ' ', 'x'],
  [String.raw`\s*,\s*$`, ' ', 'x'],
  [String.raw`(\s*\w+\s*)+;`, 'ab '],
  [String.raw`\w+\x60(\w+|-|.)[\x60]`, 'ab'],
  [String.raw`\w+\x60\w+`, 'ab'],
  [String.raw`".*".*".*".*".*x`, '"a'],
  ['(a?){30}a{30}', 'a'],
  ['a?a?a?a?a?a?a?a?a?a?aaaaaaaaaab', 'a'],
  ['(x+x+)+y', 'x'],
  ['(x+x+x+)+y', 'x'],
  ['(a|b|ab)*c', 'ab'],
  ['(a|ab|b)*$', 'ab', 'c'],
  ['(ab|a|b)+d', 'ab'],
  ['[a-z]*[a-z]*[a-z]*[a-z]*[0-9]', 'a'],
  ['.*.*.*.*.*=', 'a'],
  ['.*?.*?.*?.*?=', 'a'],
  ['(.+?)+=', 'a'],
  ['^(.?){40}.{40}$', 'a'],
  ['a.*b.*c.*d.*e.*f', 'abcde'],
  ['(?i)(A+)+$', 'a', '!'],
  ['(?s)(.+)+#', 'a\n'],
  ['(?m)(^a+$)+b', 'a\n'],
  ['(a{1,5}){1,5}b', 'a'],
  ['(a{2,3})+b', 'a'],
  ['([ab]{3}){10}c', 'ab'],
  ['.{200}', 'a\n'],
  ['.{1000,}', `${a.slice(1)}\n`],
  ['[^/]{100,}$', 'a', '/'],
  ['(.){200,}x', 'a\n'],
  [String.raw`\b(\w+\b\W*)+!$`, 'word '],
  [String.raw`(\\[^\\]+)+\.exe$`, String.raw`\dir`, '!'],
  ['(-[a-z]+ ?)+=', '-enc '],
  ['([A-Za-z0-9+/]{4})+=$', 'QUJD', '!'],
  ['(%[0-9a-f]{2})*;', '%41'],
  ['(0|[1-9][0-9]*)+x', '10'],
  ['(a|b)?(a|b)?(a|b)?(a|b)?(a|b)?ccccc', 'ab'],
  ['(^|,)(a|[^,])*(,|$)z', 'a,'],
  ['(foo|foobar|foob|fooba)*x', 'foobar'],
  [String.raw`^\s*(\S+\s+)*\S+\s*;$`, 'ab '],
  ['((a|b)*c?)*d', 'ab'],
];

const WILDCARDS: readonly (readonly [string, ...string[]])[] = [
  ['*a*a*a*a*a*a*a*a*b', 'a'],
  ['*a?a?a?a?a?b*', 'a'],
  ['a*a*a*a*a*a*c', 'a'],
  ['*aaaaaaaaaaaaaaab*aaaaaaaaaaaaaab*', 'a'],
  ['*?a?*?a?*?b?*', 'a'],
  ['*ab*ab*ab*ab*ac*', 'ab'],
  ['*????????????b*', 'a'],
];

const LENGTH = 40_000;

/** CPU time of the better of two runs. */
function timeOf(run: () => void): number {
  let best = Infinity;
  for (let round = 0; round < 2; round++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

function textOf(length: number, piece: string, end = ''): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length) + end;
}

test.each([
  ...PATTERNS.map(([value, ...pieces]) => ({ key: 'f|re', value, pieces })),
  ...PATTERNS.slice(0, 10).map(([value, ...pieces]) => ({ key: 'f|re|i', value, pieces })),
  ...WILDCARDS.map(([value, ...pieces]) => ({ key: 'f', value, pieces })),
])('$key: $value', ({ key, value, pieces: [piece, end] }) => {
  const trial = trialOf(readDetection({ sel: { [key]: value }, condition: 'sel' }));
  const timeMs = (length: number): number => {
    const event = bareEvent({ f: textOf(length, piece!, end) });
    return timeOf(() => void trial.compiled(event));
  };
  timeMs(LENGTH / 8);
  const shortMs = timeMs(LENGTH / 4);
  const longMs = timeMs(LENGTH);
  // Four times the text: at most eight times the time, and 20 ms for what else the machine does. Quadratic would be sixteen times.
  expect(longMs).toBeLessThan(8 * shortMs + 20);
  expect(longMs).toBeLessThan(1000);
});
