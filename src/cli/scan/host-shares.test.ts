import { expect, test } from 'vitest';
import { HostShares, makeShareTable } from './host-shares.js';

test('all threads give a host to the same one, whoever meets it first and by whichever form of its name', () => {
  const table = makeShareTable(3);
  const threads = [new HostShares(table), new HostShares(table), new HostShares(table)];
  for (let host = 0; host < 500; host++) {
    const spellings = [`ws${host}.corp.local`, `WS${host}`, `ws${host}`];
    const places = threads.map((thread, at) => thread.of(spellings[(at + host) % 3]!, host * 10));
    expect(new Set(places).size).toBe(1);
  }
});

test('a new host goes to the thread that was given least', () => {
  const table = makeShareTable(2);
  const [one, other] = [new HostShares(table), new HostShares(table)];
  const large = one.of('dc', 1_000_000);
  for (let host = 0; host < 20; host++) expect(other.of(`ws${host}`, 1000)).toBe(1 - large);
  for (let line = 0; line < 2000; line++) one.of('ws3', 1000);
  expect(one.of('late', 1)).toBe(large);
});

test('a single thread has all hosts', () => {
  const shares = new HostShares(makeShareTable(1));
  expect(['a', 'b', ''].map((host) => shares.of(host))).toEqual([0, 0, 0]);
});
