/** How a data folder is made, and what is said where it cannot be. */

import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureDataFolder } from './data-folder.js';

let folder: string;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'chainsight-folder-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a data folder', () => {
  test('is made with those above it, for its owner alone', () => {
    const path = join(folder, 'a/b/data');
    ensureDataFolder(path);
    ensureDataFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test.each(['file', 'file/data'])('is not made where a file is: %s', (name) => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => ensureDataFolder(join(folder, name))).toThrow('cannot be written: it is not a folder');
  });

  test.skipIf(!existsSync('/proc/self'))('is not tried for ever where there can be none', () => {
    for (const path of ['/proc/x', '/proc/x/y']) expect(() => ensureDataFolder(path)).toThrow('cannot be written');
  });
});
