import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../engine/base/diagnostic.js';
import { DEFAULT_POLICY } from '../../engine/policy.js';
import { parsePolicy } from './policy-file.js';

describe('a policy file', () => {
  test('changes what it states and keeps the rest', () => {
    const text = [
      'threshold: 200',
      'hits: first',
      'skipImages: ["C:\\\\Noisy\\\\a.exe"]',
      'exceptions:',
      '  - { id: x1, scope: path, value: "c:\\\\tools\\\\*", reason: ours, expires: 2027-03-01 }',
    ].join('\n');
    const result = parsePolicy(text, 'p.yml');
    expect(result.ok && result.value).toEqual({
      ...DEFAULT_POLICY,
      threshold: 200,
      hits: 'first',
      skipImages: ['c:\\noisy\\a.exe'],
      exceptions: [
        expect.objectContaining({
          id: 'x1',
          scope: 'path',
          value: 'c:\\tools\\*',
          expiresMs: Date.UTC(2027, 2, 1),
          reason: 'ours',
        }),
      ],
    });
  });

  test('that is empty is the default', () => {
    expect(parsePolicy('', 'p.yml')).toEqual({ ok: true, value: DEFAULT_POLICY });
  });

  test.each([
    { name: 'unknown setting', text: 'threshold: 100\ntreshold: 1', place: 'p.yml:2:1', message: 'treshold' },
    { name: 'no number', text: 'threshold: many', place: 'p.yml:1:12', message: 'above 0' },
    { name: 'a negative threshold', text: 'threshold: -5', place: 'p.yml:1:12', message: 'above 0' },
    { name: 'no YAML', text: 'a: [1', place: 'p.yml:1', message: '' },
    { name: 'a key twice', text: 'hits: all\nhits: first', place: 'p.yml:2:1', message: 'twice' },
    { name: 'a list without end', text: `exceptions: ${'['.repeat(5_000)}`, place: 'p.yml:1:', message: 'too deep' },
    { name: 'no map', text: '- a', place: 'p.yml:1:1', message: 'map' },
    {
      name: 'unknown scope',
      text: 'exceptions:\n  - { id: a, scope: colour, value: b, reason: c }',
      place: 'p.yml:2:5',
      message: 'colour',
    },
    {
      name: 'missing reason',
      text: 'exceptions:\n  - { id: a, scope: path, value: b }',
      place: 'p.yml:2:5',
      message: 'reason',
    },
    {
      name: 'an id twice',
      text: 'exceptions:\n  - { id: a, scope: path, value: b, reason: c }\n  - { id: a, scope: path, value: b, reason: c }',
      place: 'p.yml:3:5',
      message: 'twice',
    },
    {
      name: 'a date that is none',
      text: 'exceptions:\n  - { id: a, scope: path, value: b, reason: c, expires: soon }',
      place: 'p.yml:2:5',
      message: 'date',
    },
    { name: 'a list of numbers', text: 'rootImages: [1]', place: 'p.yml:1:14', message: 'text' },
  ])('is refused with its place: $name', ({ text, place, message }) => {
    const result = parsePolicy(text, 'p.yml');
    expect(result.ok).toBe(false);
    const lines = result.ok ? [] : result.error.map(formatDiagnostic);
    expect(lines[0]).toContain(place);
    expect(lines[0]).toContain(message);
  });
});
