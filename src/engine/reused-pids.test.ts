/** Smallest worlds in which the order of events once decided who a reused pid means: found by test/property/order.test.ts, kept here with their cause. */

import { expect, test } from 'vitest';
import { act, actor, create, create4688, end, event } from '../../test/support/events.js';
import { policy, ruleSet } from '../../test/support/rules.js';
import { Engine } from './engine.js';
import type { Event } from './event/event.js';
import { processRecord } from './views.js';

const PID = 500;
const security = { sensor: 'security', eventId: 4689 } as const;
const one = actor('one', 10_100, { pid: PID, image: 'C:\\a.exe' });
const two = actor('two', 14_500, { pid: PID, image: 'C:\\a.exe' });
const next = actor('next', 12_300, { pid: PID, image: 'C:\\b.exe' });
const twin = actor('twin', 13_400, { pid: 600, image: 'C:\\b.exe' });
const endByPid = (atMs: number): Event => event('processterminal', atMs, { ProcessId: PID }, security);

const RULES = ruleSet([
  { id: 'net', points: 40, techniques: ['T1071'], when: (each) => each.action === 'networkconnect' },
  { id: 'a', points: 10, when: (each) => String(each.fields['Image']).endsWith('a.exe') },
]);

test.each<{ name: string; events: readonly Event[] }>([
  {
    name: 'an end by pid that was taken for an earlier run wipes no certain end of that',
    events: [end(one, 19_000), act('imageload', next, 12_400), endByPid(19_000)],
  },
  {
    name: 'and what a GUID says of the end counts, were it later',
    events: [end(one, 19_000), act('imageload', next, 16_000), endByPid(18_000)],
  },
  {
    name: 'a create event without GUID finds a nearer run later',
    events: [create(one, undefined), create(two, undefined), create4688(two, undefined, {}, { atMs: 14_000 })],
  },
  {
    name: 'two create events without GUID were taken for one run',
    events: [
      create(one, undefined),
      create4688(one, undefined),
      create(two, undefined),
      create4688(two, actor('p', 0, { pid: 9 })),
    ],
  },
  {
    name: 'a create shows another command line than its twin had',
    events: [
      act('networkconnect', one, 10_200),
      create(one, undefined, { CommandLine: 'a x' }),
      create4688(one, undefined, { CommandLine: 'a y' }),
    ],
  },
  {
    name: 'two that name their parents by pid, each of which could be the other',
    events: [create4688(one, twin, {}, { atMs: 13_300 }), create(twin, undefined, { ParentProcessId: PID })],
  },
  {
    name: 'a deed says the user that a create event leaves out',
    events: [create(one, undefined, { User: '' }), act('imageload', one, 10_400, { User: 'li' })],
  },
  {
    name: 'a child names a parent without its image, which a deed tells',
    events: [create(twin, one, { ParentImage: '' }), act('imageload', one, 10_400)],
  },
  {
    name: 'certain evidence is outdone by what a pid meant for a while',
    events: [
      create(one, undefined),
      act('networkconnect', one, 18_000),
      event('networkconnect', 16_000, { ProcessId: PID, DestinationPort: 443 }),
      act('imageload', next, 12_500),
    ],
  },
])('any order: $name', ({ events }) => {
  const [expected, ...others] = [...ordersOf(events)].map(outcome);
  for (const other of others) expect(other).toEqual(expected);
});

function outcome(events: readonly Event[]): unknown {
  const engine = new Engine(policy(RULES, { threshold: 1 }), { recordEvents: false });
  for (const [place, each] of events.entries()) engine.apply(each, place + 1);
  const processes = new Map([...engine.chains()].flatMap(({ members }) => members.map((each) => [each.id, each])));
  return {
    threats: engine.threats(),
    processes: [...processes.values()].map(processRecord).sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

function* ordersOf<Item>(items: readonly Item[]): Iterable<Item[]> {
  if (items.length === 0) yield [];
  for (const [place, item] of items.entries()) {
    for (const rest of ordersOf(items.toSpliced(place, 1))) yield [item, ...rest];
  }
}

test('create events without GUID that are taken for one run are kept up to a bound', () => {
  const engine = new Engine(policy(RULES, {}), { recordEvents: true });
  const events = [create(one, undefined)];
  for (let at = 0; at < 2_000; at++) events.push(create4688(one, undefined, {}, { atMs: 10_100 + at }));
  for (const [index, each] of events.entries()) engine.apply(each, index + 1);
  const [process] = [...engine.chains()].flatMap((chain) => chain.members);
  expect(engine.processCount).toBe(1);
  expect(process!.hostTable.timeline(PID).spares.length).toBeLessThan(100);
});

test('a shipper that cuts times to the second lets nobody seem older than what started it', () => {
  const parent = actor('parent', 20_412, { pid: 700, image: 'C:\\shell.exe' });
  const child = actor('child', 20_800, { pid: 800, image: 'C:\\tool.exe' });
  for (const events of ordersOf([create(parent, undefined), create4688(child, parent, {}, { atMs: 20_000 })])) {
    const engine = new Engine(policy(RULES, {}), { recordEvents: false });
    for (const [place, each] of events.entries()) engine.apply(each, place + 1);
    const members = [...engine.chains()].flatMap((chain) => chain.members);
    expect(members.find(({ pid }) => pid === 800)?.parent?.guid).toBe(parent.guid.toUpperCase());
  }
});
