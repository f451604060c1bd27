import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actor, create, create4688, event, EXPLORER, type Actor } from '../../../test/support/events.js';
import { policy, ruleSet } from '../../../test/support/rules.js';
import { Engine } from '../../engine/engine.js';
import { hex64 } from '../../engine/base/hash.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import type { Event } from '../../engine/event/event.js';
import type { LedgerEntry } from '../../engine/score/threat.js';
import { runPlugin, type TestEvent } from '../../plugin-sdk/index.js';
import rise from './plugin.js';

const word = actor('word', 1000);
const shell = actor('shell', 2000);
const tool = actor('tool', 3000);

/** A creation as the test kit wants it. */
function started(
  process: Actor,
  parent: Actor | undefined,
  level: string | undefined,
  atMs = process.startMs,
): TestEvent {
  const { fields } = create(process, parent, level === undefined ? {} : { IntegrityLevel: level });
  return { action: 'processcreate', atMs, fields: level === undefined ? { ...fields, IntegrityLevel: null } : fields };
}

function summary(evidence: readonly LedgerEntry[]) {
  return evidence.map(({ key, points, techniques, process, matched, event }) => ({
    key,
    points,
    techniques,
    image: process.image,
    matched,
    event: event.id,
  }));
}

const MEDIUM_THEN_HIGH = [started(word, EXPLORER, 'Medium'), started(shell, word, 'High')];

describe('a rise', () => {
  test.each([
    { name: 'parent first', events: MEDIUM_THEN_HIGH },
    { name: 'child first', events: [...MEDIUM_THEN_HIGH].reverse() },
  ])('scores 30 on the child, $name', ({ events }) => {
    expect(runPlugin(rise, events).evidence).toMatchObject([
      {
        key: 'plugin:integrity-rise:rise',
        points: 30,
        techniques: ['T1548'],
        process: { image: shell.image },
        matched: [{ field: 'IntegrityLevel', value: 'High' }],
      },
    ]);
  });

  test('in a later generation, and to the system, too', () => {
    const events = [started(word, EXPLORER, 'Medium'), started(shell, word, 'Medium'), started(tool, shell, 'System')];
    expect(runPlugin(rise, events).evidence).toMatchObject([{ process: { image: tool.image } }]);
  });

  test('from low, past what an ordinary person may, too', () => {
    const events = [started(word, EXPLORER, 'Low'), started(shell, word, 'High')];
    expect(runPlugin(rise, events).evidence).toMatchObject([{ process: { image: shell.image } }]);
  });

  test('scores once for a chain, however many children are elevated', () => {
    const children = Array.from({ length: 30 }, (_, index) => actor(`child${index}`, 5000 + index * 1000));
    const events = [started(word, EXPLORER, 'Medium'), ...children.map((child) => started(child, word, 'High'))];
    const { evidence } = runPlugin(rise, events);
    expect(evidence).toHaveLength(1);
    expect(evidence[0]!.process.image).toBe(children[0]!.image);
  });

  test('takes its points from the settings', () => {
    expect(runPlugin(rise, MEDIUM_THEN_HIGH, { settings: { points: 5 } }).evidence).toMatchObject([{ points: 5 }]);
    expect(() => runPlugin(rise, [], { settings: { points: -1 } })).toThrow('points');
  });
});

describe('no rise', () => {
  test.each<{ name: string; events: TestEvent[] }>([
    { name: 'the same level', events: [started(word, EXPLORER, 'High'), started(shell, word, 'High')] },
    { name: 'a lower one', events: [started(word, EXPLORER, 'High'), started(shell, word, 'Medium')] },
    {
      name: 'from low to medium, as a browser does',
      events: [started(word, EXPLORER, 'Low'), started(shell, word, 'Medium')],
    },
    {
      name: 'a child of a root process, which starts a chain',
      events: [started(EXPLORER, undefined, 'Medium'), started(word, EXPLORER, 'High')],
    },
    {
      name: 'the same, child first',
      events: [started(word, EXPLORER, 'High'), started(EXPLORER, undefined, 'Medium')],
    },
    { name: 'an unknown parent', events: [started(shell, word, 'High')] },
    { name: 'no parent', events: [started(shell, undefined, 'High')] },
    {
      name: 'a parent whose level is not told',
      events: [started(word, EXPLORER, undefined), started(shell, word, 'High')],
    },
    { name: 'a level that is none', events: [started(word, EXPLORER, 'Medium'), started(shell, word, 'constructor')] },
  ])('$name', ({ events }) => {
    expect(runPlugin(rise, events).evidence).toEqual([]);
  });
});

describe('on a host that sends Security 4688 alone', () => {
  const medium = create4688(word, EXPLORER, { IntegrityLevel: 'Medium' });
  const high = create4688(shell, word, { IntegrityLevel: 'High' });
  const RISE = [
    {
      key: 'plugin:r:rise',
      points: 30,
      techniques: ['T1548'],
      image: shell.image,
      matched: [{ field: 'IntegrityLevel', value: 'High' }],
      event: hex64({ high: high.idHigh, low: high.idLow }),
    },
  ];

  test.each([
    { name: 'parent first', events: [medium, high] },
    { name: 'child first', events: [high, medium] },
    { name: 'each twice', events: [high, medium, high, medium] },
  ])('the rise is seen, $name', ({ events }) => {
    expect(outcome(events).flatMap(({ evidence }) => evidence)).toEqual(RISE);
  });

  test('what the pid of a run that had ended seemed to say is taken back', () => {
    const reused = actor('other', 1500, { pid: word.pid, image: word.image });
    const ended = event('processterminal', 1400, { ProcessId: word.pid, Image: word.image }, { sensor: 'security' });
    const alsoHigh = create4688(reused, EXPLORER, { IntegrityLevel: 'High' });
    expect(outcome([medium, high]).length).toBe(1);
    for (const events of permutations([medium, high, ended, alsoHigh])) expect(outcome(events)).toEqual([]);
  });

  test('a parent that turns out to be a root process takes it back', () => {
    const shellOfDesk = create4688(EXPLORER, undefined, { IntegrityLevel: 'Medium' });
    const child = create4688(shell, { ...EXPLORER, image: '' }, { IntegrityLevel: 'High' });
    for (const events of permutations([shellOfDesk, child])) expect(outcome(events)).toEqual([]);
  });

  test('any order of processes that share pids gives the same evidence', () => {
    const LEVELS = ['Low', 'Medium', 'High', 'System'];
    const world = fc
      .array(fc.record({ parent: fc.nat(20), level: fc.constantFrom(...LEVELS), pid: fc.nat(3), twin: fc.boolean() }), {
        minLength: 2,
        maxLength: 12,
      })
      .map((stated) => {
        const actors = stated.map(({ pid }, index) => actor(`p${index}`, 20_000 * (index + 1), { pid: 100 + pid }));
        return stated.flatMap(({ parent, level, twin }, index): Event[] => {
          const self = actors[index]!;
          const above = index === 0 ? EXPLORER : actors[index - 1 - (parent % Math.min(index, 2))]!;
          const gone = { ProcessId: self.pid, Image: self.image };
          return [
            create4688(self, above, { IntegrityLevel: level }),
            ...(twin ? [create(self, above, { IntegrityLevel: level })] : []),
            event('processterminal', self.startMs + 45_000, gone, { sensor: 'security', eventId: 4689 }),
          ];
        });
      });
    let rises = 0;
    fc.assert(
      fc.property(withOrder(world), ([events, order]) => {
        const expected = outcome(events);
        rises += expected.length;
        expect(outcome(order)).toEqual(expected);
      }),
      { numRuns: 600 },
    );
    expect(rises).toBeGreaterThan(100);
  });
});

test('any order of many processes, sensors and repeated tellings gives the same evidence', () => {
  const LEVELS = ['Low', 'Medium', 'High', 'System'];
  const world = fc
    .array(
      fc.record({ parent: fc.nat(20), level: fc.constantFrom(...LEVELS), also: fc.boolean(), security: fc.boolean() }),
      {
        minLength: 2,
        maxLength: 12,
      },
    )
    .map((stated) => {
      const actors = stated.map((_, index) => actor(`p${index}`, 1000 * (index + 1), { pid: 100 + index }));
      return stated.flatMap(({ parent, level, also, security }, index): Event[] => {
        const self = actors[index]!;
        const above = index === 0 ? EXPLORER : actors[parent % index]!;
        const told = create(self, above, { IntegrityLevel: level }, { file: 'b.json', line: index + 1 });
        return [
          told,
          // The same record in another file.
          ...(also ? [{ ...told, file: 'a.json', line: 40 - index }] : []),
          ...(security ? [create4688(self, above, { IntegrityLevel: level }, { atMs: self.startMs + 300 })] : []),
        ];
      });
    });
  let rises = 0;
  fc.assert(
    fc.property(withOrder(world), ([events, order]) => {
      const expected = outcome(events);
      rises += expected.length;
      expect(outcome(order)).toEqual(expected);
    }),
    { numRuns: 600 },
  );
  expect(rises).toBeGreaterThan(100);
});

function withOrder(world: fc.Arbitrary<Event[]>): fc.Arbitrary<[Event[], Event[]]> {
  return world.chain((events) =>
    fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length })),
  );
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, at) => permutations(items.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}

function outcome(events: readonly Event[]) {
  const engine = new Engine(policy(ruleSet([])), {
    recordEvents: false,
    plugins: [
      { ...rise.init({ settings: rise.settings, log: () => undefined, giveLater: () => undefined }), name: 'r' },
    ],
  });
  const seen = new SeenRecords();
  for (const event of events) engine.apply(event, 0, !seen.add(event));
  return engine.threats(1).map((threat) => ({ threat, evidence: summary(threat.evidence) }));
}
