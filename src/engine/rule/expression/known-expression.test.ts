import { expect, test } from 'vitest';
import type { Expression } from './index.js';
import { compileExpression, knownExpression } from './index.js';

const TEXT = "image =~~ 'cmd\\.exe$' and (pid > 4 or commandline == 'whoami') and $now > d'2020-01-01'";

function compiled(text: string): Expression {
  const result = compileExpression(text);
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return result.value;
}

function known(text: string): Expression {
  const { fields, requirements } = compiled(text);
  return knownExpression(structuredClone({ text, fields, requirements }));
}

test.each([
  { name: 'that it holds of', event: { image: 'c:\\cmd.exe', pid: 5, commandline: '' } },
  { name: 'that it does not hold of', event: { image: 'c:\\cmd.exe', pid: 1, commandline: '' } },
  { name: 'that ends in an error', event: { image: 5 } },
])('answers for an event $name as the one that it is known of', ({ event }) => {
  const [first, second] = [compiled(TEXT), known(TEXT)];
  const fields = new Map<string, unknown>(Object.entries(event));
  const scope = { nowMs: Date.UTC(2026, 0, 1), get: (name: string) => fields.get(name) };
  expect(second.evaluate(scope)).toEqual(first.evaluate(scope));
  expect(second.trace(scope)).toEqual(first.trace(scope));
  expect(second.parts.map((part) => [part.field, part.mayHold(scope)])).toEqual(
    first.parts.map((part) => [part.field, part.mayHold(scope)]),
  );
  expect(second.requirements).toEqual(first.requirements);
  expect(second.fields).toEqual(first.fields);
});

test('is compiled when it is first asked', () => {
  const broken = knownExpression({ text: 'image ==', fields: ['image'], requirements: [] });
  expect(broken.fields).toEqual(['image']);
  expect(() => broken.evaluate({ get: () => undefined })).toThrow('one that compiles');
});
