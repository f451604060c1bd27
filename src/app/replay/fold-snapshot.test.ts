/** A fold put down at any place of a log and taken up by a new one: the same effects, the same policy, the same records known; or nothing at all. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inAnyOrder } from '../../../test/support/any-order.js';
import { firstDifference } from '../../../test/support/difference.js';
import { actor, create, event } from '../../../test/support/events.js';
import { compilePlain, PLAIN_RULES, plainPack } from '../../../test/support/live-kit.js';
import { story } from '../../../test/support/story.js';
import { AssertionError } from '../../engine/base/assert.js';
import { hostKey } from '../../engine/event/host-name.js';
import type { Event } from '../../engine/event/event.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import { AppError } from '../app-error.js';
import { DEFAULT_POLICY } from '../../engine/policy.js';
import { LoggedPolicy } from '../policy/logged-policy.js';
import type { PolicyChange, SnapshotHead, SnapshotStore } from '../ports.js';
import { canSnapshot, snapshotChunks, takeUpSnapshot, type FoldState, type SeenByHost } from './fold-snapshot.js';
import { LogFold } from './log-fold.js';

class Windows implements SeenByHost {
  readonly recordsPerHost = 5;
  readonly #hosts = new Map<string, SeenRecords>();

  add(each: Event): void {
    const key = hostKey(each.host);
    const known = this.#hosts.get(key) ?? new SeenRecords(this.recordsPerHost, 4);
    this.#hosts.delete(key);
    this.put(key, known);
    known.add(each);
  }

  has(each: Event): boolean {
    return this.#hosts.get(hostKey(each.host))?.has(each.idHigh, each.idLow) ?? false;
  }

  hosts(): Iterable<readonly [string, SeenRecords]> {
    return this.#hosts;
  }

  put(key: string, seen: SeenRecords): void {
    this.#hosts.set(key, seen);
  }
}

/** In memory; `head.identity` decides nothing here. */
class MemorySnapshots implements SnapshotStore {
  readonly kept: { readonly head: SnapshotHead; chunks: Uint8Array[]; fault?: Error }[] = [];

  write(head: SnapshotHead, chunks: Iterable<Uint8Array>): Promise<void> {
    this.kept.unshift({ head, chunks: [...chunks] });
    return Promise.resolve();
  }

  list(): Promise<readonly SnapshotHead[]> {
    return Promise.resolve(this.kept.map(({ head }) => head));
  }

  async *read(wanted: SnapshotHead): AsyncIterable<Uint8Array> {
    const { chunks, fault } = this.kept.find(({ head }) => head === wanted)!;
    await Promise.resolve();
    yield* chunks;
    if (fault !== undefined) throw fault;
  }
}

interface State extends FoldState {
  readonly windows: Windows;
}

function newState(compile = compilePlain): State {
  const policy = new LoggedPolicy(compile);
  return { policy, fold: new LogFold(policy, { recordEvents: true }), windows: new Windows() };
}

type Item = { readonly event: Event } | { readonly change: PolicyChange };

function take(state: State, item: Item, position: number): void {
  if ('change' in item) state.fold.change(item.change);
  else {
    state.windows.add(item.event);
    state.fold.event(item.event, position);
  }
}

const EXCEPTION = { id: 'x1', scope: 'path', value: '*\\evil.exe', reason: 'r', author: 'a', createdMs: 0 } as const;
const CHANGES: readonly PolicyChange[] = [
  { kind: 'rules', version: 'v1', packs: [plainPack(...PLAIN_RULES)] },
  {
    kind: 'rules',
    version: 'v2',
    packs: [plainPack({ id: 'word', image: 'word.exe', points: 44.5 }), { name: '规则', files: [] }],
  },
  { kind: 'settings', settings: { ...DEFAULT_POLICY, threshold: 30 } },
  { kind: 'settings', settings: { ...DEFAULT_POLICY, rootImages: ['c:\\tools\\agent.exe'] } },
  { kind: 'exception-added', exception: EXCEPTION },
  { kind: 'exception-added', exception: { ...EXCEPTION, id: 'x2', scope: 'ancestor' } },
  { kind: 'exception-removed', id: 'x1' },
  { kind: 'host-forgotten', host: 'ws2.corp.example' },
  { kind: 'plugins', plugins: { on: ['rise', '规则'], settings: { rise: { points: 3.5, names: ['a'] } } } },
];

const world = fc
  .record({ told: story, changes: fc.array(fc.tuple(fc.constantFrom(...CHANGES), fc.nat(99)), { maxLength: 8 }) })
  .chain(({ told: { events }, changes }) =>
    fc.record({
      order: inAnyOrder(events),
      changes: fc.constant(changes),
      at: fc.nat(99),
      later: fc.nat(99),
    }),
  )
  .map(({ order, changes, at, later }) => {
    const items: Item[] = [{ change: CHANGES[0]! }, ...order.map((each) => ({ event: each }))];
    for (const [change, place] of changes) items.splice(Math.floor((place * items.length) / 100), 0, { change });
    const stop = Math.floor((at * items.length) / 100);
    // Effects up to here were stored before the stop, and are thrown away when they come again.
    return { items, stop, stored: stop + Math.floor((later * (items.length - stop)) / 100) };
  });

const IDENTITY = 'v1';

test('goes on as if it had never been put down', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(world, async ({ items, stop, stored }) => {
      const snapshots = new MemorySnapshots();
      const one = newState();
      const expected: unknown[] = [];
      for (const [index, item] of items.entries()) {
        take(one, item, index + 1);
        if (index === stop) {
          one.fold.engine.drain();
          if (!canSnapshot(one)) return;
          await snapshots.write({ position: stop + 1, identity: IDENTITY }, snapshotChunks(one));
        } else if (index === stored) one.fold.engine.drain();
      }
      expected.push(one.fold.engine.drain());
      taken++;

      const other = newState();
      const wanted = { identity: IDENTITY, lastPosition: stored + 1 };
      const position = await takeUpSnapshot(snapshots, other, wanted, (_, reason) => expect(reason).toBe(''));
      expect(position).toBe(stop + 1);
      for (let index = position!; index < items.length; index++) {
        take(other, items[index]!, index + 1);
        if (index === stored) other.fold.engine.drain();
      }
      const answer = (state: State, effects: unknown): string =>
        JSON.stringify(
          {
            effects,
            threats: state.fold.engine.threats(0),
            stand: state.policy.stand,
            counts: state.fold.engine.counts,
          },
          null,
          1,
        );
      expect(firstDifference(answer(one, expected), answer(other, [other.fold.engine.drain()]))).toBe('');
      for (const item of items)
        if ('event' in item) expect(other.windows.has(item.event)).toBe(one.windows.has(item.event));
    }),
    { numRuns: 200 },
  );
  expect(taken).toBeGreaterThan(100);
});

describe('a snapshot', () => {
  const evil = create(actor('evil', 1000), undefined);
  const word = create(actor('word', 2000), undefined);

  function sample(): State {
    const state = newState();
    take(state, { change: CHANGES[0]! }, 1);
    take(state, { change: CHANGES[4]! }, 2);
    take(state, { event: evil }, 3);
    state.fold.engine.drain();
    return state;
  }

  async function kept(): Promise<MemorySnapshots> {
    const snapshots = new MemorySnapshots();
    await snapshots.write({ position: 3, identity: IDENTITY }, snapshotChunks(sample()));
    return snapshots;
  }

  test('is not taken while a change of policy waits for an event, or effects for a store', () => {
    const state = sample();
    expect(canSnapshot(state)).toBe(true);
    take(state, { change: CHANGES[2]! }, 4);
    expect(canSnapshot(state)).toBe(false);
    take(state, { event: word }, 5);
    expect(canSnapshot(state)).toBe(false);
    expect(() => [...snapshotChunks(state)]).toThrow(AssertionError);
    state.fold.engine.drain();
    expect(canSnapshot(state)).toBe(true);
  });

  test('during which something is applied is a bug', () => {
    const state = sample();
    for (let index = 0; index < 9000; index++) {
      take(state, { event: create(actor(`p${index}`, index), undefined, { CommandLine: 'x'.repeat(100) }) }, 4 + index);
    }
    state.fold.engine.drain();
    const chunks = snapshotChunks(state);
    expect(chunks.next().done).toBe(false);
    take(state, { event: event('filecreate', 9, { ProcessGuid: 'none' }) }, 20_000);
    state.fold.engine.drain();
    expect(() => [...chunks]).toThrow(AssertionError);
  });

  test('comes to its end while hosts go on sending', () => {
    const state = sample();
    const heard = Array.from({ length: 60_000 }, (_, index) => ({ ...evil, idLow: index, host: `host${index}` }));
    for (const each of heard) state.windows.add(each);
    let chunks = 0;
    for (const chunk of snapshotChunks(state)) {
      expect(chunk.length).toBeGreaterThan(0);
      expect(++chunks).toBeLessThan(10);
      for (const each of heard.slice(0, 59_000)) state.windows.add({ ...each, idHigh: chunks });
    }
    expect(chunks).toBeGreaterThan(1);
  });

  test.each([
    { name: 'of another identity', wanted: { identity: 'v2', lastPosition: 9 } },
    { name: 'of what no store has yet', wanted: { identity: IDENTITY, lastPosition: 2 } },
  ])('$name is passed over without a word', async ({ wanted }) => {
    const refused: string[] = [];
    expect(await takeUpSnapshot(await kept(), newState(), wanted, (_, why) => refused.push(why))).toBeUndefined();
    expect(refused).toEqual([]);
  });

  const WANTED = { identity: IDENTITY, lastPosition: 9 };

  test('whose rules compile to something else now is refused', async () => {
    const other = newState((packs) => ({
      ...compilePlain(packs),
      rules: { ...compilePlain(packs).rules, version: 'new' },
    }));
    const refused: string[] = [];
    expect(await takeUpSnapshot(await kept(), other, WANTED, (_, why) => refused.push(why))).toBeUndefined();
    expect(refused).toEqual(['other rules are in force']);
  });

  test('that is damaged at any place is refused whole, and the one before it serves', async () => {
    const snapshots = await kept();
    const { chunks } = snapshots.kept[0]!;
    const whole = Buffer.concat(chunks);
    expect(chunks).toHaveLength(1);
    const damaged: (readonly [string, Uint8Array[], Error?])[] = [
      ['no chunk', []],
      ['one chunk too many', [whole, whole]],
      ['a fault behind its end', [whole], new AppError('SNAPSHOT_DAMAGED', 'torn')],
      ['a fault before its end', [], new AppError('SNAPSHOT_DAMAGED', 'torn')],
      ...Array.from({ length: Math.ceil(whole.length / 7) }, (_, at): readonly [string, Uint8Array[]] => [
        `cut to ${at * 7}`,
        [whole.subarray(0, at * 7)],
      ]),
    ];
    for (const [name, those, fault] of damaged) {
      const two = await kept();
      two.kept.unshift({ head: { position: 4, identity: IDENTITY }, chunks: those, ...(fault && { fault }) });
      const state = newState();
      const refused: number[] = [];
      expect(await takeUpSnapshot(two, state, WANTED, (position) => refused.push(position)), name).toBe(3);
      expect(refused).toEqual([4]);
      // What holds is the other one's alone.
      take(state, { event: word }, 4);
      const undisturbed = sample();
      take(undisturbed, { event: word }, 4);
      expect(state.fold.engine.drain()).toEqual(undisturbed.fold.engine.drain());
      expect(state.fold.engine.threats(0)).toEqual(undisturbed.fold.engine.threats(0));
    }
  });

  test('where none serves, the fold is as new', async () => {
    const snapshots = await kept();
    snapshots.kept[0]!.fault = new AppError('SNAPSHOT_DAMAGED', 'torn');
    const [state, fresh] = [newState(), newState()];
    expect(await takeUpSnapshot(snapshots, state, WANTED, () => undefined)).toBeUndefined();
    for (const each of [state, fresh]) take(each, { event: evil }, 1);
    expect(state.fold.engine.drain()).toEqual(fresh.fold.engine.drain());
    expect(state.windows.has(word)).toBe(false);
    expect(state.policy.stand).toEqual(fresh.policy.stand);
  });

  test('changed in any byte, where a checksum should have told, does no harm', async () => {
    const whole = Buffer.concat((await kept()).kept[0]!.chunks);
    /** As packs are compiled in truth: whatever the text is. */
    const tolerant: typeof compilePlain = (packs) => {
      try {
        return compilePlain(packs);
      } catch {
        return compilePlain([]);
      }
    };
    const places: (number | undefined)[] = [];
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at]! + 1) & 0xff;
      const snapshots = new MemorySnapshots();
      await snapshots.write({ position: 3, identity: IDENTITY }, [changed]);
      places.push(await takeUpSnapshot(snapshots, newState(tolerant), WANTED, () => undefined));
    }
    // Refused as a rule; where the byte is one of a text, it is taken up with another text.
    expect(new Set(places)).toEqual(new Set([undefined, 3]));
  });
});
