import { expect, test } from 'vitest';
import { planScan } from './scan-plan.js';

const file = (bytes: number, hosts: Readonly<Record<string, number>>) => ({
  bytes,
  hosts: new Map(Object.entries(hosts)),
});

test('threads get much the same work, whatever order the hosts are met in', () => {
  const weights = [1, 7, 2, 9, 3, 5, 4, 6, 3];
  const files = weights.map((weight, at) => file(weight * 1000, { [`ws${at}`]: 50 }));
  const { hosts } = planScan(files, 2);
  const loads = [0, 0];
  for (const [at, weight] of weights.entries()) loads[hosts.get(`ws${at}`)!]! += weight;
  expect(loads).toEqual([20, 20]);
});

test('a host stays with those of its files while their thread has less than an even share, though the other has less', () => {
  const small = Array.from({ length: 10 }, (_, at) => file(90, { [`small${at}`]: 5 }));
  const plan = planScan([file(4100, { dc: 40, ws1: 1 }), file(4000, { srv: 39, ws2: 1 }), ...small], 2);
  const [dc, srv] = [plan.hosts.get('dc')!, plan.hosts.get('srv')!];
  expect(dc).not.toBe(srv);
  expect([plan.hosts.get('ws1'), plan.hosts.get('ws2')]).toEqual([dc, srv]);
  expect(plan.files.slice(0, 2)).toEqual([dc, srv]);
});

test('one host that is most of everything shares its thread with none, even of its own files', () => {
  const { hosts } = planScan([file(9000, { large: 70, one: 20, other: 10 })], 2);
  expect(hosts.get('one')).toBe(1 - hosts.get('large')!);
  expect(hosts.get('other')).toBe(1 - hosts.get('large')!);
});

test('a file goes to the thread that most of it is for, and one of which nothing is known to nobody', () => {
  const plan = planScan([file(9000, { a: 30 }), file(8000, { b: 30 }), file(100, { a: 1, b: 9 }), file(700, {})], 2);
  expect(plan.files).toEqual([plan.hosts.get('a'), plan.hosts.get('b'), plan.hosts.get('b'), undefined]);
});

test('a file of no bytes, as a pipe is, is worth nothing', () => {
  const { hosts, files } = planScan([file(0, { a: 3 }), file(10, { b: 1 })], 2);
  expect([...hosts.values()].every((place) => place === 0 || place === 1)).toBe(true);
  expect(files[1]).toBe(hosts.get('b'));
});

test('without files there is nothing to plan', () => {
  expect(planScan([], 2)).toEqual({ hosts: new Map(), files: [] });
});
