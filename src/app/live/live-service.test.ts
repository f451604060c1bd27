import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  attack,
  compilePlain,
  guid,
  HandClock,
  incoming,
  openLive,
  pause,
  PLAIN_RULES,
  plainPack,
  sysmon,
  type Live,
  type LiveOptions,
} from '../../../test/support/live-kit.js';
import { withLedgersChecked } from '../../../test/support/ledger.js';
import { diskFiles } from '../../log/files.js';
import { createJsonDecoder } from '../../sources/json/json.js';
import { AppError } from '../app-error.js';
import { replay } from '../replay/replay.js';
import { reportThreat } from '../report/report.js';
import type { LiveNotice } from '../live-ports.js';
import { DEFAULT_POLICY } from '../../engine/policy.js';
import type { EffectStore, EventLog, LogRecord } from '../ports.js';

let folder: string;
let live: Live;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-live-'));
});

afterEach(async () => {
  await live.close();
  await rm(folder, { recursive: true });
});

async function start(options: LiveOptions = {}): Promise<Live> {
  live = await openLive(folder, options);
  await live.service.start();
  return live;
}

async function restart(options: LiveOptions = {}): Promise<Live> {
  await live.close();
  return start(options);
}

function storedThreats() {
  return live.state.queries.threats({}, { limit: 100, cursor: undefined }).items;
}

async function records(log: EventLog): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const batch of log.read()) found.push(...batch.map(({ record }) => record));
  return found;
}

async function eventTexts(log: EventLog): Promise<string[]> {
  const found = await records(log);
  return found.flatMap((record) => (record.kind === 'event' ? [Buffer.from(record.raw).toString()] : []));
}

describe('taking events in', () => {
  test('a threat is stored with its evidence, its processes and its events', async () => {
    await start();
    expect(await live.service.intake.take(incoming(...attack()), 'token-a')).toEqual({ kind: 'taken', duplicates: 0 });
    await live.service.intake.settled();
    const [stored] = storedThreats();
    withLedgersChecked(storedThreats().map(({ threat }) => threat));
    expect(stored?.threat).toMatchObject({ score: 360, host: 'ws1.corp.example', start: { commandLine: 'shell.exe' } });
    const { items } = live.state.queries.chainProcesses(stored!.threat.id, { limit: 10, cursor: undefined });
    expect(items.map(({ commandLine }) => commandLine)).toEqual(['shell.exe', 'evil.exe', 'worse.exe']);
    const events = live.state.queries.processEvents(items[1]!.id, {}, { limit: 10, cursor: undefined }).items;
    expect(events.map(({ rules }) => rules)).toEqual([['evil']]);
    const read = await live.service.readEvents([...events.map(({ position }) => position), 1, 999]);
    expect([...read.values()].map(({ event }) => event.fields['CommandLine'])).toEqual(['evil.exe']);
    expect(live.state.queries.host('ws1')).toMatchObject({ events: 3, name: 'ws1.corp.example' });
    expect(live.service.threats()).toEqual(storedThreats().map(({ threat }) => threat));
  });

  test('the same record again, in one request or the next, or after a restart, is one', async () => {
    await start();
    const events = incoming(...attack());
    expect(await live.service.intake.take([...events, ...events], 's')).toEqual({ kind: 'taken', duplicates: 3 });
    expect(await live.service.intake.take(events, 's')).toEqual({ kind: 'taken', duplicates: 3 });
    await restart();
    expect(await live.service.intake.take(events, 's')).toEqual({ kind: 'taken', duplicates: 3 });
    expect(await eventTexts(live.log)).toHaveLength(3);
    await live.close();
    live = await openLive(folder);
    expect(live.state.queries.eventCounts()).toEqual({ events: 3, duplicates: 9 });
  });

  test('one record in two requests at once is written once, and both wait for the disk', async () => {
    let open: () => void = () => undefined;
    let gate = Promise.resolve();
    await start({
      log: {
        files: {
          ...diskFiles,
          async open(path, mode) {
            const file = await diskFiles.open(path, mode);
            return { ...file, datasync: () => gate.then(() => file.datasync()) };
          },
        },
      },
    });
    gate = new Promise((resolve) => (open = resolve));
    const answers: number[] = [];
    const calls = [1, 2].map((call) =>
      live.service.intake.take(incoming(...attack()), 's').then((answer) => {
        answers.push(call);
        return answer;
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answers).toEqual([]);
    open();
    expect(await Promise.all(calls)).toEqual([
      { kind: 'taken', duplicates: 0 },
      { kind: 'taken', duplicates: 3 },
    ]);
    expect(await eventTexts(live.log)).toHaveLength(3);
  });

  test('what waits since when is told, by the time it was received, until its effects are stored', async () => {
    const clock = new HandClock();
    let isBroken = false;
    const sleep = (ms: number): Promise<void> => {
      clock.timeMs += ms;
      return pause.sleep(5);
    };
    await start({ parts: { clock, pause: { turn: pause.turn, sleep } } });
    const { effects } = live.state;
    const { commit } = effects;
    effects.commit = (...all) => {
      if (isBroken) throw new AppError('STORE_FAILED', 'the disk is full');
      commit.apply(effects, all);
    };
    const { service } = live;
    expect(service.figures.waitingSinceMs).toBeUndefined();
    isBroken = true;
    const [first, ...others] = attack();
    const startMs = clock.timeMs;
    await service.intake.take(incoming(first!), 'a');
    clock.timeMs += 3_000;
    await service.intake.take(incoming(...others), 'a');
    expect(service.figures.waitingSinceMs).toBe(startMs);
    await vi.waitFor(() => expect(service.intake.refusal).toBeDefined(), { timeout: 10_000 });
    // The first is judged by now, and waits to be stored.
    expect(service.figures.waitingSinceMs).toBe(startMs);
    isBroken = false;
    await service.intake.settled();
    expect(service.figures.waitingSinceMs).toBeUndefined();
  });

  test('what rules cost is told: their hits, and the time of those in the sample', async () => {
    let nowMs = 0;
    await start({ parts: { stopwatch: () => (nowMs += 0.5) } });
    const more = Array.from({ length: 100 }, (_, at) =>
      sysmon({ number: 50 + at, guid: guid(50 + at), image: 'odd.exe' }),
    );
    await live.service.intake.take(incoming(...attack(), ...more), 'a');
    await live.service.intake.settled();
    const ms = 0.5 * 61;
    expect(await live.service.policy.ruleCosts()).toEqual([
      { rule: 'evil', hits: 1, ms },
      { rule: 'worse', hits: 1, ms },
      { rule: 'odd', hits: 100, ms },
    ]);
  });

  test('the bytes of a record are kept as they came', async () => {
    await start();
    const text =
      '{ "EventID":1, "SourceName":"Microsoft-Windows-Sysmon","Hostname":"h",  "Odd":"\\u0041\\ud800", "UtcTime":"2026-01-05 09:00:00.000"}';
    const [event] = incoming(JSON.parse(text) as object);
    await live.service.intake.take([{ event: event!.event, raw: Buffer.from(text) }], 's');
    expect(await eventTexts(live.log)).toEqual([text]);
  });

  test('an event without a time of its own has the time it came, and keeps it after a restart', async () => {
    const clock = new HandClock(1_790_000_000_000);
    await start({ parts: { clock } });
    const record = { ...sysmon({ number: 1, guid: guid(1), image: 'evil.exe' }), UtcTime: undefined };
    await live.service.intake.take(incoming(record), 's');
    await live.service.intake.settled();
    clock.timeMs += 1e9;
    await restart({ parts: { clock } });
    const [chain] = live.state.queries.processes([]).length === 0 ? (await live.service.readEvents([3])).values() : [];
    expect(chain).toMatchObject({ event: { timeMs: 1_790_000_000_000, timeSource: 'received' } });
  });

  test('before the start and after the stop it says why it takes nothing', async () => {
    live = await openLive(folder);
    expect(live.service.intake.refusal).toContain('starting');
    expect(await live.service.intake.take(incoming(...attack()), 's')).toMatchObject({ kind: 'busy' });
    await live.service.start();
    expect(live.service.intake.refusal).toBeUndefined();
    await live.service.stop();
    expect(await live.service.intake.take(incoming(...attack()), 's')).toMatchObject({
      kind: 'busy',
      reason: expect.stringContaining('stopping'),
    });
  });
});

describe('when something fails', () => {
  test('a failed sync stops the intake, and what was not acknowledged may be sent again after a repair', async () => {
    let isBroken = false;
    await start({
      log: {
        files: {
          ...diskFiles,
          async open(path, mode) {
            const file = await diskFiles.open(path, mode);
            return { ...file, datasync: () => (isBroken ? Promise.reject(new Error('EIO')) : file.datasync()) };
          },
        },
      },
    });
    isBroken = true;
    const events = incoming(...attack());
    expect(await live.service.intake.take(events, 's')).toMatchObject({
      kind: 'stopped',
      reason: expect.stringContaining('EIO'),
    });
    isBroken = false;
    expect(await live.service.intake.take(events, 's')).toMatchObject({ kind: 'stopped' });
    expect(live.service.intake.refusal).toContain('EIO');
    await restart();
    await live.service.intake.take(events, 's');
    await live.service.intake.settled();
    expect(await eventTexts(live.log)).toHaveLength(3);
    expect(storedThreats()).toHaveLength(1);
  });

  test('a full disk refuses for now; readiness comes back by itself', async () => {
    const clock = new HandClock();
    let free = 1e9;
    await start({
      parts: { clock },
      log: { files: { ...diskFiles, space: () => Promise.resolve({ free, total: 1e10 }) } },
    });
    const padded = (number: number) => ({
      ...sysmon({ number, guid: guid(9), image: 'a.exe' }),
      Pad: 'x'.repeat(3e6),
    });
    const large = [padded(9), padded(10)];
    free = 0;
    expect(await live.service.intake.take(incoming(...large), 's')).toMatchObject({ kind: 'stopped' });
    expect(live.service.intake.refusal).toContain('MiB left');
    clock.timeMs += 30_000;
    expect(live.service.intake.refusal).toBeUndefined();
    free = 1e9;
    expect(await live.service.intake.take(incoming(...attack()), 's')).toMatchObject({ kind: 'taken' });
  });

  test('a state that cannot be written stops the intake; nothing is lost or stored twice once it can', async () => {
    let isFull = false;
    const failing = (store: EffectStore): EffectStore => ({
      get committedPosition() {
        return store.committedPosition;
      },
      commit(effects, position, arrivals, streams) {
        if (isFull) throw new AppError('STORE_FAILED', 'disk full');
        store.commit(effects, position, arrivals, streams);
      },
      hostStreams: () => store.hostStreams(),
      addDuplicates: (count) => store.addDuplicates(count),
    });
    live = await openLive(folder);
    const { state } = live;
    await live.log.close();
    state.close();
    const inner = await openLive(folder);
    await inner.log.close();
    live = await openLive(folder, {
      parts: {
        store: failing(inner.state.effects),
        pause: { ...pause, sleep: () => pause.sleep(5) },
      },
    });
    await live.service.start();
    isFull = true;
    expect(await live.service.intake.take(incoming(...attack()), 's')).toMatchObject({ kind: 'taken' });
    // Some wait for their turn when the state fails; none waits until it works again.
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, host) => {
        const events = Array.from({ length: 2_000 }, (_, at) =>
          sysmon({ number: at + 1, host: `ws${10 + host}`, guid: guid(at), image: 'a.exe' }),
        );
        return live.service.intake.take(incoming(...events), `s${host}`);
      }),
    );
    expect(answers.map(({ kind }) => kind)).toContain('stopped');
    await expect.poll(() => live.service.intake.refusal).toBe('disk full');
    expect(await live.service.intake.take(incoming(...attack('ws2', 50)), 's')).toMatchObject({ kind: 'stopped' });
    isFull = false;
    await live.service.intake.settled();
    expect(live.service.intake.refusal).toBeUndefined();
    expect(live.troubles.map(({ kind }) => kind)).toEqual(['store-failed', 'store-recovered']);
    expect(storedThreats()).toHaveLength(1);
    inner.state.close();
  });

  test('a fault of ours on one event is told, and its neighbours are judged, now and after a restart', async () => {
    const faulty: LiveOptions = {
      parts: {
        plugins: [
          {
            name: 'faulty',
            processCreated: ({ process }) => {
              if (process.image.endsWith('evil.exe')) throw new Error('cannot');
            },
          },
        ],
      },
    };
    await start(faulty);
    await live.service.intake.take(incoming(...attack()), 's');
    await live.service.intake.settled();
    const before = live.service.threats();
    expect(live.troubles).toEqual([expect.objectContaining({ kind: 'event-failed', position: 4 })]);
    await restart(faulty);
    expect(live.service.threats()).toEqual(before);
    expect(live.troubles).toHaveLength(1);
  });
});

describe('policy', () => {
  test('the first start puts settings and rules in the log; the next only what differs', async () => {
    await start();
    await restart();
    expect((await records(live.log)).map((record) => record.kind === 'policy' && record.change.kind)).toEqual([
      'settings',
      'rules',
    ]);
    const packs = [plainPack(...PLAIN_RULES, { id: 'new', image: 'x.exe', points: 1 })];
    await restart({
      parts: { settings: { ...DEFAULT_POLICY, threshold: 90 }, readPacks: () => Promise.resolve(packs) },
    });
    expect((await records(live.log)).slice(2)).toMatchObject([
      { kind: 'policy', change: { kind: 'settings', settings: { threshold: 90 } } },
      { kind: 'policy', change: { kind: 'rules', packs } },
    ]);
    expect(live.service.currentPolicy.threshold).toBe(90);
  });

  test('an exception holds from its place in the log on, counts its hits, and is taken off again', async () => {
    await start();
    await live.service.intake.take(incoming(...attack('ws1', 1)), 's');
    const exception = {
      id: 'x1',
      scope: 'path' as const,
      value: '*\\evil.exe',
      reason: 'test',
      author: 'wu',
      createdMs: 1,
    };
    await live.service.policy.addException(exception);
    await live.service.intake.take(incoming(...attack('ws2', 11)), 's');
    await live.service.intake.settled();
    expect(live.service.policy.exceptions()).toEqual([exception]);
    expect(await live.service.policy.exceptionHits()).toEqual(new Map([['x1', 2]]));
    expect(live.service.threats().map(({ host, score }) => [host, score])).toEqual([['ws1', 360]]);
    expect(await live.service.policy.removeException('x1')).toBe(true);
    expect(await live.service.policy.removeException('x1')).toBe(false);
    await live.service.intake.take(incoming(...attack('ws3', 21)), 's');
    await live.service.intake.settled();
    const before = live.service.threats();
    expect(before.map(({ host }) => host).sort()).toEqual(['ws1', 'ws3']);
    await restart();
    expect(live.service.threats()).toEqual(before);
    expect(live.service.policy.exceptions()).toEqual([]);
  });

  test('a forgotten host is gone from engine and state, also after a restart and a rebuilt state, and starts afresh', async () => {
    await start();
    const { intake, policy } = live.service;
    const notices: LiveNotice[] = [];
    live.service.notices.subscribe((notice) => notices.push(notice));
    await intake.take(incoming(...attack('ws1.corp.example'), ...attack('ws2.corp.example', 11)), 's');
    await intake.settled();
    const first = storedThreats().find(({ threat }) => threat.host === 'ws1.corp.example');
    const known = live.service.figures;
    // Taken, but perhaps not judged yet, when the host is forgotten: that comes before, and goes too.
    await intake.take(incoming(...attack('ws1.corp.example', 21)), 's');
    await policy.forgetHost('WS1');

    const hold = (): void => {
      expect(storedThreats().map(({ threat }) => threat.host)).toEqual(['ws2.corp.example']);
      expect(live.service.threats().map(({ host }) => host)).toEqual(['ws2.corp.example']);
      const { queries } = live.state;
      expect(queries.host('ws1')).toBeUndefined();
      expect(queries.chain(first!.threat.id)).toBeUndefined();
      expect(queries.processes([first!.threat.start.id])).toEqual([]);
      expect(queries.loudestHosts(0, Number.MAX_SAFE_INTEGER, 60_000, 9)).toEqual(['ws2.corp.example']);
      expect(queries.eventCounts().events).toBe(9);
      expect(live.service.figures).toMatchObject({ processes: known.processes / 2, chains: known.chains / 2 });
    };
    hold();
    expect(notices).toContainEqual({ kind: 'threat-removed', id: first!.threat.id, into: undefined });
    await restart();
    hold();
    await live.close();
    // The log alone tells it all again.
    for (const end of ['', '-wal', '-shm']) await rm(join(folder, `state.sqlite${end}`), { force: true });
    await start();
    hold();

    // A process that the host went on running has no past any more; what was sent before is no news.
    const after = sysmon({
      number: 31,
      host: 'ws1.corp.example',
      guid: guid(31),
      image: 'worse.exe',
      parent: { guid: guid(1), image: 'shell.exe' },
    });
    await live.service.intake.take(incoming(after, ...attack('ws1.corp.example')), 's');
    await live.service.intake.settled();
    const fresh = (): void => {
      expect(live.state.queries.host('ws1')).toMatchObject({ events: 1 });
      expect(storedThreats()).toHaveLength(1);
      const chains = live.service.figures.chains;
      expect(chains).toBe(known.chains / 2 + 1);
    };
    fresh();
    await restart();
    fresh();
    const replayed = await replay(live.log, {
      decoder: createJsonDecoder,
      compile: compilePlain,
      nowMs: () => 0,
    });
    expect(replayed.threats).toEqual(live.service.threats().map(reportThreat));
    expect(replayed.summary).toMatchObject({ hosts: 2, chains: live.service.figures.chains });
  });

  test('what a plugin learns later is a record, and a replay sees it at the same place', async () => {
    await start();
    await live.service.intake.take(incoming(...attack()), 's');
    await live.service.intake.settled();
    const evil = live.state.queries
      .chainProcesses(storedThreats()[0]!.threat.id, { limit: 10, cursor: undefined })
      .items.find(({ commandLine }) => commandLine === 'evil.exe');
    await live.service.addFinding({
      plugin: 'reputation',
      host: 'ws1.corp.example',
      processId: evil!.id,
      evidence: { key: 'hash', points: 666, title: { en: 'bad', zh: '坏' } },
      eventId: 'e',
      timeMs: 5,
    });
    await live.service.intake.settled();
    const before = storedThreats();
    expect(before[0]?.threat.score).toBe(360 + 666);
    await restart();
    expect(live.service.threats()).toEqual(before.map(({ threat }) => threat));
  });
});

describe('notices', () => {
  test('come after the effects are stored: new and changed threats, hosts, policy', async () => {
    await start();
    const notices: LiveNotice[] = [];
    const end = live.service.notices.subscribe((notice) => {
      if (notice.kind === 'threat') expect(live.state.queries.threat(notice.id)).toBeDefined();
      notices.push(notice);
    });
    await live.service.intake.take(incoming(...attack()), 's');
    await live.service.intake.settled();
    const { id } = storedThreats()[0]!.threat;
    await live.service.policy.addException({
      id: 'x',
      scope: 'host',
      value: 'z',
      reason: 'r',
      author: 'a',
      createdMs: 0,
    });
    expect(notices).toEqual([
      { kind: 'threat', id },
      { kind: 'host', name: 'ws1.corp.example' },
      { kind: 'policy', what: 'exceptions' },
    ]);
    end();
    await live.service.intake.take(incoming(...attack('ws2', 11)), 's');
    await live.service.intake.settled();
    expect(notices).toHaveLength(3);
  });

  test('a threat that joins another chain is told with where it went, also after a restart', async () => {
    await start();
    const [shell, evil, worse] = attack();
    await live.service.intake.take(incoming(evil!, worse!), 's');
    await live.service.intake.settled();
    await restart();
    const notices: LiveNotice[] = [];
    live.service.notices.subscribe((notice) => notices.push(notice));
    const grandparent = sysmon({ number: 50, guid: guid(50), image: 'top.exe' });
    const withParent = { ...shell!, ParentProcessGuid: guid(50), ParentImage: 'C:\\Tools\\top.exe' };
    const before = storedThreats()[0]!.threat.id;
    await live.service.intake.take(incoming(withParent, grandparent), 's');
    await live.service.intake.settled();
    const after = storedThreats()[0]!.threat.id;
    expect(after).not.toBe(before);
    expect(notices).toContainEqual({ kind: 'threat-removed', id: before, into: after });
    expect(notices).toContainEqual({ kind: 'threat', id: after });
    expect(live.state.queries.threat(before)?.threat.id).toBe(after);
  });
});
