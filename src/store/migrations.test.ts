/** Every layout that was ever released, as it was, brought to today's; and upgrades that something cuts. */

import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Database } from './database.js';
import { MIGRATIONS } from './schema.js';
import { StateInspection, STATE_LAYOUT } from './state-inspection.js';
import { openStateStore } from './state-store.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-layouts-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** `testing/layout-N.sql`: the layout as a program of its day left it, with some rows; never changed once released. */
const RELEASED = MIGRATIONS.map((_, at) => at + 1);

function oldState(layout: number): string {
  const path = join(folder, `layout-${layout}.sqlite`);
  const database = new Libsql(path);
  database.pragma('journal_mode = WAL');
  database.exec(readFileSync(new URL(`testing/layout-${layout}.sql`, import.meta.url), 'utf8'));
  database.close();
  return path;
}

/** Tables, indexes and triggers, with blanks evened out. */
function layoutOf(path: string): unknown[] {
  const database = new Libsql(path);
  const rows = database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name').all() as {
    readonly sql: string | null;
  }[];
  database.close();
  return rows.map((row) => ({ ...row, sql: row.sql?.replace(/\s+/g, ' ') }));
}

const FIRST_PAGE = { limit: 100, cursor: undefined };

test('a new state that another program is just making is waited for', async () => {
  const path = join(folder, 'shared.sqlite');
  const other = new Worker(
    `const { workerData: path, parentPort } = require('node:worker_threads');
    const database = new (require('libsql'))(path);
    database.exec('BEGIN IMMEDIATE');
    parentPort.postMessage('begun');
    setTimeout(() => { database.exec('COMMIT'); database.close(); }, 200);`,
    { eval: true, workerData: path },
  );
  const ended = once(other, 'exit');
  await once(other, 'message');
  new Database(path).close();
  expect(await ended).toEqual([0]);
});

describe.each(RELEASED)('layout %i', (layout) => {
  test('becomes the layout that a new state has', () => {
    const path = oldState(layout);
    openStateStore(path).close();
    const fresh = join(folder, 'fresh.sqlite');
    openStateStore(fresh).close();
    expect(layoutOf(path)).toEqual(layoutOf(fresh));
    const inspection = new StateInspection(path);
    expect(inspection.layout).toBe(STATE_LAYOUT);
    expect(inspection.faults()).toEqual([]);
    inspection.close();
  });

  test('keeps people, tokens, verdicts, chains, processes, events, hunts and the audit log', () => {
    const path = oldState(layout);
    const { access, queries, effects, hunts, close } = openStateStore(path);
    expect(effects.committedPosition).toBe(12);
    expect(access.user('li')).toMatchObject({ role: 'administrator', passwordHash: 'scrypt$1' });
    expect(access.tokenByHash('hash-1')).toMatchObject({ name: 'fin', hosts: ['fin-03'] });
    expect(access.fact('set-up')).toBe('done');
    const [first] = queries.threats({}, FIRST_PAGE).items;
    expect(first).toMatchObject({
      threat: { id: 'c1', kind: 'chain', score: 180, techniques: ['T1059'], evidence: [{ key: 'rule:evil' }] },
      decision: { verdict: 'confirmed', reason: 'seen it', note: 'n', handledBy: 'li', revision: 2 },
    });
    expect(queries.chain('c1')).toMatchObject({ score: 180, processCount: 1 });
    expect(queries.processes(['p1'])).toMatchObject([{ image: 'evil.exe', points: 180 }]);
    expect(queries.processEvents('p1', {}, FIRST_PAGE).items).toMatchObject([
      { position: 7, eventId: 'id7', action: undefined, windowsEventId: 4104, channel: 'PowerShell', rules: [] },
      { position: 9, action: 'processaccess', targetProcessId: 'p2', targetHashes: 'MD5=1', rules: ['a', 'b'] },
    ]);
    expect(queries.host('fin-03')).toMatchObject({ events: 3 });
    expect(access.audit({}, FIRST_PAGE).items.map(({ id, who, action }) => [id, who, action])).toEqual([
      [4, 'wu', 'token.add'],
      [2, 'li', 'threat.verdict'],
      [1, 'li\0', 'user.add'],
    ]);
    expect(hunts.hunts().map(({ id, state, chains }) => [id, state, chains])).toEqual(
      layout < 7
        ? []
        : [
            ['h2', 'running', 0],
            ['h1', 'done', 1],
          ],
    );
    expect(hunts.huntChain('h1', 'c1')?.threat.score).toBe(layout < 7 ? undefined : 180);
    access.addAudit({ timeMs: 9, who: 'li', action: 'x', target: '', before: null, after: null, address: '' });
    close();
    const inspection = new StateInspection(path);
    expect(inspection.auditChain()).toMatchObject({ holds: true, entries: 4, head: { id: 5 } });
    inspection.close();
  });
});

describe('an upgrade that is cut', () => {
  test.each(RELEASED)('by a crash leaves layout %i as it was, and is made whole at the next start', (layout) => {
    const path = oldState(layout);
    const before = layoutOf(path);
    const image = join(folder, 'image.sqlite');
    // What the disk holds when the program dies there: all steps done, nothing committed.
    const crash = (database: Libsql.Database): void => {
      // Changed pages leave the cache for the file, as they would in a large state.
      database.pragma('cache_size = 1');
      database.exec(
        `CREATE TABLE large_state (x); WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100)
         INSERT INTO large_state SELECT randomblob(1000) FROM n`,
      );
      for (const part of ['', '-wal']) copyFileSync(path + part, image + part);
    };
    new Database(path, [...MIGRATIONS, crash]).close();
    expect(statSync(`${image}-wal`).size, 'bytes of the upgrade on the disk').toBeGreaterThan(30_000);
    const inspection = new StateInspection(image);
    expect(inspection.layout).toBe(layout);
    expect(inspection.faults()).toEqual([]);
    inspection.close();
    expect(layoutOf(image)).toEqual(before);
    const { access, close } = openStateStore(image);
    expect(access.audit({}, FIRST_PAGE).items).toHaveLength(3);
    close();
  });

  test('by a failure too, and says so', () => {
    const path = oldState(2);
    const before = layoutOf(path);
    expect(() => new Database(path, [...MIGRATIONS, 'CREATE TABLE odd (x); SELECT nonsense'])).toThrow(
      expect.objectContaining({ code: 'STORE_FAILED' }),
    );
    expect(layoutOf(path)).toEqual(before);
    openStateStore(path).close();
  });
});

test('a later layout is refused with what to do, and is not touched', () => {
  const path = oldState(5);
  new Database(path, [...MIGRATIONS, 'CREATE TABLE of_tomorrow (x)']).close();
  const before = layoutOf(path);
  expect(() => openStateStore(path)).toThrow(
    expect.objectContaining({
      code: 'STORE_TOO_NEW',
      message: expect.stringMatching(
        `layout ${STATE_LAYOUT + 1};.* up to ${STATE_LAYOUT}\\. Run the version that wrote it.*or restore a back-up`,
      ),
    }),
  );
  expect(layoutOf(path)).toEqual(before);
});
