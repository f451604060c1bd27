import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  compilePlain,
  guid,
  incoming,
  openLive,
  pause,
  plainPack,
  sysmon,
  type Live,
} from '../../../test/support/live-kit.js';
import { createJsonDecoder } from '../../sources/json/json.js';
import { exportEvents, exportThreats, type ExportFilter } from '../export/export.js';
import { cutText } from '../hunt/hunt-cut.js';
import { LogHunter, type HuntParts } from '../hunt/log-hunter.js';
import type { HuntQuestion } from '../live-ports.js';
import { positionBefore } from '../partition.js';
import type { ReadRange, StoredRecord } from '../ports.js';
import { DEFAULT_POLICY } from '../../engine/policy.js';
import { reportThreat } from '../report/report.js';
import { scan } from '../scan/scan.js';
import { backTest } from './back-test.js';
import { joinLogs } from './joined-log.js';
import { replay, type ReplayOptions } from './replay.js';

let folder: string;
let live: Live;

const T0 = Date.UTC(2026, 0, 5, 9, 0, 0);
const HOUR_MS = 3_600_000;

/** Hour 0: an attack on ws1. Hour 1: one on ws2, after an exception that covers part of it. Hour 2: harmless work on both. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-replay-'));
  live = await openLive(folder, { log: { segmentBytes: 4_000 } });
  await live.service.start();
  await live.service.intake.take(incoming(...attack('ws1.corp.example', 1, 0)), 's');
  await live.service.policy.addException({
    id: 'x1',
    scope: 'path',
    value: '*\\worse.exe',
    reason: 'test',
    author: 'wu',
    createdMs: 0,
  });
  await live.service.intake.take(incoming(...attack('ws2.corp.example', 11, HOUR_MS)), 's');
  await live.service.intake.take(incoming(...work('ws1.corp.example', 100), ...work('ws2.corp.example', 200)), 's');
  await live.service.intake.settled();
});

afterEach(async () => {
  await live.close();
  await rm(folder, { recursive: true });
});

function attack(host: string, first: number, atMs: number): object[] {
  const [shell, evil, worse] = [guid(first), guid(first + 1), guid(first + 2)];
  return [
    sysmon({ number: first, atMs, host, guid: shell, image: 'shell.exe' }),
    sysmon({
      number: first + 1,
      atMs: atMs + 10,
      host,
      guid: evil,
      image: 'evil.exe',
      parent: { guid: shell, image: 'shell.exe' },
    }),
    sysmon({
      number: first + 2,
      atMs: atMs + 20,
      host,
      guid: worse,
      image: 'worse.exe',
      parent: { guid: evil, image: 'evil.exe' },
    }),
  ];
}

function work(host: string, first: number): object[] {
  return Array.from({ length: 5 }, (_, at) =>
    sysmon({
      number: first + at,
      atMs: 2 * HOUR_MS + at,
      host,
      guid: guid(first + at),
      image: at === 0 ? 'odd.exe' : 'word.exe',
    }),
  );
}

/** As the next partition's log would give them. */
async function* shifted(log: AsyncIterable<readonly StoredRecord[]>): AsyncGenerator<readonly StoredRecord[]> {
  for await (const records of log) {
    yield records.map((each) => ({ ...each, position: each.position + positionBefore(1) }));
  }
}

function options(change: Partial<ReplayOptions> = {}): ReplayOptions {
  return {
    decoder: createJsonDecoder,
    compile: compilePlain,
    nowMs: () => 0,
    ...change,
  };
}

const OTHER_POLICY = {
  policy: {
    ...DEFAULT_POLICY,
    rules: compilePlain([plainPack({ id: 'worse', image: 'worse.exe', points: 300 })]).rules,
  },
  diagnostics: [],
};

describe('replay', () => {
  test('gives what the server holds: each event under the policy of its day', async () => {
    const report = await replay(live.log, options());
    expect(report.threats).toEqual(live.service.threats().map(reportThreat));
    expect(report.threats.map(({ host, score }) => [host, score])).toEqual([
      ['ws1.corp.example', 360],
      ['ws2.corp.example', 200],
    ]);
    expect(report.summary).toMatchObject({
      files: 0,
      events: 16,
      hosts: 2,
      threats: 2,
      from: '2026-01-05T09:00:00.000Z',
      to: '2026-01-05T11:00:00.004Z',
      seconds: 0,
    });
    expect(report.rules).toEqual({ loaded: 3, failed: [] });
  });

  test('equals a scan of the same events under the same policy', async () => {
    const records: string[] = [];
    for await (const { raw } of exportEvents(live.log, {}, createJsonDecoder)) records.push(raw);
    const { report } = await scan(
      [
        {
          name: 'export',
          decode(sink) {
            const decoder = createJsonDecoder(sink);
            decoder.push(Buffer.from(records.join('\n')));
            decoder.end();
            return Promise.resolve();
          },
        },
      ],
      { policy: OTHER_POLICY.policy, diagnostics: [], plugins: [], keepHits: false, nowMs: () => 0 },
    );
    const again = await replay(live.log, options({ policy: OTHER_POLICY }));
    const withoutPlace = report.threats.map((threat) => ({
      ...threat,
      evidence: threat.evidence.map((entry) => ({ ...entry, event: { ...entry.event, file: null, line: 0 } })),
    }));
    expect(again.threats).toEqual(withoutPlace);
    expect(again.summary).toEqual({ ...report.summary, files: 0 });
  });

  test('of a time range and of one host', async () => {
    const range = await replay(live.log, options({ fromMs: T0 + HOUR_MS, toMs: T0 + 2 * HOUR_MS }));
    expect(range.threats.map(({ host, score }) => [host, score])).toEqual([['ws2.corp.example', 200]]);
    expect(range.summary.events).toBe(3);
    const host = await replay(live.log, options({ host: 'WS1' }));
    expect(host.threats.map((threat) => threat.host)).toEqual(['ws1.corp.example']);
    expect(host.summary.events).toBe(8);
  });

  test('a log that has lost its rules is not judged by none', async () => {
    const isRules = ({ record }: StoredRecord): boolean => record.kind === 'policy' && record.change.kind === 'rules';
    const damaged = {
      ...joinLogs([live.log]),
      async *read(range?: ReadRange): AsyncGenerator<readonly StoredRecord[]> {
        for await (const records of live.log.read(range)) yield records.filter((each) => !isRules(each));
      },
    };
    await expect(replay(damaged, options())).rejects.toMatchObject({ code: 'RULES_LOST' });
    expect((await replay(damaged, options({ policy: OTHER_POLICY }))).threats.length).toBeGreaterThan(0);
    // A further partition's events are not judged by what another one's log told.
    const further = { ...damaged, read: (range?: ReadRange) => shifted(damaged.read(range)) };
    await expect(replay(joinLogs([live.log, further]), options())).rejects.toMatchObject({ code: 'RULES_LOST' });
  });

  test('of several partitions: each under the changes of its own log, from their beginning', async () => {
    const policyAlone = {
      ...live.log,
      async *read(range?: ReadRange): AsyncGenerator<readonly StoredRecord[]> {
        for await (const records of live.log.read(range))
          yield records.filter(({ record }) => record.kind === 'policy');
      },
    };
    const further = { ...live.log, read: (range?: ReadRange) => shifted(live.log.read(range)) };
    const [joined, alone] = [
      await replay(joinLogs([policyAlone, further]), options()),
      await replay(live.log, options()),
    ];
    expect(joined).toEqual(alone);
    const ledgers = live.service.threats().map(reportThreat);
    expect(joined.threats).toEqual(ledgers);
    // Both ways: what the first has judged is not judged anew by what the second has to say.
    const twice = await replay(
      joinLogs([live.log, { ...policyAlone, read: (range) => shifted(policyAlone.read(range)) }]),
      options(),
    );
    expect(twice).toEqual(alone);
  });

  test('in a log opened beside the running server', async () => {
    const { openEventLog } = await import('../../log/event-log.js');
    const beside = await openEventLog(join(folder, 'log'), { readOnly: true });
    expect(await replay(beside, options())).toEqual(await replay(live.log, options()));
    await beside.close();
  });
});

test('a back-test tells what appears, vanishes and changes', async () => {
  const difference = await backTest(live.log, options({ policy: OTHER_POLICY }));
  expect(difference.appeared).toEqual([]);
  expect(difference.vanished).toEqual([]);
  expect(difference.changed.map(({ before, after }) => [before, after]).sort()).toEqual([
    [200, 300],
    [360, 300],
  ]);
  const gone = { ...OTHER_POLICY, policy: { ...OTHER_POLICY.policy, rules: compilePlain([]).rules } };
  expect((await backTest(live.log, options({ policy: gone }))).vanished).toHaveLength(2);
  const more = {
    ...OTHER_POLICY,
    policy: {
      ...OTHER_POLICY.policy,
      rules: compilePlain([plainPack({ id: 'odd', image: 'odd.exe', points: 500 })]).rules,
    },
  };
  expect((await backTest(live.log, options({ policy: more }))).appeared.map(({ host }) => host).sort()).toEqual([
    'ws1.corp.example',
    'ws2.corp.example',
  ]);
});

describe('hunts', () => {
  function hunter(change: Partial<HuntParts> = {}): LogHunter {
    return new LogHunter({
      log: live.log,
      policy: () => live.service.currentPolicy,
      plugins: () => [],
      decoder: createJsonDecoder,
      pause,
      ...change,
    });
  }

  const ALL: HuntQuestion = { fromMs: T0, toMs: T0 + 3 * HOUR_MS, host: undefined, query: undefined };

  async function hunt(question: Partial<HuntQuestion>, change: Partial<HuntParts> = {}) {
    return hunter(change).hunt(
      { ...ALL, ...question },
      () => undefined,
      () => false,
    );
  }

  test('all chains of a range, most points first, under the rules in force now', async () => {
    const answer = await hunt({});
    expect(answer).toMatchObject({ events: 16, cuts: [] });
    expect(answer.chains).toHaveLength(12);
    expect(answer.chains.slice(0, 5).map(({ threat, processes }) => [threat.host, threat.score, processes])).toEqual(
      // The exception holds now, so it covers the first attack too.
      expect.arrayContaining([
        ['ws1.corp.example', 200, 3],
        ['ws2.corp.example', 200, 3],
        ['ws1.corp.example', 20, 1],
        ['ws2.corp.example', 20, 1],
      ]),
    );
    const quiet = answer.chains.at(-1)!.threat;
    expect([quiet.score, quiet.firstMs >= T0, quiet.lastMs >= quiet.firstMs]).toEqual([0, true, true]);
    const stored = live.state.queries.chain(answer.chains[0]!.threat.id);
    expect(stored?.processCount).toBe(3);
  });

  test.each<{ name: string; question: Partial<HuntQuestion>; starts: string[] }>([
    { name: 'a range', question: { fromMs: T0 + HOUR_MS, toMs: T0 + HOUR_MS + 10 }, starts: ['shell.exe'] },
    { name: 'its end is not in it', question: { toMs: T0 + 10 }, starts: ['shell.exe'] },
    { name: 'a host', question: { host: 'ws2', toMs: T0 + 2 * HOUR_MS }, starts: ['shell.exe'] },
    { name: 'a host that is not there', question: { host: 'ws3' }, starts: [] },
    {
      name: 'a query, true of one event deep in a chain',
      question: { query: "'worse.exe' in image", host: 'ws1' },
      starts: ['shell.exe'],
    },
    { name: 'a query that is true of nothing', question: { query: "image == 'none'" }, starts: [] },
    { name: 'a query that ends in an error', question: { query: 'nofield > 5' }, starts: [] },
  ])('$name', async ({ question, starts }) => {
    const answer = await hunt(question);
    expect(answer.chains.map(({ threat }) => threat.start.commandLine)).toEqual(starts);
  });

  test('a root process on whose day nothing was found is no chain of the answer, unless it is asked for', async () => {
    const image = 'C:\\Windows\\System32\\services.exe';
    const record = sysmon({ number: 400, atMs: 2 * HOUR_MS, host: 'ws8', guid: guid(400), image: 'services.exe' });
    await live.service.intake.take(incoming({ ...record, Image: image }), 's');
    const plugins = () => [{ name: 'looks-at-chains', processCreated: () => undefined }];
    expect((await hunt({ host: 'ws8' }, { plugins })).chains).toEqual([]);
    const asked = await hunt({ host: 'ws8', query: "'services' in image" }, { plugins });
    expect(asked.chains.map(({ threat }) => threat.start.image)).toEqual([image]);
  });

  test('every day of a root process that is asked for is found, though nothing was found on any', async () => {
    const days = 12;
    const asked = { eventId: 7, guid: guid(500), pid: 4, host: 'ws8', image: 'asked' };
    const deeds = Array.from({ length: days }, (_, day) => ({
      ...sysmon({ ...asked, number: 500 + day, atMs: day * 24 * HOUR_MS }),
      Image: 'C:\\Windows\\System32\\services.exe',
    }));
    await live.service.intake.take(incoming(...deeds), 's');
    const range = { host: 'ws8', toMs: T0 + days * 24 * HOUR_MS };
    expect((await hunt(range)).chains).toEqual([]);
    expect((await hunt({ ...range, query: "'services' in image" })).chains).toHaveLength(days);
  });

  test('a chain that joins another after its hit is found under its new name', async () => {
    const [shell, evil, worse] = attack('ws9', 300, 2 * HOUR_MS);
    await live.service.intake.take(incoming(worse!, evil!, shell!), 's');
    const answer = await hunt({ query: "'worse.exe' in image", host: 'ws9' });
    expect(answer.chains.map(({ threat }) => threat.start.commandLine)).toEqual(['shell.exe']);
  });

  test('what is wrong with a question is told before it runs', () => {
    expect(hunter().check(ALL)).toBeUndefined();
    expect(hunter().check({ ...ALL, query: "'a' in image" })).toBeUndefined();
    expect(hunter().check({ ...ALL, query: "'a' in (" })).toEqual({
      message: expect.stringMatching(/ \(at character 9\)$/),
      kind: 'syntax',
      offset: 8,
    });
    expect(hunter().check({ ...ALL, toMs: ALL.fromMs })).toEqual({ message: 'The range ends before it begins.' });
  });

  test('every cut says so: cancelled, too many chains to keep, too many to answer', async () => {
    let asked = 0;
    const cancelled = await hunter().hunt(
      ALL,
      () => undefined,
      () => ++asked > 1,
    );
    expect(cutText(cancelled.cuts)).toContain('cancelled');
    expect(cancelled.events).toBeLessThan(16);
    expect(cutText((await hunt({}, { limits: { answered: 3 } })).cuts)).toBe(
      '3 of 12 chains kept, those with most points.',
    );
    expect((await hunt({}, { limits: { chains: 1 } })).cuts).toEqual([{ reason: 'chains', most: 1 }]);
  });

  test('progress grows to the whole, and taking events in goes on meanwhile', async () => {
    const progress: number[] = [];
    let taken = 0;
    await hunter({
      pause: {
        ...pause,
        async turn() {
          const [event] = incoming(sysmon({ number: 900 + taken, guid: guid(900), image: 'word.exe' }));
          expect(await live.service.intake.take([event!], 's')).toMatchObject({ kind: 'taken' });
          taken++;
        },
      },
    }).hunt(
      ALL,
      (now) => progress.push(now.progress),
      () => false,
    );
    expect(taken).toBeGreaterThan(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
  });
});

describe('export', () => {
  async function exported(filter: ExportFilter) {
    const events = [];
    for await (const event of exportEvents(live.log, filter, createJsonDecoder)) events.push(event);
    return events;
  }

  test('events in the order of the log, with the bytes as they came', async () => {
    const events = await exported({});
    expect(events).toHaveLength(16);
    expect(events.map(({ position }) => position)).toEqual(
      [...events.map(({ position }) => position)].sort((a, b) => a - b),
    );
    expect(JSON.parse(events[0]!.raw)).toEqual(attack('ws1.corp.example', 1, 0)[0]);
    expect(events[0]).toMatchObject({ host: 'ws1.corp.example', id: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(new Set(events.map(({ id }) => id)).size).toBe(16);
  });

  test('of a time range and of one host', async () => {
    expect(await exported({ fromMs: T0 + HOUR_MS, toMs: T0 + 2 * HOUR_MS, host: 'ws2' })).toHaveLength(3);
    expect(await exported({ host: 'ws3' })).toEqual([]);
  });

  test('threats as a scan prints them', () => {
    const threats = [...exportThreats(live.state.queries, {})];
    expect(threats).toEqual(live.service.threats().map(reportThreat));
    expect([...exportThreats(live.state.queries, { host: 'ws2' })].map(({ host }) => host)).toEqual([
      'ws2.corp.example',
    ]);
  });
});
