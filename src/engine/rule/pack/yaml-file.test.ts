import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readYaml } from './yaml-file.js';

function faults(text: string): string[] {
  return readYaml({ path: 'x.yml', text }).diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`);
}

describe('readYaml', () => {
  test.each([
    { name: 'an empty file', text: '', value: undefined },
    { name: 'only comments', text: '# a\n# b\n', value: undefined },
    { name: 'words of YAML 1.1 are texts', text: 'a: yes\nb: off\nc: 012\n', value: { a: 'yes', b: 'off', c: 12 } },
    { name: 'hexadecimal numbers', text: 'a: 0x1410\n', value: { a: 0x1410 } },
    { name: 'aliases', text: 'a: &x [1, 2]\nb: *x\n', value: { a: [1, 2], b: [1, 2] } },
    { name: 'a byte-order mark', text: '\ufeffa: 1\n', value: { a: 1 } },
    { name: 'Windows line ends', text: 'a: |\r\n  x\r\n  y\r\nb: 1\r\n', value: { a: 'x\ny\n', b: 1 } },
    { name: 'an empty value', text: 'a:\nb: 1\n', value: { a: null, b: 1 } },
  ])('reads $name', ({ text, value }) => {
    const { file, diagnostics } = readYaml({ path: 'x.yml', text });
    expect(diagnostics).toEqual([]);
    expect(file?.value === undefined ? undefined : JSON.parse(JSON.stringify(file.value))).toEqual(value);
  });

  test.each([
    { name: 'a tab as indentation', text: 'a:\n\t- b\n', at: ['PACK_YAML_INVALID 2:1'] },
    { name: 'a key twice', text: 'a: 1\nb: 2\na: 3\n', at: ['PACK_YAML_INVALID 3:1'] },
    { name: 'two documents', text: 'a: 1\n---\nb: 2\n', at: ['PACK_YAML_INVALID 2:1'] },
    { name: 'a tag of another language', text: 'a: !!js/function x\n', at: ['PACK_YAML_INVALID 1:4'] },
    { name: 'a list as a key', text: '? [a, b]\n: 1\n', at: ['PACK_YAML_INVALID 1:3'] },
    { name: 'an alias to nothing', text: 'a: 1\nb: *x\n', at: ['PACK_YAML_INVALID 2:4'] },
    { name: 'an alias inside of itself', text: 'a: &x [1, *x]\n', at: ['PACK_YAML_EXPANDS 1:11'] },
    { name: 'brackets without end', text: `a:\n  - ${'['.repeat(100_000)}`, at: ['PACK_YAML_TOO_DEEP 2:37'] },
    { name: 'dashes without end', text: '- '.repeat(50_000), at: ['PACK_YAML_TOO_DEEP 1:129'] },
    { name: 'dashes behind a key', text: `a: ${'- '.repeat(50_000)}`, at: ['PACK_YAML_TOO_DEEP 1:260'] },
    {
      name: 'ever deeper indentation',
      text: Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      at: ['PACK_YAML_TOO_DEEP 130:1'],
    },
    {
      name: 'a file beyond the limit',
      text: `# ${'x'.repeat(1024 * 1024)}`,
      at: ['PACK_TOO_LARGE undefined:undefined'],
    },
  ])('refuses $name', ({ text, at }) => {
    expect(faults(text)).toEqual(at);
  });

  test('refuses aliases that multiply, at once', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `l${level}: &l${level} [${Array(9)
          .fill(level === 0 ? 'x' : `*l${level - 1}`)
          .join(', ')}]`,
    );
    const startMs = performance.now();
    expect(faults(levels.join('\n'))[0]).toMatch(/^PACK_YAML_EXPANDS /);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  test('many keys do not take quadratic time', () => {
    const text = Array.from({ length: 50_000 }, (_, key) => `k${key}: 1`).join('\n');
    const startMs = performance.now();
    expect(faults(text)).toEqual([]);
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });

  test('a key named like the prototype is only a key', () => {
    const { file } = readYaml({ path: 'x.yml', text: '__proto__: {polluted: true}\n' });
    expect(Object.getPrototypeOf(file?.value)).toBeNull();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('any text gives a value or reasons, never a throw', () => {
    const piece = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '|',
      '>',
      '&a ',
      '*a',
      '"',
      "'",
      '#',
      '?',
      '!',
      '!!str ',
      '\t',
      '---\n',
      '%',
      '@',
      ',',
      '0x',
      '\ud800',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
        const { file, diagnostics } = readYaml({ path: 'x.yml', text: pieces.join('') });
        expect(file === undefined).toBe(diagnostics.length > 0);
        for (const { line, column } of diagnostics) expect([line! > 0, column! > 0]).toEqual([true, true]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('places', () => {
  const text = [
    'rules:',
    '  - id: one',
    "    plain: a == 'b' and oops",
    "    single: 'it''s oops'",
    '    double: "tab\\t\\x41\\u4e2d oops"',
    '    literal: |',
    '      first',
    '        second oops',
    '    folded: >',
    '      first',
    '      oops',
    '    list: [x, "oops"]',
    '',
  ].join('\n');
  const { file } = readYaml({ path: 'x.yml', text });
  const entry = (file!.value as { rules: Record<string, string>[] }).rules[0]!;
  const lines = text.split('\n');

  test.each([
    { key: 'plain', line: 3 },
    { key: 'single', line: 4 },
    { key: 'double', line: 5 },
    { key: 'literal', line: 8 },
  ])('points into a $key text', ({ key, line }) => {
    const place = file!.placeInText(['rules', 0, key], entry[key]!.indexOf('oops'));
    expect(place).toEqual({ line, column: lines[line - 1]!.indexOf('oops') + 1 });
  });

  test('points at the start of a folded text', () => {
    expect(file!.placeInText(['rules', 0, 'folded'], 8)).toEqual({ line: 9, column: 13 });
  });

  test('points at keys, items, and at what is around a missing thing', () => {
    expect(file!.placeOfKey(['rules', 0, 'single'])).toEqual({ line: 4, column: 5 });
    expect(file!.placeOf(['rules', 0, 'list', 1])).toEqual({ line: 12, column: 15 });
    expect(file!.placeOf(['rules', 0, 'absent'])).toEqual({ line: 2, column: 5 });
    expect(file!.placeOf(['rules', 7])).toEqual({ line: 2, column: 3 });
  });
});
