import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { compileExpression } from '../expression/index.js';
import { loadPack } from './pack.js';
import type { PackFile } from './pack-file.js';
import { closeYaml, readNotedYaml, restoreYaml, storedYaml } from './noted-yaml.js';
import { readYaml } from './yaml-file.js';

const TEXT = 'rules:\n  - id: a\n    conditions: [\'x == 1\', "y ==\\t2"]\n  - __proto__: {polluted: true}\n';
const file = () => ({ path: 'p/rules.yml', text: TEXT });

test('what was kept gives the values and every place, whether it was asked for before or not', () => {
  const first = file();
  const { file: read } = readNotedYaml(first);
  const place = read!.placeOf(['rules', 0, 'conditions', 1]);
  const again = file();
  restoreYaml(again, deserialize(serialize(storedYaml(first))) as never);
  const { file: restored, diagnostics } = readNotedYaml(again);
  const plain = readYaml(file()).file!;
  expect(diagnostics).toEqual([]);
  expect(restored!.value).toEqual(plain.value);
  expect(restored!.path).toBe('p/rules.yml');
  expect(restored!.placeOf(['rules', 0, 'conditions', 1])).toEqual(place);
  expect(restored!.placeOf(['rules', 1])).toEqual(plain.placeOf(['rules', 1]));
  expect(restored!.placeOfKey(['rules', 0, 'id'])).toEqual(plain.placeOfKey(['rules', 0, 'id']));
  expect(restored!.placeInText(['rules', 0, 'conditions', 1], 5)).toEqual(
    plain.placeInText(['rules', 0, 'conditions', 1], 5),
  );
});

test('a place that was asked for is not sought in the text again', () => {
  const first = file();
  const place = readNotedYaml(first).file!.placeOf(['rules', 0, 'id']);
  const other = { path: 'p/rules.yml', text: 'changed: {}\n' };
  restoreYaml(other, storedYaml(first)!);
  expect(readNotedYaml(other).file!.placeOf(['rules', 0, 'id'])).toEqual(place);
});

test('maps that come back have no prototype, and a key is just a key', () => {
  const first = file();
  readNotedYaml(first);
  const again = file();
  restoreYaml(again, deserialize(serialize(storedYaml(first))) as never);
  const { rules } = readNotedYaml(again).file!.value as { rules: Record<string, unknown>[] };
  expect(Object.getPrototypeOf(rules[0])).toBeNull();
  expect(Object.keys(rules[1]!)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('an entry whose shape was right is not looked at again, and one that was wrong is', () => {
  const rule = (id: string, points: string): string =>
    `  - {id: ${id}, title: T, set: ioa, points: ${points}, conditions: ["x == 1"]}\n`;
  const first = { path: 'p/rules.yml', text: `rules:\n${rule('right', '10')}${rule('wrong', 'ten')}` };
  const load = (pack: PackFile): readonly (string | undefined)[] =>
    loadPack([pack], { technique: () => undefined }).diagnostics.map(({ rule: id }) => id);
  expect(load(first)).toEqual([undefined, 'wrong']);
  const stored = storedYaml(first)!;
  expect(stored.rightShapes).toEqual(['rules 0']);
  const again = { ...first };
  restoreYaml(again, stored);
  expect(load(again)).toEqual([undefined, 'wrong']);
});

test('of a file that could not be used nothing is kept', () => {
  const broken = { path: 'p/rules.yml', text: 'rules: [' };
  expect(readNotedYaml(broken).file).toBeUndefined();
  expect(storedYaml(broken)).toBeUndefined();
});

test('a file that was closed still tells every place', () => {
  const closed = file();
  const { file: yaml } = readNotedYaml(closed);
  closeYaml([closed, file()]);
  expect(yaml!.placeOf(['rules', 1])).toEqual(readYaml(file()).file!.placeOf(['rules', 1]));
});

test('what was found of a condition comes back, and with it one that is asked', () => {
  const first = file();
  const compiled = compileExpression("image =~~ 'cmd'");
  if (!compiled.ok) throw new Error(compiled.error.message);
  const fault = { code: 'RULE_NEVER_MATCHES', message: 'never', at: 3 } as const;
  readNotedYaml(first).file!.conditions.set('key', { expression: compiled.value, faults: [fault] });
  const again = file();
  restoreYaml(again, deserialize(serialize(storedYaml(first))) as never);
  const { expression, faults } = readNotedYaml(again).file!.conditions.get('key')!;
  expect(faults).toEqual([fault]);
  expect(expression.requirements).toEqual([{ field: 'image', kind: 'contains', texts: ['cmd'] }]);
  expect(expression.evaluate({ get: () => 'c:\\cmd.exe' })).toBe(true);
  expect(expression.evaluate({ get: () => 'c:\\calc.exe' })).toBe(false);
});
