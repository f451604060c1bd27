import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { techniqueById } from '../engine/attack/technique.js';
import { createRuleSet, loadPack, storedReading } from '../engine/rule/index.js';
import { type PackFolder, readPack } from './pack-files.js';
import { bundledPackPath, setProgramRoot } from './program-root.js';
import { restoreRules, saveBuiltRules, saveRules, useRuleCache } from './rule-cache.js';

const FILES = 200;

let rules = '';
let cache = '';

beforeAll(() => setProgramRoot(fileURLToPath(new URL('../..', import.meta.url))));
beforeEach(() => {
  rules = mkdtempSync(join(tmpdir(), 'chainsight-rules-'));
  cache = mkdtempSync(join(tmpdir(), 'chainsight-cache-'));
  for (let number = 0; number < FILES; number++) writeFileSync(join(rules, `${number}.yml`), ruleText(number));
  useRuleCache(cache);
});

afterEach(() => {
  saveRules();
  for (const folder of [rules, cache]) rmSync(folder, { recursive: true });
});

function ruleText(number: number): string {
  return `title: Rule ${number}
id: 00000000-0000-4000-8000-${String(number).padStart(12, '0')}
logsource: {product: windows, category: process_creation}
detection:
  names: {Image|endswith: '\\${number}.exe', CommandLine|contains: 'a?b*c', ParentImage|cidr: 10.0.0.0/8}
  again: {CommandLine|re|i: '${number}$', EventID: ${number}}
  words: [mimikatz, null]
  condition: names or again or words
`;
}

function read(): PackFolder {
  const pack = readPack(rules);
  restoreRules(rules, pack.files);
  return pack;
}

const restoredOf = ({ files }: PackFolder): number => files.filter((file) => storedReading(file) !== undefined).length;

/** What the rules come to, in a form that two loads can be compared in. */
function loaded({ files }: PackFolder): unknown {
  const { rules: found, diagnostics, documents } = loadPack(files, { technique: techniqueById, name: 'p' });
  return { version: createRuleSet(found, []).version, diagnostics, documents };
}

function cacheFile(): string {
  const [name = ''] = readdirSync(cache);
  return join(cache, name);
}

test('the second reading is restored, and is what the first was', () => {
  const first = read();
  expect(restoredOf(first)).toBe(0);
  const before = loaded(first);
  saveRules();
  const second = read();
  expect(restoredOf(second)).toBe(FILES);
  expect(loaded(second)).toEqual(before);
});

test('of a changed folder only what did not change is restored', () => {
  loaded(read());
  saveRules();
  writeFileSync(join(rules, '7.yml'), ruleText(1007));
  rmSync(join(rules, '8.yml'));
  writeFileSync(join(rules, '9999.yml'), ruleText(9999));
  const changed = read();
  expect(restoredOf(changed)).toBe(FILES - 2);
  const answer = loaded(changed);
  useRuleCache(join(cache, 'empty'));
  expect(loaded(read())).toEqual(answer);
});

test('a pack in our own format is restored as well, faults and places included', () => {
  rmSync(rules, { recursive: true });
  mkdirSync(rules);
  const entry = (number: number): string =>
    `  - {id: r${number}, title: Rule ${number}, set: ioa, points: ${number % 50 === 3 ? 'many' : 10}, conditions: ["action == 'processcreate' and ${number % 40 === 7 ? 'nope(' : ''}image contains '${number}'"]}\n`;
  for (let file = 0; file < 3; file++) {
    const entries = Array.from({ length: 200 }, (_, at) => entry(file * 200 + at));
    writeFileSync(join(rules, `${file}.yml`), `rules:\n${entries.join('')}`);
  }
  const first = read();
  const before = loaded(first);
  expect(restoredOf(first)).toBe(3);
  saveRules();
  const second = read();
  expect(restoredOf(second)).toBe(3);
  expect(loaded(second)).toEqual(before);
  expect(JSON.stringify(before)).toContain('"line":9');
  expect(JSON.stringify(before)).toContain('points');
});

test('little text is read without a cache', () => {
  rmSync(rules, { recursive: true });
  mkdirSync(rules);
  writeFileSync(join(rules, 'one.yml'), ruleText(1));
  loaded(read());
  saveRules();
  expect(readdirSync(cache)).toEqual([]);
});

test.each<[string, (bytes: Buffer) => Buffer | string]>([
  ['a byte was changed', (bytes) => bytes.fill(bytes.at(-100)! ^ 1, bytes.length - 100, bytes.length - 99)],
  ['it was cut off', (bytes) => bytes.subarray(0, bytes.length - 1)],
  ['another program wrote it', (bytes) => Buffer.concat([Buffer.from('chainsight rules 5 x\n'), bytes.subarray(84)])],
  ['it is empty', () => ''],
])('no reading is restored where %s', (_, change) => {
  const before = loaded(read());
  saveRules();
  writeFileSync(cacheFile(), change(readFileSync(cacheFile())));
  const again = read();
  expect(restoredOf(again)).toBe(0);
  expect(loaded(again)).toEqual(before);
  saveRules();
  expect(restoredOf(read())).toBe(FILES);
});

test.skipIf(process.platform === 'win32')('no reading is restored from a file that others may write', () => {
  loaded(read());
  saveRules();
  chmodSync(cacheFile(), 0o622);
  expect(restoredOf(read())).toBe(0);
});

test('a folder that cannot be written costs nothing but time', () => {
  useRuleCache(join(rules, '1.yml', 'cache'));
  loaded(read());
  expect(() => saveRules()).not.toThrow();
  expect(restoredOf(read())).toBe(0);
});

test('what the build has kept of the bundled rules is there at the first start, wherever the program lies', () => {
  const root = mkdtempSync(join(tmpdir(), 'chainsight-root-'));
  try {
    writeFileSync(join(root, 'package.json'), '{"version": "1.0.0"}');
    setProgramRoot(root);
    const plain = readPack(bundledPackPath());
    const before = loaded(plain);
    saveBuiltRules(plain.files);
    const again = readPack(bundledPackPath());
    restoreRules(bundledPackPath(), again.files);
    const kept = again.files.filter((file) => storedReading(file) !== undefined);
    expect(kept.length).toBe(plain.files.filter((file) => storedReading(file) !== undefined).length);
    expect(kept.length).toBeGreaterThan(5);
    expect(loaded(again)).toEqual(before);
    saveRules();
    expect(readdirSync(cache)).toEqual([]);
    const paths = again.files.map(({ path }) => path);
    expect(paths.filter((path) => readFileSync(join(root, 'dist/bundled.rules')).includes(path))).toEqual([]);
  } finally {
    setProgramRoot(fileURLToPath(new URL('../..', import.meta.url)));
    rmSync(root, { recursive: true });
  }
});
