/** What the browser must fetch, and what the sources must not hold. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildConsole } from './support/browser.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = join(ROOT, 'dist/console');

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

describe('bundle', () => {
  let manifest: Record<string, Chunk>;
  beforeAll(() => {
    buildConsole();
    manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
  });

  /** Files that the entries need, all their static imports included. */
  function filesOf(entries: readonly string[]): Set<string> {
    const files = new Set<string>();
    const seen = new Set<string>();
    const waiting = [...entries];
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      const chunk = manifest[key];
      if (seen.has(key) || chunk === undefined) continue;
      seen.add(key);
      files.add(chunk.file);
      for (const css of chunk.css ?? []) files.add(css);
      waiting.push(...(chunk.imports ?? []));
    }
    return files;
  }
  const kilobytes = (files: Iterable<string>, ending: string): number =>
    [...files]
      .filter((file) => file.endsWith(ending))
      .reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length, 0) / 1000;

  const INBOX = ['index.html', 'src/views/ThreatsView.vue', 'src/i18n/en.ts'];

  test('shell and inbox: at most 150 kB of script and 20 kB of style, compressed', () => {
    const files = filesOf(INBOX);
    expect(files.size).toBeGreaterThan(5);
    expect(kilobytes(files, '.js')).toBeLessThan(150);
    expect(kilobytes(files, '.css')).toBeLessThan(20);
  });

  test('the threat page adds at most 60 kB', () => {
    const before = filesOf(INBOX);
    const added = [...filesOf([...INBOX, 'src/views/ThreatView.vue'])].filter((file) => !before.has(file));
    expect(kilobytes(added, '.js')).toBeLessThan(60);
  });

  test('nothing is inline and nothing comes from elsewhere', () => {
    const html = readFileSync(join(DIST, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html).not.toMatch(/<style|\bstyle=|\bon\w+=/);
    expect(
      [...html.matchAll(/\b(?:src|href)="([^"]+)"/g)]
        .map((match) => match[1])
        .filter((address) => !address?.startsWith('/')),
    ).toEqual([]);
  });
});

describe('sources', () => {
  const files = readdirSync(join(ROOT, 'console/src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:vue|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name));

  test.each([
    'v-html',
    'innerHTML',
    'outerHTML',
    'insertAdjacentHTML',
    'document.write',
    'eval(',
    'new Function',
    ' style="',
  ])('none says %s', (word) => {
    expect(files.filter((file) => readFileSync(file, 'utf8').includes(word))).toEqual([]);
  });

  /** Fields that hold a host's text; `EvidenceText` and `plainOf` are the only ways to draw them. */
  test('a host’s text is never drawn but by EvidenceText', () => {
    const raw =
      /\{\{[^}]*\.(?:commandLine|image|user|hashes|host|currentDirectory|parentImage|targetImage|originalFileName)\b[^}]*\}\}/;
    const wrong = files
      .filter((file) => file.endsWith('.vue'))
      .flatMap((file) =>
        readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => raw.test(line.replace(/\bt\('[\w.]+'/g, 't(').replace(/plainOf\([^)]*\)*/g, '')))
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(wrong).toEqual([]);
  });
});
