import { expect, test } from 'vitest';
import { HostShares, makeShareTable } from './host-shares.js';

test('all threads give a host to the same one, whoever meets it first and by whichever form of its name', () => {
  const table = makeShareTable(3);
  const threads = [new HostShares(table), new HostShares(table), new HostShares(table)];
  for (let host = 0; host < 500; host++) {
    const spellings = [`ws${host}.corp.local`, `WS${host}`, `ws${host}`];
    const places = threads.map((thread, at) => thread.placeOf(spellings[(at + host) % 3]!));
    threads[0]!.count(places[0]!);
    expect(new Set(places).size).toBe(1);
  }
});

test('a new host goes to the thread that was given least', () => {
  const table = makeShareTable(2);
  const [one, other] = [new HostShares(table), new HostShares(table)];
  const large = one.placeOf('dc');
  for (let event = 0; event < 1000; event++) one.count(large);
  for (let host = 0; host < 20; host++) {
    expect(other.placeOf(`ws${host}`)).toBe(1 - large);
    other.count(1 - large);
  }
  for (let event = 0; event < 2000; event++) one.count(one.placeOf('ws3'));
  expect(one.placeOf('late')).toBe(large);
});

test('a host that was planned for a thread goes to it, however much that has judged, under any form of its name', () => {
  const table = makeShareTable(2);
  new HostShares(table).plan('dc', 1);
  const thread = new HostShares(table);
  for (let event = 0; event < 1000; event++) thread.count(1);
  expect(thread.placeOf('DC.corp.local')).toBe(1);
  expect(thread.placeOf('unplanned')).toBe(0);
});

test('a single thread has all hosts', () => {
  const shares = new HostShares(makeShareTable(1));
  expect(['a', 'b', ''].map((host) => shares.placeOf(host))).toEqual([0, 0, 0]);
});
