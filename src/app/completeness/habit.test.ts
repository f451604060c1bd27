import { describe, expect, test } from 'vitest';
import { Habit } from './habit.js';
import { listeningAt, stateOf, type HostState } from './host-state.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Monday. */
const START_MS = Date.UTC(2026, 0, 5);

type Times = (day: number) => readonly (readonly [fromHour: number, toHour: number])[];

/** Heard every `everyMs` in the given hours of each day. */
function habitOf(days: number, hours: Times, everyMs = MINUTE / 2): Habit {
  const habit = new Habit();
  for (let day = 0; day < days; day++) {
    for (const [from, to] of hours(day)) {
      for (let ms = from * HOUR; ms < to * HOUR; ms += everyMs) habit.heard(START_MS + day * DAY + ms);
    }
  }
  return habit;
}

function stateAfter(habit: Habit, silenceMs: number): HostState {
  const { lastMs, quietAfterMs, silentAfterMs } = habit;
  return stateOf({ lastMs, quietAfterMs, silentAfterMs }, { nowMs: lastMs + silenceMs, excusedFromMs: Infinity });
}

const ALWAYS: Times = () => [[0, 24]];
const OFFICE: Times = (day) => (day % 7 < 5 ? [[9, 17]] : []);

test.each<{ name: string; habit: () => Habit; silence: number; state: HostState }>([
  { name: 'a server just heard', habit: () => habitOf(3, ALWAYS), silence: 15 * MINUTE, state: 'active' },
  {
    name: 'a server after a quarter of an hour',
    habit: () => habitOf(3, ALWAYS),
    silence: 16 * MINUTE,
    state: 'silent',
  },
  { name: 'a server known for an hour', habit: () => habitOf(1, () => [[0, 1]]), silence: 16 * MINUTE, state: 'quiet' },
  { name: '… the next day', habit: () => habitOf(1, () => [[0, 1]]), silence: 17 * HOUR, state: 'silent' },
  { name: 'a workstation at lunch', habit: () => habitOf(3, OFFICE), silence: HOUR, state: 'quiet' },
  { name: 'a workstation in its first night', habit: () => habitOf(1, OFFICE), silence: 15 * HOUR, state: 'quiet' },
  { name: 'a workstation in its third night', habit: () => habitOf(3, OFFICE), silence: 15 * HOUR, state: 'quiet' },
  { name: 'a workstation in its first weekend', habit: () => habitOf(5, OFFICE), silence: 64 * HOUR, state: 'quiet' },
  { name: 'a workstation in its third weekend', habit: () => habitOf(19, OFFICE), silence: 64 * HOUR, state: 'quiet' },
  {
    name: 'a workstation that stays away for a week',
    habit: () => habitOf(19, OFFICE),
    silence: 7 * DAY,
    state: 'silent',
  },
  {
    name: 'a host that sends once an hour, late',
    habit: () => habitOf(3, ALWAYS, HOUR),
    silence: 3 * HOUR,
    state: 'active',
  },
  {
    name: 'a host that sends once an hour, no more',
    habit: () => habitOf(3, ALWAYS, HOUR),
    silence: 5 * HOUR,
    state: 'silent',
  },
])('$name is $state', ({ habit, silence, state }) => expect(stateAfter(habit(), silence)).toBe(state));

test('one outage of a settled server does not make a habit', () => {
  const outage: Times = (day) =>
    day === 8
      ? [
          [0, 6],
          [16, 24],
        ]
      : [[0, 24]];
  expect(stateAfter(habitOf(12, outage), 16 * MINUTE)).toBe('silent');
});

test('after three weeks of holidays the nights before them still count', () => {
  const away: Times = (day) => (day >= 14 && day < 35 ? [] : OFFICE(day));
  expect(stateAfter(habitOf(36, away), 15 * HOUR)).toBe('quiet');
});

test('it tells since when it was active', () => {
  expect(habitOf(3, OFFICE).activeSinceMs).toBe(START_MS + 2 * DAY + 9 * HOUR);
});

test('our own clock set back teaches nothing', () => {
  const habit = habitOf(2, ALWAYS);
  const before = JSON.stringify(habit.toStored());
  habit.heard(habit.lastMs - 3 * DAY);
  expect(JSON.stringify(habit.toStored())).toBe(before);
});

test('it stays small: years of pauses of any length', () => {
  const habit = new Habit();
  for (let at = 0, ms = START_MS; at < 100_000; at++, ms += (1 + (at % 97)) * 20 * MINUTE) habit.heard(ms);
  for (let at = 0; at < 1000; at++) habit.heard(habit.lastMs + 20 * MINUTE);
  expect(JSON.stringify(habit.toStored()).length).toBeLessThan(600);
});

describe('after a start of ours', () => {
  const startedMs = START_MS + DAY;
  const server = { quietAfterMs: 15 * MINUTE, silentAfterMs: 15 * MINUTE };
  const listenedMs = START_MS;

  test.each<{ name: string; lastMs: number; afterMs: number; state: HostState }>([
    {
      name: 'a host that was active when we stopped',
      lastMs: listenedMs - 60_000,
      afterMs: 10 * MINUTE,
      state: 'quiet',
    },
    { name: '… and does not come back', lastMs: listenedMs - 60_000, afterMs: 16 * MINUTE, state: 'silent' },
    { name: 'a host that was silent before', lastMs: listenedMs - HOUR, afterMs: MINUTE, state: 'silent' },
  ])('$name is $state', ({ lastMs, afterMs, state }) => {
    const nowMs = startedMs + afterMs;
    expect(stateOf({ ...server, lastMs }, listeningAt(nowMs, startedMs, listenedMs))).toBe(state);
  });
});
