import { describe, expect, test, vi } from 'vitest';
import { act, actor, create, create4688, end, event, EXPLORER } from '../../test/support/events.js';
import { chainSizes, engineWith, EVIL, run } from '../../test/support/engine-kit.js';
import { withLedgersChecked } from '../../test/support/ledger.js';
import { inProcessPlugins } from '../cli/judges.js';
import { Chain } from './chain/chain.js';
import { Exemptions } from './score/exemptions.js';

describe('size', () => {
  test('10,000 nested processes: one chain, in either order of arrival', () => {
    const nested = Array.from({ length: 10_000 }, (_, index) =>
      actor(index === 9_999 ? 'evil' : `p${index}`, index * 10),
    );
    const events = nested.map((process, index) => create(process, index === 0 ? EXPLORER : nested[index - 1]));
    for (const ordered of [events, [...events].reverse()]) {
      const engine = run(engineWith([EVIL]), ordered);
      expect(chainSizes(engine)[0]).toBe(10_000);
      expect(engine.threats()[0]!.start.image).toBe(nested[0]!.image);
    }
  });

  test('10,000 nested processes, whose ancestors are looked at for an exception', () => {
    const nested = Array.from({ length: 10_000 }, (_, index) =>
      actor(index === 9_999 ? 'evil' : `p${index}`, index * 10),
    );
    const exception = { id: 'x', value: 'c:\\nowhere\\*', reason: 'r', author: 'a', createdMs: 0 };
    const engine = engineWith([EVIL], {
      policy: {
        exceptions: [
          { ...exception, scope: 'ancestor' },
          { ...exception, id: 'y', scope: 'hash', value: 'ff' },
        ],
      },
    });
    run(
      engine,
      nested.map((process, index) => create(process, index === 0 ? EXPLORER : nested[index - 1])),
    );
    expect(withLedgersChecked(engine.threats(1))[0]!.score).toBeGreaterThan(0);
  });

  test('one parent with 50,000 children', () => {
    const parent = actor('evil', 0);
    const engine = engineWith([EVIL], { options: { maxProcessesPerHost: 100_000 } });
    engine.apply(create(parent, EXPLORER));
    for (let index = 0; index < 50_000; index++) engine.apply(create(actor(`c${index}`, index + 1), parent));
    engine.drain();
    engine.apply(act('filecreate', parent, 99_000));
    expect(chainSizes(engine)[0]).toBe(50_001);
    // An update costs what is new, not what the chain holds.
    const started = process.cpuUsage();
    for (let index = 0; index < 100; index++) {
      engine.apply(create(actor('evil', 100_000 - index), parent));
      const { processes, threats } = engine.drain();
      expect(threats).toHaveLength(1);
      expect(processes.length).toBeLessThan(5);
    }
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000 / 100, 'milliseconds of computing an update').toBeLessThan(5);
    expect(withLedgersChecked(engine.threats())).toHaveLength(1);
  });

  /** Of a chain's ledger while one parent starts so many children that hold evidence. */
  test.each([
    { name: 'by GUID, with an exception in force', create: create, exceptions: true, rights: 'Medium' },
    { name: 'by pid, with an exception in force', create: create4688, exceptions: true, rights: 'Medium' },
    { name: 'with more rights than it has', create: create, exceptions: false, rights: 'High' },
  ])('a child more costs no look at all others: children $name', ({ create: creation, exceptions, rights }) => {
    const exception = {
      id: 'x',
      value: 'c:\\nowhere\\*',
      reason: 'r',
      author: 'a',
      createdMs: 0,
      scope: 'ancestor',
    } as const;
    const looks = vi.spyOn(Exemptions.prototype, 'find');
    const offers = vi.spyOn(Chain.prototype, 'offer');
    const parent = actor('parent', 0);
    const engine = engineWith([{ ...EVIL, points: 1 }], {
      policy: { exceptions: exceptions ? [exception] : [] },
      options: { plugins: inProcessPlugins() },
    });
    engine.apply(creation(parent, EXPLORER, { IntegrityLevel: 'Medium' }));
    for (let index = 1; index <= 1000; index++) {
      const child = actor(`c${index}`, index * 10, { image: 'C:\\Tools\\evil.exe', pid: 10_000 + index });
      engine.apply(creation(child, parent, { IntegrityLevel: rights }));
    }
    const done = { looks: looks.mock.calls.length, offers: offers.mock.calls.length };
    vi.restoreAllMocks();
    expect([...engine.chains()].map(({ holders }) => holders.size)).toContain(1000);
    expect(done.looks).toBeLessThan(5000);
    expect(done.offers).toBeGreaterThan(1000);
    expect(done.offers).toBeLessThan(5000);
  });

  test('ended processes that only pids name make room, too, and leave no placeholders', () => {
    const engine = engineWith([], { options: { maxProcessesPerHost: 100 } });
    const security = { sensor: 'security' } as const;
    for (let index = 0; index < 1000; index++) {
      const process = actor(`p${index}`, index * 1000, { pid: 5000 + 4 * (index % 300) });
      engine.apply(create4688(process, EXPLORER));
      engine.apply(event('processterminal', index * 1000 + 100, { ProcessId: process.pid }, security));
      // Ends of what nobody saw begin.
      engine.apply(event('processterminal', index * 1000 + 200, { ProcessId: 90_000 + index }, security));
      expect(engine.processCount).toBeLessThanOrEqual(103);
    }
    // With the shell, which is known as a parent. What is forgotten is forgotten once.
    expect(engine.counts.forgotten + engine.processCount).toBe(2001);
  });

  test('where nothing ends, a creation past the bound does not look through all processes again', () => {
    const engine = engineWith([], { options: { maxProcessesPerHost: 2500 } });
    const values = vi.spyOn(Map.prototype, 'values');
    for (let index = 0; index < 4900; index++)
      engine.apply(create(actor(`p${index}`, index * 10, { pid: index + 1 }), EXPLORER));
    const looks = values.mock.contexts.filter((map) => (map as Map<string, unknown>).size > 2500).length;
    values.mockRestore();
    expect(engine.counts.forgotten).toBe(0);
    // Once for each tenth of the bound.
    expect(looks).toBeGreaterThan(5);
    expect(looks).toBeLessThan(15);
  });

  test('ended processes without evidence make room', () => {
    const engine = engineWith([], { options: { maxProcessesPerHost: 100 } });
    for (let index = 0; index < 1000; index++) {
      const process = actor(`p${index}`, index * 10);
      engine.apply(create(process, EXPLORER));
      engine.apply(end(process, index * 10 + 5));
    }
    expect(engine.processCount).toBeLessThanOrEqual(101);
    expect(engine.counts.forgotten).toBeGreaterThan(800);
  });
});
