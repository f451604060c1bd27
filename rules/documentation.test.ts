import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { techniqueById } from '../src/engine/attack/technique.js';
import { formatDiagnostic } from '../src/engine/base/diagnostic.js';
import { loadPack, runCases } from '../src/engine/rule/index.js';

/** The YAML blocks of a page, as the files that a reader would make of them. */
function filesOf(page: string): { path: string; text: string }[] {
  const text = readFileSync(new URL(`../docs/${page}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block]) => block!).filter((block) => !/^#.*\n$/.test(block));
  return blocks.map((block, index) => {
    if (/^name:/m.test(block)) return { path: 'pack.yml', text: block };
    return { path: /^\s+(?:match|noMatch):/m.test(block) ? `${index}.cases.yml` : `${index}.yml`, text: block };
  });
}

describe.each(['guides/write-a-rule.md', 'reference/rule-format.md'])('the examples of %s', (page) => {
  // "…" stands for a text that the reader writes; the manifest's title may then be in one language.
  const files = filesOf(page).map(({ path, text }) => ({ path, text: text.replaceAll('{ en: …, zh: … }', '{ en: more, zh: 更多 }') }));
  const pack = loadPack(files, { technique: techniqueById, withCases: true });

  test('load', () => {
    expect(pack.diagnostics.filter(({ code }) => code !== 'PACK_TRANSLATION_MISSING').map(formatDiagnostic)).toEqual([]);
    expect(pack.rules).toHaveLength(1);
  });

  test('pass their cases', () => {
    const results = runCases(pack);
    expect(results.length).toBeGreaterThanOrEqual(2);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });
});
