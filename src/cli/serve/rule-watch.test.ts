/** Rules that change on disk while a server runs, on real files. */

import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { asSomebody, KNOWS_MODES } from '../../../test/support/somebody.js';
import { loadConfig } from '../config.js';
import { rulesFolder } from '../data-folder.js';
import { setProgramRoot } from '../program-root.js';
import { compose, type Composition } from './compose.js';
import { watchRules } from './rule-watch.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-watch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('watchRules', () => {
  test('many changes at once are told once, a later one again, and none after it is closed', async () => {
    const changed = vi.fn(() => Promise.resolve());
    const watching = watchRules([folder], changed, () => undefined);
    mkdirSync(join(folder, 'sub'));
    for (let at = 0; at < 20; at++) writeFileSync(join(folder, 'sub', `${at}.yml`), 'x');
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1), 2_000);
    await wait(400);
    expect(changed).toHaveBeenCalledTimes(1);
    renameSync(join(folder, 'sub', '1.yml'), join(folder, 'sub', 'one.yml'));
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2), 2_000);
    watching.close();
    writeFileSync(join(folder, 'sub', 'late.yml'), 'x');
    await wait(400);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  test('what changes while the rules are read is read afterwards', async () => {
    let done = (): void => undefined;
    const changed = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
    const watching = watchRules([folder], changed, () => undefined);
    writeFileSync(join(folder, 'a.yml'), 'x');
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1), 2_000);
    writeFileSync(join(folder, 'b.yml'), 'x');
    await wait(400);
    expect(changed).toHaveBeenCalledTimes(1);
    done();
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2), 2_000);
    watching.close();
  });

  test('hidden files are nothing new, and a folder that is not there is told', async () => {
    const changed = vi.fn(() => Promise.resolve());
    const trouble = vi.fn();
    const watching = watchRules([folder, join(folder, 'absent')], changed, trouble);
    expect(trouble).toHaveBeenCalledExactlyOnceWith(join(folder, 'absent'), expect.stringContaining('ENOENT'));
    writeFileSync(join(folder, '.a.yml.swp'), 'x');
    await wait(400);
    expect(changed).not.toHaveBeenCalled();
    watching.close();
  });
});

describe('what is replaced is watched like what it replaces', () => {
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const renewed = (from: string, to: string): void => renameSync(join(folder, from), join(folder, to));

  test.each([
    {
      name: 'a file, as rsync does: written hidden and renamed',
      replace: (at: number) => {
        put('packs/p/.a.yml.Xy12', String(at));
        renewed('packs/p/.a.yml.Xy12', 'packs/p/a.yml');
      },
    },
    {
      name: 'a folder that is removed and copied anew',
      replace: (at: number) => {
        rmSync(join(folder, 'packs/p'), { recursive: true });
        mkdirSync(join(folder, 'packs/p'));
        put('packs/p/a.yml', String(at));
      },
    },
    {
      name: 'a folder for which another one is swapped in',
      replace: (at: number) => {
        mkdirSync(join(folder, 'packs/.next/sub'), { recursive: true });
        put('packs/.next/sub/a.yml', String(at));
        renewed('packs/p', `packs/.old${at}`);
        renewed('packs/.next', 'packs/p');
      },
    },
    {
      name: 'a mounted folder of Kubernetes',
      replace: (at: number) => {
        mkdirSync(join(folder, `packs/p/..${at}`));
        put(`packs/p/..${at}/a.yml`, String(at));
        symlinkSync(`..${at}`, join(folder, 'packs/p/..data_tmp'));
        renewed('packs/p/..data_tmp', 'packs/p/..data');
      },
    },
    {
      name: 'the whole folder that is watched, gone for a moment',
      replace: async (at: number) => {
        rmSync(join(folder, 'packs'), { recursive: true });
        await wait(300);
        mkdirSync(join(folder, 'packs/p'), { recursive: true });
        put('packs/p/a.yml', String(at));
      },
    },
  ])('$name', async ({ replace }) => {
    mkdirSync(join(folder, 'packs/p'), { recursive: true });
    put('packs/p/a.yml', 'x');
    const changed = vi.fn(() => Promise.resolve());
    const trouble = vi.fn();
    const watching = watchRules([join(folder, 'packs')], changed, trouble);
    const expectChange = async (change: () => void | Promise<void>): Promise<void> => {
      changed.mockClear();
      await change();
      await vi.waitFor(() => expect(changed).toHaveBeenCalled(), 3_000);
      // Until it is quiet, so that the next change is told by itself.
      await wait(250);
    };
    for (const at of [1, 2]) {
      await expectChange(() => replace(at));
      await expectChange(() => put('packs/p/b.yml', String(at)));
    }
    expect(trouble).not.toHaveBeenCalled();
    watching.close();
  });

  test('a file alone, and a link to a folder that is set to another one', async () => {
    put('a.yml', '1');
    for (const name of ['v1', 'v2']) mkdirSync(join(folder, name));
    symlinkSync('v1', join(folder, 'link'));
    const changed = vi.fn(() => Promise.resolve());
    const watching = watchRules([join(folder, 'a.yml'), join(folder, 'link')], changed, () => undefined);
    const changes = [
      () => (put('.a', '22'), renewed('.a', 'a.yml')),
      () => put('a.yml', '333'),
      () => (symlinkSync('v2', join(folder, 'link_')), renewed('link_', 'link')),
      () => put('v2/b.yml', 'x'),
    ];
    for (const change of changes) {
      await wait(400);
      changed.mockClear();
      change();
      await vi.waitFor(() => expect(changed).toHaveBeenCalled(), 3_000);
    }
    watching.close();
  });

  test('a link that leads nowhere, or to itself, makes nothing deaf', async () => {
    const changed = vi.fn(() => Promise.resolve());
    const trouble = vi.fn();
    const watching = watchRules([folder], changed, trouble);
    symlinkSync('nowhere', join(folder, 'broken.yml'));
    symlinkSync('loop.yml', join(folder, 'loop.yml'));
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1), 2_000);
    put('a.yml', 'x');
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2), 2_000);
    expect(trouble).not.toHaveBeenCalled();
    watching.close();
  });
});

test.skipIf(!KNOWS_MODES)('a folder that may not be read is watched from when it may', () =>
  asSomebody(folder, async () => {
    mkdirSync(join(folder, 'p', 'closed'), { recursive: true });
    chmodSync(join(folder, 'p', 'closed'), 0);
    const changed = vi.fn(() => Promise.resolve());
    const trouble = vi.fn();
    const watching = watchRules([folder], changed, trouble);
    chmodSync(join(folder, 'p', 'closed'), 0o700);
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1), 2_000);
    writeFileSync(join(folder, 'p', 'closed', 'a.yml'), 'x');
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2), 2_000);
    expect(trouble).not.toHaveBeenCalled();
    watching.close();
  }),
);

describe('a running server', () => {
  const rule = (id: string, condition: string): string =>
    `rules:\n  - id: ${id}\n    title: A rule\n    set: ioa\n    points: 10\n    conditions: ["${condition}"]\n`;
  let composition: Composition;

  beforeEach(async () => {
    setProgramRoot(fileURLToPath(new URL('../../..', import.meta.url)));
    const loaded = loadConfig({ data: folder, environment: { CHAINSIGHT_RULES_BUNDLED: 'false' } });
    if (!loaded.ok) throw new Error('no config');
    const quiet = (): void => undefined;
    composition = await compose(loaded.value, { info: quiet, warn: quiet, error: quiet });
  });
  afterEach(() => composition.close());

  const ids = (): readonly string[] => composition.parts.policy.rules().rules.map(({ id }) => id);

  test('takes up a file that is dropped into its folder in moments, and lets go of one that is removed', async () => {
    expect(ids()).toEqual([]);
    const startMs = performance.now();
    writeFileSync(join(rulesFolder(folder), 'mine.yml'), rule('dropped', "image =~ '.*x.exe'"));
    await vi.waitFor(() => expect(ids()).toEqual(['dropped']), { timeout: 5_000, interval: 10 });
    // A third of a second here; the rest is for machines that do much else.
    expect(performance.now() - startMs).toBeLessThan(3_000);
    const pack = join(rulesFolder(folder), 'theirs');
    mkdirSync(pack);
    writeFileSync(join(pack, 'pack.yml'), 'name: theirs\nversion: 1.0.0\ntitle: Theirs\n');
    writeFileSync(join(pack, 'rules.yml'), rule('packed', "image =~ '.*y.exe'"));
    await vi.waitFor(() => expect(ids()).toEqual(['dropped', 'packed']), { timeout: 5_000 });
    rmSync(join(rulesFolder(folder), 'mine.yml'));
    await vi.waitFor(() => expect(ids()).toEqual(['packed']), { timeout: 5_000 });
  });

  test('a broken file is named with its place, and stops nothing', async () => {
    writeFileSync(join(rulesFolder(folder), 'good.yml'), rule('good', "image =~ '.*x.exe'"));
    writeFileSync(join(rulesFolder(folder), 'bad.yml'), rule('bad', 'image =~'));
    await vi.waitFor(() => expect(ids()).toEqual(['good']), { timeout: 5_000 });
    const { problems } = composition.parts.policy.rules();
    expect(problems.find(({ severity }) => severity === 'error')).toMatchObject({
      file: join(rulesFolder(folder), 'bad.yml'),
      line: 6,
      rule: 'bad',
    });
  });

  test('a file that cannot be read is named as well, and no more once it is gone', async () => {
    const path = join(rulesFolder(folder), 'latin.yml');
    writeFileSync(path, Buffer.from([0x74, 0xe9]));
    const told = (): (string | undefined)[] => composition.parts.policy.rules().problems.map(({ file }) => file);
    await vi.waitFor(() => expect(told()).toContain(path), { timeout: 5_000 });
    rmSync(path);
    await vi.waitFor(() => expect(told()).not.toContain(path), { timeout: 5_000 });
  });
});
