import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asSomebody, KNOWS_MODES } from '../../test/support/somebody.js';
import { CommandError } from './exit.js';
import { loadPacks, packFolders, readPack } from './pack-files.js';
import { bundledPackPath } from './program-root.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packs-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string | Uint8Array): void {
  const full = join(root, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, content);
}

/** Paths below the folder of the test. */
function below(paths: readonly (string | undefined)[]): string[] {
  return paths.map((path) => path!.slice(root.length + 1));
}

const RULE = 'rules: [{id: ID, title: x, set: ioa, points: 1, conditions: [image]}]';
const MANIFEST = "{name: NAME, version: '1.0.0', title: x}";

test('an empty folder is told by its path', () => {
  mkdirSync(join(root, 'empty'));
  write('good/pack.yml', MANIFEST.replace('NAME', 'good'));
  const { diagnostics } = loadPacks([join(root, 'good'), join(root, 'empty')]);
  const empty = diagnostics.filter(({ code }) => code === 'PACK_EMPTY');
  expect(below(empty.map(({ file }) => file))).toEqual(['empty']);
});

describe('readPack', () => {
  test('takes texts as they are: a byte-order mark is not part of one, a character that stands for what was lost is', () => {
    write('a.yml', '\ufeffrules: []');
    write('b.yml', '# \ufffd 测试');
    const { files, problems } = readPack(root);
    expect(files.map(({ text }) => text)).toEqual(['rules: []', '# \ufffd 测试']);
    expect(problems).toEqual([]);
  });

  test('gives YAML files at any depth, sorted by path, and nothing hidden', () => {
    for (const path of [
      'b.yml',
      'a.yaml',
      'sub/deep/c.yml',
      'readme.md',
      'x.json',
      '.hidden.yml',
      '.git/x.yml',
      'node_modules/y.yml',
    ]) {
      write(path, '# x');
    }
    const { files, problems } = readPack(root);
    expect(below(files.map(({ path }) => path))).toEqual(['a.yaml', 'b.yml', 'sub/deep/c.yml']);
    expect(problems).toEqual([]);
  });

  test('follows links inside the folder and none that lead out of it', () => {
    write('pack/a.yml', '# a');
    write('outside.yml', 'secret');
    mkdirSync(join(root, 'elsewhere'));
    write('elsewhere/z.yml', 'secret');
    symlinkSync(join(root, 'pack/a.yml'), join(root, 'pack/inside.yml'));
    symlinkSync(join(root, 'outside.yml'), join(root, 'pack/out.yml'));
    symlinkSync('nowhere', join(root, 'pack/broken.yml'));
    symlinkSync(join(root, 'elsewhere'), join(root, 'pack/folder'));
    const { files, problems } = readPack(join(root, 'pack'));
    expect(files.map(({ text }) => text)).toEqual(['# a', '# a']);
    expect(below(problems.map(({ file }) => file)).sort()).toEqual(['pack/broken.yml', 'pack/out.yml']);
  });

  test('tells what it could not read, and reads the rest', () => {
    write('a.yml', '# fine');
    write('binary.yml', new Uint8Array([0xff, 0xfe, 0x00, 0xc3]));
    write('huge.yml', new Uint8Array(4 * 1024 * 1024).fill(35));
    const { files, problems } = readPack(root);
    expect(below(files.map(({ path }) => path))).toEqual(['a.yml']);
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'PACK_FILE_UNREADABLE The file is not UTF-8 text.',
      'PACK_TOO_LARGE The file has 4194304 bytes; it is not read.',
    ]);
  });

  test.skipIf(!KNOWS_MODES)(
    'a folder that may not be read keeps out what is in it alone, but is no pack of its own',
    () =>
      asSomebody(root, () => {
        write('a.yml', '# fine');
        write('closed/b.yml', '# closed');
        write('listed/c.yml', '# listed');
        chmodSync(join(root, 'closed'), 0);
        chmodSync(join(root, 'listed'), 0o400);
        const { files, problems } = readPack(root);
        expect(below(files.map(({ path }) => path))).toEqual(['a.yml']);
        expect(below(problems.map(({ file }) => file)).sort()).toEqual(['closed', 'listed/c.yml']);
        expect(packFolders(root)).toEqual([root]);
        const refusal = new CommandError(`Cannot open ${root}/closed: permission denied.`);
        expect(() => readPack(join(root, 'closed'))).toThrow(refusal);
        expect(() => packFolders(join(root, 'closed'))).toThrow(refusal);
        for (const name of ['closed', 'listed']) chmodSync(join(root, name), 0o700);
      }),
  );

  test('takes a single file', () => {
    write('one.yml', '# one');
    expect(readPack(join(root, 'one.yml')).files.map(({ text }) => text)).toEqual(['# one']);
  });

  test('says so where there is no such folder', () => {
    expect(() => readPack(join(root, 'nothing'))).toThrow(
      new CommandError(`Cannot open ${root}/nothing: there is no such file or folder.`),
    );
  });

  test('does not descend without end', () => {
    write(`${'d/'.repeat(20)}x.yml`, '# deep');
    expect(readPack(root).files).toEqual([]);
  });
});

describe('packs', () => {
  test('a folder with a manifest is a pack, one without stands for those in it', () => {
    write('one/pack.yml', MANIFEST.replace('NAME', 'one'));
    write('two/pack.yml', MANIFEST.replace('NAME', 'two'));
    write('schema/x.json', '{}');
    expect(below(packFolders(root))).toEqual(['one', 'two']);
    expect(packFolders(join(root, 'one'))).toEqual([join(root, 'one')]);
    expect(packFolders(join(root, 'schema'))).toEqual([join(root, 'schema')]);
  });

  test('are loaded in the order in which they are named', () => {
    write('one/pack.yml', MANIFEST.replace('NAME', 'one'));
    write('one/x.yml', RULE.replace('ID', 'first'));
    write('loose/x.yml', RULE.replace('ID', 'second'));
    const loaded = loadPacks([join(root, 'loose'), join(root, 'one')]);
    expect(loaded.rules.map(({ id, pack }) => [id, pack])).toEqual([
      ['second', 'loose'],
      ['first', 'one'],
    ]);
    expect(loaded.diagnostics.map(({ code }) => code)).toEqual(['PACK_MANIFEST_MISSING']);
    expect(loaded.files).toHaveLength(3);
  });

  test('the bundled one is found from the source tree', () => {
    expect(loadPacks([bundledPackPath()]).packs[0]!.manifest.name).toBe('chainsight');
  });
});
