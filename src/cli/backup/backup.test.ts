/** Back-ups of a folder that is in use, and those that something happened to. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import Libsql from 'libsql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attack, incoming, openLive } from '../../../test/support/live-kit.js';
import type { Threat } from '../../engine/score/threat.js';
import { STATE_LAYOUT } from '../../store/state-inspection.js';
import { openStateStore } from '../../store/state-store.js';
import { makeBackup, type BackupOptions } from './make-backup.js';
import { decodeManifest, encodeManifest, MANIFEST_NAME, type Manifest } from './manifest.js';
import { restoreBackup } from './restore-backup.js';

let root: string;
let data: string;
let notes: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chainsight-backup-'));
  data = join(root, 'data');
  notes = [];
});

afterEach(() => rmSync(root, { recursive: true }));

const optionsOf = (name: string): BackupOptions => ({
  dataFolder: data,
  target: join(root, name),
  program: '0.1.0',
  nowMs: 0,
  onNote: (note) => notes.push(note),
});

async function backup(name: string): Promise<string> {
  await makeBackup(optionsOf(name));
  return join(root, name);
}

function threatsOf(folder: string): Threat[] {
  const store = openStateStore(join(folder, 'state.sqlite'));
  try {
    return store.queries.threats({}, { limit: 100, cursor: undefined }).items.map(({ threat }) => threat);
  } finally {
    store.close();
  }
}

describe('of a folder that a server writes', () => {
  test.each(['copy', 'copy.tar', 'copy.tar.gz'])('%s: a start from it gives the same scores', async (name) => {
    // Segments so small that there are many.
    const live = await openLive(data, { log: { segmentBytes: 4096, roomBytes: 1024 } });
    await live.service.start();
    for (let at = 0; at < 20; at++) await live.service.intake.take(incoming(...attack(`ws${at}`, at * 10 + 1)), 's');
    await live.service.intake.settled();
    // Behind what the state has: taken, on disk, and not judged yet.
    const last = live.service.intake.take(incoming(...attack('late', 900)), 's');
    await last;
    const target = await backup(name);
    await live.close();
    const expected = threatsOf(data);
    expect(expected).toHaveLength(21);

    const restored = join(root, 'restored');
    const manifest = await restoreBackup(target, restored);
    expect(manifest.logs).toMatchObject([{ name: 'log' }]);
    expect(manifest.logs[0]!.lastPosition).toBeGreaterThanOrEqual(manifest.logs[0]!.statePosition);
    expect(manifest.files.filter(({ path }) => path.endsWith('.log')).length).toBeGreaterThan(3);
    const again = await openLive(restored);
    await again.service.start();
    expect(again.troubles).toEqual([]);
    expect(again.log.damage).toEqual([]);
    await again.close();
    expect(JSON.stringify(threatsOf(restored))).toBe(JSON.stringify(expected));
    expect(notes).toEqual([]);
  });

  test('whatever comes meanwhile, the logs in it reach at least as far as the state in it', async () => {
    const live = await openLive(data);
    await live.service.start();
    let isDone = false;
    const feeding = (async () => {
      for (let at = 0; !isDone; at++) {
        await live.service.intake.take(incoming(...attack(`ws${at}`, at * 10 + 1)), 's');
        await live.service.intake.settled();
      }
    })();
    try {
      while (live.log.lastPosition < 60) await wait(5);
      for (const name of ['one', 'two.tgz']) {
        const before = live.log.lastPosition;
        const { logs } = await makeBackup(optionsOf(name));
        expect(live.log.lastPosition, 'records that came meanwhile').toBeGreaterThan(before);
        expect(logs[0]!.statePosition).toBeGreaterThan(0);
        expect(logs[0]!.lastPosition).toBeGreaterThanOrEqual(Math.max(before, logs[0]!.statePosition));
      }
    } finally {
      isDone = true;
      await feeding;
      await live.close();
    }
    expect(notes).toEqual([]);
  });

  test('a folder whose state is gone: its log is backed up, and a start from it gives the same scores', async () => {
    const live = await openLive(data);
    await live.service.start();
    for (let at = 0; at < 3; at++) await live.service.intake.take(incoming(...attack(`ws${at}`, at * 10 + 1)), 's');
    await live.close();
    const expected = threatsOf(data);
    for (const name of readdirSync(data)) if (name.startsWith('state.sqlite')) rmSync(join(data, name));

    const restored = join(root, 'restored');
    const { layout, logs } = await restoreBackup(await backup('copy.tar'), restored);
    expect({ layout, logs }).toMatchObject({ layout: 0, logs: [{ name: 'log', statePosition: 0 }] });
    expect(notes).toEqual([expect.stringContaining('The state is gone')]);
    const again = await openLive(restored);
    await again.service.start();
    await again.close();
    expect(expected).toHaveLength(3);
    expect(JSON.stringify(threatsOf(restored))).toBe(JSON.stringify(expected));
  });

  test('logs of further partitions come along', async () => {
    await (await openLive(data)).close();
    cpSync(join(data, 'log'), join(data, 'log-1'), { recursive: true });
    const live = await openLive(data);
    await live.service.start();
    await live.close();
    const { logs } = await restoreBackup(await backup('copy'), join(root, 'restored'));
    expect(logs.map(({ name }) => name)).toEqual(['log', 'log-1']);
    expect(existsSync(join(root, 'restored', 'log-1'))).toBe(false);
  });
});

describe('of everything else in the folder', () => {
  beforeEach(async () => {
    const live = await openLive(data);
    await live.service.start();
    await live.close();
    mkdirSync(join(data, 'rules', 'ours'), { recursive: true });
    writeFileSync(join(data, 'chainsight.yml'), 'insecure: true\n', { mode: 0o644 });
    writeFileSync(join(data, 'tls.key'), 'secret', { mode: 0o600 });
    writeFileSync(join(data, 'rules', 'ours', `${'很长的名字'.repeat(12)}.yml`), 'x');
    writeFileSync(join(data, 'empty'), '');
    writeFileSync(join(data, 'large'), Buffer.alloc(5 * 1024 * 1024, 7));
    writeFileSync(join(data, 'server.json'), '{}');
    symlinkSync('/etc/passwd', join(data, 'link'));
  });

  test.each(['copy', 'copy.tgz'])(
    '%s: files and their modes come back, a running server’s own do not',
    async (name) => {
      const restored = join(root, 'restored');
      mkdirSync(restored);
      await restoreBackup(await backup(name), restored);
      const names = (readdirSync(restored, { recursive: true }) as string[])
        .filter((each) => !each.startsWith('log'))
        .sort();
      const long = `${'很长的名字'.repeat(12)}.yml`;
      expect(names).toEqual([
        'chainsight.yml',
        'empty',
        'large',
        'rules',
        'rules/ours',
        `rules/ours/${long}`,
        'state.sqlite',
        'tls.key',
      ]);
      expect(readdirSync(join(restored, 'log'))).toEqual(['00000000000000000001.log']);
      for (const path of ['chainsight.yml', 'tls.key', 'large', 'empty', `rules/ours/${long}`, 'state.sqlite'])
        expect(statSync(join(restored, path)).mode, path).toBe(statSync(join(data, path)).mode);
      expect(readFileSync(join(restored, 'large')).equals(readFileSync(join(data, 'large')))).toBe(true);
      expect(notes).toEqual(['link is no plain file and is left out.']);
    },
  );

  test('an older layout is copied as it is, and brought up by the start', async () => {
    rmSync(join(data, 'state.sqlite'));
    const old = new Libsql(join(data, 'state.sqlite'));
    old.exec(readFileSync(new URL('../../store/testing/layout-2.sql', import.meta.url), 'utf8'));
    old.close();
    const { layout } = await restoreBackup(await backup('copy'), join(root, 'restored'));
    expect(layout).toBe(2);
    expect(threatsOf(join(root, 'restored'))).toHaveLength(1);
  });

  test('a place that is taken, or in the folder itself, is refused', async () => {
    mkdirSync(join(root, 'full'));
    writeFileSync(join(root, 'full', 'x'), '');
    writeFileSync(join(root, 'full.tar'), '');
    await expect(backup('full')).rejects.toThrow('is not empty');
    await expect(backup('full.tar')).rejects.toThrow('exists already');
    await expect(backup('data/copy')).rejects.toThrow('in the data folder itself');
    await expect(backup('data')).rejects.toThrow('in the data folder itself');
    await expect(backup('none/copy.tar')).rejects.toThrow('There is no folder');
    expect(readdirSync(root).sort()).toEqual(['data', 'full', 'full.tar']);
  });

  test('nothing is left of one that failed', async () => {
    // A file of its own: the server's connection ends when its statements are collected, and would write its pages over this one.
    for (const name of ['', '-wal', '-shm']) rmSync(join(data, `state.sqlite${name}`), { force: true });
    writeFileSync(join(data, 'state.sqlite'), 'no database'.repeat(1000));
    await expect(backup('copy')).rejects.toThrow(/state/i);
    await expect(backup('copy.tar.gz')).rejects.toThrow(/state/i);
    expect(readdirSync(root).sort()).toEqual(['copy', 'data']);
    expect(readdirSync(join(root, 'copy'))).toEqual([]);
  });
});

describe('a restore', () => {
  let made: string;
  let folder: string;
  const inFolder = (path: string): string => join(folder, path);

  beforeAll(async () => {
    made = mkdtempSync(join(tmpdir(), 'chainsight-restore-'));
    const live = await openLive(join(made, 'data'));
    await live.service.start();
    await live.service.intake.take(incoming(...attack()), 's');
    await live.close();
    writeFileSync(join(made, 'data', 'chainsight.yml'), '{}');
    for (const name of ['copy', 'copy.tar', 'copy.tar.gz'])
      await makeBackup({
        dataFolder: join(made, 'data'),
        target: join(made, name),
        program: '0.1.0',
        nowMs: 0,
        onNote: () => undefined,
      });
  });
  afterAll(() => rmSync(made, { recursive: true }));

  beforeEach(() => {
    folder = join(root, 'copy');
    cpSync(join(made, 'copy'), folder, { recursive: true });
  });

  const restored = (): string => join(root, 'restored');
  const expectRefused = async (from: string, words: RegExp | string): Promise<void> => {
    await expect(restoreBackup(from, restored())).rejects.toThrow(words);
    expect(existsSync(restored())).toBe(false);
  };
  const LOG = 'log/00000000000000000001.log';

  test('into a folder that is not empty is refused', async () => {
    mkdirSync(restored());
    writeFileSync(join(restored(), 'x'), '');
    await expect(restoreBackup(folder, restored())).rejects.toThrow('is not empty');
    expect(readdirSync(restored())).toEqual(['x']);
  });

  test.each([
    { name: 'a flipped byte of the log', damage: () => flip(inFolder(LOG), 100), words: `${LOG}: its bytes are not` },
    {
      name: 'a flipped byte of the state',
      damage: () => flip(inFolder('state.sqlite'), 5000),
      words: 'state.sqlite: its bytes',
    },
    {
      name: 'a log that is shorter',
      damage: () => truncateSync(inFolder(LOG), 200),
      words: `${LOG}: it has 200 bytes in place of`,
    },
    {
      name: 'a file that is gone',
      damage: () => rmSync(inFolder('chainsight.yml')),
      words: 'chainsight.yml: it is missing',
    },
    {
      name: 'a link in place of a file',
      damage: () => relink(inFolder('chainsight.yml')),
      words: 'chainsight.yml: it is missing',
    },
    { name: 'a manifest that was changed', damage: () => flip(inFolder(MANIFEST_NAME), 60), words: MANIFEST_NAME },
    {
      name: 'no manifest',
      damage: () => rmSync(inFolder(MANIFEST_NAME)),
      words: 'no back-up, or one that was cut off',
    },
    { name: 'no back-up', damage: () => rmSync(folder, { recursive: true }), words: 'there is no such file' },
  ])('from $name is refused', async ({ damage, words }) => {
    damage();
    await expectRefused(folder, words);
  });

  test('from a later version is refused with what to do', async () => {
    rewrite(inFolder(MANIFEST_NAME), (manifest) => ({ ...manifest, layout: STATE_LAYOUT + 1, program: '9.0' }));
    await expectRefused(folder, /version 9\.0, .*Restore with that version/);
  });

  test.each(['../out', '/etc/x', 'a/../../x', 'C:\\x', '', 'log//x'])(
    'to a path outside, %j, is refused',
    async (path) => {
      rewrite(inFolder(MANIFEST_NAME), (manifest) => ({
        ...manifest,
        files: manifest.files.map((file) => (file.path === 'chainsight.yml' ? { ...file, path } : file)),
      }));
      await expectRefused(folder, 'outside of a data folder');
    },
  );

  test('from an archive that was cut anywhere, or changed anywhere, is refused', async () => {
    const bytes = readFileSync(join(made, 'copy.tar'));
    const path = join(root, 'changed.tar');
    const step = Math.floor(bytes.length / 23);
    for (let at = step; at < bytes.length - 2048; at += step) {
      writeFileSync(path, bytes.subarray(0, at));
      await expectRefused(path, /damaged|no back-up, or one that was cut off/);
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x10;
      writeFileSync(path, changed);
      // Zeros that fill the last block of a file are no part of it.
      await restoreBackup(path, restored()).then(
        () => {
          expect(threatsOf(restored())).toEqual(threatsOf(join(made, 'data')));
          rmSync(restored(), { recursive: true });
        },
        (error: Error) => expect(error.message).toMatch(/damaged|no back-up/),
      );
    }
  });

  test('from a compressed archive that was cut is refused', async () => {
    const bytes = readFileSync(join(made, 'copy.tar.gz'));
    expect(gunzipSync(bytes).length).toBe(readFileSync(join(made, 'copy.tar')).length);
    writeFileSync(join(root, 'cut.tgz'), bytes.subarray(0, bytes.length - 100));
    await expectRefused(join(root, 'cut.tgz'), 'damaged');
    writeFileSync(join(root, 'other.tgz'), gzipSync('no archive'));
    await expectRefused(join(root, 'other.tgz'), 'damaged');
  });
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

function relink(path: string): void {
  rmSync(path);
  symlinkSync('/etc/hostname', path);
}

function rewrite(path: string, change: (manifest: Manifest) => Manifest): void {
  writeFileSync(path, encodeManifest(change(decodeManifest(readFileSync(path), path))));
}
