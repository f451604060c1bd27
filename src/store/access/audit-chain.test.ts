/** An audit log that somebody changed by hand, and where that shows. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StateInspection } from '../state-inspection.js';
import { openStateStore } from '../state-store.js';
import type { ChainAnswer, ChainHead } from './audit-chain.js';

let folder: string;
const path = (): string => join(folder, 'state.db');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-audit-'));
  write(6);
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(count: number): void {
  const store = openStateStore(path());
  for (let at = 1; at <= count; at++) {
    store.access.addAudit({
      timeMs: at,
      who: 'wu',
      action: 'threat.verdict',
      target: `c${at}`,
      before: { verdict: 'open' },
      after: { verdict: 'ignored' },
      address: '::1',
    });
  }
  store.close();
}

/** With the triggers gone, as whoever can write the file would do it. */
function tamper(sql: string): void {
  const raw = new Libsql(path());
  raw.exec(`DROP TRIGGER IF EXISTS audit_keeps_entries; DROP TRIGGER IF EXISTS audit_keeps_words; ${sql}`);
  raw.close();
}

function verify(known?: ChainHead): ChainAnswer | undefined {
  const inspection = new StateInspection(path());
  try {
    return inspection.auditChain(known);
  } finally {
    inspection.close();
  }
}

function rowHash(id: number): string {
  const raw = new Libsql(path());
  const row = raw.prepare('SELECT hash FROM audit WHERE id = ?').get([id]) as { hash: string };
  raw.close();
  return row.hash;
}

const FORGED = "'wu', 'x', '', 'null', 'null', ''";
const HASH_OF_3 = '(SELECT hash FROM audit WHERE id = 3)';

describe('the first entry that does not hold is named', () => {
  test.each([
    { name: 'changed words', sql: "UPDATE audit SET who = 'li' WHERE id = 3", id: 3, reason: 'contents' },
    { name: 'a changed time', sql: 'UPDATE audit SET time_ms = 99 WHERE id = 1', id: 1, reason: 'contents' },
    { name: 'a changed hash', sql: "UPDATE audit SET hash = '00' WHERE id = 4", id: 4, reason: 'contents' },
    { name: 'a number as text', sql: "UPDATE audit SET target = x'00' WHERE id = 2", id: 2, reason: 'contents' },
    { name: 'one removed', sql: 'DELETE FROM audit WHERE id = 3', id: 3, reason: 'missing' },
    { name: 'several removed', sql: 'DELETE FROM audit WHERE id IN (2, 3, 4)', id: 2, reason: 'up to 4' },
    { name: 'the first removed', sql: 'DELETE FROM audit WHERE id = 1', id: 1, reason: 'missing' },
    {
      name: 'removed and numbered anew',
      sql: 'DELETE FROM audit WHERE id = 3; UPDATE audit SET id = id - 1 WHERE id > 3',
      id: 3,
      reason: 'follow',
    },
    { name: 'the end removed', sql: 'DELETE FROM audit WHERE id > 4', id: 5, reason: 'up to 6' },
    { name: 'all removed', sql: 'DELETE FROM audit', id: 1, reason: 'up to 6' },
    {
      name: 'one put in at the end',
      sql: `INSERT INTO audit SELECT 7, 7, ${FORGED}, hash, 'no' FROM audit WHERE id = 6`,
      id: 7,
      reason: 'behind',
    },
    {
      name: 'one put in the place of another',
      sql: `DELETE FROM audit WHERE id = 4; INSERT INTO audit VALUES (4, 7, ${FORGED}, ${HASH_OF_3}, 'no')`,
      id: 4,
      reason: 'contents',
    },
    {
      name: 'two that changed places',
      sql: 'UPDATE audit SET id = 99 WHERE id = 3; UPDATE audit SET id = 3 WHERE id = 4; UPDATE audit SET id = 4 WHERE id = 99',
      id: 3,
      reason: 'follow',
    },
  ])('$name', ({ sql, id, reason }) => {
    tamper(sql);
    expect(verify()).toEqual({
      holds: false,
      id,
      entries: id - 1,
      reason: expect.stringContaining(reason),
    });
  });

  test('a row that was rewritten with a hash that fits it, by its neighbour', () => {
    const row = [rowHash(2), 3, 3, 'li', 'threat.verdict', 'c3', '{"verdict":"open"}', '{"verdict":"ignored"}', '::1'];
    const hash = createHash('sha256').update(JSON.stringify(row)).digest('hex');
    tamper(`UPDATE audit SET who = 'li', hash = '${hash}' WHERE id = 3`);
    expect(verify()).toMatchObject({
      holds: false,
      id: 4,
      reason: expect.stringContaining('does not follow on entry 3'),
    });
  });

  test('entries that come after a removed end do not cover it up', () => {
    tamper('DELETE FROM audit WHERE id > 4');
    write(2);
    expect(verify()).toMatchObject({ holds: false, id: 5, reason: expect.stringContaining('up to 6') });
  });

  test('a note of the newest entry that is gone, or that knows fewer', () => {
    tamper('DELETE FROM audit_head');
    expect(verify()).toMatchObject({ holds: false, id: 6, reason: expect.stringContaining('is gone') });
    tamper('INSERT INTO audit_head SELECT 1, id, hash FROM audit WHERE id = 4');
    expect(verify()).toMatchObject({ holds: false, id: 5, entries: 4, reason: expect.stringContaining('behind') });
  });

  test('whatever was done to it, the log takes entries', () => {
    tamper('DELETE FROM audit_head');
    write(1);
    tamper('UPDATE audit_head SET id = 2');
    write(1);
    tamper('DELETE FROM audit');
    write(1);
    expect(verify()).toMatchObject({ holds: false, id: 1, entries: 0 });
  });
});

describe('a head that was noted down', () => {
  test('is found again while the log grows', () => {
    const head = { id: 6, hash: rowHash(6) };
    write(3);
    expect(verify(head)).toMatchObject({ holds: true, entries: 9 });
  });

  test('shows a removed end that was covered up', () => {
    const head = { id: 6, hash: rowHash(6) };
    tamper(
      'DELETE FROM audit WHERE id > 4; UPDATE audit_head SET id = 4, hash = (SELECT hash FROM audit WHERE id = 4)',
    );
    expect(verify()).toMatchObject({ holds: true, entries: 4 });
    expect(verify(head)).toMatchObject({ holds: false, id: 5 });
  });

  test('shows a log that was written anew', () => {
    expect(verify({ id: 5, hash: rowHash(4) })).toMatchObject({
      holds: false,
      id: 5,
      reason: expect.stringContaining('noted down'),
    });
  });
});

test('an empty log holds', () => {
  rmSync(path());
  write(0);
  expect(verify()).toEqual({ holds: true, entries: 0, head: undefined });
});
