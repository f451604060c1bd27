import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { captured } from '../../../test/support/captured.js';
import { openStateStore } from '../../store/state-store.js';
import { statePath } from '../data-folder.js';
import { auditCommand } from './audit.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-audit-command-'));
  const store = openStateStore(statePath(folder));
  for (let at = 1; at <= 3; at++) {
    store.access.addAudit({
      timeMs: Date.UTC(2026, 0, at),
      who: at === 2 ? 'li\u202e' : 'wu',
      action: 'token.add',
      target: `t${at}`,
      before: null,
      after: { name: 'x' },
      address: '::1',
    });
  }
  store.close();
});

afterEach(() => rmSync(folder, { recursive: true }));

const audit = (...args: string[]): ReturnType<typeof captured> =>
  captured(() => auditCommand(), [...args, '--data', folder]);

test('list: newest first, filtered and counted, with hostile names made visible', async () => {
  const { out } = await audit('list', '--format', 'ndjson', '--who', 'wu', '--limit', '1');
  expect(JSON.parse(out)).toEqual({
    id: 3,
    time: '2026-01-03T00:00:00.000Z',
    who: 'wu',
    action: 'token.add',
    target: 't3',
    before: null,
    after: { name: 'x' },
    address: '::1',
  });
  expect((await audit('list', '--limit', '0', '--format', 'ndjson')).out.trim().split('\n')).toHaveLength(3);
  expect((await audit('list', '--who', 'nobody')).out).toMatch(/^No entry fits/);
  const table = (await audit('list')).out;
  expect(table).toContain('li⟨U+202E⟩');
  expect(table).not.toContain('\u202e');
});

test('verify: how many hold and the head to note down; later, that head again', async () => {
  const first = await audit('verify');
  expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^3 entries hold\. Head: 3:[0-9a-f]{64}\n$/) });
  const head = /3:[0-9a-f]{64}/.exec(first.out)![0];
  expect((await audit('verify', '--head', head)).code).toBe(0);
  expect(
    await audit(
      'verify',
      '--head',
      head.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    ),
  ).toMatchObject({
    code: 1,
    out: expect.stringContaining('Entry 3 does not hold'),
  });
  await expect(audit('verify', '--head', '3')).rejects.toThrow('ID:HASH');
});

test('verify: the first entry that does not hold, and exit code 1', async () => {
  const raw = new Libsql(statePath(folder));
  raw.exec("DROP TRIGGER audit_keeps_words; UPDATE audit SET target = 'other' WHERE id = 2");
  raw.close();
  expect(await audit('verify', '--format', 'json')).toMatchObject({
    code: 1,
    out: `${JSON.stringify({ holds: false, entries: 1, id: 2, reason: 'its contents are not those that were written' })}\n`,
  });
});

test('verify: a state from before the chain is told, and left as it is', async () => {
  const raw = new Libsql(statePath(folder));
  raw.exec('PRAGMA user_version = 3');
  raw.close();
  await expect(audit('verify')).rejects.toThrow('has layout 3, from before the audit log was a chain');
});
