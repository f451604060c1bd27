/** How fresh the screen is, as the stream tells it while the server is away and comes back. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openStream, type StreamState } from './stream.js';

/** A browser's source of events, told by the test what happens to it. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static current: FakeSource | undefined;
  static opened = 0;
  readyState = 0;
  constructor() {
    super();
    FakeSource.current = this;
    FakeSource.opened += 1;
  }
  close(): void {
    this.readyState = FakeSource.CLOSED;
  }
}

const happens = (type: 'open' | 'error'): unknown => FakeSource.current?.dispatchEvent(new Event(type));
let states: StreamState[];
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeSource);
  FakeSource.opened = 0;
  states = [];
  end = openStream({ message: () => undefined, state: (state) => states.push(state) });
});
afterEach(() => {
  end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('stays stale for as long as the server is away, however often it is tried', () => {
  happens('open');
  for (let second = 0; second < 90; second += 3) {
    happens('error');
    vi.advanceTimersByTime(3000);
  }
  expect(states[0]).toBe('live');
  expect(states.filter((state) => state === 'stale')).toHaveLength(1);
  expect(states.at(-1)).toBe('stale');
});

test('is live again once it opens, and counts anew from the next cut', () => {
  happens('open');
  happens('error');
  vi.advanceTimersByTime(31_000);
  happens('error');
  happens('open');
  expect(states).toEqual(['live', 'reconnecting', 'stale', 'live']);
  happens('error');
  vi.advanceTimersByTime(29_000);
  expect(states.at(-1)).toBe('reconnecting');
  vi.advanceTimersByTime(2000);
  expect(states.at(-1)).toBe('stale');
});

test('a first connection that does not come about is stale too', () => {
  happens('error');
  vi.advanceTimersByTime(31_000);
  happens('error');
  expect(states).toEqual(['connecting', 'stale']);
});

test('tries again by itself where the browser gives up', () => {
  happens('open');
  FakeSource.current?.close();
  happens('error');
  vi.advanceTimersByTime(1000);
  expect(FakeSource.opened).toBe(2);
});
