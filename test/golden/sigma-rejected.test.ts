/**
 * The public collection of Sigma rules: every file reads. Rules for Windows and Linux that do not compile are listed with their reason in
 * sigma-rejected/out.txt; a person has read that each of them cannot be used as it stands.
 */

import { describe, expect, test } from 'vitest';
import { formatDiagnostic, type Diagnostic } from '../../src/engine/base/diagnostic.js';
import type { SigmaDocument } from '../../src/engine/rule/sigma/document.js';
import { lintSigmaSet } from '../../src/engine/rule/sigma/lint/lint-sigma-set.js';
import { readSigmaFile } from '../../src/engine/rule/sigma/read/read-sigma-file.js';
import { recordings } from '../support/recordings.js';
import { readTarGz } from '../support/tar.js';

const archive = recordings('sigma-rules.tar.gz');
/** Rules that their authors have taken out of use lie beside the others. */
const ACTIVE = /^(?:\.\/)?rules(?:-[a-z-]+)?\//;

describe.skipIf(archive === undefined)('the public collection', () => {
  const files = archive === undefined ? [] : readTarGz(archive).filter(({ path }) => path.endsWith('.yml'));
  const active = files.filter(({ path }) => ACTIVE.test(path));

  function readAll(placeholders: ReadonlyMap<string, readonly string[]>): {
    readonly documents: readonly SigmaDocument[];
    readonly errors: readonly Diagnostic[];
    readonly warnings: readonly Diagnostic[];
  } {
    const read = active.map((file) => readSigmaFile(file, { placeholders }));
    const diagnostics = read.flatMap((file) => file.diagnostics);
    return {
      documents: read.flatMap((file) => file.documents),
      errors: diagnostics.filter(({ severity }) => severity === 'error'),
      warnings: diagnostics.filter(({ severity }) => severity === 'warning'),
    };
  }

  test('is there', () => {
    expect(active.length).toBeGreaterThan(3_700);
  });

  test('reads, but for placeholders without a list of values', async () => {
    const { documents, errors } = readAll(new Map());
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['SIGMA_PLACEHOLDER_UNKNOWN']));
    expect(documents.length + new Set(errors.map(({ file }) => file)).size).toBe(active.length);
    const ours = errors.filter(({ file }) => isOurs(active.find(({ path }) => path === file)!.text));
    const lines = ours.map((diagnostic) => `${formatDiagnostic(diagnostic)}\n`).sort();
    await expect(lines.join('')).toMatchFileSnapshot('./sigma-rejected/out.txt');
  });

  test('reads in whole where every placeholder has a list', () => {
    const names = active.flatMap(({ text }) => [...text.matchAll(/%([\w.-]+)%/g)].map((match) => match[1]!));
    const { documents, errors, warnings } = readAll(new Map(names.map((name) => [name, ['a*', 'b']])));
    expect(errors).toEqual([]);
    expect(documents).toHaveLength(active.length);
    // Some wildcards say nothing; there is nothing else to warn of.
    expect(new Set(warnings.map(({ code }) => code))).toEqual(new Set(['SIGMA_WILDCARD_NEEDLESS']));
    expect(warnings.length).toBeLessThan(100);
  });

  test('has no condition that cannot hold, and few fields that nobody has', () => {
    const { documents } = readAll(new Map());
    const found = lintSigmaSet(documents);
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['SIGMA_FIELD_UNKNOWN']));
    expect(found.length).toBeLessThan(60);
  });

  test('and what is out of use is read or refused with a reason', () => {
    const retired = files.filter(({ path }) => !ACTIVE.test(path));
    for (const file of retired) {
      const { documents, diagnostics } = readSigmaFile(file, { placeholders: new Map() });
      expect(documents.length + diagnostics.length, file.path).toBeGreaterThan(0);
    }
  });
});

function isOurs(text: string): boolean {
  return /^\s+product:\s*["']?(?:windows|linux)\b/m.test(text);
}
