/** A state that forgets, over what an engine really stores: all that kept events tell is told as before, and threats are as they were. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulate } from '../../src/app/simulate/simulate.js';
import { policyFromOptions } from '../../src/cli/policy-options.js';
import { setProgramRoot } from '../../src/cli/program-root.js';
import { Engine } from '../../src/engine/engine.js';
import type { EventRecord } from '../../src/engine/effects.js';
import { createDecoder } from '../../src/sources/index.js';
import { openStateStore, type StateStore } from '../../src/store/state-store.js';

const DRAIN_EVERY = 200;
const PAGE = { limit: 10_000, cursor: undefined };

let folder: string;
let store: StateStore;
let events: EventRecord[];
let lastPosition = 0;

beforeAll(async () => {
  setProgramRoot(process.cwd());
  folder = mkdtempSync(join(tmpdir(), 'chainsight-forget-'));
  store = openStateStore(join(folder, 'state.db'));
  events = [];
  const { policy } = await policyFromOptions({ rules: [], bundled: true });
  const engine = new Engine(policy, { recordEvents: true });
  const arrivals = new Map<string, number>();
  const commit = (): void => {
    const effects = engine.drain();
    events.push(...effects.events);
    const heard = [...arrivals].map(([host, timeMs]) => ({
      host,
      minuteMs: Math.floor(timeMs / 60_000) * 60_000,
      events: 1,
      firstMs: timeMs,
      lastMs: timeMs,
    }));
    arrivals.clear();
    store.effects.commit(effects, lastPosition, heard, []);
  };
  const decoder = createDecoder(
    'json',
    {
      event(event) {
        engine.apply(event, ++lastPosition);
        arrivals.set(event.host, event.timeMs);
        if (lastPosition % DRAIN_EVERY === 0) commit();
      },
      skip: ({ message }) => expect.unreachable(message),
    },
    {},
  );
  const { lines } = simulate({ hosts: 6, hours: 8, seed: '11', attacks: ['all'], noise: 1 });
  for (const line of lines) decoder.push(Buffer.from(`${line}\n`));
  decoder.end();
  commit();
}, 120_000);

afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

describe.each([0.25, 0.6, 0.95])('with the first %d of the log gone', (part) => {
  test('kept events, their processes and chains, and threats are all there', () => {
    const { queries } = store;
    const start = { position: Math.floor(lastPosition * part), receivedMs: 0 };
    const before = [...queries.threats({}, PAGE).items].map(({ threat }) => ({
      threat,
      tree: queries.treeRows(threat.id, PAGE.limit).rows.map(({ id, parentId }) => [id, parentId]),
    }));
    expect(before.length).toBeGreaterThan(3);
    const rows = processCount();

    for (const _ of store.retention.forget(start, 1));

    expect(processCount()).toBeLessThan(rows);
    const kept = events.filter(({ position, processId }) => position >= start.position && processId !== '');
    expect(kept.length).toBeGreaterThan(100);
    const processes = new Map(
      queries.processes([...new Set(kept.map(({ processId }) => processId))]).map((each) => [each.id, each]),
    );
    const listed = new Map<string, ReadonlySet<number>>();
    for (const [id, { chainId, isRoot }] of processes) {
      listed.set(id, new Set(queries.processEvents(id, {}, PAGE).items.map(({ position }) => position)));
      if (!isRoot) expect(queries.chain(chainId)).toBeDefined();
    }
    // Two ids may turn out to be one process; then its events are under the one that stands.
    const standing = kept.filter(({ processId }) => processes.has(processId));
    expect(standing.length).toBeGreaterThan(kept.length * 0.9);
    expect(standing.filter(({ processId, position }) => !listed.get(processId)!.has(position))).toEqual([]);

    const after = [...queries.threats({}, PAGE).items].map(({ threat }) => ({
      threat,
      tree: queries.treeRows(threat.id, PAGE.limit).rows.map(({ id, parentId }) => [id, parentId]),
    }));
    expect(after).toEqual(before);
  });
});

/** Of all chains that events name, whether they stand or not. */
function processCount(): number {
  const ids = [...new Set(events.map(({ processId }) => processId))].filter((id) => id !== '');
  return store.queries.processes(ids).length;
}
