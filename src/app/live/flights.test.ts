import { expect, test } from 'vitest';
import { Flights } from './flights.js';

const flight = () => ({ landed: Promise.resolve() });
const [first, second, third] = [flight(), flight(), flight()];
/** All of one slot. */
const near = { idHigh: 1, idLow: 7 };
const high = { idHigh: 2, idLow: 7 };
const low = { idHigh: 1, idLow: 0x4000_0007 };

test('a record is in the air until it has left, whatever shares its slot', () => {
  const flights = new Flights();
  flights.board(near, first);
  expect([near, high, low].map((identity) => flights.of(identity))).toEqual([first, undefined, undefined]);
  flights.board(high, second);
  flights.board(low, third);
  expect([near, high, low].map((identity) => flights.of(identity))).toEqual([first, second, third]);
  flights.leave(high);
  expect([near, high, low].map((identity) => flights.of(identity))).toEqual([first, undefined, third]);
  flights.leave(low);
  flights.leave(near);
  expect([near, high, low].map((identity) => flights.of(identity))).toEqual([undefined, undefined, undefined]);
});

test('one that is not in the air may leave', () => {
  const flights = new Flights();
  flights.leave(near);
  flights.board(low, first);
  flights.leave(near);
  expect(flights.of(low)).toBe(first);
});
