/** Snapshots through the running service: a start from one gives what a start from the log gives, and one that is of no use costs nothing but time. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attack, guid, HandClock, incoming, openLive, sysmon, type Live } from '../../../test/support/live-kit.js';
import { snapshotFolder } from '../../log/snapshot-folder.js';
import type { ReadRange, SnapshotStore } from '../ports.js';
import type { FoldState } from '../replay/fold-snapshot.js';
import { SnapshotKeeper } from './snapshot-keeper.js';

let folder: string;
let live: Live;
/** Where the last start began to read the log. */
let readFrom: number | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-snapshots-'));
  await start();
});
afterEach(async () => {
  await live.close();
  rmSync(folder, { recursive: true });
});

const NO_SNAPSHOTS: SnapshotStore = {
  write: async () => undefined,
  list: async () => [],
  read: () => {
    throw new Error('there is none');
  },
};

const snapshots = (): string => join(folder, 'snapshots');
const names = (): string[] => readdirSync(snapshots()).filter((name) => name.endsWith('.snapshot'));

/** What retention was told. */
const done: number[] = [];

async function start(identity = 'this program', recordsBetween = 10): Promise<void> {
  const store = snapshotFolder(snapshots(), { reserveBytes: 0 });
  live = await openLive(folder, {
    parts: { snapshots: { store, identity, recordsBetween, onWritten: async (position) => void done.push(position) } },
  });
  const { log } = live;
  const read = log.read.bind(log);
  log.read = (range?: ReadRange) => {
    readFrom = range?.fromPosition;
    return read(range);
  };
  await live.service.start();
}

async function restart(identity?: string): Promise<void> {
  await live.close();
  await start(identity);
}

const WAIT_MS = 30_000;

/** Many at once, so that a snapshot is due. */
async function work(first: number): Promise<void> {
  const events = Array.from({ length: 40 }, (_, at) =>
    sysmon({ number: first + at, guid: guid(first + at), image: 'a.exe' }),
  );
  await live.service.intake.take(incoming(...events), 's');
  await live.service.intake.settled();
  // The snapshot is written right after the commit.
  await live.service.policy.forgetHost('nobody');
}

test('a start goes on from the last snapshot, and finds what the log gives', async () => {
  await live.service.intake.take(incoming(...attack()), 's');
  await work(100);
  expect(names().length).toBeGreaterThan(0);
  await live.service.intake.take(incoming(...attack('ws2', 50)), 's');
  await live.service.intake.settled();
  const before = live.service.threats();
  const { processes, chains } = live.service.figures;
  await restart();
  expect(readFrom).toBeGreaterThan(40);
  expect(live.service.threats()).toEqual(before);
  expect(live.service.figures).toMatchObject({ processes, chains });

  // What was taken before is known, and joins what comes now.
  const last = sysmon({
    number: 60,
    host: 'ws2',
    guid: guid(60),
    image: 'odd.exe',
    parent: { guid: guid(52), image: 'worse.exe' },
  });
  expect(await live.service.intake.take(incoming(...attack(), last), 's')).toEqual({ kind: 'taken', duplicates: 3 });
  await live.service.intake.settled();
  const after = live.service.threats();
  expect(after.map(({ score }) => score)).toEqual([380, 360]);

  await live.close();
  rmSync(snapshots(), { recursive: true });
  await start();
  expect(readFrom).toBe(1);
  expect(live.service.threats()).toEqual(after);
  expect(live.troubles).toEqual([]);
});

test('one that is under way when the server stops is finished before another is begun, and is enough', async () => {
  const written: number[] = [];
  let underWay = 0;
  let finish: (() => void) | undefined;
  const write: SnapshotStore['write'] = async ({ position }) => {
    expect(++underWay).toBe(1);
    await new Promise<void>((resolve) => (finish = resolve));
    underWay--;
    written.push(position);
  };
  const state = { fold: { engine: { isAtRest: true } }, policy: { isInForce: () => true } } as unknown as FoldState;
  const parts = { store: { ...NO_SNAPSHOTS, write }, identity: 'i', recordsBetween: 10 };
  const keeper = new SnapshotKeeper(parts, state, new HandClock(), () => undefined);
  const finished = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    finish!();
  };
  const first = [keeper.atRest(2_000, 0), keeper.atEnd(() => 2_000)];
  await finished();
  await Promise.all(first);
  expect(written).toEqual([2_000]);
  let now: number | undefined = 3_000;
  const second = [keeper.atEnd(() => now), keeper.atEnd(() => 6_000), keeper.atEnd(() => undefined)];
  now = 4_000;
  await finished();
  await finished();
  await Promise.all(second);
  expect(written).toEqual([2_000, 4_000, 6_000]);
});

test('while events wait, a better moment is waited for, but not for ever', async () => {
  let written = 0;
  const clock = new HandClock();
  const store = { ...NO_SNAPSHOTS, write: async () => void written++ };
  const state = { fold: { engine: { isAtRest: true } }, policy: { isInForce: () => true } } as unknown as FoldState;
  const keeper = new SnapshotKeeper({ store, identity: 'i', recordsBetween: 10 }, state, clock, () => undefined);
  await keeper.atRest(20, 1);
  clock.timeMs += 59_000;
  await keeper.atRest(30, 1);
  expect(written).toBe(0);
  await keeper.atRest(40, 0);
  expect(written).toBe(1);
  await keeper.atRest(60, 1);
  clock.timeMs += 60_000;
  await keeper.atRest(80, 1);
  expect(written).toBe(2);
});

test('by itself, one comes after a hundred thousand records', async () => {
  const written: number[] = [];
  const store = { ...NO_SNAPSHOTS, write: async ({ position }: { position: number }) => void written.push(position) };
  const state = { fold: { engine: { isAtRest: true } }, policy: { isInForce: () => true } } as unknown as FoldState;
  const keeper = new SnapshotKeeper({ store, identity: 'i' }, state, new HandClock(), () => undefined);
  for (const position of [99_999, 100_000, 199_999, 200_000]) await keeper.atRest(position, 0);
  expect(written).toEqual([100_000, 200_000]);
});

test('records go only where an older snapshot has them too', async () => {
  done.length = 0;
  // After each, twenty times as long passes until another is due as it took.
  const untilMs = performance.now() + WAIT_MS;
  for (let first = 100; done.length < 2 && performance.now() < untilMs; first += 100) await work(first);
  const positions = names().map((name) => Number.parseInt(name, 10));
  expect(done[0]).toBe(0);
  expect(done.at(-1)).toBe(Math.min(...positions));
  expect(positions).toHaveLength(2);
});

test('one that was damaged is told, and more of the log is read', async () => {
  await live.service.intake.take(incoming(...attack()), 's');
  await work(100);
  const before = live.service.threats();
  await live.close();
  for (const name of names()) {
    const path = join(snapshots(), name);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(path, bytes);
  }
  await start();
  expect(readFrom).toBe(1);
  expect(live.troubles.map(({ kind }) => kind)).toContain('snapshot-failed');
  expect(live.service.threats()).toEqual(before);
});

test('one of another program is left alone', async () => {
  await work(100);
  await restart('another program');
  expect(readFrom).toBe(1);
  expect(live.troubles).toEqual([]);
});

test('changes of policy hold as the log has them', async () => {
  const exception = {
    id: 'x1',
    scope: 'path',
    value: 'c:\\tools\\evil.exe',
    reason: 'r',
    author: 'a',
    createdMs: 1,
  } as const;
  await live.service.policy.addException(exception);
  await work(100);
  await live.service.policy.removeException('x1');
  await restart();
  expect(readFrom).toBeGreaterThan(40);
  expect(live.service.policy.exceptions()).toEqual([]);
  await live.service.intake.take(incoming(...attack()), 's');
  await live.service.intake.settled();
  expect(live.service.threats()).toMatchObject([{ score: 360 }]);
});

test('a chain that was a threat before is missed when it joins another', async () => {
  const [, evil, worse] = attack() as [object, object, object];
  await live.service.intake.take(incoming(evil, worse), 's');
  await work(100);
  await restart();
  const told: string[] = [];
  live.service.notices.subscribe((notice) => told.push(notice.kind));
  await live.service.intake.take(incoming(attack()[0]!), 's');
  await live.service.intake.settled();
  expect(told).toContain('threat');
});
