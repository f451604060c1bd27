/** A data folder in which nothing can be written: a copy on a read-only disk, somebody else's. What only reads it must work there. */

import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asSomebody, KNOWS_MODES } from '../../test/support/somebody.js';
import { Database } from './database.js';
import { MIGRATIONS } from './schema.js';
import { openSqlite } from './sqlite-file.js';
import { STATE_LAYOUT, StateInspection } from './state-inspection.js';
import { openStateStore, openStateToRead } from './state-store.js';

let parent: string;
let folder: string;
let path: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'chainsight-'));
  chmodSync(parent, 0o755);
  folder = join(parent, 'data');
  mkdirSync(folder);
  path = join(folder, 'state.sqlite');
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(parent, { recursive: true, force: true });
});

/** As a server leaves it that was stopped: the binding keeps files beside it open for as long as the program runs. */
function fill(migrations = MIGRATIONS): void {
  const elsewhere = join(parent, 'state.sqlite');
  new Database(elsewhere, migrations).close();
  if (migrations === MIGRATIONS) {
    const store = openStateStore(elsewhere);
    store.access.addUser({ name: 'li', role: 'viewer', passwordHash: '', createdMs: 1, lastSignInMs: 0 });
    store.close();
  }
  const database = openSqlite(elsewhere);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  cpSync(elsewhere, path);
}

function seal(): void {
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444);
  chmodSync(folder, 0o555);
}

describe.skipIf(!KNOWS_MODES)('a state that can only be read', () => {
  test('is read, and nothing is made beside it', async () => {
    fill();
    seal();
    await asSomebody(folder, () => {
      const store = openStateToRead(path);
      expect(store.access.users().map(({ name }) => name)).toEqual(['li']);
      expect(() => store.access.removeUser('li')).toThrow('readonly');
      store.close();
      expect(readdirSync(folder)).toEqual(['state.sqlite']);
    });
  });

  test('is looked into, and copied to another place', async () => {
    fill();
    seal();
    const copy = join(parent, 'copy.sqlite');
    chmodSync(parent, 0o777);
    await asSomebody(folder, () => {
      const inspection = new StateInspection(path);
      expect([inspection.layout, inspection.faults()]).toEqual([STATE_LAYOUT, []]);
      expect(inspection.auditChain()).toMatchObject({ holds: true });
      inspection.copyTo(copy);
      inspection.close();
    });
    expect(existsSync(copy)).toBe(true);
  });

  test('is not opened for changes', async () => {
    fill();
    seal();
    await asSomebody(folder, () => expect(() => openStateStore(path)).toThrow('cannot be opened'));
  });

  test('whose latest changes lie beside it is refused with the reason: the file alone would tell what was', async () => {
    fill();
    writeFileSync(`${path}-wal`, 'changes');
    seal();
    await asSomebody(folder, () => {
      expect(() => openStateToRead(path)).toThrow('holds changes that no server has brought in');
      expect(() => new StateInspection(path)).toThrow('holds changes that no server has brought in');
    });
  });

  test('of an older layout is refused with what to do', async () => {
    fill(MIGRATIONS.slice(0, -1));
    seal();
    await asSomebody(folder, () => expect(() => openStateToRead(path)).toThrow(/has layout \d+.*copy the folder/));
  });
});

test('where all may be written, reading brings the layout up as ever', () => {
  new Database(path, MIGRATIONS.slice(0, -1)).close();
  openStateToRead(path).close();
  expect(new StateInspection(path).layout).toBe(STATE_LAYOUT);
});
