import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { allTechniques, tacticsOf, techniqueById } from '../src/engine/attack/technique.js';
import { formatDiagnostic } from '../src/engine/base/diagnostic.js';
import { loadPack, runCases } from '../src/engine/rule/index.js';

const folder = fileURLToPath(new URL('chainsight/', import.meta.url));
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => ({ path: `rules/chainsight/${name}`, text: readFileSync(folder + name, 'utf8') }));
const pack = loadPack(files, { technique: techniqueById, withCases: true });
const results = runCases(pack);

describe('the bundled pack', () => {
  test('has nothing to complain about', () => {
    expect(pack.diagnostics.map(formatDiagnostic)).toEqual([]);
  });

  test('passes all its cases', () => {
    const failed = results.filter(({ passed }) => !passed);
    expect(failed.map(({ id, case: one, expected, got }) => `${id}: ${one.name}: expected ${expected}, got ${got}`)).toEqual([]);
  });

  test.each([...pack.rules, ...pack.profiles].map((item) => [item.id, item] as const))('%s is complete', (id, item) => {
    const own = results.filter((result) => result.id === id);
    expect(own.some(({ case: one }) => one.shouldMatch)).toBe(true);
    expect(own.some(({ case: one }) => !one.shouldMatch)).toBe(true);
    for (const title of [item.title, item.description]) {
      expect(title.en).not.toBe('');
      expect(title.zh).toMatch(/\p{Script=Han}/u);
    }
    expect(item.references.length).toBeGreaterThan(0);
    expect(item.techniques.length).toBeGreaterThan(0);
    if ('falsePositives' in item) {
      expect(item.falsePositives.length).toBeGreaterThan(0);
      for (const known of item.falsePositives) expect(known.zh, known.en).toMatch(/\p{Script=Han}/u);
    }
  });

  test('is as large as the README says', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`**${pack.rules.length} rules of its own**`);
    expect(readme).toContain(`${pack.profiles.length} profiles of attacks`);
  });

  test('covers enough rules, techniques, tactics and profiles', () => {
    const techniques = new Set(pack.rules.flatMap((rule) => rule.techniques));
    const tactics = new Set([...techniques].flatMap((id) => tacticsOf(id).map(({ shortName }) => shortName)));
    const expected = [
      'execution',
      'persistence',
      'privilege-escalation',
      'defense-evasion',
      'credential-access',
      'discovery',
      'lateral-movement',
      'collection',
      'command-and-control',
      'exfiltration',
      'impact',
    ];
    expect(pack.rules.length).toBeGreaterThanOrEqual(120);
    expect(techniques.size).toBeGreaterThanOrEqual(60);
    expect(pack.profiles.length).toBeGreaterThanOrEqual(8);
    expect(expected.filter((tactic) => !tactics.has(tactic))).toEqual([]);
    expect([...techniques].filter((id) => ![...allTechniques()].some((known) => known.id === id && known.isCurrent))).toEqual([]);
  });
});
