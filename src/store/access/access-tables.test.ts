import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditRecord, EnrolmentRecord, TokenRecord, UserRecord } from '../../app/access-ports.js';
import { StateInspection } from '../state-inspection.js';
import { openStateStore, type StateStore } from '../state-store.js';

let folder: string;
let store: StateStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-access-'));
  store = openStateStore(join(folder, 'state.db'));
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function user(name: string, change: Partial<UserRecord> = {}): UserRecord {
  return { name, role: 'analyst', passwordHash: 'scrypt$1', createdMs: 5, lastSignInMs: 0, ...change };
}

function session(idHash: string, name: string, expiresMs = 100) {
  return { idHash, user: name, csrf: `csrf-${idHash}`, createdMs: 1, expiresMs };
}

function token(id: string, change: Partial<TokenRecord> = {}): TokenRecord {
  return {
    id,
    name: `sensor ${id}`,
    role: 'sensor',
    secretHash: `hash-${id}`,
    hosts: ['fin-03'],
    createdMs: 1,
    createdBy: 'wu',
    lastUsedMs: 0,
    expiresMs: 0,
    ...change,
  };
}

describe('people', () => {
  test('are kept, changed and removed, by name in any case', () => {
    expect(store.access.addUser(user('Wu'))).toBe(true);
    expect(store.access.addUser(user('wU', { role: 'viewer' }))).toBe(false);
    expect(store.access.user('WU')).toEqual(user('Wu'));
    expect(store.access.changeUser('wu', { role: 'administrator', lastSignInMs: 9 })).toBe(true);
    expect(store.access.users()).toEqual([user('Wu', { role: 'administrator', lastSignInMs: 9 })]);
    expect(store.access.changeUser('nobody', { role: 'viewer' })).toBe(false);
    expect(store.access.removeUser('WU')).toBe(true);
    expect(store.access.removeUser('wu')).toBe(false);
    expect(store.access.user('wu')).toBeUndefined();
  });

  test('two spellings of one accented name are one name', () => {
    expect(store.access.addUser(user('Zo\u00eb'))).toBe(true);
    expect(store.access.addUser(user('Zoe\u0308'))).toBe(false);
  });

  test('sessions end by hand, with their person, or with time', () => {
    store.access.addUser(user('wu'));
    for (const id of ['a', 'b', 'c']) store.access.addSession(session(id, 'wu', id === 'c' ? 50 : 100));
    store.access.addSession(session('d', 'li'));
    expect(store.access.session('a')).toEqual(session('a', 'wu'));
    store.access.removeSessionsExpired(50);
    expect(store.access.session('c')).toBeUndefined();
    store.access.removeSession('a');
    expect(store.access.session('a')).toBeUndefined();
    store.access.removeUser('WU');
    expect(store.access.session('b')).toBeUndefined();
    expect(store.access.session('d')).toBeDefined();
    store.access.removeSessionsOf('LI');
    expect(store.access.session('d')).toBeUndefined();
  });
});

describe('tokens', () => {
  test('are found by the hash of their secret, remembered when used, and removed', () => {
    store.access.addToken(token('1'));
    store.access.addToken(token('2', { hosts: [], role: 'admin', expiresMs: 99 }));
    expect(store.access.tokenByHash('hash-2')).toEqual(token('2', { hosts: [], role: 'admin', expiresMs: 99 }));
    expect(store.access.tokenByHash('other')).toBeUndefined();
    store.access.touchToken('1', 70);
    store.access.touchToken('1', 60);
    expect(store.access.tokens().map(({ id, lastUsedMs }) => [id, lastUsedMs])).toEqual([
      ['1', 70],
      ['2', 0],
    ]);
    expect(store.access.removeToken('1')).toBe(true);
    expect(store.access.removeToken('1')).toBe(false);
    expect(store.access.tokenByHash('hash-1')).toBeUndefined();
  });

  test('one that another process writes is seen at once', () => {
    const other = openStateStore(join(folder, 'state.db'));
    other.access.addToken(token('1'));
    expect(store.access.tokenByHash('hash-1')).toEqual(token('1'));
    other.access.removeToken('1');
    expect(store.access.tokenByHash('hash-1')).toBeUndefined();
    other.close();
  });
});

describe('enrolments', () => {
  const enrolment = (id: string, change: Partial<EnrolmentRecord> = {}): EnrolmentRecord => ({
    id,
    codeHash: `hash-${id}`,
    hosts: ['fin-03'],
    usesLeft: 2,
    createdMs: 1,
    createdBy: 'wu',
    expiresMs: 100,
    ...change,
  });

  test('give as many uses as they have, until they expire or are removed', () => {
    store.access.addEnrolment(enrolment('1'));
    expect(store.access.enrolmentByHash('hash-1')).toEqual(enrolment('1'));
    expect(store.access.useEnrolment('1', 100)).toBe(false);
    expect(store.access.useEnrolment('1', 99)).toBe(true);
    const other = openStateStore(join(folder, 'state.db'));
    expect(other.access.useEnrolment('1', 99)).toBe(true);
    other.close();
    expect(store.access.useEnrolment('1', 99)).toBe(false);
    expect(store.access.enrolments()).toEqual([enrolment('1', { usesLeft: 0 })]);
    expect(store.access.removeEnrolment('1')).toBe(true);
    expect(store.access.removeEnrolment('1')).toBe(false);
    expect(store.access.useEnrolment('1', 2)).toBe(false);
  });

  test('that have expired are forgotten with the next one', () => {
    store.access.addEnrolment(enrolment('1'));
    store.access.addEnrolment(enrolment('2', { createdMs: 100, expiresMs: 200 }));
    expect(store.access.enrolments().map(({ id }) => id)).toEqual(['2']);
    expect(store.access.enrolmentByHash('hash-1')).toBeUndefined();
  });
});

describe('the audit log', () => {
  const entry = (change: Partial<AuditRecord> = {}): AuditRecord => ({
    timeMs: 1,
    who: 'wu',
    action: 'threat.verdict',
    target: 'c1',
    before: { verdict: 'open' },
    after: null,
    address: '::1',
    ...change,
  });

  test('newest first, by who and by what, page by page', () => {
    for (let at = 1; at <= 10; at++) {
      store.access.addAudit(entry({ timeMs: at, who: at % 2 === 0 ? 'li' : 'wu', action: at > 8 ? 'x' : 'y' }));
    }
    const first = store.access.audit({ who: 'wu' }, { limit: 2, cursor: undefined });
    const rest = store.access.audit({ who: 'wu' }, { limit: 9, cursor: first.next });
    expect([...first.items, ...rest.items].map(({ timeMs }) => timeMs)).toEqual([9, 7, 5, 3, 1]);
    expect(rest.next).toBeUndefined();
    expect(store.access.audit({ who: 'li', action: 'x' }, { limit: 9, cursor: undefined }).items).toEqual([
      { ...entry({ timeMs: 10, who: 'li', action: 'x' }), id: 10 },
    ]);
  });

  test('each entry builds on the one before, whoever writes', () => {
    const other = openStateStore(join(folder, 'state.db'));
    store.access.addAudit(entry({ who: 'li\0', target: '\ud800', after: { name: '\ud800\0' } }));
    other.access.addAudit(entry());
    store.access.addAudit(entry());
    other.close();
    const inspection = new StateInspection(join(folder, 'state.db'));
    const answer = inspection.auditChain();
    expect(answer).toEqual({ holds: true, entries: 3, head: { id: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    inspection.close();
  });

  test('entries are never changed or removed, not even by hand', () => {
    store.access.addAudit(entry());
    const raw = new Libsql(join(folder, 'state.db'));
    expect(() => raw.exec('DELETE FROM audit')).toThrow('never removed');
    expect(() => raw.exec("UPDATE audit SET who = 'x'")).toThrow('never changed');
    raw.close();
  });
});

test('facts outlive a restart', () => {
  store.access.setFact('set-up', 'abc');
  store.access.setFact('set-up', 'def');
  store.close();
  store = openStateStore(join(folder, 'state.db'));
  expect(store.access.fact('set-up')).toBe('def');
  store.access.setFact('set-up', undefined);
  expect(store.access.fact('set-up')).toBeUndefined();
});
