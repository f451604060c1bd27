import { describe, expect, test } from 'vitest';
import { act, actor, create, create4688, end, event, EXPLORER, T0, type Actor } from '../../test/support/events.js';
import { chainSizes, engineWith, EVIL, imageIs, run } from '../../test/support/engine-kit.js';
import { withLedgersChecked } from '../../test/support/ledger.js';
import { policy, ruleSet, type TestRule } from '../../test/support/rules.js';
import type { Event } from './event/event.js';
import type { EnginePlugin } from './plugin/plugin.js';
import type { Exception } from './score/exception.js';

describe('taking in a create', () => {
  const word = actor('winword', 10_000);
  const cmd = actor('cmd', 20_000);
  const evil = actor('evil', 30_000);

  test.each<{ name: string; events: Event[]; sizes: number[] }>([
    { name: 'a child of a root process starts a chain', events: [create(word, EXPLORER)], sizes: [1] },
    {
      name: 'descendants belong to the chain of their start process',
      events: [create(word, EXPLORER), create(cmd, word), create(evil, cmd)],
      sizes: [3],
    },
    {
      name: 'child seen before its parent',
      events: [create(evil, cmd), create(cmd, word), create(word, EXPLORER)],
      sizes: [3],
    },
    { name: 'a parent never seen is the start process', events: [create(evil, cmd)], sizes: [2] },
    {
      name: 'two children of an unseen parent share its chain',
      events: [create(evil, cmd), create(actor('other', 31_000), cmd)],
      sizes: [3],
    },
    { name: 'no parent named at all', events: [create(evil, undefined)], sizes: [1] },
    { name: 'its own parent', events: [create(evil, evil)], sizes: [1] },
    { name: 'a cycle of parents', events: [create(evil, cmd), create(cmd, evil)], sizes: [2] },
    { name: 'the same create twice', events: [create(evil, EXPLORER), create(evil, EXPLORER)], sizes: [1] },
  ])('$name', ({ events, sizes }) => {
    expect(chainSizes(run(engineWith([]), events))).toEqual(sizes);
  });

  test('the chain id depends on host and start process alone, whichever came first', () => {
    const events = [create(word, EXPLORER), create(cmd, word), create(evil, cmd)];
    const forward = run(engineWith([EVIL]), events).threats();
    const backward = run(engineWith([EVIL]), [...events].reverse()).threats();
    expect(forward).toEqual(backward);
    expect(forward[0]!.start.image).toBe(word.image);
  });

  test('a joined chain leaves its old id as an alias', () => {
    const engine = engineWith([]);
    engine.apply(create(evil, cmd));
    const before = engine.drain().chains[0]!.id;
    engine.apply(create(cmd, word));
    const effects = engine.drain();
    expect(effects.aliases).toEqual([
      { from: before, to: effects.chains.find((chain) => chain.processCount === 3)!.id },
    ]);
  });

  test('the same GUID on two hosts is two processes', () => {
    const engine = run(engineWith([]), [
      create(evil, EXPLORER),
      create(evil, EXPLORER, {}, { host: 'ws2.corp.example' }),
    ]);
    expect(engine.chainCount).toBe(2);
  });

  test('short and full names are one host, shown by the fuller name', () => {
    const engine = run(engineWith([]), [
      create(word, EXPLORER, {}, { host: 'WS9' }),
      create(cmd, word, {}, { host: 'ws9.corp.example' }),
    ]);
    expect(engine.hostNames).toEqual(['ws9.corp.example']);
    expect(engine.chainCount).toBe(1);
  });
});

describe('root processes', () => {
  test('cut the tree: each child starts a chain, and their own deeds are a chain for each day', () => {
    const rule: TestRule = { id: 'deed', points: 170, techniques: [], when: (each) => each.action === 'filecreate' };
    const child = actor('child', 5000);
    const engine = run(engineWith([rule]), [
      create(child, EXPLORER),
      act('filecreate', EXPLORER, 1000),
      act('filecreate', EXPLORER, 2000),
      act('filecreate', EXPLORER, 86_400_000 + 1000),
    ]);
    expect(engine.threats().map((threat) => [threat.start.image, threat.score])).toEqual([
      [EXPLORER.image, 170],
      [EXPLORER.image, 170],
    ]);
    expect(engine.chainCount).toBe(3);
  });

  test('an image that becomes known late takes the chain apart', () => {
    const unseen = actor('unseen', 1000);
    const [one, two] = [actor('one', 2000), actor('two', 3000)];
    const withoutImage = { ParentImage: undefined };
    const engine = engineWith([]);
    run(engine, [create(one, unseen, withoutImage), create(two, unseen, withoutImage)]);
    expect(chainSizes(engine)).toEqual([3]);
    run(engine, [create({ ...unseen, image: 'C:\\Windows\\System32\\services.exe' }, undefined)]);
    expect(chainSizes(engine)).toEqual([1, 1]);
  });
});

describe('taking in a terminate', () => {
  const parent = actor('cmd', 1000);
  const child = actor('evil', 2000);

  test('a chain ends when its last process has ended', () => {
    const engine = engineWith([EVIL]);
    run(engine, [create(parent, EXPLORER), create(child, parent), end(parent, 5000)]);
    expect(engine.threats()[0]!.active).toBe(true);
    run(engine, [end(child, 6000)]);
    expect(engine.threats()[0]!.active).toBe(false);
  });

  test('a terminate before its create, and one of another host, do no harm', () => {
    const engine = run(engineWith([EVIL]), [
      end(child, 6000),
      end(parent, 5000, { host: 'ws2' }),
      create(parent, EXPLORER),
      create(child, parent),
    ]);
    const [threat] = engine.threats();
    expect(threat!.active).toBe(true);
    expect(engine.threats()).toHaveLength(1);
  });

  test('a terminate of a process that nobody saw makes no threat and no crash', () => {
    expect(run(engineWith([EVIL]), [end(actor('ghost', 0), 10)]).threats()).toEqual([]);
  });
});

describe('taking in an action', () => {
  test('of a process whose create was not seen: a placeholder carries the evidence', () => {
    const evil = actor('evil', 1000);
    const engine = engineWith([EVIL], { options: { recordEvents: true } });
    run(engine, [act('networkconnect', evil, 9000)]);
    expect(engine.threats()[0]!.start.image).toBe(evil.image);
    expect(engine.drain().processes.find((process) => process.guid !== '')!.isPlaceholder).toBe(true);
  });

  test('without any process is kept and counted, and scores in no chain', () => {
    const engine = engineWith([{ id: 'any', points: 500, when: () => true }], { options: { recordEvents: true } });
    run(engine, [
      event(undefined, 1000, { ScriptBlockText: 'x' }, { eventId: 4104, sensor: 'other', provider: 'Other' }),
    ]);
    expect(engine.counts).toMatchObject({ hits: 1, hitsWithoutProcess: 1 });
    expect(engine.drain().events).toHaveLength(1);
  });

  test('target process of 8 and 10 is named from what is known of it', () => {
    const [evil, lsass] = [actor('evil', 1000), actor('lsass', 500)];
    const engine = engineWith([], { options: { recordEvents: true } });
    run(engine, [
      create(lsass, undefined),
      event('processaccess', 2000, {
        SourceProcessGuid: evil.guid,
        SourceProcessId: evil.pid,
        SourceImage: evil.image,
        TargetProcessGuid: lsass.guid,
        TargetImage: lsass.image,
      }),
    ]);
    const access = engine.drain().events.find((each) => each.action === 'processaccess')!;
    expect(access.targetImage).toBe(lsass.image);
    expect(access.targetHashes).toContain('SHA256=');
  });

  test('PowerShell logs about itself: its events belong to the process that logged them', () => {
    const shell = actor('powershell', 1000, { pid: 4321 });
    const rule: TestRule = { id: 'script', points: 170, when: (each) => each.eventId === 4104 };
    const engine = run(engineWith([rule]), [
      create(shell, EXPLORER),
      event(
        undefined,
        2000,
        { ScriptBlockText: 'x' },
        { eventId: 4104, sensor: 'other', provider: 'Microsoft-Windows-PowerShell', loggerPid: 4321 },
      ),
    ]);
    expect(engine.threats()[0]!.start.image).toBe(shell.image);
  });
});

describe('adding techniques and rule points', () => {
  const evil = actor('evil', 1000);
  const start = [create(evil, EXPLORER)];

  test.each<{ name: string; rules: TestRule[]; score: number }>([
    {
      name: 'a technique rule scores each technique once',
      rules: [{ id: 'a', set: 'technique', points: 90, techniques: ['T1', 'T2'], when: imageIs('evil') }],
      score: 180,
    },
    {
      name: 'an IOA rule scores itself and each technique',
      rules: [{ id: 'a', points: 60, techniques: ['T1', 'T2'], when: imageIs('evil') }],
      score: 180,
    },
    {
      name: 'a technique that two rules name counts once, by the stronger',
      rules: [
        { id: 'a', set: 'technique', points: 30, techniques: ['T1'], when: imageIs('evil') },
        { id: 'b', set: 'technique', points: 170, techniques: ['T1'], when: imageIs('evil') },
      ],
      score: 170,
    },
  ])('$name', ({ rules, score }) => {
    expect(
      run(engineWith(rules), [...start, act('filecreate', evil, 2000), act('filecreate', evil, 3000)]).threats()[0]!
        .score,
    ).toBe(score);
  });

  test('counters tell how often a rule fired, apart from its points', () => {
    const engine = run(engineWith([EVIL]), [...start, act('filecreate', evil, 2000), act('filecreate', evil, 3000)]);
    const chain = [...engine.chains()].find((each) => each.score > 0)!;
    expect(chain.hitCounts.get('evil')).toBe(3);
  });

  test('first-match order counts the first rule alone', () => {
    const rules: TestRule[] = [
      { id: 'b', set: 'technique', points: 400, techniques: ['T9'], when: imageIs('evil') },
      { id: 'a', set: 'ioa', points: 200, techniques: [], when: imageIs('evil') },
    ];
    expect(run(engineWith(rules, { policy: { hits: 'first' } }), start).threats()[0]!.score).toBe(200);
    expect(run(engineWith(rules), start).threats()[0]!.score).toBe(600);
  });
});

describe('profile match', () => {
  const shell = actor('cmd', 1000);
  const techniqueAt = (id: string, name: string): TestRule => ({
    id,
    set: 'technique',
    points: 5,
    techniques: [id],
    when: imageIs(name),
  });
  const profiles = [{ id: 'burst', techniques: ['T1016', 'T1033', 'T1059'], atLeast: 2, points: 170 }];
  const rules = [
    techniqueAt('T1016', 'ipconfig'),
    techniqueAt('T1033', 'whoami'),
    techniqueAt('T1059.001', 'powershell'),
  ];
  const child = (name: string, atMs: number): Event => create(actor(name, atMs), shell);

  test('is reached by N distinct techniques of one chain, sub-techniques counting for their parent', () => {
    const one = run(engineWith(rules, { profiles }), [
      create(shell, EXPLORER),
      child('ipconfig', 2000),
      child('ipconfig', 3000),
    ]);
    expect(one.threats()).toEqual([]);
    const two = run(engineWith(rules, { profiles }), [
      create(shell, EXPLORER),
      child('ipconfig', 2000),
      child('powershell', 3000),
    ]);
    expect(two.threats()[0]).toMatchObject({ score: 180 });
    expect(two.threats()[0]!.evidence.map((entry) => entry.key)).toContain('profile:burst');
  });

  test('names the evidence that completed it', () => {
    const engine = run(engineWith(rules, { profiles }), [
      create(shell, EXPLORER),
      child('whoami', 5000),
      child('ipconfig', 2000),
    ]);
    const entry = engine.threats()[0]!.evidence.find((each) => each.kind === 'profile')!;
    expect(entry.event.timeMs).toBe(T0 + 5000);
  });
});

describe('writing, updating and ending a threat', () => {
  const evil = actor('evil', 1000);

  test('is an effect when the threshold is reached, when evidence comes, and when the chain ends', () => {
    const engine = engineWith([EVIL, { id: 'late', points: 10, when: (each) => each.action === 'filecreate' }]);
    engine.apply(create(evil, EXPLORER));
    const written = engine.drain().threats;
    expect(withLedgersChecked(written)).toHaveLength(1);
    engine.apply(act('imageload', evil, 1500));
    expect(engine.drain().threats.map((threat) => threat.score)).toEqual([]);
    engine.apply(act('filecreate', evil, 2000));
    expect(withLedgersChecked(engine.drain().threats).map((threat) => threat.score)).toEqual([410]);
    engine.apply(end(evil, 3000));
    expect(engine.drain().threats.map((threat) => threat.active)).toEqual([false]);
  });

  test('below the threshold nothing is written', () => {
    const engine = engineWith([{ ...EVIL, points: 84 }]);
    engine.apply(create(evil, EXPLORER));
    expect(engine.drain().threats).toEqual([]);
  });

  test('at the threshold exactly it is', () => {
    const engine = engineWith([{ ...EVIL, points: 85 }]);
    engine.apply(create(evil, EXPLORER));
    expect(engine.drain().threats).toHaveLength(1);
  });

  test('a late fact that takes points away withdraws it', () => {
    const parent = actor('agent', 500);
    const hash = 'ab'.repeat(32);
    const exception: Exception = { id: 'x1', scope: 'hash', value: hash, reason: 'ours', author: 'li', createdMs: 0 };
    const engine = engineWith([EVIL], { policy: { exceptions: [exception] } });
    engine.apply(create(evil, parent));
    expect(engine.drain().threats).toHaveLength(1);
    engine.apply(create(parent, EXPLORER, { Hashes: `SHA256=${hash}` }));
    const effects = engine.drain();
    expect(effects.threats).toEqual([]);
    expect(effects.withdrawn).toHaveLength(1);
  });
});

describe('allow-listed lineages and other exceptions', () => {
  const agent = actor('agent', 500);
  const evil = actor('evil', 1000);
  const hashOf = (event: Event): string => String(event.fields['Hashes']).split('=')[1]!;
  const cases: { name: string; exception: Partial<Exception>; exempt: boolean }[] = [
    { name: 'its own hash', exception: { scope: 'hash', value: hashOf(create(evil, agent)) }, exempt: true },
    {
      name: "an ancestor's hash",
      exception: { scope: 'hash', value: hashOf(create(agent, EXPLORER)).toUpperCase() },
      exempt: true,
    },
    {
      name: "a root process's hash does not exempt what it starts",
      exception: { scope: 'hash', value: hashOf(create(EXPLORER, undefined)) },
      exempt: false,
    },
    { name: 'path with a wildcard', exception: { scope: 'path', value: 'c:\\tools\\*.exe' }, exempt: true },
    { name: 'path of another folder', exception: { scope: 'path', value: 'c:\\other\\*' }, exempt: false },
    { name: 'command line', exception: { scope: 'commandLine', value: '*evil*' }, exempt: true },
    { name: 'user', exception: { scope: 'user', value: 'corp\\li' }, exempt: true },
    { name: 'host by its short name', exception: { scope: 'host', value: 'WS1' }, exempt: true },
    { name: 'another host', exception: { scope: 'host', value: 'ws2' }, exempt: false },
    { name: 'rule', exception: { scope: 'rule', value: 'evil' }, exempt: true },
    { name: 'another rule', exception: { scope: 'rule', value: 'good' }, exempt: false },
    { name: 'ancestor pattern', exception: { scope: 'ancestor', value: '*\\agent.exe' }, exempt: true },
    { name: 'expired by event time', exception: { scope: 'path', value: '*', expiresMs: T0 + 900 }, exempt: false },
    { name: 'not yet expired', exception: { scope: 'path', value: '*', expiresMs: T0 + 90_000 }, exempt: true },
    { name: 'narrowed to another rule', exception: { scope: 'path', value: '*', rule: 'good' }, exempt: false },
  ];
  test.each(cases)('$name', ({ exception, exempt }) => {
    const whole: Exception = {
      id: 'x1',
      scope: 'path',
      value: '',
      reason: 'r',
      author: 'a',
      createdMs: 0,
      ...exception,
    };
    for (const events of [
      [create(agent, EXPLORER), create(evil, agent)],
      [create(evil, agent), create(agent, EXPLORER)],
    ]) {
      const engine = run(engineWith([EVIL], { policy: { exceptions: [whole], threshold: 0 } }), events);
      const threat = engine.threats().find((each) => each.evidence.length > 0)!;
      expect(threat.score).toBe(exempt ? 0 : 400);
      for (const entry of threat.evidence) expect(entry.exception).toBe(exempt ? 'x1' : undefined);
    }
  });

  test('an exception added later never lowers a score already given, and holds for what comes', () => {
    const engine = engineWith([EVIL]);
    engine.apply(create(evil, EXPLORER));
    const exception: Exception = { id: 'x1', scope: 'path', value: '*', reason: 'r', author: 'a', createdMs: 0 };
    engine.setPolicy(policy(ruleSet([EVIL]), { exceptions: [exception] }));
    engine.apply(create(actor('evil', 90_000), EXPLORER));
    engine.apply(act('filecreate', evil, 91_000));
    expect(withLedgersChecked(engine.threats()).map((threat) => threat.score)).toEqual([400]);
  });
});

describe('skip lists', () => {
  test('by image and by hash: nothing of it is recorded', () => {
    const noisy = actor('noisy', 1000);
    const engine = run(engineWith([], { policy: { skipImages: ['c:\\tools\\noisy.exe'] } }), [
      create(noisy, EXPLORER),
      act('filecreate', noisy, 2000),
    ]);
    expect(engine.counts.skipped).toBe(2);
    expect(engine.processCount).toBe(0);
  });
});

describe('plugin hooks', () => {
  test('are called for create, action and terminate, remember per process and chain, and give evidence', () => {
    const seen: string[] = [];
    const plugin: EnginePlugin = {
      name: 'probe',
      actions: new Set(['filecreate'] as const),
      processCreated: (call) => {
        seen.push(`created ${call.process.image}`);
        call.chainMemory.set('started', call.process.id);
      },
      processAction: (call) => {
        const count = Number(call.processMemory.get('count') ?? 0) + 1;
        call.processMemory.set('count', count);
        seen.push(`action ${count} in ${call.chainMemory.has('started')}`);
        call.addEvidence({ key: 'files', points: 100 * count, title: { en: 'Files', zh: '文件' } });
      },
      processEnded: (call) => void seen.push(`ended ${call.process.pid}`),
    };
    const evil = actor('x', 1000, { pid: 77 });
    const engine = run(engineWith([], { options: { plugins: [plugin] } }), [
      create(evil, EXPLORER),
      act('filecreate', evil, 2000),
      act('imageload', evil, 2500),
      act('filecreate', evil, 3000),
      end(evil, 4000),
    ]);
    expect(seen).toEqual([`created ${evil.image}`, 'action 1 in true', 'action 2 in true', 'ended 77']);
    expect(engine.threats()[0]!.evidence.map((entry) => [entry.key, entry.points])).toEqual([
      ['plugin:probe:files', 200],
    ]);
  });

  test('a finding that comes back later joins the ledger of its process', () => {
    const x = actor('x', 1000);
    const engine = engineWith([]);
    engine.apply(create(x, EXPLORER));
    const process = engine.drain().processes.find((each) => each.image === x.image)!;
    engine.applyFinding({
      plugin: 'reputation',
      host: process.host,
      processId: process.id,
      eventId: '0',
      timeMs: T0,
      evidence: { key: 'hash', points: 666, title: { en: 'Known bad', zh: '已知恶意' } },
    });
    expect(withLedgersChecked(engine.threats())[0]!.score).toBe(666);
  });
});

describe('pids', () => {
  const rule: TestRule = { id: 'deed', points: 170, when: (each) => each.eventId === 4663 };
  const deed = (atMs: number, pid: number): Event =>
    event(undefined, atMs, { ProcessId: pid }, { eventId: 4663, sensor: 'security', provider: 'Security' });
  const first = actor('first', 1000, { pid: 500 });
  const second = actor('second', 60_000, { pid: 500 });

  test('mean the run that was alive at the event time, however late its create comes', () => {
    const events = [
      create4688(first, EXPLORER),
      deed(30_000, 500),
      end({ ...first, guid: '' }, 50_000),
      create4688(second, EXPLORER),
      deed(70_000, 500),
    ];
    const shuffles = [events, [...events].reverse(), [events[1]!, events[4]!, events[3]!, events[0]!, events[2]!]];
    for (const shuffled of shuffles) {
      const starts = run(engineWith([rule]), shuffled)
        .threats()
        .map((threat) => threat.start.image)
        .sort();
      expect(starts).toEqual([first.image, second.image]);
    }
  });

  test('of a process that nobody saw start make a placeholder', () => {
    expect(run(engineWith([rule]), [deed(5000, 999)]).threats()).toHaveLength(1);
  });

  test('link children to the right run', () => {
    const child = actor('child', 65_000, { pid: 900 });
    const engine = run(engineWith([]), [
      create4688(child, second),
      create4688(second, EXPLORER),
      create4688(first, EXPLORER),
    ]);
    expect(chainSizes(engine)).toEqual([2, 1]);
  });
});

describe('one process reported by Sysmon and by Security', () => {
  const evil = actor('evil', 1500, { pid: 640 });
  const both = (offsetMs: number): Event[] => [
    create(evil, EXPLORER),
    create4688(evil, EXPLORER, {}, { atMs: 1500 + offsetMs }),
  ];

  test.each([
    { name: 'at the same time', offsetMs: 0, processes: 2 },
    { name: 'a second apart', offsetMs: 1000, processes: 2 },
    { name: 'with a clock four hours off', offsetMs: -4 * 3_600_000, processes: 2 },
    { name: 'with a clock in a half-hour zone', offsetMs: 5.5 * 3_600_000 + 800, processes: 2 },
  ])('is one process: $name', ({ offsetMs, processes }) => {
    for (const events of [both(offsetMs), both(offsetMs).reverse()]) {
      const engine = run(engineWith([EVIL]), events);
      expect(engine.processCount).toBe(processes);
      expect(engine.threats().map((threat) => [threat.score, threat.start.guid.toLowerCase()])).toEqual([
        [400, evil.guid],
      ]);
    }
  });

  test('ten minutes apart they are two', () => {
    expect(run(engineWith([]), both(600_000)).processCount).toBe(3);
  });

  test('another program on the same pid is another process', () => {
    const other: Actor = { ...actor('other', 1600), pid: evil.pid };
    expect(run(engineWith([]), [create(evil, EXPLORER), create4688(other, EXPLORER)]).processCount).toBe(3);
  });
});

describe('a forgotten host', () => {
  const other = { host: 'other.corp.example' };
  const shell = actor('shell', 0);
  const evil = actor('evil', 10);
  const events = [create(shell, EXPLORER), create(evil, shell), act('filecreate', evil, 20), end(evil, 30)];
  const others = [create(evil, EXPLORER, {}, other), act('networkconnect', evil, 20, {}, other)];

  test('leaves its neighbours as they are, asks for nothing but its removal, and comes again as new', () => {
    const engine = engineWith([EVIL], { options: { recordEvents: true } });
    const apart = engineWith([EVIL], { options: { recordEvents: true } });
    for (const one of others) apart.apply(one);
    // The child came first: chains joined, and an alias waits to be written.
    for (const one of [...events.toReversed(), ...others]) engine.apply(one);
    engine.forgetHost('WS1');
    expect(engine.drain()).toEqual({ ...apart.drain(), forgotten: ['ws1'], removed: expect.any(Array) as unknown });
    expect(engine.threats(0)).toEqual(apart.threats(0));
    expect([engine.processCount, engine.chainCount, engine.hostNames]).toEqual([
      apart.processCount,
      apart.chainCount,
      apart.hostNames,
    ]);
    for (const each of [engine, apart]) for (const one of events) each.apply(one);
    expect(engine.threats(0)).toEqual(apart.threats(0));
    expect(engine.drain()).toEqual(apart.drain());
  });

  test('that was never heard is told all the same: the state may know it', () => {
    const engine = engineWith([]);
    engine.forgetHost('ws9.corp.example');
    expect(engine.drain().forgotten).toEqual(['ws9']);
    expect(engine.drain().forgotten).toEqual([]);
  });
});
