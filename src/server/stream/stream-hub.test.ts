import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  FakeAccess,
  FakeClock,
  FakeNotices,
  FakeState,
  fakeStored,
  fill,
  HEX_A,
} from '../../../test/support/fake-parts.js';
import { AppError } from '../../app/app-error.js';
import { HostDesk } from '../host-desk.js';
import { StreamHub, type StreamClient } from './stream-hub.js';

class FakeClient implements StreamClient {
  text = '';
  backlog = 0;
  ended = '';
  allowed = true;
  write(text: string): void {
    this.text += text;
  }
  close(): void {
    this.ended = 'closed';
  }
  cut(): void {
    this.ended = 'cut';
  }
  isAllowed(): boolean {
    return this.allowed;
  }
  get types(): string[] {
    return [...this.text.matchAll(/^event: (.*)$/gm)]
      .map(([, type]) => type ?? '')
      .filter((type) => type !== 'statistics');
  }
  get lastId(): number {
    return Number([...this.text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1]);
  }
}

let notices: FakeNotices;
let state: FakeState;
let hub: StreamHub;

beforeEach(() => {
  vi.useFakeTimers();
  notices = new FakeNotices();
  state = new FakeState();
  fill(state);
  const clock = new FakeClock();
  const isSample = () => false;
  hub = new StreamHub(notices, state, clock, new HostDesk(state, new FakeAccess(), clock, isSample), isSample);
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

describe('StreamHub', () => {
  test('tells changes of one threat within a moment as one', () => {
    const client = new FakeClient();
    hub.add(client, undefined);
    for (let count = 0; count < 200; count++) notices.tell({ kind: 'threat', id: HEX_A });
    notices.tell({ kind: 'host', name: 'fin-03' });
    notices.tell({ kind: 'policy', what: 'rules' });
    vi.advanceTimersByTime(250);
    expect(client.types).toEqual(['threat', 'host', 'policy']);
    expect(client.text).toContain(`"id":"${HEX_A}"`);
  });

  test('the last thing said of a threat holds', () => {
    const client = new FakeClient();
    hub.add(client, undefined);
    notices.tell({ kind: 'threat', id: HEX_A });
    notices.tell({ kind: 'threat-removed', id: HEX_A, into: 'x' });
    vi.advanceTimersByTime(250);
    expect(client.types).toEqual(['threat-removed']);
    expect(client.text).toContain('"into":"x"');
  });

  test('resumes after the last number seen, without loss or doubles', () => {
    const first = new FakeClient();
    hub.add(first, undefined);
    hub.threatChanged(HEX_A);
    vi.advanceTimersByTime(250);
    const seen = first.lastId;
    hub.remove(first);
    state.stored.set('b', fakeStored({ id: 'b' }));
    hub.threatChanged('b');
    vi.advanceTimersByTime(250);
    hub.threatRemoved(HEX_A);
    vi.advanceTimersByTime(250);
    const second = new FakeClient();
    hub.add(second, seen);
    expect(second.types).toEqual(['threat', 'threat-removed']);
    expect(second.lastId).toBe(seen + 2);
  });

  test.each([
    { name: 'a number of an earlier run', after: 5 },
    { name: 'a number that was never given', after: 9_999_999_999_999 },
  ])('$name: reset', ({ after }) => {
    hub.threatChanged(HEX_A);
    vi.advanceTimersByTime(250);
    const client = new FakeClient();
    hub.add(client, after);
    expect(client.types).toEqual(['reset']);
  });

  test('more missed than is kept: reset', () => {
    const client = new FakeClient();
    hub.add(client, undefined);
    const before = client.lastId;
    hub.remove(client);
    for (let count = 0; count < 1001; count++) {
      hub.threatRemoved(`t${count}`);
      vi.advanceTimersByTime(250);
    }
    const late = new FakeClient();
    hub.add(late, before);
    expect(late.types).toEqual(['reset']);
    const inTime = new FakeClient();
    hub.add(inTime, before + 1);
    expect(inTime.types.length).toBe(1000);
  });

  test('more than anybody could look at: reset, once in five seconds', () => {
    const client = new FakeClient();
    hub.add(client, undefined);
    const asked = vi.spyOn(state, 'host');
    for (let flush = 0; flush < 41; flush++) {
      for (let count = 0; count < 400; count++) notices.tell({ kind: 'host', name: `made-up-${flush}-${count}` });
      notices.tell({ kind: 'policy', what: 'settings' });
      vi.advanceTimersByTime(250);
    }
    expect(client.types.filter((type) => type !== 'policy')).toEqual(['reset', 'reset', 'reset']);
    expect(client.types.filter((type) => type === 'policy')).toHaveLength(41);
    expect(asked).not.toHaveBeenCalled();
    // What changed since the last one is not lost, and then things are told one by one again.
    vi.advanceTimersByTime(5000);
    notices.tell({ kind: 'threat', id: HEX_A });
    vi.advanceTimersByTime(250);
    expect(client.types.filter((type) => type !== 'policy').slice(3)).toEqual(['threat']);
  });

  test.each([
    { name: 'a threat', fail: () => vi.spyOn(state, 'threat') },
    { name: 'the counts', fail: () => vi.spyOn(state, 'threatCounts') },
  ])('a state that cannot be read ($name): nothing is told, then reset, then all goes on', ({ fail }) => {
    const client = new FakeClient();
    hub.add(client, undefined);
    const failing = fail().mockImplementation(() => {
      throw new AppError('STORE_FAILED', 'Reading the state failed');
    });
    notices.tell({ kind: 'threat', id: HEX_A });
    vi.advanceTimersByTime(1000);
    failing.mockRestore();
    vi.advanceTimersByTime(5000);
    expect(client.types.at(-1)).toBe('reset');
    notices.tell({ kind: 'threat', id: HEX_A });
    vi.advanceTimersByTime(250);
    expect(client.types.at(-1)).toBe('threat');
  });

  test('who may listen cannot be looked up: the others are told, and it is asked again', () => {
    const [first, second] = [new FakeClient(), new FakeClient()];
    for (const client of [first, second]) hub.add(client, undefined);
    const asked = vi.spyOn(first, 'isAllowed').mockImplementationOnce(() => {
      throw new AppError('STORE_FAILED', 'Reading the state failed');
    });
    vi.advanceTimersByTime(30_000);
    expect(asked.mock.calls.length).toBeGreaterThan(1);
    for (const client of [first, second]) expect(client.text).toContain(': beat');
  });

  test('beats, and ends what may no longer listen or cannot keep up', () => {
    const [fine, gone, slow] = [new FakeClient(), new FakeClient(), new FakeClient()];
    for (const client of [fine, gone, slow]) hub.add(client, undefined);
    gone.allowed = false;
    slow.backlog = 2 * 1024 * 1024;
    vi.advanceTimersByTime(15_000);
    expect(fine.text).toContain(': beat');
    expect([fine.ended, gone.ended, slow.ended]).toEqual(['', 'cut', 'cut']);
    expect(hub.clients).toBe(1);
  });

  test('statistics are told when they change', () => {
    const client = new FakeClient();
    hub.add(client, undefined);
    const count = () => client.text.split('event: statistics').length - 1;
    vi.advanceTimersByTime(3000);
    expect(count()).toBe(1);
    state.stored.delete(HEX_A);
    vi.advanceTimersByTime(1000);
    expect(count()).toBe(2);
  });

  test('closing ends all', () => {
    const client = new FakeClient();
    hub.add(client, undefined);
    hub.close();
    expect(client.ended).toBe('closed');
    expect(notices.listeners.size).toBe(0);
  });
});
