/** Where nearly everything leaves and comes again: after every event each part of the engine is what the others say it is. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_DAY, type Chain } from '../../src/engine/chain/chain.js';
import { Engine } from '../../src/engine/engine.js';
import type { EngineOptions } from '../../src/engine/engine-options.js';
import type { Event } from '../../src/engine/event/event.js';
import type { HostTable } from '../../src/engine/process/host-table.js';
import type { Process } from '../../src/engine/process/process.js';
import { isStronger, outranks, pointsOf, type LedgerItem } from '../../src/engine/score/ledger.js';
import { act, actor, event, EXPLORER } from '../support/events.js';
import { policy, ruleSet, type TestRule } from '../support/rules.js';
import { chunksOf, engineFrom } from '../support/snapshots.js';
import { story } from '../support/story.js';

const RUNS = 600;
const DAY_MS = 86_400_000;
const imageEnds = (each: Event, name: string): boolean => String(each.fields['Image'] ?? '').endsWith(`\\${name}.exe`);
const RULES: readonly TestRule[] = [
  { id: 'evil', points: 60, techniques: ['T1059'], when: (each) => imageEnds(each, 'evil') },
  { id: 'net', points: 40, techniques: ['T1071'], when: (each) => each.action === 'networkconnect' },
  { id: 'file', points: 25.25, when: (each) => each.action === 'filecreate' },
  { id: 'object', points: 30, techniques: ['T1003'], when: (each) => each.eventId === 4663 },
  { id: 'service', points: 35, when: (each) => each.eventId === 7045 },
  { id: 'any', points: 1, when: (each) => each.timeMs % 3 === 0 },
];
const PROFILES = [{ id: 'two', techniques: ['T1059', 'T1071', 'T1003'], atLeast: 2, points: 55 }];
const POLICY = policy(ruleSet(RULES, PROFILES), { threshold: 40 });

/** What a story does not tell: days of a root process, hits without a process, deeds by pid, images that are roots. */
const aside = fc
  .record({ kind: fc.nat(4), who: fc.nat(5), atMs: fc.nat(60_000), day: fc.nat(12) })
  .map(({ kind, who, atMs, day }): Event => {
    const extra = { host: 'ws1.corp.example', record: atMs };
    const isRoot = who > 3;
    switch (kind) {
      case 0:
        return act('filecreate', actor(`lib${who}`, 500), atMs, {}, extra);
      case 1:
        return event(undefined, atMs + day * DAY_MS, { ServiceName: 'x' }, { ...extra, eventId: 7045 });
      case 2:
        return act(isRoot ? 'filecreate' : 'networkconnect', EXPLORER, atMs + day * DAY_MS, {}, extra);
      case 3:
        return event(undefined, atMs, { ProcessId: 10_000 + who }, { ...extra, eventId: 4663, sensor: 'security' });
      default: {
        const fields = { ProcessId: 10_000 + who, Image: isRoot ? EXPLORER.image : `C:\\T\\p${who}.exe` };
        return event('processcreate', atMs, { ...fields, ParentProcessId: 10_001 }, { ...extra, sensor: 'security' });
      }
    }
  });

const options: fc.Arbitrary<EngineOptions> = fc.record({
  recordEvents: fc.constant(true),
  keepEmptyDays: fc.boolean(),
  maxProcessesPerHost: fc.integer({ min: 1, max: 4 }),
  maxProcesses: fc.constantFrom(3, 6, 1000),
  maxHosts: fc.constantFrom(1, 2, 1000),
  lookAtAllEvery: fc.constantFrom(1, 3, 7, 1000),
  leftChainLimits: fc.constantFrom(
    { itemsPerHost: 0, items: 0 },
    { itemsPerHost: 5, items: 8 },
    { itemsPerHost: 1000, items: 1000 },
  ),
});

const world = fc
  .record({ told: story, asides: fc.array(aside, { maxLength: 20 }), chosen: options })
  .chain(({ told, asides, chosen }) => {
    const all = [...told.events, ...asides];
    return fc.record({
      events: fc
        .tuple(fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }), fc.subarray(all))
        .map(([order, again]) => [...order, ...again]),
      chosen: fc.constant(chosen),
    });
  });

function ownItems(chain: Chain, holder: Process): readonly LedgerItem[] {
  const isOfDay = chain.day !== NO_DAY;
  const place = isOfDay ? chain : holder;
  const held = isOfDay ? chain.heldDeeds : holder.heldEvidence;
  const items = new Map<string, LedgerItem>();
  for (const evidence of [...held.values(), ...[...(place.derived?.values() ?? [])].flat()]) {
    const known = items.get(evidence.key);
    if (known === undefined || isStronger(evidence, known.evidence))
      items.set(evidence.key, { evidence, process: holder, exception: undefined });
  }
  return [...items.values(), ...(place.carried ?? [])];
}

const shown = (items: Iterable<LedgerItem>): string[] =>
  [...items].map(({ evidence, process }) => `${evidence.key} ${evidence.event.id} ${process.id}`).sort();

function checkChain(chain: Chain): void {
  const holders =
    chain.day === NO_DAY
      ? chain.members.filter(({ hasEvidence }) => hasEvidence)
      : [chain.start].filter(() => ownItems(chain, chain.start).length > 0);
  expect(new Set(chain.holders)).toEqual(new Set(holders));
  const ledger = new Map<string, LedgerItem>();
  for (const item of holders.flatMap((holder) => ownItems(chain, holder))) {
    const known = ledger.get(item.evidence.key);
    if (known === undefined || outranks(item, known)) ledger.set(item.evidence.key, item);
  }
  expect(shown(chain.ledger.values())).toEqual(shown(ledger.values()));
  const items = [...chain.ledger.values(), ...chain.profiles.values()];
  expect(chain.score).toBe(items.reduce((sum, each) => sum + pointsOf(each), 0));
}

function check(engine: Engine, { keepEmptyDays }: EngineOptions): void {
  const days = new Map<HostTable, number>();
  const ids = new Set<string>();
  for (const chain of engine.chains()) {
    const { hostTable } = chain.start;
    days.set(hostTable, (days.get(hostTable) ?? 0) + Number(chain.day !== NO_DAY));
    expect(ids).not.toContain(chain.id);
    ids.add(chain.id);
    checkChain(chain);
  }
  for (const [host, count] of days) {
    if (keepEmptyDays === true) expect(host.dayChains).toBe(count);
    else expect(host.dayChains).toBeGreaterThanOrEqual(count);
  }
}

test('holders, ledgers, scores and counted days are what the processes hold', () => {
  fc.assert(
    fc.property(world, ({ events, chosen }) => {
      const engine = new Engine(POLICY, chosen);
      for (const [index, each] of events.entries()) {
        engine.apply(each, index + 1);
        check(engine, chosen);
      }
    }),
    { numRuns: RUNS },
  );
}, 120_000);

test('an engine put back from a snapshot goes on as one that was never put down', () => {
  fc.assert(
    fc.property(world, fc.array(fc.nat(100)), ({ events, chosen }, at) => {
      const places = new Set(at.map((each) => Math.floor((each * events.length) / 100)));
      const told = (isPutDown: boolean): unknown => {
        let engine = new Engine(POLICY, chosen);
        const effects: unknown[] = [];
        for (const [index, each] of events.entries()) {
          engine.apply(each, index + 1);
          effects.push(engine.drain());
          if (isPutDown && places.has(index) && engine.isAtRest)
            engine = engineFrom(chunksOf(engine), engine.policy, chosen);
        }
        return { effects, hosts: engine.hostNames, counts: [...engine.chains()].map((chain) => [...chain.hitCounts]) };
      };
      expect(told(true)).toEqual(told(false));
    }),
    { numRuns: RUNS },
  );
}, 120_000);
