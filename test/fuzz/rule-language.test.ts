/** What holds of every text that is given as a condition or a pattern: it compiles or is refused with a reason, and then answers any event. */

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadPack } from '../../src/engine/rule/index.js';
import { techniqueById } from '../../src/engine/attack/index.js';
import { compileExpression, type Expression, type ExpressionError } from '../../src/engine/rule/expression/index.js';
import { Failure } from '../../src/engine/rule/expression/failure.js';
import { Pattern } from '../../src/engine/rule/expression/pattern/pattern.js';
import { EventScope } from '../../src/engine/rule/event-scope.js';
import { readPack } from '../../src/cli/pack-files.js';
import { event } from '../support/events.js';
import { CASES, hold } from './hold.js';
import { anyText, pick, randomTree } from './mutation.js';
import type { Random } from '../support/random.js';
import { EXPRESSION_TOKENS, MANY_EXPRESSION_TOKENS, MANY_PATTERN_TOKENS, PATTERN_TOKENS } from './tokens.js';

const pack = loadPack(readPack(fileURLToPath(new URL('../../rules/chainsight', import.meta.url))).files, {
  technique: techniqueById,
});
const EXPRESSIONS: readonly string[] = [
  ...pack.rules.flatMap(({ conditions }) => conditions),
  'image in ["a", "b"] and (grantedaccess & 0x10) == 16 ? commandline.length > 2 : not nothing',
  '[x.as_lower for x in tags if x =~ "c.*"].length == map["k"] and map&.a&["b"][1:-1] == {1, 2} ^ {2}',
  '$now - d"2026-01-05T09:00Z" > t"P1DT2H" or commandline =~~ "(a)(?P<b>b)?" and $re_groups[0] == "a"',
  '(5).to_str + "x" == s"5.0x" or -2 ** 2 // 3 % 4 << 1 != .5e3',
];
/** What stands in quotes behind a pattern operator: the patterns of a whole pack. */
const PATTERNS: readonly string[] = EXPRESSIONS.flatMap((text) =>
  [...text.matchAll(/[=!]~~? ?"((?:[^"\\]|\\.)*)"/g)].map(([, body]) => (body ?? '').replaceAll('\\\\', '\\')),
).concat(
  '(?i)^(?P<word>\\w+)\\s+(?P=word)(?(word)a|b)$',
  '(?<![a-z])x{2,5}+(?=[^\\]\\d-])|(?>ab|a)c*?',
  '[\\u0041-\\U0001f600\\W]\\b.\\Z',
);

const FIELDS = [
  'image',
  'CommandLine',
  'ProcessId',
  'GrantedAccess',
  'tags',
  'map',
  'nothing',
  'x',
  '__proto__',
  'k',
  'constructor',
];
const ERROR_KINDS = new Set(['syntax', 'resolution', 'type', 'lookup']);

function checkError(error: ExpressionError, textLength: number): void {
  const isRight =
    ERROR_KINDS.has(error.kind) &&
    error.message.length > 3 &&
    (error.offset === undefined || (error.offset >= 0 && error.offset <= textLength));
  if (!isRight) throw new Error(`no error as it should be: ${JSON.stringify(error)}`);
}

function ask(expression: Expression, random: Random): void {
  const scope = new EventScope();
  const fields = {
    Image: 'C:\\Windows\\System32\\LSASS.exe',
    CommandLine: pick(random, ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'ab', '', '\ud800', 'İß😀']),
    ProcessId: random(70_000),
    tags: ['Cmd', 'a', 1],
    map: { k: 1, a: { b: [1, 2, 3] } },
    nothing: null,
    ...(randomTree(random, FIELDS, 3) as object),
  };
  scope.turnTo(event('processcreate', random(1_000_000), fields));
  const answer = expression.evaluate(scope);
  if (typeof answer !== 'boolean') checkError(answer, expression.text.length);
  const traced = expression.trace(scope);
  if (answer !== true && traced.length > 0) throw new Error('a trace of what is not true');
}

describe('expressions', () => {
  const grammar = { corpus: EXPRESSIONS, tokens: EXPRESSION_TOKENS, many: MANY_EXPRESSION_TOKENS };

  test('each is refused with a reason or answers an event', () => {
    let compiled = 0;
    const held = hold(
      (random) => anyText(random, grammar),
      (text, random) => {
        const result = compileExpression(text as string);
        if (!result.ok) return checkError(result.error, (text as string).length);
        compiled++;
        ask(result.value, random);
      },
    );
    expect(held).toBe(CASES);
    // Or nothing behind the parser would have been tried.
    expect(compiled).toBeGreaterThan(CASES / 100);
  });
});

describe('patterns', () => {
  const TEXTS = [
    '',
    'a',
    'ab',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab',
    'c:\\windows\\system32\\cmd.exe /c dir',
    '\ud800',
    'İKſß😀\n',
    'x=\n\n',
  ];
  const grammar = { corpus: PATTERNS, tokens: PATTERN_TOKENS, many: MANY_PATTERN_TOKENS };

  test('each is refused with a reason or looked for in a text', () => {
    let compiled = 0;
    const held = hold(
      (random) => anyText(random, grammar),
      (text, random) => {
        try {
          const pattern = new Pattern(text as string);
          compiled++;
          const subject =
            random(2) === 0 ? pick(random, TEXTS) : `${text as string}${pick(random, TEXTS)}`.slice(0, 2000);
          const isSearch = random(2) === 0;
          const matches = pattern.matches(subject, isSearch);
          // Two matchers of different make must agree.
          if (matches !== (pattern.span(subject, isSearch) !== undefined)) throw new Error('matches and has no place');
          pattern.groups(subject, isSearch);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          checkError(error.error, (text as string).length);
        }
      },
    );
    expect(held).toBe(CASES);
    expect(compiled).toBeGreaterThan(CASES / 100);
  });
});
