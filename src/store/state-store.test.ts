import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chain, eventRow, NOTHING, process, threat } from '../../test/support/stored-records.js';
import type { Arrivals } from '../app/ports.js';
import type { PageRequest, ThreatFilter } from '../app/query-ports.js';
import type { Effects } from '../engine/effects.js';
import type { Threat } from '../engine/score/threat.js';
import { reasonOf } from './database.js';
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

function reopen(): void {
  store.close();
  store = openStateStore(join(folder, 'state.db'));
}

function commit(effects: Partial<Effects>, arrivals: readonly Arrivals[] = []): void {
  position += 10;
  store.effects.commit({ ...NOTHING, ...effects }, position, arrivals, []);
}

const FIRST_PAGE: PageRequest = { limit: 100, cursor: undefined };

function listed(filter: ThreatFilter = {}): string[] {
  return store.queries.threats(filter, FIRST_PAGE).items.map((item) => item.threat.id);
}

describe('commits', () => {
  test('effects and their position are there after a restart, as they were given', () => {
    commit({
      processes: [process('p1', 'c1')],
      chains: [chain('c1')],
      threats: [threat('c1', 200)],
      events: [eventRow(3, 'p1', { rules: ['a', 'b'], action: undefined })],
    });
    reopen();
    expect(store.effects.committedPosition).toBe(10);
    expect(store.queries.threat('c1')?.threat).toEqual(threat('c1', 200));
    expect(store.queries.chain('c1')).toEqual(chain('c1'));
    expect(store.queries.processes(['p1', 'none', 'p1'])).toEqual([process('p1', 'c1')]);
    expect(store.queries.processEvents('p1', {}, FIRST_PAGE).items).toEqual([
      eventRow(3, 'p1', { rules: ['a', 'b'], action: undefined }),
    ]);
  });

  test('the same position again, or an earlier one, changes nothing', () => {
    commit({ threats: [threat('c1', 200)], events: [eventRow(3, 'p1')] }, [arrival('fin-03', 60_000, 5)]);
    const before = store.queries.threats({}, FIRST_PAGE);
    for (const again of [10, 9]) {
      store.effects.commit({ ...NOTHING, threats: [threat('c1', 900)], events: [eventRow(3, 'p1')] }, again, [
        arrival('fin-03', 60_000, 5),
      ]);
    }
    expect(store.queries.threats({}, FIRST_PAGE)).toEqual(before);
    expect(store.queries.eventCounts()).toEqual({ events: 5, duplicates: 0 });
  });

  test('a commit that fails half-way leaves nothing behind', () => {
    commit({ events: [eventRow(3, 'p1')] });
    expect(() => commit({ processes: [process('p9', 'c9')], events: [eventRow(3, 'p1')] })).toThrow(
      expect.objectContaining({ code: 'STORE_FAILED' }),
    );
    expect(store.effects.committedPosition).toBe(10);
    expect(store.queries.processes(['p9'])).toEqual([]);
    position = 10;
    commit({ processes: [process('p9', 'c9')] });
    expect(store.queries.processes(['p9'])).toHaveLength(1);
  });

  test.each([
    { name: 'NUL', text: 'cmd\0.exe' },
    { name: 'a lone surrogate', text: 'a\ud800b\udc00\udbff' },
    { name: 'a whole surrogate pair', text: '😀 fine' },
    { name: 'our own mark', text: '\u0001json:"x"' },
    { name: 'quotes and control characters', text: `'; DROP TABLE threats; -- "\u0007\r\n\u202e` },
    { name: '100,000 characters', text: 'x'.repeat(100_000) },
  ])('hostile text comes back as it was: $name', ({ text }) => {
    const odd = process('p1', 'c1', { host: text, image: text, commandLine: text, user: text });
    const given = threat('c1', 200, { start: { ...threat('c1', 1).start, commandLine: text } });
    commit({ processes: [odd], threats: [given] });
    reopen();
    expect(store.queries.processes(['p1'])).toEqual([odd]);
    expect(store.queries.threat('c1')?.threat).toEqual(given);
    expect(listed({ text: text.slice(0, 50) })).toEqual(['c1']);
  });

  test("a sensor's rubbish numbers do not stop a commit", () => {
    commit({
      processes: [process('p1', 'c1', { pid: Number.NaN, startMs: 1.5, endMs: 1e300 })],
      events: [eventRow(1, 'p1', { timeMs: Number.POSITIVE_INFINITY, windowsEventId: -1 })],
    });
    expect(store.queries.processes(['p1'])[0]?.pid).toBe(0);
  });
});

describe('threats', () => {
  test('what people decided stays while the engine goes on writing', () => {
    commit({ threats: [threat('c1', 200)] });
    const answer = store.queries.decide('c1', { verdict: 'ignored', reason: 'test', note: 'lab' }, 'wu', 77, 0);
    expect(answer).toMatchObject({ kind: 'done', before: { decision: { verdict: 'open', revision: 0 } } });
    commit({ threats: [threat('c1', 200, { active: false })] });
    expect(store.queries.threat('c1')).toMatchObject({
      threat: { active: false },
      decision: {
        verdict: 'ignored',
        reason: 'test',
        note: 'lab',
        handledBy: 'wu',
        handledMs: 77,
        revision: 1,
        changed: false,
      },
    });
  });

  test.each([
    { name: 'the same score', score: 200, verdict: 'ignored', changed: false },
    { name: 'a lower one', score: 180, verdict: 'ignored', changed: false },
    { name: 'one more point', score: 201, verdict: 'ignored', changed: true },
    { name: 'one less than a threshold more', score: 369, verdict: 'ignored', changed: true },
    { name: 'a threshold more', score: 370, verdict: 'open', changed: true },
  ])('a handled threat that comes with $name', ({ score, verdict, changed }) => {
    commit({ threats: [threat('c1', 200)] });
    store.queries.decide('c1', { verdict: 'ignored' }, 'wu', 77, undefined);
    commit({ threats: [threat('c1', score)] });
    expect(store.queries.threat('c1')?.decision).toMatchObject({ verdict, changed });
    expect(store.queries.threatCounts().changed).toBe(Number(changed));
  });

  test('gains count from the last decision, over many commits, and over a restart', () => {
    commit({ threats: [threat('c1', 200)] });
    store.queries.decide('c1', { verdict: 'confirmed' }, 'wu', 1, undefined);
    commit({ threats: [threat('c1', 300)] });
    reopen();
    expect(store.queries.threat('c1')?.decision).toMatchObject({ verdict: 'confirmed', changed: true });
    commit({ threats: [threat('c1', 371)] });
    expect(store.queries.threat('c1')?.decision).toMatchObject({ verdict: 'open', changed: true, revision: 2 });
    store.queries.decide('c1', { verdict: 'confirmed' }, 'wu', 2, undefined);
    commit({ threats: [threat('c1', 500)] });
    expect(store.queries.threat('c1')?.decision).toMatchObject({ verdict: 'confirmed', changed: true });
  });

  test("a colleague's decision is not overwritten", () => {
    commit({ threats: [threat('c1', 200)] });
    store.queries.decide('c1', { verdict: 'confirmed' }, 'li', 1, 0);
    expect(store.queries.decide('c1', { verdict: 'ignored' }, 'wu', 2, 0)).toMatchObject({
      kind: 'conflict',
      current: { decision: { verdict: 'confirmed', handledBy: 'li' } },
    });
    expect(store.queries.decide('none', { verdict: 'ignored' }, 'wu', 2, 0)).toEqual({ kind: 'missing' });
  });

  test('a note alone handles nothing', () => {
    commit({ threats: [threat('c1', 200)] });
    store.queries.decide('c1', { note: 'looking' }, 'wu', 5, undefined);
    expect(store.queries.threat('c1')?.decision).toMatchObject({ note: 'looking', handledBy: '', verdict: 'open' });
  });

  test('a deleted threat stays away until it gains points, also over a restart', () => {
    commit({ threats: [threat('c1', 200)], chains: [chain('c1')] });
    store.queries.decide('c1', { verdict: 'ignored', note: 'old' }, 'wu', 1, undefined);
    expect(store.queries.removeThreat('c1')).toBe(true);
    expect(store.queries.removeThreat('c1')).toBe(false);
    expect(store.queries.chain('c1')).toBeDefined();
    commit({ threats: [threat('c1', 200, { active: false })] });
    reopen();
    expect(listed()).toEqual([]);
    expect(store.queries.topTechniques(5)).toEqual([]);
    commit({ threats: [threat('c1', 210)] });
    expect(store.queries.threat('c1')?.decision).toMatchObject({ verdict: 'open', note: '', changed: false });
  });

  test('a withdrawn threat is gone from every answer, and comes back with its decision', () => {
    commit({ threats: [threat('c1', 200)] });
    store.queries.decide('c1', { verdict: 'confirmed', note: 'n' }, 'wu', 1, undefined);
    commit({ withdrawn: ['c1'] });
    expect(store.queries.threat('c1')).toBeUndefined();
    expect(listed()).toEqual([]);
    expect(store.queries.threatCounts()).toEqual({ open: 0, confirmed: 0, ignored: 0, changed: 0 });
    expect(store.queries.topTechniques(5)).toEqual([]);
    commit({ threats: [threat('c1', 200)] });
    expect(store.queries.threat('c1')?.decision).toMatchObject({ verdict: 'confirmed', note: 'n' });
    expect(store.queries.topTechniques(5)).toEqual([{ id: 'T1059.001', threats: 1 }]);
  });

  const many: readonly Threat[] = Array.from({ length: 25 }, (_, at) =>
    threat(`t${String(at).padStart(2, '0')}`, 200 + (at % 5), {
      host: at % 2 === 0 ? 'fin-03.corp.local' : 'lab_1',
      firstMs: at,
      lastMs: 1_000 - at,
      techniques: at % 3 === 0 ? ['T1059', 'T1003.001'] : ['T1059.003'],
      start: { ...threat('x', 1).start, user: at === 7 ? 'Öz%er' : 'li' },
    }),
  );

  test.each<{ name: string; filter: ThreatFilter; expected: (threat: Threat, at: number) => boolean }>([
    { name: 'nothing', filter: {}, expected: () => true },
    { name: 'verdict', filter: { verdict: 'confirmed' }, expected: (_, at) => at === 3 },
    { name: 'changed', filter: { changed: true }, expected: () => false },
    {
      name: 'host by short name',
      filter: { host: 'fin-03' },
      expected: ({ host }) => host.startsWith('fin'),
    },
    { name: 'host by pattern', filter: { host: 'lab_*' }, expected: ({ host }) => host === 'lab_1' },
    { name: 'pattern characters of the database in a host', filter: { host: 'fi%*' }, expected: () => false },
    {
      name: 'technique with its sub-techniques',
      filter: { technique: 'T1003' },
      expected: ({ techniques }) => techniques.includes('T1003.001'),
    },
    {
      name: 'technique, not those that begin alike',
      filter: { technique: 'T105' },
      expected: () => false,
    },
    { name: 'score', filter: { minScore: 203 }, expected: ({ score }) => score >= 203 },
    { name: 'time', filter: { fromMs: 990, toMs: 995 }, expected: ({ lastMs }) => lastMs >= 990 && lastMs < 995 },
    { name: 'text in any case', filter: { text: 'öz%' }, expected: (_, at) => at === 7 },
    {
      name: 'several at once',
      filter: { host: 'lab_1', minScore: 203 },
      expected: ({ host, score }) => host === 'lab_1' && score >= 203,
    },
  ])('a list by $name, page by page', ({ filter, expected }) => {
    commit({ threats: many }, [arrival('fin-03.corp.local', 0, 13), arrival('lab_1', 0, 12)]);
    store.queries.decide('t03', { verdict: 'confirmed' }, 'wu', 1, undefined);
    for (const [sort, value] of Object.entries({
      score: ({ score }: Threat) => score,
      last: ({ lastMs }: Threat) => lastMs,
      first: ({ firstMs }: Threat) => firstMs,
    })) {
      const wanted = many
        .filter(expected)
        .sort((one, other) => value(other) - value(one) || (one.id < other.id ? -1 : 1))
        .map(({ id }) => id);
      const got: string[] = [];
      let cursor: string | undefined;
      do {
        const page = store.queries.threats({ ...filter, sort: sort as 'score' }, { limit: 4, cursor });
        got.push(...page.items.map((item) => item.threat.id));
        if (cursor === undefined) expect(page.count).toEqual({ items: wanted.length, exact: true });
        cursor = page.next;
      } while (cursor !== undefined);
      expect(got).toEqual(wanted);
    }
  });

  test.each([
    'rubbish',
    '!!!',
    '["x",1]',
    '{}',
    'null',
    '["first",203,"t04"]',
    '["score",203]',
    '["score","203","t04"]',
  ])('a cursor that is none of the list is refused: %s', (text) => {
    commit({ threats: many });
    for (const cursor of [text, Buffer.from(text).toString('base64url')]) {
      expect(() => store.queries.threats({ sort: 'score' }, { limit: 3, cursor })).toThrow(
        expect.objectContaining({ code: 'CURSOR_INVALID' }),
      );
    }
  });

  test('a cursor of another order is refused, an empty one is none', () => {
    commit({ threats: many });
    const first = store.queries.threats({ sort: 'score' }, { limit: 3, cursor: '' });
    expect(first.items.map((item) => item.threat.id)).toEqual(['t04', 't09', 't14']);
    expect(() => store.queries.threats({ sort: 'first' }, { limit: 3, cursor: first.next })).toThrow('same `sort`');
  });
});

describe('chains that join', () => {
  test('the old id leads to the joined chain, over any number of joins', () => {
    for (let at = 0; at < 300; at++) {
      commit({
        chains: [chain(`c${at + 1}`, { processCount: at + 2 })],
        aliases: [{ from: `c${at}`, to: `c${at + 1}` }],
        processes: [process(`p${at}`, `c${at}`, { startMs: at })],
      });
    }
    expect(store.queries.chain('c0')?.id).toBe('c300');
    expect(store.queries.chain('nowhere')).toBeUndefined();
    const page = store.queries.chainProcesses('c7', { limit: 1_000, cursor: undefined });
    expect(page.items.map(({ id, chainId }) => [id, chainId])).toEqual(
      Array.from({ length: 300 }, (_, at) => [`p${at}`, 'c300']).concat([]),
    );
    expect(store.queries.processes(['p0'])[0]?.chainId).toBe('c300');
    expect(store.queries.treeRows('c0', 10)).toMatchObject({ total: 301 });
    expect(store.queries.treeRows('c0', 10).rows).toHaveLength(10);
  });

  test('a threat is found under its old id and listed once', () => {
    commit({ threats: [threat('c1', 200)], chains: [chain('c1')] });
    commit({ aliases: [{ from: 'c1', to: 'c2' }], chains: [chain('c2')], threats: [threat('c2', 250)] });
    expect(store.queries.threat('c1')?.threat.id).toBe('c2');
    expect(listed()).toEqual(['c2']);
    expect(store.queries.topTechniques(9)).toEqual([{ id: 'T1059.001', threats: 1 }]);
  });

  test('a chain that comes apart again stands on its own', () => {
    commit({ chains: [chain('c1')] });
    commit({ aliases: [{ from: 'c1', to: 'c2' }], chains: [chain('c2')] });
    commit({ chains: [chain('c1'), chain('c2')], processes: [process('p1', 'c1')] });
    expect(store.queries.chain('c1')?.id).toBe('c1');
    expect(store.queries.chainProcesses('c1', FIRST_PAGE).items.map(({ id }) => id)).toEqual(['p1']);
  });

  type Verdict = 'open' | 'confirmed' | 'ignored';
  test.each<{ from: Verdict | 'deleted'; to: Verdict | 'none'; after: Verdict | 'none'; score?: number }>([
    { from: 'open', to: 'none', after: 'open' },
    { from: 'ignored', to: 'none', after: 'ignored' },
    { from: 'ignored', to: 'none', after: 'open', score: 600 },
    { from: 'confirmed', to: 'open', after: 'open' },
    { from: 'open', to: 'ignored', after: 'open' },
    { from: 'ignored', to: 'confirmed', after: 'confirmed' },
    { from: 'confirmed', to: 'ignored', after: 'confirmed' },
    { from: 'deleted', to: 'none', after: 'none', score: 200 },
    { from: 'deleted', to: 'none', after: 'open', score: 201 },
    { from: 'deleted', to: 'open', after: 'open', score: 200 },
  ])('$from joins $to and is $after', ({ from, to, after, score = 210 }) => {
    commit({
      threats: [threat('c1', 200), ...(to === 'none' ? [] : [threat('c2', 200)])],
      chains: [chain('c1'), chain('c2')],
    });
    if (from === 'deleted') store.queries.removeThreat('c1');
    else if (from !== 'open') store.queries.decide('c1', { verdict: from, note: 'mine' }, 'wu', 1, undefined);
    if (to !== 'none' && to !== 'open') store.queries.decide('c2', { verdict: to, note: 'theirs' }, 'li', 2, undefined);
    commit({ aliases: [{ from: 'c1', to: 'c2' }], chains: [chain('c2')], threats: [threat('c2', score)] });
    expect(store.queries.threat('c1')?.decision.verdict ?? 'none').toBe(after);
    expect(store.queries.threats({}, FIRST_PAGE).items).toHaveLength(after === 'none' ? 0 : 1);
  });
});

describe('processes and events', () => {
  test('a process that the engine had no more room for keeps what its creation said', () => {
    const created = process('p1', 'c1', { parentId: 'p0', endMs: 0 });
    commit({ processes: [created] });
    const again = process('p1', 'c2', {
      image: 'seen.exe',
      commandLine: '',
      user: '',
      integrityLevel: '',
      hashes: '',
      parentImage: '',
      parentCommandLine: '',
      currentDirectory: '',
      originalFileName: '',
      startMs: 0,
      endMs: 900,
      isPlaceholder: true,
      points: 50,
    });
    commit({ processes: [again] });
    expect(store.queries.processes(['p1'])).toEqual([{ ...created, chainId: 'c2', endMs: 900, points: 50 }]);
    // A placeholder gives way to whatever is told later, as ever.
    commit({ processes: [process('p2', 'c3', { isPlaceholder: true, commandLine: '' })] });
    commit({ processes: [process('p2', 'c3')] });
    expect(store.queries.processes(['p2'])).toEqual([process('p2', 'c3')]);
  });

  test('a process that turned out to be another takes its events along', () => {
    commit({ processes: [process('old', 'c1')], events: [eventRow(1, 'old'), eventRow(2, 'old')] });
    commit({
      removed: [
        { id: 'old', into: 'new' },
        { id: 'phantom', into: undefined },
      ],
      processes: [process('new', 'c1')],
      events: [eventRow(3, 'old'), eventRow(4, 'new')],
    });
    expect(store.queries.processes(['old', 'new']).map(({ id }) => id)).toEqual(['new']);
    expect(store.queries.processEvents('new', {}, FIRST_PAGE).items.map((row) => row.position)).toEqual([1, 2, 3, 4]);
    expect(store.queries.treeRows('c1', 10).rows).toEqual([]);
    commit({ chains: [chain('c1')] });
    expect(store.queries.treeRows('c1', 10).rows).toMatchObject([{ id: 'new', events: 4 }]);
  });

  test('events are counted for each process, paged and filtered by action', () => {
    const rows = Array.from({ length: 10 }, (_, at) =>
      eventRow(at + 1, 'p1', { action: at % 2 === 0 ? 'imageload' : 'dnsquery' }),
    );
    commit({ processes: [process('p1', 'c1')], chains: [chain('c1')], events: rows.slice(0, 6) });
    commit({ events: [...rows.slice(6), eventRow(11, '')] });
    expect(store.queries.treeRows('c1', 5).rows[0]?.events).toBe(10);
    const first = store.queries.processEvents('p1', { action: 'dnsquery' }, { limit: 2, cursor: undefined });
    const second = store.queries.processEvents('p1', { action: 'dnsquery' }, { limit: 9, cursor: first.next });
    expect([...first.items, ...second.items].map((row) => row.position)).toEqual([2, 4, 6, 8, 10]);
    expect(second.next).toBeUndefined();
    expect(store.queries.processEvents('', {}, FIRST_PAGE).items).toEqual([]);
  });

  test('events of processes that turned out to be one come in order, whatever commits brought them', () => {
    const positions = Array.from({ length: 400 }, (_, at) => at + 1);
    for (let from = 0; from < 400; from += 4) {
      const some = positions.slice(from, from + 4).map((at) => eventRow(at, at % 3 === 0 ? 'old' : 'new'));
      commit({ processes: [process('old', 'c1'), process('new', 'c1')], events: some });
    }
    commit({ removed: [{ id: 'old', into: 'new' }], processes: [process('new', 'c1')] });
    const got: number[] = [];
    let cursor: string | undefined;
    do {
      const page = store.queries.processEvents('new', {}, { limit: 7, cursor });
      got.push(...page.items.map(({ position }) => position));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(got).toEqual(positions);
  });

  test('events of one process are read as they were given, whatever they share with the ones before', () => {
    const either = <Value>(at: number, bit: number, one: Value, other: Value): Value =>
      ((at >> bit) & 1) === 0 ? one : other;
    const rows = Array.from({ length: 512 }, (_, at) => {
      // Neighbours differ in one thing each: Gray code.
      const code = at ^ (at >> 1);
      return eventRow(at + 1, 'p1', {
        host: either(code, 0, 'fin-03', ''),
        action: either(code, 1, 'imageload', undefined),
        windowsEventId: either(code, 2, 7, 0),
        channel: either(code, 3, 'Security', ''),
        chainId: either(code, 4, 'c1', 'c2'),
        targetProcessId: either(code, 5, '', 'p2'),
        targetImage: either(code, 6, '', 'C:\\a.exe'),
        targetHashes: either(code, 7, '', 'MD5=1'),
        rules: either(code, 8, [], ['a', 'b']),
      });
    });
    commit({ processes: [process('p1', 'c1')], events: rows });
    expect(store.queries.processEvents('p1', {}, { limit: 1_000, cursor: undefined }).items).toEqual(rows);
    const later = store.queries.processEvents('p1', { action: 'imageload' }, { limit: 1_000, cursor: undefined }).items;
    expect(later).toEqual(rows.filter(({ action }) => action === 'imageload'));
  });

  test('events are read from pages that say everything of each', () => {
    commit({ processes: [process('p1', 'c1')], events: [eventRow(1, 'p1'), eventRow(2, 'p1', { action: undefined })] });
    store.close();
    const full = [
      [
        1,
        '00000000000000ff',
        'fin-03',
        1_000,
        'imageload',
        7,
        'Microsoft-Windows-Sysmon/Operational',
        'c1',
        '',
        '',
        '',
        [],
      ],
      [2, '00000000000000fe', 'fin-04', 2_000, '', 7, 'Microsoft-Windows-Sysmon/Operational', 'c1', '', 'a', '', ['r']],
    ];
    const raw = new Libsql(join(folder, 'state.db'));
    raw.prepare('UPDATE event_pages SET data = ?').run([JSON.stringify(full)]);
    raw.close();
    store = openStateStore(join(folder, 'state.db'));
    const other = { eventId: '00000000000000fe', host: 'fin-04', action: undefined, targetImage: 'a', rules: ['r'] };
    expect(store.queries.processEvents('p1', {}, FIRST_PAGE).items).toEqual([
      eventRow(1, 'p1'),
      eventRow(2, 'p1', other),
    ]);
  });

  test('the processes of a chain come earliest first, page by page', () => {
    const all = Array.from({ length: 9 }, (_, at) => process(`p${at}`, 'c1', { startMs: Math.floor(at / 3) }));
    commit({ processes: all.toReversed(), chains: [chain('c1', { processCount: 9 })] });
    const got: string[] = [];
    let cursor: string | undefined;
    do {
      const page = store.queries.chainProcesses('c1', { limit: 4, cursor });
      got.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(got).toEqual(all.map(({ id }) => id));
  });

  test("the chain of a root process's day holds the root process", () => {
    commit({
      processes: [process('root', '', { isRoot: true })],
      chains: [chain('day', { startProcessId: 'root' })],
    });
    expect(store.queries.chainProcesses('day', FIRST_PAGE).items.map(({ id, chainId }) => [id, chainId])).toEqual([
      ['root', ''],
    ]);
    expect(store.queries.treeRows('day', 5).rows.map(({ id }) => id)).toEqual(['root']);
  });
});

function arrival(host: string, minuteMs: number, events: number): Arrivals {
  return { host, minuteMs, events, firstMs: minuteMs + 1, lastMs: minuteMs + 59_000 };
}

describe('the file', () => {
  test('a later layout is refused with what to do', () => {
    store.close();
    const raw = new Libsql(join(folder, 'state.db'));
    raw.exec('PRAGMA user_version = 999');
    raw.close();
    expect(() => openStateStore(join(folder, 'state.db'))).toThrow(
      expect.objectContaining({ code: 'STORE_TOO_NEW', message: expect.stringContaining('layout 999') }),
    );
    store = openStateStore(join(folder, 'other.db'));
  });

  test('is for its owner alone, with the files beside it', () => {
    commit({ threats: [threat('c1', 200)] });
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
  });

  test('what cannot be read or written is told in one way, in and outside of transactions', () => {
    const raw = new Libsql(join(folder, 'state.db'));
    raw.exec('DROP TABLE facts; DROP TABLE threats; DROP TABLE hunts; DROP TABLE sessions');
    raw.close();
    const { access, queries, hunts } = store;
    const told = (doing: string) =>
      expect.objectContaining({ code: 'STORE_FAILED', message: expect.stringContaining(doing) });
    expect(() => access.fact('a')).toThrow(told('Reading the state'));
    expect(() => queries.threat('a')).toThrow(told('Reading the state'));
    expect(() => queries.threats({}, FIRST_PAGE)).toThrow(told('Reading the state'));
    expect(() => access.setFact('a', 'b')).toThrow(told('Writing the state'));
    expect(() => access.removeSession('a')).toThrow(told('Writing the state'));
    expect(() => hunts.removeHunt('a')).toThrow(told('Writing the state'));
    expect(() => commit({ threats: [threat('c1', 200)] })).toThrow(told('the state'));
  });

  test.each([
    { number: 14, reason: 'its folder does not exist, or the file may not be read and written' },
    { number: 10, reason: 'disk I/O error' },
    { number: 23, reason: 'SQLite says 23' },
  ])("the binding's number $number is told in words", ({ number, reason }) => {
    const message = `ConnectionFailed("Unable to open connection to local database file:///d/state.sqlite?vfs=unix: ${number}")`;
    expect(reasonOf(new Error(message))).toBe(reason);
  });

  test('what is no database, or lies in no folder, is told', () => {
    expect(() => openStateStore(join(folder, 'none', 'state.db'))).toThrow(
      expect.objectContaining({ code: 'STORE_UNREADABLE' }),
    );
  });
});
