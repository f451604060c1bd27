import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileExpression } from './index.js';

/** Answers of the original's library, recorded outside of this project. */
const FOLDER = new URL('../../../../../shared/data/expressions/', import.meta.url);
const WORDS = { syntax: 'syntax error', resolution: 'resolution error', type: 'type error', lookup: 'lookup error' };
const NOW_MS = Date.UTC(2026, 10, 24, 10, 11, 12, 345);

interface Case {
  readonly id: string;
  readonly expr: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly expect: boolean | string;
}

function answerOf({ expr, event }: Case): boolean | string {
  const compiled = compileExpression(expr);
  if (!compiled.ok) return WORDS[compiled.error.kind];
  const scope = { nowMs: NOW_MS, get: (name: string) => (Object.hasOwn(event, name) ? event[name] : undefined) };
  const outcome = compiled.value.evaluate(scope);
  return typeof outcome === 'boolean' ? outcome : WORDS[outcome.kind];
}

describe('recorded answers of the original', () => {
  for (const name of ['dev.jsonl', 'topics.jsonl']) {
    const file = new URL(name, FOLDER);
    if (!existsSync(file)) {
      console.warn(`SKIPPED: ${name} is not there; the recorded answers of the rule language were not compared`);
      continue;
    }
    const cases = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Case);
    test(`${name}: all agree`, () => {
      const wrong = cases
        .map((one) => ({ id: one.id, expr: one.expr, expected: one.expect, got: answerOf(one) }))
        .filter(({ expected, got }) => expected !== got);
      expect(wrong).toEqual([]);
      expect(cases.length).toBeGreaterThan(1000);
    });
  }
});
