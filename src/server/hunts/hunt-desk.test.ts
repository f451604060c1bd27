import { beforeEach, describe, expect, test } from 'vitest';
import { FakeClock, FakeHunter, FakeHunts, fakeThreat } from '../../../test/support/fake-parts.js';
import { AppError } from '../../app/app-error.js';
import { cutText } from '../../app/hunt/hunt-cut.js';
import type { Hunter } from '../../app/live-ports.js';
import { HuntDesk } from './hunt-desk.js';

const QUESTION = { fromMs: 1, toMs: 2, host: undefined, query: undefined };
let store: FakeHunts;
let failures: unknown[];

beforeEach(() => {
  store = new FakeHunts();
  failures = [];
});

function deskWith(hunt: Hunter['hunt']): HuntDesk {
  const hunter: Hunter = { check: () => undefined, hunt };
  return new HuntDesk(hunter, store, new FakeClock(), (error) => void failures.push(error));
}

const finds =
  (count: number, length = 1): Hunter['hunt'] =>
  async () => ({
    chains: Array.from({ length: count }, (_, at) => ({
      threat: fakeThreat({ id: `c${at}`, start: { ...fakeThreat().start, commandLine: 'x'.repeat(length) } }),
      processes: 1,
    })),
    events: 5,
    cuts: [],
  });
const never: Hunter['hunt'] = () => new Promise(() => undefined);
const soon = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('after a restart', () => {
  test('a hunt that is done is there, with what it found', async () => {
    deskWith(finds(3)).start('h1', QUESTION, 'li');
    await soon();
    expect(deskWith(never).list()).toMatchObject([{ id: 'h1', by: 'li', state: 'done', chains: 3, events: 5 }]);
  });

  test.each([
    ['a stop', (desk: HuntDesk) => desk.stop()],
    ['a crash', () => undefined],
  ])('one that ran is shown as interrupted by %s, and can be removed', (_what, end) => {
    const before = deskWith(never);
    before.start('h1', QUESTION, 'li');
    expect(before.get('h1')?.state).toBe('running');
    end(before);
    const after = deskWith(never);
    expect(after.get('h1')).toMatchObject({ state: 'interrupted', finishedMs: 0, question: QUESTION, chains: 0 });
    expect(after.start('h2', QUESTION, 'li')?.state).toBe('running');
    expect(after.end('h1')).toBe(true);
    expect(after.list().map(({ id }) => id)).toEqual(['h2']);
  });
});

test('a hunt that stops or ends is kept no more than it was at the stop', async () => {
  const hunter = new FakeHunter();
  const desk = deskWith(hunter.hunt);
  desk.start('h1', QUESTION, 'li');
  desk.stop();
  hunter.finish();
  await soon();
  expect(store.hunt('h1')).toMatchObject({ state: 'running', chains: 0 });
  expect(desk.start('h2', QUESTION, 'li')).toBeUndefined();
});

test('progress is told while it runs, and one that is cancelled stays as that', async () => {
  const hunter = new FakeHunter();
  const desk = deskWith(hunter.hunt);
  desk.start('h1', QUESTION, 'li');
  expect(desk.get('h1')).toMatchObject({ state: 'running', progress: 0.5, events: 10 });
  expect(desk.end('h1')).toBe(true);
  hunter.finish();
  await soon();
  expect(desk.get('h1')).toMatchObject({ state: 'cancelled', chains: 0 });
  expect(desk.end('h1')).toBe(true);
  expect(desk.end('h1')).toBe(false);
});

test('two run at once; the latest fifty are kept, and none that runs goes', async () => {
  const running = deskWith(never);
  running.start('r1', QUESTION, 'li');
  running.start('r2', QUESTION, 'li');
  expect(running.start('r3', QUESTION, 'li')).toBeUndefined();
  const desk = deskWith(finds(0));
  for (let count = 0; count < 60; count++) {
    desk.start(`h${count}`, QUESTION, 'li');
    await soon();
  }
  expect(desk.list()).toHaveLength(50);
  expect(desk.list()[0]?.id).toBe('h59');
});

test('of an answer that is too large the chains with most points are kept, and that is said', async () => {
  const desk = deskWith(finds(100, 100_000));
  desk.start('h1', QUESTION, 'li');
  await soon();
  const hunt = desk.get('h1')!;
  expect(hunt.chains).toBeGreaterThan(10);
  expect(hunt.chains).toBeLessThan(42);
  expect(hunt.cuts).toEqual([{ reason: 'room', kept: hunt.chains, found: 100 }]);
  expect(cutText(hunt.cuts)).toBe(`${hunt.chains} of 100 chains kept, those with most points: no more have room.`);
});

test('where an answer cannot be kept the hunt has failed and says why; where not even that can, it was interrupted', async () => {
  let isFull = false;
  const keep = store.keepHunt;
  store.keepHunt = (hunt, chains) => {
    if (isFull && (chains.length > 0 || hunt.id === 'h2')) throw new AppError('STORE_FAILED', 'the disk is full');
    keep(hunt, chains);
  };
  for (const id of ['h1', 'h2']) {
    isFull = false;
    const desk = deskWith(finds(1));
    desk.start(id, QUESTION, 'li');
    isFull = true;
    await soon();
    expect(desk.get(id)).toMatchObject(
      id === 'h1'
        ? { state: 'failed', error: { code: 'STORE_FAILED', message: 'the disk is full' } }
        : { state: 'interrupted' },
    );
  }
  expect(failures).toHaveLength(3);
  expect(() => deskWith(never).start('h2', QUESTION, 'li')).toThrow('the disk is full');
});
