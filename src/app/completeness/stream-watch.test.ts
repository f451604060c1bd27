import { expect, test } from 'vitest';
import { recordEvent, STREAM_START_MS } from '../../../test/support/host-streams.js';
import type { HostStreamRow } from '../ports.js';
import { HostStream } from './host-stream.js';
import { StreamWatch } from './stream-watch.js';

function see(watch: StreamWatch, host: string, ...numbers: readonly number[]): void {
  for (const number of numbers) {
    watch.seen(recordEvent({ number, about: { host } }), STREAM_START_MS + number * 1000);
  }
}

const told = (rows: readonly HostStreamRow[]): string[] => rows.map(({ key, missing }) => `${key} ${missing}`);

test('what changed is taken once', () => {
  const watch = new StreamWatch();
  see(watch, 'a', 1, 2, 5);
  see(watch, 'b', 1);
  expect(told(watch.take())).toEqual(['a 2', 'b 0']);
  expect(watch.take()).toEqual([]);
  see(watch, 'b', 3);
  expect(told(watch.take())).toEqual(['b 1']);
});

test('short and full names in any case are one machine', () => {
  const watch = new StreamWatch();
  see(watch, 'ws1.corp.example', 1, 2);
  see(watch, 'ws1', 4);
  see(watch, 'WS1.corp.example', 3);
  expect(told(watch.take())).toEqual(['ws1 0']);
});

test('events of no host are of nobody’s stream', () => {
  const watch = new StreamWatch();
  see(watch, '', 1, 9);
  expect(watch.take()).toEqual([]);
});

test('a host is news when it is heard first, and again after it was quiet for longer than it is used to send', () => {
  const watch = new StreamWatch();
  const MINUTE_MS = 60_000;
  let minute = 0;
  const heardAfter = (minutes: number, host = 'a'): boolean =>
    watch.seen(recordEvent({ number: 1, about: { host } }), STREAM_START_MS + (minute += minutes) * MINUTE_MS);
  expect([0, 1, 15, 90, 1].map((minutes) => heardAfter(minutes))).toEqual([true, false, false, true, false]);
  expect([heardAfter(0, 'b'), heardAfter(0, '')]).toEqual([true, false]);
  // One that sends every twenty minutes is not news each time.
  expect(Array.from({ length: 20 }, () => heardAfter(20)).slice(-5)).toEqual([false, false, false, false, false]);
  const next = new StreamWatch();
  next.restore(watch.take());
  expect(next.seen(recordEvent({ number: 2, about: { host: 'a' } }), STREAM_START_MS + (minute + 1) * MINUTE_MS)).toBe(
    false,
  );
});

test('another watch goes on with what was taken', () => {
  const whole = new StreamWatch();
  see(whole, 'a', 1, 2, 7, 8);
  const first = new StreamWatch();
  see(first, 'a', 1, 2);
  const second = new StreamWatch();
  second.restore(first.take());
  expect(second.isEmpty).toBe(false);
  see(second, 'a', 7, 8);
  expect(second.take()).toEqual(whole.take());
});

test('a host that is forgotten begins anew, and what it left is not taken', () => {
  const watch = new StreamWatch();
  see(watch, 'a.corp', 1, 9);
  see(watch, 'b', 1);
  watch.forget('A');
  expect(told(watch.take())).toEqual(['b 0']);
  see(watch, 'a.corp', 20, 22);
  expect(told(watch.take())).toEqual(['a 1']);
});

test('a host that is heard now and then is not pushed out by names that are made up', () => {
  const watch = new StreamWatch(10);
  see(watch, 'real', 1, 2, 5);
  watch.take();
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 8; index++) see(watch, `made-up-${round}-${index}`, 1);
    see(watch, 'real', 6 + round);
    watch.take();
  }
  see(watch, 'real', 26);
  expect(told(watch.take())).toEqual(['real 2']);
});

test('beyond the bound the host known first is dropped, once what changed of it was taken', () => {
  const watch = new StreamWatch(2);
  see(watch, 'a', 1, 3);
  see(watch, 'b', 1);
  see(watch, 'c', 1);
  expect(told(watch.take())).toEqual(['a 1', 'b 0', 'c 0']);
  see(watch, 'a', 9);
  expect(told(watch.take())).toEqual(['a 0']);
});

test('a host that does all it can to be remembered takes some kilobytes', () => {
  const host = new HostStream();
  let number = 1;
  for (let at = 0; at < 20_000; at++) {
    number = at % 500 === 0 ? 1 : number + 1 + (at % 3);
    const atMs = at * 90_000 - (at % 70 === 0 ? 3_600_000 : 0);
    const channel = `Log ${at % 40} ${'x'.repeat(300)}`;
    const receivedMs = STREAM_START_MS + at * 90_000 + (at % 11) * 60_000;
    host.seen(recordEvent({ number, atMs, about: { channel } }), receivedMs);
  }
  expect(host.toText().length).toBeLessThan(64 * 1024);
});
