import { describe, expect, test } from 'vitest';
import { HostTable, type HostObserver } from '../process/host-table.js';
import { Process } from '../process/process.js';
import type { LedgerItem } from '../score/ledger.js';
import { Chain } from './chain.js';
import { LeftChains } from './left-chains.js';

const NOBODY: HostObserver = {
  processAdded: () => undefined,
  processAbsorbed: () => undefined,
  processDivided: () => undefined,
  processWithdrawn: () => undefined,
  timelineChanged: () => undefined,
  referenceMoved: () => undefined,
};

const hostOf = (name: string): HostTable => new HostTable(name, name, NOBODY);

/** @param items  pieces of evidence */
function chainOf(host: HostTable, name: string, items: number): Chain {
  const start = new Process(name, host, '', 4, 1000);
  const chain = new Chain(start);
  chain.addMember(start);
  for (let index = 0; index < items; index++) chain.offer(item(start, `rule:${index}`));
  return chain;
}

const item = (process: Process, key: string): LedgerItem => ({
  evidence: {
    kind: 'rule',
    key,
    title: { en: key, zh: key },
    points: 1,
    techniques: [],
    rule: key,
    rulesVersion: '1',
    policy: 1,
    event: { id: '0000000000000001', timeMs: 1, action: undefined, file: undefined, line: 0 },
    matched: [],
  },
  process,
  exception: undefined,
});

const kept = (left: LeftChains): string[] =>
  [...left.all()].map(([host, , chain]) => `${host.name} ${chain.items[0]!.process.id}`);

describe('what chains held that left', () => {
  test('is kept for a chain of the same id, once', () => {
    const left = new LeftChains();
    const host = hostOf('one');
    left.add(chainOf(host, 'a', 2), true, undefined);
    const again = chainOf(host, 'a', 0);
    expect(left.take(chainOf(hostOf('other'), 'a', 0))).toBeUndefined();
    expect(left.take(again)).toMatchObject({ processCount: 0, isAtThreshold: true, isTold: false });
    expect(left.take(again)).toBeUndefined();
    expect(kept(left)).toEqual([]);
  });

  test('names copies of processes, linked to nothing', () => {
    const left = new LeftChains();
    const chain = chainOf(hostOf('one'), 'a', 2);
    left.add(chain, false, undefined);
    const { items } = left.take(chain)!;
    expect(items[0]!.process).toBe(items[1]!.process);
    expect(items[0]!.process).not.toBe(chain.start);
    expect(items[0]!.process.identityStartMs).toBe(1000);
  });

  test('is not kept where a chain held nothing', () => {
    const left = new LeftChains();
    left.add(chainOf(hostOf('one'), 'a', 0), false, undefined);
    expect(kept(left)).toEqual([]);
  });

  test('is bounded for each host: what is below the threshold goes first, then the oldest', () => {
    const left = new LeftChains({ itemsPerHost: 9, items: 100 });
    const host = hostOf('one');
    for (const [name, isThreat] of [
      ['a', true],
      ['b', false],
      ['c', true],
      ['d', false],
      ['e', true],
    ] as const)
      left.add(chainOf(host, name, 2), isThreat, undefined);
    expect(kept(left)).toEqual(['one a', 'one c', 'one e']);
    left.add(chainOf(host, 'f', 2), true, undefined);
    expect(kept(left)).toEqual(['one c', 'one e', 'one f']);
  });

  test('is bounded for all hosts: that which keeps the most loses first', () => {
    const left = new LeftChains({ itemsPerHost: 100, items: 15 });
    const [small, large] = [hostOf('small'), hostOf('large')];
    left.add(chainOf(small, 'a', 2), false, undefined);
    for (const name of ['b', 'c', 'd', 'e', 'f']) left.add(chainOf(large, name, 2), true, undefined);
    expect(kept(left)).toEqual(['small a', 'large d', 'large e', 'large f']);
    left.forgetHost(large);
    expect(kept(left)).toEqual(['small a']);
    for (const name of ['g', 'h', 'i', 'j']) left.add(chainOf(large, name, 2), true, undefined);
    expect(kept(left)).toHaveLength(5);
    left.add(chainOf(large, 'k', 2), true, undefined);
    expect(kept(left)).toEqual(['small a', 'large i', 'large j', 'large k']);
  });

  test('larger than all the room there is, is not kept', () => {
    const left = new LeftChains({ itemsPerHost: 3, items: 100 });
    left.add(chainOf(hostOf('one'), 'a', 4), true, undefined);
    expect(kept(left)).toEqual([]);
  });

  test('is without what the member holds and counts that goes on', () => {
    const left = new LeftChains();
    const chain = chainOf(hostOf('one'), 'a', 1);
    const [child, grandchild] = ['child', 'grandchild'].map(
      (name) => new Process(name, chain.start.hostTable, '', 8, 2000),
    );
    chain.addMember(child!);
    chain.addMember(grandchild!);
    chain.offer(item(child!, 'rule:child'));
    for (const [rule, count] of [
      ['r', 3],
      ['s', 1],
    ] as const)
      chain.countHits(rule, count);
    child!.countHits('r', 2);
    child!.countHits('s', 1);
    left.add(chain, false, child);
    const kept = left.take(chain)!;
    expect(kept).toMatchObject({ processCount: 1, hitCounts: new Map([['r', 1]]) });
    expect(kept.items.map(({ evidence }) => evidence.key)).toEqual(['rule:0']);
    left.add(chain, false, chain.start);
    expect(left.take(chain)).toMatchObject({ processCount: 2, items: [{ evidence: { key: 'rule:child' } }] });
  });

  test('is bounded where the members that went on held all of it', () => {
    const left = new LeftChains({ itemsPerHost: 5, items: 100 });
    const host = hostOf('one');
    for (let index = 0; index < 50; index++) {
      const chain = chainOf(host, `a${index}`, 1);
      left.add(chain, false, chain.start);
    }
    expect([...left.all()]).toHaveLength(5);
  });

  test('is counted with the rules that fired', () => {
    const left = new LeftChains({ itemsPerHost: 5, items: 100 });
    const chain = chainOf(hostOf('one'), 'a', 1);
    for (let index = 0; index < 5; index++) chain.countHits(`r${index}`, 1);
    left.add(chain, false, undefined);
    expect(kept(left)).toEqual([]);
  });

  test('of more hosts than there is room for, those are dropped that came first', () => {
    const left = new LeftChains({ itemsPerHost: 10, items: 40 });
    for (let index = 0; index < 21; index++) left.add(chainOf(hostOf(`h${index}`), 'a', 1), true, undefined);
    expect(kept(left)).toEqual(Array.from({ length: 18 }, (_, at) => `h${at + 3} a`));
  });
});
