import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asSomebody, KNOWS_MODES } from '../../../test/support/somebody.js';
import type { PackSource } from '../../app/policy/compile-packs.js';
import { type RulePacks, rulePacks } from './rule-packs.js';

let data: string;
let pack: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'chainsight-packs-'));
  pack = join(data, 'pack');
  mkdirSync(pack);
  writeFileSync(join(pack, 'pack.yml'), 'name: p\nversion: 1.0.0\ntitle: P\n');
  writeFileSync(join(pack, 'one.yml'), 'rules: []\n');
});

afterEach(() => rmSync(data, { recursive: true }));

const packsOf = (path: string): RulePacks =>
  rulePacks(data, { 'rules.bundled': false, 'rules.packs': [path], 'rules.profiles': [] });

/** As the log gives them back: other objects. */
const logged = (packs: readonly PackSource[]): PackSource[] => structuredClone(packs) as PackSource[];

describe('packs of the log', () => {
  test('are given the files that lie on disk, so that what was made of these serves', async () => {
    const packs = packsOf(pack);
    const read = await packs.read();
    expect(read[0]!.files).toHaveLength(2);
    const again = packs.asOnDisk(logged(read));
    expect(again).toEqual(read);
    for (const [at, file] of again[0]!.files.entries()) expect(file).toBe(read[0]!.files[at]);
  });

  test('are so before the packs were read to be used, which gives the same objects then', async () => {
    const text = await packsOf(pack).read();
    const packs = packsOf(pack);
    const [first] = packs.asOnDisk(logged(text));
    expect((await packs.read())[0]!.files[0]).toBe(first!.files[0]);
  });

  test('keep files whose text is another by now, or that are gone', async () => {
    const before = await packsOf(pack).read();
    writeFileSync(join(pack, 'one.yml'), 'profiles: []\n');
    const now = packsOf(pack).asOnDisk(logged(before));
    expect(now).toEqual(before);
    rmSync(pack, { recursive: true });
    expect(packsOf(pack).asOnDisk(logged(before))).toEqual(before);
  });
});

describe('packs of the data folder', () => {
  test('without the folder that they lie in, the rules cannot be read', async () => {
    const packs = packsOf(pack);
    rmSync(join(data, 'rules'), { recursive: true });
    await expect(packs.read()).rejects.toMatchObject({ code: 'RULES_UNREADABLE' });
  });

  test.skipIf(!KNOWS_MODES)('one that may not be read is named, and its neighbours stay', () =>
    asSomebody(data, async () => {
      const packs = packsOf(pack);
      for (const name of ['closed', 'open']) {
        mkdirSync(join(data, 'rules', name));
        writeFileSync(join(data, 'rules', name, 'a.yml'), 'rules: []\n');
      }
      chmodSync(join(data, 'rules/closed'), 0);
      const read = await packs.read();
      chmodSync(join(data, 'rules/closed'), 0o700);
      expect(read.map(({ name, files, problems }) => [name, files.length, problems?.[0]?.code])).toEqual([
        ['pack', 2, undefined],
        ['closed', 0, 'PACK_FILE_UNREADABLE'],
        ['open', 1, undefined],
      ]);
    }),
  );
});
