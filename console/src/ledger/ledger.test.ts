import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/contract/index.js';
import { crossingKey, fileName, ledgerSum, severityOf, sorted } from './ledger.js';

const entry = (key: string, points: number, time: string | null, image = 'c:\\a.exe'): Evidence => ({
  kind: 'rule',
  key,
  title: key,
  titles: { en: key, zh: key },
  points,
  pointsWithout: points,
  techniques: [],
  rule: key,
  event: { id: '0', time, action: null, file: null, line: 0 },
  process: { id: '0', image, commandLine: '', pid: 1, guid: '' },
  matched: [],
});

describe('ledger', () => {
  const ledger = [
    entry('c', 200, '2026-01-01T00:00:03.000Z', 'c:\\z.exe'),
    entry('a', 100, '2026-01-01T00:00:01.000Z'),
    entry('b', 70, '2026-01-01T00:00:02.000Z'),
    entry('x', 0, '2026-01-01T00:00:00.000Z'),
  ];

  test('adds its rows up', () => expect(ledgerSum(ledger)).toBe(370));

  test.each([
    { threshold: 170, key: 'b' },
    { threshold: 171, key: 'c' },
    { threshold: 1, key: 'a' },
    { threshold: 371, key: undefined },
  ])('threshold $threshold is crossed by $key, in order of time', ({ threshold, key }) => {
    expect(crossingKey(ledger, threshold)).toBe(key);
  });

  test('sorts by time and by process', () => {
    expect(sorted(ledger, 'time').map((row) => row.key)).toEqual(['x', 'a', 'b', 'c']);
    expect(sorted(ledger, 'process').at(-1)?.key).toBe('c');
    expect(sorted(ledger, 'points')).toEqual(ledger);
  });

  test.each([
    { path: 'C:\\Windows\\cmd.exe', name: 'cmd.exe' },
    { path: '/usr/bin/sh', name: 'sh' },
    { path: 'System', name: 'System' },
    { path: 'C:\\', name: 'C:\\' },
    { path: '', name: '' },
  ])('file name of "$path"', ({ path, name }) => expect(fileName(path)).toBe(name));

  test.each([
    { score: 680, severity: 'critical' },
    { score: 679, severity: 'high' },
    { score: 340, severity: 'high' },
    { score: 213, severity: 'medium' },
    { score: 170, severity: 'low' },
  ])('$score of 170 is $severity', ({ score, severity }) => expect(severityOf(score, 170)).toBe(severity));
});
