import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chain, eventRow, NOTHING, process, threat } from '../../test/support/stored-records.js';
import { positionBefore, shareOf } from '../app/partition.js';
import type { Arrivals, LogStart } from '../app/ports.js';
import type { Effects } from '../engine/effects.js';
import { openStateStore, type StateStore } from './state-store.js';

const DAY_MS = 86_400_000;
const HEARD_MS = 40 * DAY_MS;
/** The log begins with record 1,000, which came ten days ago. */
const START: LogStart = { position: 1_000, receivedMs: 30 * DAY_MS };
const PAGE = { limit: 1_000, cursor: undefined };

let folder: string;
let store: StateStore;
let position: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-state-'));
  store = openStateStore(join(folder, 'state.db'));
  position = 0;
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function commit(effects: Partial<Effects>, arrivals: readonly Arrivals[] = [heard('fin-03', HEARD_MS)]): void {
  position += 10_000;
  store.effects.commit({ ...NOTHING, ...effects }, position, arrivals, []);
}

function heard(host: string, lastMs: number): Arrivals {
  return { host, minuteMs: lastMs, events: 1, firstMs: lastMs, lastMs };
}

function forget(start: LogStart = START, partitions = 1): number {
  return [...store.retention.forget(start, partitions)].length;
}

const processIds = (chainId: string): string[] => store.queries.chainProcesses(chainId, PAGE).items.map(({ id }) => id);
const positionsOf = (id: string): number[] =>
  store.queries.processEvents(id, {}, PAGE).items.map((event) => event.position);
const hostNames = (): string[] => store.queries.hosts(undefined, PAGE).items.map(({ name }) => name);
const exists = (id: string): boolean => store.queries.processes([id]).length === 1;

describe('chains', () => {
  test('one that ended goes with its processes once the last of its events is gone', () => {
    commit({
      processes: [process('old1', 'old'), process('old2', 'old'), process('new1', 'new'), process('new2', 'new')],
      chains: [chain('old', { active: false }), chain('new', { active: false })],
      events: [eventRow(5, 'old1'), eventRow(6, 'old2'), eventRow(7, 'new1'), eventRow(1_000, 'new2')],
    });
    forget();
    expect(store.queries.chain('old')).toBeUndefined();
    expect(exists('old1') || exists('old2')).toBe(false);
    expect(processIds('new')).toEqual(['new1', 'new2']);
    forget({ ...START, position: 1_001 });
    expect(store.queries.chain('new')).toBeUndefined();
    expect(exists('new1') || exists('new2')).toBe(false);
  });

  test('a process keeps the list of those of its events that are kept, across a page that holds both', () => {
    commit({ processes: [process('p1', 'c1')], chains: [chain('c1')], events: [eventRow(5, 'p1'), eventRow(6, 'p1')] });
    commit({ events: [eventRow(990, 'p1'), eventRow(1_010, 'p1')] });
    commit({ events: [eventRow(2_000, 'p1')] });
    forget();
    expect(positionsOf('p1')).toEqual([990, 1_010, 2_000]);
    forget({ ...START, position: 1_011 });
    expect(positionsOf('p1')).toEqual([2_000]);
  });

  test('one that may be alive stays without events, unless nothing was heard of its host since', () => {
    const silent = { host: 'gone.corp' };
    commit(
      {
        processes: [process('p1', 'c1'), process('p2', 'c2', silent)],
        chains: [chain('c1', { active: true }), chain('c2', { active: true, ...silent })],
        events: [eventRow(5, 'p1'), eventRow(6, 'p2', silent)],
      },
      [heard('fin-03', HEARD_MS), heard('gone.corp', START.receivedMs - 1)],
    );
    forget();
    expect(processIds('c1')).toEqual(['p1']);
    expect(positionsOf('p1')).toEqual([]);
    expect(store.queries.chain('c2')).toBeUndefined();
    expect(exists('p2')).toBe(false);
    expect(hostNames()).toEqual(['fin-03']);
  });

  test('a threat stays with its processes, whatever was decided about it', () => {
    commit({
      processes: [process('p1', 'c1'), process('p2', 'c1')],
      chains: [chain('c1', { active: false })],
      threats: [threat('c1', 200, { active: false })],
      events: [eventRow(5, 'p1')],
    });
    store.queries.decide('c1', { verdict: 'ignored', reason: 'test' }, 'wu', 77, undefined);
    const tree = store.queries.treeRows('c1', 10);
    const before = store.queries.threat('c1');
    forget();
    expect(store.queries.threat('c1')).toEqual(before);
    expect(store.queries.treeRows('c1', 10)).toEqual(tree);
    expect(processIds('c1')).toEqual(['p1', 'p2']);
  });

  test('that somebody deleted it as a threat is kept in mind as long as it stays', () => {
    commit({ processes: [process('p1', 'c1')], chains: [chain('c1')], threats: [threat('c1', 200)] });
    store.queries.removeThreat('c1');
    forget();
    expect(rowsOf('deleted_threats')).toBe(1);
    commit({ chains: [chain('c1', { active: false })] });
    forget();
    expect(rowsOf('deleted_threats')).toBe(0);
  });

  test('one that others joined is one: it stays, and goes, with all of them', () => {
    commit({
      processes: [process('p1', 'c1'), process('p2', 'c2')],
      chains: [chain('c1', { active: false }), chain('c2', { active: false })],
      events: [eventRow(5, 'p1'), eventRow(1_500, 'p2')],
    });
    commit({ aliases: [{ from: 'c1', to: 'c2' }], chains: [chain('c2', { active: false, processCount: 2 })] });
    forget();
    expect(processIds('c1')).toEqual(['p1', 'p2']);
    forget({ ...START, position: 2_000 });
    expect(exists('p1') || exists('p2')).toBe(false);
    expect(store.queries.chain('c1')).toBeUndefined();
    expect(rowsOf('chain_aliases')).toBe(0);
  });

  test('many go in steps, between which others are written', () => {
    const ids = Array.from({ length: 600 }, (_, at) => `p${at}`);
    commit({
      processes: ids.map((id) => process(id, 'c1')),
      chains: [chain('c1', { active: false, processCount: ids.length })],
      events: [eventRow(5, 'p0')],
    });
    const steps = store.retention.forget(START, 1);
    steps.next();
    const left = rowsOf('processes');
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(600);
    commit({ processes: [process('q1', 'c9')], chains: [chain('c9')], events: [eventRow(20_001, 'q1')] });
    expect([...steps].length).toBeGreaterThan(2);
    expect(rowsOf('processes')).toBe(1);
    expect(processIds('c9')).toEqual(['q1']);
  });
});

describe('days', () => {
  const root = process('r1', '', { isRoot: true });

  test('one of a root process goes a day after its last evidence, and its process when that has ended', () => {
    commit({
      processes: [root],
      chains: [
        chain('monday', { startProcessId: 'r1', lastMs: START.receivedMs - DAY_MS - 1 }),
        chain('tuesday', { startProcessId: 'r1', lastMs: START.receivedMs - DAY_MS }),
      ],
      events: [eventRow(5, 'r1')],
    });
    forget();
    expect(store.queries.chain('monday')).toBeUndefined();
    expect(store.queries.chain('tuesday')).toBeDefined();
    commit({ processes: [{ ...root, endMs: 9 }] });
    forget();
    expect(exists('r1')).toBe(true);
    expect(rowsOf('chains')).toBe(1);
    const later = { position: 1_001, receivedMs: START.receivedMs + 1 };
    forget(later);
    expect(store.queries.chain('tuesday')).toBeUndefined();
    forget(later);
    expect(exists('r1')).toBe(false);
  });

  test('a root process stays as long as it may run, on a host that was heard', () => {
    commit({ processes: [root], events: [eventRow(5, 'r1')] });
    forget();
    expect(exists('r1')).toBe(true);
    forget({ ...START, receivedMs: HEARD_MS + 1 });
    expect(exists('r1')).toBe(false);
  });

  test('one that is a threat stays, and the process that it is about', () => {
    commit({
      processes: [{ ...root, endMs: 9 }],
      chains: [chain('monday', { startProcessId: 'r1', lastMs: 1 })],
      threats: [threat('monday', 300)],
    });
    forget();
    expect(store.queries.chain('monday')).toBeDefined();
    expect(exists('r1')).toBe(true);
  });
});

describe('hosts', () => {
  test('those not heard since go with all that is counted of them, those with a threat stay', () => {
    commit(
      {
        processes: [process('p1', 'c1', { host: 'web-01' })],
        chains: [chain('c1', { host: 'web-01', active: false })],
        threats: [threat('c1', 200, { host: 'web-01' })],
      },
      [
        heard('made-up', START.receivedMs - 1),
        heard('web-01', START.receivedMs - 1),
        heard('fin-03', START.receivedMs),
      ],
    );
    forget();
    expect(hostNames()).toEqual(['fin-03', 'web-01']);
    expect(store.queries.volume(0, HEARD_MS, 60_000, 'made-up')).toEqual([]);
  });

  test('what they told without a process goes by days as well', () => {
    const hostEvents = { startProcessId: 'host-events', active: false };
    commit({
      chains: [
        chain('monday', { ...hostEvents, lastMs: 1 }),
        chain('friday', { ...hostEvents, lastMs: START.receivedMs }),
      ],
    });
    forget();
    expect(store.queries.chain('monday')).toBeUndefined();
    expect(store.queries.chain('friday')).toBeDefined();
  });

  test('of several that share the hosts each looks at its own', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    commit(
      {
        processes: names.map((host) => process(`p-${host}`, `c-${host}`, { host })),
        chains: names.map((host) => chain(`c-${host}`, { host, active: false })),
      },
      names.map((host) => heard(host, 1)),
    );
    forget(START, 2);
    const others = names.filter((host) => shareOf(host, 2) === 1);
    expect(others.length).toBeGreaterThan(0);
    expect(hostNames()).toEqual(others);
    expect(names.filter((host) => exists(`p-${host}`))).toEqual(others);
    const second = openStateStore(join(folder, 'state.db'), 1);
    expect([...second.retention.forget({ ...START, position: positionBefore(1) + 1_000 }, 2)]).not.toEqual([]);
    second.close();
    expect(hostNames()).toEqual([]);
  });
});

test('of a log that is whole nothing is forgotten', () => {
  commit({ processes: [process('p1', 'c1')], chains: [chain('c1', { active: false })] }, [heard('fin-03', 1)]);
  expect(forget({ ...START, position: 1 })).toBe(0);
  expect(exists('p1')).toBe(true);
  expect(hostNames()).toEqual(['fin-03']);
});

function rowsOf(table: string): number {
  return openedRaw((database) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get([]) as { n: number }).n;
}

function openedRaw<Answer>(ask: (database: Libsql.Database) => Answer): Answer {
  const database = new Libsql(join(folder, 'state.db'));
  try {
    return ask(database);
  } finally {
    database.close();
  }
}
