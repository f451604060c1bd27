import { expect, test } from 'vitest';
import { FakeState } from '../../../test/support/fake-parts.js';
import { VOLUME_SERIES_MAX } from '../../contract/index.js';
import { volumeOf } from './volume.js';

const MINUTE_MS = 60_000;
const RANGE = { fromMs: MINUTE_MS, toMs: 4 * MINUTE_MS, bucketMs: MINUTE_MS, buckets: 3 };

test('the loudest hosts one by one, the rest in one sum', () => {
  const state = new FakeState();
  for (let host = 1; host <= VOLUME_SERIES_MAX + 2; host++) {
    state.volumes.push({ host: `h${host}`, startMs: MINUTE_MS, events: host });
    state.volumes.push({ host: `h${host}`, startMs: 3 * MINUTE_MS, events: 10 });
  }
  // Outside of what is asked for.
  state.volumes.push({ host: 'h1', startMs: 0, events: 1000 }, { host: 'h1', startMs: 4 * MINUTE_MS, events: 1000 });
  const { hosts, others } = volumeOf(state, RANGE);
  const loudest = Array.from({ length: VOLUME_SERIES_MAX }, (_, at) => VOLUME_SERIES_MAX + 2 - at);
  expect(hosts).toEqual(loudest.map((events) => ({ host: `h${events}`, counts: [events, 0, 10] })));
  expect(others).toEqual([1 + 2, 0, 20]);
});

test('nothing was sent', () => {
  expect(volumeOf(new FakeState(), RANGE)).toMatchObject({ hosts: [], others: [0, 0, 0], bucketSeconds: 60 });
});
