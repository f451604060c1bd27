import { expect, test } from 'vitest';
import { Flights } from './flights.js';

const flight = () => ({ landed: Promise.resolve() });
const [first, second, third] = [flight(), flight(), flight()];
const near = { idHigh: 1, idLow: 7 };
const high = { idHigh: 2, idLow: 7 };
const low = { idHigh: 1, idLow: 8 };

test('a record is in the air until it has left, whatever shares a half of its identity', () => {
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

test('however many share a half of their identity, they leave as they came', () => {
  const flights = new Flights();
  const many = Array.from({ length: 50_000 }, (_, idHigh) => ({ idHigh, idLow: 7 }));
  for (const each of many) flights.board(each, first);
  for (const each of many) flights.leave(each);
  expect(many.some((each) => flights.of(each) !== undefined)).toBe(false);
});
