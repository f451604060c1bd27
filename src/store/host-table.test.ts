import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chain, eventRow, NOTHING, process, threat } from '../../test/support/stored-records.js';
import { stateOf } from '../app/completeness/host-state.js';
import type { Arrivals, HostStreamRow } from '../app/ports.js';
import type { PageRequest } from '../app/query-ports.js';
import type { Effects } from '../engine/effects.js';
import { openStateStore, type StateStore } from './state-store.js';

let folder: string;
let store: StateStore;
let position = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-state-'));
  store = openStateStore(join(folder, 'state.db'));
  position = 0;
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function commit(
  effects: Partial<Effects>,
  arrivals: readonly Arrivals[] = [],
  streams: readonly HostStreamRow[] = [],
): void {
  position += 10;
  store.effects.commit({ ...NOTHING, ...effects }, position, arrivals, streams);
}

const FIRST_PAGE: PageRequest = { limit: 100, cursor: undefined };

function listed(): string[] {
  return store.queries.threats({}, FIRST_PAGE).items.map((item) => item.threat.id);
}

function arrival(host: string, minuteMs: number, events: number): Arrivals {
  return { host, minuteMs, events, firstMs: minuteMs + 1, lastMs: minuteMs + 59_000 };
}

function stream(key: string, change: Partial<HostStreamRow> = {}): HostStreamRow {
  return { key, quietAfterMs: 900_000, silentAfterMs: 1_800_000, activeSinceMs: 1, missing: 0, data: '[]', ...change };
}

describe('streams of hosts', () => {
  const HOUR_MS = 3_600_000;
  const heard = (host: string, atMs: number): Arrivals => ({ host, minuteMs: 0, events: 1, firstMs: 1, lastMs: atMs });

  test('are stored with the position they belong to, changed, read again and forgotten with their host', () => {
    const first = stream('a', { missing: 3, data: '[1]', activeSinceMs: 7 });
    commit({}, [heard('a.corp', 10), heard('b', 20)], [first, stream('b')]);
    expect(store.queries.host('A')).toMatchObject({ quietAfterMs: 900_000, silentAfterMs: 1_800_000, missing: 3 });
    expect(store.queries.hostStream('a.corp')).toBe('[1]');
    expect(store.queries.hostStream('c')).toBeUndefined();
    const changed = { ...first, silentAfterMs: 5, data: '[2]' };
    commit({}, [], [changed]);
    expect([...store.effects.hostStreams()]).toEqual([changed, stream('b')]);
    commit({ forgotten: ['a'] });
    expect([...store.effects.hostStreams()]).toEqual([stream('b')]);
  });

  test('are written only where something of them changed', () => {
    const raw = new Libsql(join(folder, 'state.db'));
    raw.exec(`CREATE TABLE writes (what TEXT);
      CREATE TRIGGER note_stream AFTER UPDATE ON host_streams BEGIN INSERT INTO writes VALUES ('row'); END;
      CREATE TRIGGER note_text AFTER UPDATE ON host_stream_texts BEGIN INSERT INTO writes VALUES ('text'); END;`);
    const writes = (): unknown => raw.prepare('SELECT what FROM writes ORDER BY rowid').raw().all().flat();
    const first = stream('a', { data: '[1]' });
    for (const row of [first, first, { ...first, data: '[2]' }, { ...first, data: '[2]', missing: 4 }])
      commit({}, [], [row]);
    expect(writes()).toEqual(['text', 'row']);
    expect([...store.effects.hostStreams()]).toEqual([{ ...first, data: '[2]', missing: 4 }]);
    raw.close();
  });

  test('say which hosts are quiet, and which are silent, as the one place that judges does', () => {
    const hosts = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) => ({ name, lastMs: HOUR_MS - index * 600_000 }));
    commit(
      {},
      hosts.map(({ name, lastMs }) => heard(name, lastMs)),
      hosts.slice(0, 5).map(({ name }) => stream(name)),
    );
    for (const nowMs of [HOUR_MS, HOUR_MS + 900_000, HOUR_MS + 900_001, 2 * HOUR_MS, 90 * HOUR_MS]) {
      for (const excusedFromMs of [0, HOUR_MS, HOUR_MS + 600_000, Number.POSITIVE_INFINITY]) {
        const listening = { nowMs, excusedFromMs };
        const states = store.queries
          .hosts(undefined, FIRST_PAGE)
          .items.map((host) => ({ name: host.name, state: stateOf(host, listening) }));
        const silent = states.filter(({ state }) => state === 'silent').map(({ name }) => name);
        const quiet = states.filter(({ state }) => state === 'quiet').length;
        const counts = store.queries.hostCounts(HOUR_MS, listening);
        expect(counts).toEqual({ known: 6, heard: 1, quiet, silent: silent.length });
        // The one that was heard last comes first.
        expect(store.queries.silentHosts(listening, 10).map(({ name }) => name)).toEqual(silent);
      }
    }
    const late = { nowMs: 90 * HOUR_MS, excusedFromMs: Number.POSITIVE_INFINITY };
    expect(store.queries.silentHosts(late, 2).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('hosts', () => {
  test('short and full names are one machine, shown by the fuller one everywhere', () => {
    commit({ threats: [threat('c1', 200)], chains: [chain('c1')] }, [arrival('fin-03', 600_000, 5)]);
    store.effects.addDuplicates(2);
    commit({}, [arrival('fin-03.corp.local', 660_000, 7), arrival('lab', 660_000, 1)]);
    commit({}, [arrival('fin-03', 660_000, 1), arrival('', 660_000, 3)]);
    expect(store.queries.host('FIN-03')).toEqual({
      name: 'fin-03.corp.local',
      firstMs: 600_001,
      lastMs: 719_000,
      events: 13,
      openThreats: 1,
      quietAfterMs: 900_000,
      silentAfterMs: 57_600_000,
      activeSinceMs: 600_001,
      missing: 0,
    });
    expect(store.queries.threat('c1')?.threat.host).toBe('fin-03.corp.local');
    expect(store.queries.hosts(undefined, { limit: 1, cursor: undefined })).toMatchObject({
      items: [{ name: 'fin-03.corp.local' }],
      count: { items: 2, exact: true },
    });
    const { next } = store.queries.hosts(undefined, { limit: 1, cursor: undefined });
    expect(store.queries.hosts(undefined, { limit: 1, cursor: next })).toMatchObject({
      items: [{ name: 'lab' }],
      next: undefined,
    });
    expect(store.queries.hosts('CORP', FIRST_PAGE).items.map(({ name }) => name)).toEqual(['fin-03.corp.local']);
    expect(store.queries.knownHosts()).toBe(2);
    expect(store.queries.eventCounts()).toEqual({ events: 17, duplicates: 2 });
  });

  test('volume by the minute and by ten, of all hosts or of one', () => {
    commit({}, [
      arrival('a', 600_000, 5),
      arrival('b', 600_000, 1),
      arrival('a', 660_000, 2),
      arrival('a', 1_200_000, 9),
    ]);
    commit({}, [arrival('a', 600_000, 1)]);
    expect(store.queries.volume(600_000, 720_000, 60_000)).toEqual([
      { startMs: 600_000, events: 7 },
      { startMs: 660_000, events: 2 },
    ]);
    expect(store.queries.volume(600_000, 1_800_000, 600_000, 'A')).toEqual([
      { startMs: 600_000, events: 8 },
      { startMs: 1_200_000, events: 9 },
    ]);
    expect(store.queries.volume(0, 3_600_000, 3_600_000)).toEqual([{ startMs: 0, events: 18 }]);
    expect(store.queries.volume(0, 3_600_000, 3_600_000, 'c')).toEqual([]);
  });

  test('the loudest hosts, by name where they are as loud', () => {
    commit({}, [arrival('b', 600_000, 5), arrival('c', 600_000, 5), arrival('a', 1_200_000, 9), arrival('d', 0, 90)]);
    expect(store.queries.loudestHosts(600_000, 1_800_000, 600_000, 9)).toEqual(['a', 'b', 'c']);
    expect(store.queries.loudestHosts(600_000, 1_200_000, 60_000, 1)).toEqual(['b']);
    expect(store.queries.loudestHosts(0, 1_800_000, 600_000, 2)).toEqual(['d', 'a']);
  });

  test('the foremost: most open threats first, then the loudest of late, then those heard last', () => {
    const on = (id: string, host: string) => threat(id, 200, { host });
    commit(
      {
        chains: ['c1', 'c2', 'c3', 'c4'].map((id) => chain(id)),
        threats: [on('c1', 'zeta'), on('c2', 'zeta'), on('c3', 'once'), on('c4', 'judged')],
      },
      [
        ...['zeta', 'once', 'judged', 'older'].map((host) => arrival(host, 0, 1)),
        arrival('later', 600_000, 90),
        arrival('loud', 1_800_000, 9),
        arrival('low', 1_800_000, 5),
      ],
    );
    store.queries.decide('c4', { verdict: 'ignored' }, 'li', 1, undefined);
    const names = (limit: number): string[] => store.queries.foremostHosts(1_900_000, limit).map(({ name }) => name);
    expect(names(5)).toEqual(['zeta', 'once', 'loud', 'low', 'later']);
    expect(names(1)).toEqual(['zeta']);
    expect(store.queries.foremostHosts(1_900_000, 1)).toMatchObject([{ openThreats: 2 }]);
    expect(names(99)).toHaveLength(7);
  });

  test('old minutes are dropped, tens stay', () => {
    commit({}, [arrival('a', 600_000, 5)]);
    const laterMs = 600_000 + 27 * 3_600_000;
    commit({}, [arrival('a', laterMs, 5)]);
    expect(store.queries.volume(0, laterMs, 60_000)).toEqual([]);
    expect(store.queries.volume(0, laterMs, 600_000)).toHaveLength(1);
  });

  test('a forgotten host leaves nothing behind, and its neighbours stay', () => {
    const other = { host: 'other' };
    commit(
      {
        processes: [process('p1', 'c1'), process('p2', 'c2', other)],
        chains: [chain('c1'), chain('c2', other)],
        threats: [threat('c1', 200), threat('c2', 200, other)],
        events: [eventRow(1, 'p1'), eventRow(2, ''), eventRow(3, 'p2', other), eventRow(4, '', other)],
      },
      [arrival('fin-03', 60_000, 2), arrival('other', 60_000, 2)],
    );
    commit({ aliases: [{ from: 'c0', to: 'c1' }], chains: [chain('c1')] });
    // What comes of it in the same commit comes after.
    commit({ forgotten: ['fin-03'], processes: [process('p9', 'c9')], chains: [chain('c9')] });
    expect(store.queries.processes(['p9'])).toHaveLength(1);
    commit({ forgotten: ['fin-03', 'never-seen'] });
    expect(listed()).toEqual(['c2']);
    expect(store.queries.chain('c0')).toBeUndefined();
    expect(store.queries.processes(['p1', 'p2']).map(({ id }) => id)).toEqual(['p2']);
    expect(store.queries.loudestHosts(0, 1e6, 60_000, 9)).toEqual(['other']);
    const raw = new Libsql(join(folder, 'state.db'));
    expect(raw.prepare('SELECT process_id, first FROM event_pages').all()).toEqual([{ process_id: 'p2', first: 3 }]);
    raw.close();
  });
});
