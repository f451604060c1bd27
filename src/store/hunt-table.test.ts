import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NOTHING, threat } from '../../test/support/stored-records.js';
import type { HuntRecord } from '../app/hunt-ports.js';
import type { HuntedChain } from '../app/live-ports.js';
import { openStateStore, type StateStore } from './state-store.js';

let folder: string;
let store: StateStore;
const open = (): StateStore => openStateStore(join(folder, 'state.db'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-hunts-'));
  store = open();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const HUNT: HuntRecord = {
  id: 'h1',
  question: { fromMs: 10, toMs: 20, host: 'fin-03', query: 'image == "a\0b"' },
  by: 'li',
  startedMs: 100,
  state: 'running',
  finishedMs: 0,
  progress: 0,
  events: 0,
  cuts: [],
  error: undefined,
};
const found = (id: string, host: string): HuntedChain => ({ threat: { ...threat(id, 50), host }, processes: 3 });
const page = (limit: number, cursor?: string) => ({ limit, cursor });

test('hunts outlive a restart as they were kept, with what they found, page by page', () => {
  const chains = ['c1', 'c2', 'c3'].map((id) => found(id, 'fin-03'));
  const done: HuntRecord = {
    ...HUNT,
    state: 'failed',
    error: { code: 'LOG_FAILED', message: 'EIO' },
    finishedMs: 200,
    progress: 1,
    events: 7,
    cuts: [{ reason: 'chains', most: 9 }],
  };
  const other: HuntRecord = {
    ...HUNT,
    id: 'h2',
    question: { fromMs: 1, toMs: 2, host: undefined, query: undefined },
    startedMs: 300,
  };
  store.hunts.keepHunt(HUNT, []);
  store.hunts.keepHunt(done, chains);
  store.hunts.keepHunt(other, []);
  store.close();
  store = open();
  expect(store.hunts.hunts()).toEqual([
    { ...other, chains: 0 },
    { ...done, chains: 3 },
  ]);
  expect(store.hunts.hunt('h1')).toEqual({ ...done, chains: 3 });
  const first = store.hunts.huntChains('h1', page(2));
  expect(first.items).toEqual(chains.slice(0, 2));
  expect(first.count).toEqual({ items: 3, exact: true });
  const second = store.hunts.huntChains('h1', page(2, first.next));
  expect([second.items, second.next]).toEqual([chains.slice(2), undefined]);
  expect(store.hunts.huntChain('h1', 'c2')).toEqual(chains[1]);
  expect([store.hunts.huntChain('h2', 'c2'), store.hunts.hunt('h3')]).toEqual([undefined, undefined]);
});

test('a hunt that is removed leaves nothing, and its neighbour stays', () => {
  for (const id of ['h1', 'h2']) store.hunts.keepHunt({ ...HUNT, id }, [found('c1', 'fin-03')]);
  store.hunts.removeHunt('h1');
  expect(store.hunts.hunts().map(({ id, chains }) => [id, chains])).toEqual([['h2', 1]]);
  expect(store.hunts.huntChains('h1', page(9)).items).toEqual([]);
});

test('what hunts found of a host that is forgotten goes with it', () => {
  const cut: HuntRecord = { ...HUNT, cuts: [{ reason: 'chains', most: 9 }] };
  store.hunts.keepHunt(cut, [found('c1', 'FIN-03.corp.example'), found('c2', 'ws1'), found('c3', 'ws2')]);
  store.hunts.keepHunt({ ...HUNT, id: 'h2' }, [found('c1', 'ws3')]);
  store.effects.commit({ ...NOTHING, forgotten: ['fin-03'] }, 5);
  expect(store.hunts.huntChains('h1', page(9)).items.map(({ threat: { id } }) => id)).toEqual(['c2', 'c3']);
  store.effects.commit({ ...NOTHING, forgotten: ['ws1'] }, 6);
  expect(store.hunts.hunt('h1')).toEqual({ ...cut, cuts: [...cut.cuts, { reason: 'forgotten', count: 2 }], chains: 1 });
  expect(store.hunts.hunt('h2')).toEqual({ ...HUNT, id: 'h2', chains: 1 });
});

test('why a hunt was cut or failed is read as earlier versions kept it, in words', () => {
  store.hunts.keepHunt(HUNT, [found('c1', 'ws1')]);
  store.close();
  const database = new Libsql(join(folder, 'state.db'));
  database.exec(`UPDATE hunts SET cut = 'It was cancelled.', error = 'the disk is full'`);
  database.close();
  store = open();
  const told = { reason: 'told', text: 'It was cancelled.' };
  expect(store.hunts.hunt('h1')).toMatchObject({ cuts: [told], error: { message: 'the disk is full' } });
  store.effects.commit({ ...NOTHING, forgotten: ['ws1'] }, 5);
  expect(store.hunts.hunt('h1')?.cuts).toEqual([told, { reason: 'forgotten', count: 1 }]);
});
