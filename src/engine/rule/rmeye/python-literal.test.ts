import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PythonValue, readAssignment } from './python-literal.js';

/** The value without its lines. */
function plain(value: PythonValue | undefined): unknown {
  if (value === undefined) return undefined;
  switch (value.kind) {
    case 'none':
      return null;
    case 'list':
      return value.items.map(plain);
    case 'map':
      return Object.fromEntries([...value.entries].map(([key, inner]) => [key, plain(inner)]));
    default:
      return value.value;
  }
}

function read(source: string): unknown {
  const result = readAssignment(source, 'rule');
  return result.ok ? plain(result.value) : `line ${result.error.line}: ${result.error.message}`;
}

describe('readAssignment', () => {
  test.each([
    { name: 'an empty list', source: 'rule = []', value: [] },
    { name: 'a list over several lines with a comma at its end', source: 'rule = [\n  1,\n  2,\n]\n', value: [1, 2] },
    {
      name: 'dictionaries with comments between',
      source: "rule = [ # all\n {'a': 1, # one\n 'b': 'x'},\n # end\n]",
      value: [{ a: 1, b: 'x' }],
    },
    { name: 'strings that touch', source: "rule = ['ab' \"cd\"\n 'ef']", value: ['abcdef'] },
    { name: 'strings added', source: "rule = ['ab' + 'cd' 'ef']", value: ['abcdef'] },
    { name: 'strings in parentheses', source: "rule = [('ab'\n 'cd'), ('x',), ()]", value: ['abcd', ['x'], []] },
    { name: 'triple quotes with quotes inside', source: 'rule = ["""a "b" \'c\'\nd"""]', value: ['a "b" \'c\'\nd'] },
    {
      name: 'escapes',
      source: String.raw`rule = ['a\\b\'c\"d\n\t\x41\u4e2d\U0001F600\101\0']`,
      value: ['a\\b\'c"d\n\tA中😀A\0'],
    },
    { name: 'an unknown escape keeps its backslash', source: String.raw`rule = ['.*\.exe\d']`, value: ['.*\\.exe\\d'] },
    { name: 'a raw string', source: String.raw`rule = [r'c:\temp\'', R"\n"]`, value: ["c:\\temp\\'", '\\n'] },
    { name: 'a line continued inside a string', source: "rule = ['ab\\\ncd']", value: ['abcd'] },
    {
      name: 'constants and numbers',
      source: 'rule = [True, False, None, -3, 0x10, 1.5, 1_000]',
      value: [true, false, null, -3, 16, 1.5, 1000],
    },
    { name: 'Windows line ends and a byte-order mark', source: "\ufeffrule = [\r\n'a',\r\n]\r\n", value: ['a'] },
    {
      name: 'other statements around',
      source: '"""doc"""\nimport os\nother = {"rule": [1]}\nrule = [2]\nprint(rule)\n',
      value: [2],
    },
    { name: 'two statements on a line', source: 'x = 1; rule = [3]', value: [3] },
    { name: 'the last of two assignments', source: 'rule = [1]\nrule = [2]', value: [2] },
    { name: 'a comparison is no assignment', source: 'rule == [1]', value: undefined },
    { name: 'no assignment', source: 'rules = [1]', value: undefined },
    { name: 'an empty file', source: '', value: undefined },
    { name: 'a call', source: "rule = [\n'a',\n open('x')]", value: 'line 3: "open" is not a plain value' },
    { name: 'a list never closed', source: "rule = [\n'a',\n", value: 'line 3: The value ends too early' },
    { name: 'a string never closed', source: "rule = [\n'a,\n]", value: 'line 2: A string has no end' },
    { name: 'a comma left out', source: 'rule = [1 2]', value: 'line 1: "," or "]" is missing' },
    { name: 'a key that is no text', source: 'rule = {1: 2}', value: 'line 1: A key is not a text' },
    {
      name: 'a broken escape',
      source: String.raw`rule = ['\x4']`,
      value: String.raw`line 1: The escape \x is not complete`,
    },
    {
      name: 'a formatted string',
      source: "rule = [f'{x}']",
      value: "line 1: A string that starts with f' is not a plain text",
    },
    {
      name: 'something after the value',
      source: 'rule = [1] + [2]',
      value: 'line 1: Something follows the value; only plain values are read',
    },
    { name: 'a comprehension', source: 'rule = [x for x in y]', value: 'line 1: "x" is not a plain value' },
    {
      name: 'nesting without end',
      source: `rule = ${'['.repeat(100_000)}`,
      value: 'line 1: The value is nested too deep',
    },
    {
      name: 'names of the prototype are only keys',
      source: "rule = [{'__proto__': 1, 'constructor': 2}]",
      value: [JSON.parse('{"__proto__":1,"constructor":2}')],
    },
  ])('$name', ({ source, value }) => {
    expect(read(source)).toEqual(value);
  });

  test('says where each value stands', () => {
    const result = readAssignment("rule = [\n\n 'a',\n {\n 'k': '''x\ny''',\n 'l': 1}]", 'rule');
    if (!result.ok || result.value?.kind !== 'list') throw new Error('expected a list');
    const [text, map] = result.value.items;
    expect(text?.line).toBe(3);
    expect(map?.line).toBe(4);
    expect(map?.kind === 'map' && map.entries.get('l')?.line).toBe(7);
  });

  test('any text is read or refused, quickly', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '"""',
      '\\',
      '[',
      ']',
      '{',
      '}',
      '(',
      ')',
      ',',
      ':',
      '+',
      '-',
      '#',
      '\n',
      'rule',
      '=',
      ' ',
      'x',
      '0x',
      '1e',
      'r',
      '\ud800',
      '\0',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 60 }).map((pieces) => `rule = ${pieces.join('')}`),
          fc.string(),
        ),
        (source) => {
          const result = readAssignment(source, 'rule');
          if (!result.ok) expect(result.error.line).toBeGreaterThan(0);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
