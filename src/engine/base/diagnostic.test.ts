import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formatDiagnostic } from './diagnostic.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CODE =
  /'((?:RULES?|PACK|CASE|RMEYE|POLICY|INPUT|CURSOR|LOG|STORE|SNAPSHOT|CONFIG|DETECTION|HUNT|USER|SIGMA)_[A-Z_]+)'/g;

test('a diagnostic is one line with its place, code, sentence and hint', () => {
  expect(
    formatDiagnostic({
      code: 'RULE_X',
      severity: 'error',
      message: 'No.',
      file: 'a.yml',
      line: 3,
      column: 7,
      hint: 'say yes',
    }),
  ).toBe('a.yml:3:7  RULE_X  No. (say yes)');
  expect(formatDiagnostic({ code: 'RULE_X', severity: 'error', message: 'No.' })).toBe('<text>  RULE_X  No.');
});

test('every code has an entry in the reference, and every entry a code', () => {
  const used = new Set<string>();
  for (const entry of readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
    for (const match of readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(CODE)) used.add(match[1]!);
  }
  const page = readFileSync(join(ROOT, 'docs/reference/error-codes.md'), 'utf8');
  const documented = new Set([...page.matchAll(/^### ([A-Z_]+)$/gm)].map((match) => match[1]!));
  expect([...used].filter((code) => !documented.has(code))).toEqual([]);
  expect([...documented].filter((code) => !used.has(code))).toEqual([]);
});
