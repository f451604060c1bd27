import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder } from './make-folder.js';

const root = mkdtempSync(join(tmpdir(), 'chainsight-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('makes what is missing above as well, for its owner alone', () => {
  makeFolder(join(root, 'a/b/c'));
  makeFolder(join(root, 'a/b/c'));
  expect(existsSync(join(root, 'a/b/c'))).toBe(true);
  if (process.platform !== 'win32') expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o700);
});

test('a file in the way is told', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => makeFolder(join(root, 'file/x'))).toThrow(/ENOTDIR|EEXIST|ENOENT/);
});

test.skipIf(!existsSync('/proc/self'))('ends where a file system takes no folders', () => {
  expect(() => makeFolder('/proc/nothing/x')).toThrow('ENOENT');
});
