import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Expression, Requirement } from './index.js';
import { compileExpression } from './index.js';

function compiled(text: string): Expression {
  const result = compileExpression(text);
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return result.value;
}

/** `field kind text|text`, one for each requirement. */
function written(requirements: readonly Requirement[]): string {
  return requirements.map(({ field, kind, texts }) => `${field} ${kind} ${texts.join('|')}`).join(', ');
}

describe('what a rule requires of an event', () => {
  test.each([
    ['f == "cmd.exe"', 'f equals cmd.exe'],
    ['"cmd.exe" == f', 'f equals cmd.exe'],
    ['f == "CMD"', 'f equals cmd'],
    ['f == 4711', 'f equals 4711'],
    ['f == 0x10', 'f equals 16'],
    ['f == 2.5', ''],
    ['f == true', ''],
    ['f == null', ''],
    ['f != "a"', ''],
    ['not f == "a"', ''],
    ['f in ["a", "B", 16]', 'f equals a|b|16'],
    ['f in {"a"}', 'f equals a'],
    ['f in {"a": 1}', 'f equals a'],
    ['f in ["a", 1]', ''],
    ['f in ["a", null]', ''],
    ['f in "abc"', ''],
    ['f == {{1}}', ''],
    ['f in [{{1}}]', ''],
    ['{{1}} in f', ''],
    ['f[{{1}}:] == "a"', ''],
    ['"lit" in f', 'f contains lit'],
    ['"" in f', ''],
    ['f not in ["a"]', ''],
    ['f[:4] == "hklm"', 'f prefix hklm'],
    ['f[0:2] == "c:"', 'f prefix c:'],
    ['f[-4:] == ".exe"', 'f suffix .exe'],
    ['f[2:5] == "abc"', 'f contains abc'],
    ['f =~ ".*lsass.exe"', 'f contains lsass'],
    ['f =~ ".*\\\\\\\\lsass\\\\.exe$"', 'f suffix \\lsass.exe|\\lsass.exe\n, f contains \\lsass.exe'],
    ['f =~ ".*\\\\.exe\\\\Z"', 'f suffix .exe'],
    ['f =~ "c:\\\\\\\\windows\\\\\\\\.*"', 'f prefix c:\\windows\\'],
    ['f =~ "cmd"', 'f prefix cmd'],
    ['f =~ "cmd$"', 'f equals cmd|cmd\n'],
    ['f =~ "cmd\\\\Z"', 'f equals cmd'],
    ['f =~~ "cmd"', 'f contains cmd'],
    ['f =~~ "^cmd"', 'f prefix cmd'],
    ['f =~~ "\\\\Acmd\\\\Z"', 'f equals cmd'],
    ['f =~~ "(?m)^cmd"', 'f contains cmd'],
    ['f =~ ".*(powershell|pwsh)\\\\.exe.*"', 'f contains powershell.exe|pwsh.exe'],
    ['f =~ ".*a.*longer.*b"', 'f contains longer'],
    ['f =~ ".*[ab]c"', 'f contains ac|bc'],
    ['f =~ ".*ab?c"', 'f contains abc|ac'],
    ['f =~ ".*(?:abc)+"', 'f contains abc'],
    ['f =~ ".*a{3}"', 'f contains aaa'],
    ['f =~ ".*x{0}abc"', 'f contains abc'],
    ['f =~ "(?i).*CMD"', 'f contains cmd'],
    ['f =~ "(?i).*sh"', 'f contains sh|ſh'],
    ['f =~ ".*(?=whoami).*"', ''],
    ['f =~ ".*"', ''],
    ['f =~ ""', ''],
    ['f =~ ".*(a|)"', ''],
    ['f =~ ".*\\\\d+"', ''],
    ['f =~ ".*Σx"', 'f contains x'],
    ['f !~ ".*abc"', ''],
    ['f =~ g', ''],
    ['f =~ "abc" and g == "x"', 'f prefix abc, g equals x'],
    ['f == "a" or f == "b"', 'f equals a|b'],
    ['f =~ ".*ab" or f =~ ".*cd.*"', 'f contains ab|cd'],
    ['f == "abc" or f =~ ".*cd.*"', 'f contains abc|cd'],
    ['f == 16 or f =~ ".*cd.*"', ''],
    ['f == "a" or g == "b"', ''],
    ['f == "a" or true', ''],
    ['f == "a" or false', 'f equals a'],
    ['(f == "a" and g == "x") or (f == "b" and g == "y")', 'f equals a|b, g equals x|y'],
    ['(f == "a" and g == "x") or f == "b"', 'f equals a|b'],
    ['f == "a" ? g == "b" : g == "c"', ''],
    ['f', ''],
    ['true', ''],
  ])('%s', (text, requirements) => {
    expect(written(compiled(text).requirements)).toBe(requirements);
  });

  test.each([
    { text: 'a == 1 and b =~ c', fields: ['a', 'b', 'c'] },
    { text: '[x + y for x in list if z]', fields: ['list', 'z', 'y'] },
    { text: 'a.b["c"][d] in $pi', fields: undefined },
    { text: 'm.k == n and m.j', fields: ['m', 'n'] },
    { text: '"x" in hay', fields: ['hay'] },
  ])('fields of $text', ({ text, fields }) => {
    const result = compileExpression(text);
    expect(result.ok ? result.value.fields : undefined).toEqual(fields);
  });
});

const FIELDS = ['f', 'g'] as const;
const word = fc.constantFrom(
  'cmd',
  'exe',
  'a',
  'ab',
  '.',
  '\\\\',
  'S',
  'K',
  'ß',
  'Σ',
  'σ',
  'İ',
  '1',
  '16',
  '😀',
  '\\n',
);
const words = fc.array(word, { maxLength: 3 }).map((parts) => parts.join(''));
const pattern = fc
  .tuple(
    fc.constantFrom('', '^', '.*', '(?i)', '(?i).*'),
    fc.array(
      fc.constantFrom('cmd', '\\\\.', 'exe', '.*', 'a+', '[ab]', '(ab|c)', 's', 'k', 'i', 'x?', '.', 'Σ', 'S', '\\\\d'),
      { maxLength: 4 },
    ),
    fc.constantFrom('', '.*', '$', '\\\\Z'),
  )
  .map(([start, middle, end]) => start + middle.join('') + end);
const field = fc.constantFrom(...FIELDS);
const condition = fc.oneof(
  fc
    .tuple(field, fc.constantFrom('==', '=~', '=~~', '!='), words)
    .map(([name, operator, text]) => `${name} ${operator} "${text}"`),
  fc
    .tuple(field, fc.constantFrom('=~', '=~~'), pattern)
    .map(([name, operator, text]) => `${name} ${operator} "${text}"`),
  fc.tuple(field, words).map(([name, text]) => `"${text}" in ${name}`),
  fc
    .tuple(field, fc.constantFrom('[:2]', '[-2:]', '[1:3]'), words)
    .map(([name, slice, text]) => `${name}${slice} == "${text}"`),
  fc
    .tuple(field, fc.constantFrom('== 16', '== 1', 'in [1, 16]', 'in ["a", 16]', 'in ["cmd", "ab"]'))
    .map((parts) => parts.join(' ')),
);
const rule = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small' },
    condition,
    fc
      .tuple(tie('rule'), fc.constantFrom('and', 'or', 'or'), tie('rule'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie('rule').map((inner) => `not ${inner}`),
  ),
})).rule;
const value = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(
        fc.constantFrom('cmd', 'exe', 'a', 'ab', '.', '\\', 's', 'k', 'ſ', 'K', 'i', 'ı', 'ß', 'σ', 'ς', '\n', '1'),
        { maxLength: 4 },
      )
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(1, 16, 2.5, true, null) },
);

function holds({ field: name, kind, texts }: Requirement, event: Readonly<Record<string, unknown>>): boolean {
  const found = event[name];
  if (typeof found === 'number') return kind === 'equals' && texts.includes(String(found));
  if (typeof found !== 'string') return false;
  const lower = found.toLowerCase();
  return texts.some((text) => {
    if (kind === 'equals') return lower === text;
    if (kind === 'prefix') return lower.startsWith(text);
    return kind === 'suffix' ? lower.endsWith(text) : lower.includes(text);
  });
}

test('whatever makes a rule true fulfils its requirements', () => {
  let truths = 0;
  fc.assert(
    fc.property(rule, value, value, (text, f, g) => {
      const result = compileExpression(text);
      if (!result.ok) return;
      const event: Readonly<Record<string, unknown>> = { f, g };
      if (result.value.evaluate({ get: (name) => event[name] }) !== true) return;
      truths++;
      for (const requirement of result.value.requirements) expect(holds(requirement, event)).toBe(true);
    }),
    { numRuns: 20_000 },
  );
  expect(truths).toBeGreaterThan(1_000);
});
