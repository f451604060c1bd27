/** Who goes on when: by turns, within the window, and what is counted meanwhile. */

import { expect, test } from 'vitest';
import { FairLine, type Party } from './fair-line.js';

const a = { sensor: 'a', host: 'ws1' };
const b = { sensor: 'b', host: 'ws2' };

/** Asks until all of `count` had their turn; each grant is noted. */
async function bring(line: FairLine, party: Party, count: number, granted: [Party, number][]): Promise<void> {
  line.enter(party, count);
  for (let left = count; left > 0;) {
    const turn = await line.turn(party, left);
    granted.push([party, turn]);
    if (turn === 0) return line.leave(party, left);
    left -= turn;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('where there is room nobody waits', () => {
  const line = new FairLine(() => 10);
  line.enter(a, 4);
  expect(line.turn(a, 4)).toBe(4);
  line.enter(b, 5);
  expect(line.turn(b, 5)).toBe(5);
  expect([line.total, line.of(a), line.of(b), line.ofSensor(b), line.sensors, line.parties]).toEqual([
    9, 4, 5, 5, 2, 2,
  ]);
});

test.each([
  { who: 'another sensor', quiet: b },
  { who: 'another host of the same sensor', quiet: { sensor: 'a', host: 'ws3' } },
])('$who waits for a part of what one brings', async ({ quiet }) => {
  const line = new FairLine(() => 10);
  const granted: [Party, number][] = [];
  for (let delivery = 0; delivery < 5; delivery++) void bring(line, a, 100, granted);
  void bring(line, quiet, 1, granted);
  await settle();
  expect(granted).toEqual([[a, 10]]);
  line.done(a, 10);
  await settle();
  expect(granted.slice(1)).toEqual([[a, 10]]);
  line.done(a, 4);
  await settle();
  expect(granted.slice(2)).toEqual([
    [quiet, 1],
    [a, 3],
  ]);
});

test('a sensor that names many hosts has one turn, as another has that names one', async () => {
  const line = new FairLine(() => 1);
  const granted: [Party, number][] = [];
  for (let host = 0; host < 50; host++) void bring(line, { sensor: 'a', host: `made-up-${host}` }, 1, granted);
  void bring(line, b, 2, granted);
  await settle();
  for (let at = 0; at < 4; at++) {
    line.done(...granted[at]!);
    await settle();
  }
  expect(granted.map(([{ sensor }]) => sensor)).toEqual(['a', 'a', 'b', 'a', 'b']);
});

test('all that is brought goes on, and is counted until it is done', async () => {
  const line = new FairLine(() => 7);
  const granted: [Party, number][] = [];
  const parties = [a, b, { sensor: 'c', host: 'ws2' }, { sensor: 'c', host: 'ws4' }, a];
  const brought = Promise.all(parties.map((party, at) => bring(line, party, 20 + at, granted)));
  for (let told = 0; line.total > 0;) {
    await settle();
    const ahead = granted.slice(told);
    told = granted.length;
    for (const [party, count] of ahead) line.done(party, count);
  }
  await brought;
  const sums = new Map<Party, number>();
  for (const [party, count] of granted) sums.set(party, (sums.get(party) ?? 0) + count);
  expect(parties.slice(0, 4).map((party) => sums.get(party))).toEqual([44, 21, 22, 23]);
  expect([line.parties, line.sensors]).toEqual([0, 0]);
});

test('whoever is let go has no turn, and counts no more', async () => {
  const line = new FairLine(() => 5);
  const granted: [Party, number][] = [];
  void bring(line, a, 5, granted);
  void bring(line, b, 3, granted);
  await settle();
  line.letGo();
  await settle();
  expect(granted).toEqual([
    [a, 5],
    [b, 0],
  ]);
  expect([line.total, line.of(b), line.parties]).toEqual([5, 0, 1]);
});
