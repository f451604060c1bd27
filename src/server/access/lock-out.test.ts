import { describe, expect, test } from 'vitest';
import { LockOut } from './lock-out.js';

function failing(lockOut: LockOut, times: number, name: string, address: string, nowMs = 0): void {
  for (let count = 0; count < times; count++) lockOut.failed(name, address, nowMs);
}

describe('LockOut', () => {
  test.each([
    { failures: 4, waitMs: 0 },
    { failures: 5, waitMs: 1000 },
    { failures: 6, waitMs: 2000 },
    { failures: 9, waitMs: 16_000 },
    { failures: 19, waitMs: 15 * 60_000 },
  ])('after $failures failures of one name from one address: $waitMs ms', ({ failures, waitMs }) => {
    const lockOut = new LockOut();
    failing(lockOut, failures, 'li', '10.0.0.1');
    expect(lockOut.waitMs('li', '10.0.0.1', 0)).toBe(waitMs);
    expect(lockOut.waitMs('LI', '10.0.0.1', waitMs)).toBe(0);
  });

  test('many names from one address', () => {
    const lockOut = new LockOut();
    for (let count = 0; count < 25; count++) lockOut.failed(`name-${count}`, '10.0.0.1', 0);
    expect(lockOut.waitMs('fresh', '10.0.0.1', 0)).toBe(32_000);
    expect(lockOut.waitMs('fresh', '10.0.0.2', 0)).toBe(0);
  });

  test('one name from many addresses slows its owner for half a minute at most', () => {
    const lockOut = new LockOut();
    for (let count = 0; count < 5000; count++) lockOut.failed('li', `10.0.${count >> 8}.${count & 255}`, 0);
    expect(lockOut.waitMs('li', '192.168.0.1', 0)).toBe(30_000);
  });

  test.each([
    { first: '2001:db8:1:2::1', second: '2001:db8:1:2:ffff:ffff:ffff:ffff', same: true },
    { first: '2001:DB8:1:2::1', second: '2001:db8:1:2:0:0:0:2', same: true },
    { first: '2001:db8:1:2::1', second: '2001:db8:1:3::1', same: false },
    { first: '2001:db8::1', second: '2001:db8:0:0:5::', same: true },
    { first: '::1', second: '::2', same: true },
    { first: '::1', second: '1::', same: false },
    { first: 'fe80::1%eth0', second: 'fe80::2%eth1', same: true },
    { first: '::ffff:10.0.0.1', second: '10.0.0.1', same: true },
    { first: '::ffff:10.0.0.1', second: '::ffff:10.0.0.2', same: false },
    { first: '10.0.0.1', second: '10.0.0.2', same: false },
  ])('failures from $first count for $second: $same', ({ first, second, same }) => {
    const lockOut = new LockOut();
    failing(lockOut, 5, 'li', first);
    expect(lockOut.waitMs('li', second, 0)).toBe(same ? 1000 : 0);
  });

  test('without a name no crowd makes others wait', () => {
    const lockOut = new LockOut();
    for (let count = 0; count < 5000; count++) lockOut.failed('', `10.0.${count >> 8}.${count & 255}`, 0);
    expect(lockOut.waitMs('', '192.168.0.1', 0)).toBe(0);
  });

  test('an hour of quiet forgets', () => {
    const lockOut = new LockOut();
    failing(lockOut, 9, 'li', '10.0.0.1');
    failing(lockOut, 1, 'li', '10.0.0.1', 3_700_000);
    expect(lockOut.waitMs('li', '10.0.0.1', 3_700_000)).toBe(0);
  });

  test('success forgets the pair', () => {
    const lockOut = new LockOut();
    failing(lockOut, 9, 'li', '10.0.0.1');
    lockOut.succeeded('li', '10.0.0.1');
    expect(lockOut.waitMs('li', '10.0.0.1', 0)).toBe(0);
  });

  test('attempts under way count as failures', () => {
    const lockOut = new LockOut();
    const ends = [1, 2, 3, 4, 5].map(() => {
      expect(lockOut.waitMs('li', '10.0.0.1', 0)).toBe(0);
      return lockOut.begin('li', '10.0.0.1');
    });
    expect(lockOut.waitMs('LI', '10.0.0.1', 0)).toBe(1000);
    expect(lockOut.waitMs('wu', '10.0.0.1', 0)).toBe(0);
    for (const end of ends) end();
    expect(lockOut.waitMs('li', '10.0.0.1', 0)).toBe(0);

    failing(lockOut, 4, 'li', '10.0.0.1');
    const end = lockOut.begin('li', '10.0.0.1');
    expect(lockOut.waitMs('li', '10.0.0.1', 0)).toBe(1000);
    expect(lockOut.waitMs('li', '10.0.0.1', 3_700_000)).toBe(0);
    failing(lockOut, 1, 'li', '10.0.0.1');
    end();
    expect(lockOut.waitMs('li', '10.0.0.1', 1000)).toBe(0);
  });

  test('stays small under a flood of names', () => {
    const lockOut = new LockOut();
    for (let count = 0; count < 50_000; count++) lockOut.failed(`n${count}`, `a${count}`, count);
    failing(lockOut, 5, 'li', '10.0.0.1', 60_000);
    expect(lockOut.waitMs('li', '10.0.0.1', 60_000)).toBe(1000);
  });
});
