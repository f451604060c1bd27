import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { act, actor, EXPLORER } from '../../../test/support/events.js';
import { policy, ruleSet } from '../../../test/support/rules.js';
import type { Event } from '../../engine/event/event.js';
import { Engine } from '../../engine/engine.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import { runPlugin, type TestEvent } from '../../plugin-sdk/index.js';
import judge from './plugin.js';

const { libraries, rareLibraries } = judge.settings;
const RARE = [...rareLibraries];
const COMMON = libraries.filter((name) => !rareLibraries.includes(name));
const tool = actor('tool', 1000);

/** One load each, a second apart. */
function loads(names: readonly string[], process = tool, startMs = 2000): TestEvent[] {
  return names.map((name, index) => load(name, startMs + index * 1000, process));
}

function load(name: string, atMs: number, process = tool): TestEvent {
  const { fields } = act('imageload', process, atMs, { ImageLoaded: `C:\\Windows\\System32\\${name}` });
  return { action: 'imageload', atMs, fields };
}

const without = ({ fields, ...event }: TestEvent, ...names: string[]): TestEvent => ({
  ...event,
  fields: Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name))),
});

const SEVENTEEN = [...RARE.slice(0, 5), ...COMMON.slice(0, 12)];

describe('a set that is loaded by one process', () => {
  test('of seventeen, five rare ones among them, scores 300', () => {
    const { evidence } = runPlugin(judge, loads(SEVENTEEN));
    expect(evidence).toMatchObject([
      {
        key: 'plugin:credential-libraries:set',
        points: 300,
        techniques: ['T1003'],
        process: { image: tool.image },
        matched: [{ field: 'ImageLoaded', value: [...SEVENTEEN].sort().join(', ') }],
      },
    ]);
  });

  test.each<{ name: string; events: TestEvent[] }>([
    { name: 'in upper case', events: loads(SEVENTEEN.map((name) => name.toUpperCase())) },
    { name: 'the whole list', events: loads(libraries) },
    { name: 'after which nothing else matters', events: loads([...SEVENTEEN, 'other.dll', SEVENTEEN[0]!]) },
    {
      name: 'by PowerShell, which runs what others give it',
      events: loads(
        SEVENTEEN,
        actor('p', 1, { image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe' }),
      ),
    },
    {
      name: 'by a program whose name only looks like the system’s',
      events: loads(SEVENTEEN, actor('p', 1, { image: 'C:\\Users\\li\\Windows\\System32\\lsass.exe' })),
    },
    { name: 'by a program that no event names', events: loads(SEVENTEEN).map((event) => without(event, 'Image')) },
  ])('scores 300: $name', ({ events }) => {
    expect(runPlugin(judge, events).evidence).toMatchObject([{ points: 300 }]);
  });

  test.each<{ name: string; events: TestEvent[] }>([
    { name: 'sixteen', events: loads(SEVENTEEN.slice(0, 16)) },
    {
      name: 'sixteen, each loaded twice',
      events: [...loads(SEVENTEEN.slice(0, 16)), ...loads(SEVENTEEN.slice(0, 16), tool, 90_000)],
    },
    {
      name: 'sixteen and many that are not listed',
      events: loads([...SEVENTEEN.slice(0, 16), ...Array.from({ length: 50 }, (_, index) => `x${index}.dll`)]),
    },
    { name: 'seventeen with four rare ones', events: loads([...RARE.slice(0, 4), ...COMMON.slice(0, 13)]) },
    { name: 'all the common ones', events: loads(COMMON) },
    {
      name: 'halves by two processes',
      events: [...loads(SEVENTEEN.slice(0, 9)), ...loads(SEVENTEEN.slice(9), actor('other', 1500))],
    },
    {
      name: 'by a program of the system',
      events: loads(SEVENTEEN, actor('p', 1, { image: 'C:\\Windows\\System32\\lsass.exe' })),
    },
    { name: 'by the shell', events: loads(SEVENTEEN, EXPLORER) },
    {
      name: 'by an installed program',
      events: loads(SEVENTEEN, actor('p', 1, { image: 'C:\\Program Files\\App\\app.exe' })),
    },
    {
      name: 'by a process that is named by its pid alone',
      events: loads(SEVENTEEN).map((event) => without(event, 'ProcessGuid')),
    },
  ])('scores nothing: $name', ({ events }) => {
    expect(runPlugin(judge, events).evidence).toEqual([]);
  });

  test('rests on the load that completed both numbers', () => {
    // The fifth rare one comes last, after seventeen others.
    const names = [...RARE.slice(0, 4), ...COMMON.slice(0, 15), RARE[4]!];
    const events = loads(names);
    const { evidence } = runPlugin(judge, events);
    const last = events.at(-1)!;
    expect(evidence[0]!.event.timeMs).toBe(runPlugin(judge, loads(SEVENTEEN)).evidence[0]!.event.timeMs + 3000);
    expect(evidence[0]!.event.timeMs % 86_400_000).toBe(9 * 3_600_000 + last.atMs);
  });
});

describe('settings', () => {
  test('rareAtLeast 0 is the original’s test', () => {
    const settings = { rareAtLeast: 0 };
    expect(runPlugin(judge, loads(COMMON.slice(0, 17)), { settings }).evidence).toMatchObject([{ points: 300 }]);
    expect(runPlugin(judge, loads(COMMON.slice(0, 16)), { settings }).evidence).toEqual([]);
  });

  test('own lists, numbers and folders', () => {
    const settings = {
      libraries: ['A.dll', 'b.dll'],
      rareLibraries: ['C.dll'],
      atLeast: 3,
      rareAtLeast: 1,
      points: 7,
      ordinaryPaths: ['D:\\Apps\\'],
    };
    const process = actor('p', 1, { image: 'C:\\Windows\\System32\\p.exe' });
    expect(runPlugin(judge, loads(['a.dll', 'B.DLL', 'c.dll'], process), { settings }).evidence).toMatchObject([
      { points: 7 },
    ]);
    const ordinary = actor('q', 1, { image: 'd:\\apps\\q.exe' });
    expect(runPlugin(judge, loads(['a.dll', 'B.DLL', 'c.dll'], ordinary), { settings }).evidence).toEqual([]);
  });

  test.each([
    { settings: { atLeast: 0 }, named: 'atLeast' },
    { settings: { atLeast: 16.5 }, named: 'atLeast' },
    { settings: { rareAtLeast: -1 }, named: 'rareAtLeast' },
    { settings: { points: -300 }, named: 'points' },
  ])('$settings make no sense', ({ settings, named }) => {
    expect(() => runPlugin(judge, [], { settings })).toThrow(`The setting ${named} must`);
  });
});

test('any order, any repetition and any file of the same loads give the same evidence', () => {
  const chosen = fc.shuffledSubarray([...libraries, 'other.dll'], { minLength: 14 });
  const world = fc.tuple(chosen, fc.array(fc.nat(13), { maxLength: 6 })).map(([names, again]): Event[] => {
    const events = names.map((name, index) =>
      act(
        'imageload',
        tool,
        2000 + (index % 7) * 1000,
        { ImageLoaded: `C:\\x\\${name}` },
        { file: 'b.json', line: index + 1 },
      ),
    );
    const copies = again.map((index) => ({ ...events[index]!, file: 'a.json', line: 99 - index }));
    const later = again.map((index) =>
      act('imageload', tool, 1000 * index, { ImageLoaded: `C:\\y\\${names[index]!}` }),
    );
    return events.concat(copies, later);
  });
  const shuffled = world.chain((events) =>
    fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length })),
  );
  let found = 0;
  fc.assert(
    fc.property(shuffled, ([events, order]) => {
      const expected = outcome(events);
      found += expected.length;
      expect(outcome(order)).toEqual(expected);
    }),
    { numRuns: 400 },
  );
  expect(found).toBeGreaterThan(100);
});

function outcome(events: readonly Event[]) {
  const host = { settings: judge.settings, log: () => undefined, giveLater: () => undefined };
  const plugins = [{ ...judge.init(host), name: judge.name }];
  const engine = new Engine(policy(ruleSet([])), { recordEvents: false, plugins });
  const seen = new SeenRecords();
  for (const event of events) engine.apply(event, 0, !seen.add(event));
  return engine.threats(1);
}

test('a root process is judged by the day', () => {
  const root = actor('svchost', 1, { image: 'C:\\Windows\\System32\\svchost.exe' });
  const settings = { ordinaryPaths: [] };
  const day = 86_400_000;
  const split = [...loads(SEVENTEEN.slice(0, 9), root), ...loads(SEVENTEEN.slice(9), root, day)];
  expect(runPlugin(judge, split, { settings }).evidence).toEqual([]);
  const both = [...loads(SEVENTEEN, root), ...loads(SEVENTEEN, root, day)];
  expect(runPlugin(judge, both, { settings }).evidence).toHaveLength(2);
});
