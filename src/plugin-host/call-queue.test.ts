import { expect, test } from 'vitest';
import { actor, create } from '../../test/support/events.js';
import type { Fields } from '../engine/event/event.js';
import type { PluginProcess } from '../plugin-sdk/index.js';
import { CallQueue } from './call-queue.js';
import type { WorkerCall } from './worker/protocol.js';

const LIMITS = { calls: 5, bytes: 100_000, batchCalls: 3, batchBytes: 20_000 };

function call(chainId: string, fields: Fields = {}): WorkerCall {
  return {
    hook: 'processCreated',
    event: create(actor('a', 0), undefined, fields),
    process: {} as PluginProcess,
    chainId,
  };
}
const ids = (calls: readonly WorkerCall[]) => calls.map(({ chainId }) => chainId).join('');

test('oldest first, in batches', () => {
  const queue = new CallQueue(LIMITS);
  for (const id of 'abcd') queue.add(call(id));
  expect(ids(queue.take())).toBe('abc');
  expect(ids(queue.take())).toBe('d');
  expect(queue.isEmpty).toBe(true);
  expect(queue.take()).toEqual([]);
});

test('when full, what comes is dropped and counted', () => {
  const queue = new CallQueue(LIMITS);
  expect([...'abcdefg'].map((id) => queue.add(call(id)))).toEqual([true, true, true, true, true, false, false]);
  expect(queue.dropped).toBe(2);
  queue.take();
  expect(queue.add(call('h'))).toBe(true);
  expect(ids(queue.take())).toBe('deh');
});

test('size counts too, lists and maps of it', () => {
  const queue = new CallQueue(LIMITS);
  expect(queue.add(call('a', { CommandLine: 'x'.repeat(30_000) }))).toBe(true);
  expect(queue.add(call('b', { Data: ['x'.repeat(30_000)] }))).toBe(false);
  expect(queue.add(call('c'))).toBe(true);
  queue.clear();
  expect(queue.add(call('d', { Data: { x: ['x'.repeat(30_000)] } }))).toBe(true);
});

test('a batch is small, but for a single large call', () => {
  const queue = new CallQueue(LIMITS);
  queue.add(call('a', { CommandLine: 'x'.repeat(6_000) }));
  queue.add(call('b', { CommandLine: 'x'.repeat(6_000) }));
  queue.add(call('c', { CommandLine: 'x'.repeat(12_000) }));
  queue.add(call('d'));
  expect([ids(queue.take()), ids(queue.take()), ids(queue.take()), ids(queue.take())]).toEqual(['a', 'b', 'c', 'd']);
});
