/** Detection in real threads: several that share the hosts find what one finds, and one that crashes is begun again from its log. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import type { DeliveryAnswer, HuntAnswer } from '../../../app/live-ports.js';
import { partitionOf, shareOf } from '../../../app/partition.js';
import type { Threat } from '../../../engine/score/threat.js';
import { openStateStore } from '../../../store/state-store.js';
import { attack } from '../../../../test/support/live-kit.js';
import { loadConfig, type Config } from '../../config.js';
import { statePath } from '../../data-folder.js';
import { lastPolicy, withLog } from '../../log-source.js';
import { startDetection, type Detection } from './detection.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

const RULES = `rules:
  - {id: evil, title: Evil, set: ioa, points: 100, conditions: ["'evil.exe' in image"]}
  - {id: worse, title: Worse, set: ioa, points: 80, conditions: ["'worse.exe' in image"]}
`;

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chainsight-detection-'));
  made.push(folder);
  return folder;
}

function newData(): Pick<Config, 'dataFolder' | 'values'> {
  const dataFolder = temporary();
  mkdirSync(join(dataFolder, 'rules'));
  writeFileSync(join(dataFolder, 'rules', 'plain.yml'), RULES);
  const loaded = loadConfig({ data: dataFolder, environment: {} });
  if (!loaded.ok) throw new Error('no config');
  return { dataFolder, values: { ...loaded.value.values, 'rules.bundled': false } };
}

const warnings: string[] = [];
const note = (_fields: object, message: string): void => void warnings.push(message);
const logger = { info: () => undefined, warn: note, error: note };

const start = (config: Pick<Config, 'dataFolder' | 'values'>, partitions: number, programRoot = root) =>
  startDetection({ programRoot, config, partitions }, logger);

function deliver({ intake }: Detection, body: string, sender: Partial<Parameters<typeof intake.open>[0]> = {}) {
  const delivery = intake.open({ sensor: 's', hosts: undefined, ...sender });
  const bytes = Buffer.from(body);
  // In pieces that end anywhere.
  for (let at = 0; at < bytes.length; at += 1_000) delivery.push(bytes.subarray(at, at + 1_000));
  return delivery.end();
}

const HOSTS = ['ws1', 'ws2.corp.example', 'ws3', 'DC01', 'srv-9'];
const EVENTS = HOSTS.flatMap((host, place) => attack(host, 1 + 10 * place));
const lines = (events: readonly object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

const taken = (accepted: number, duplicates = 0, rejected: object[] = []) => ({
  kind: 'taken',
  accepted,
  duplicates,
  rejected,
  rejectedCount: rejected.length,
  reasons: rejected.length === 0 ? {} : (expect.any(Object) as object),
  foreignCount: 0,
});

/** With all that they are made of. */
function threatsOf(dataFolder: string): readonly (Threat | undefined)[] {
  const state = openStateStore(statePath(dataFolder));
  try {
    const { items } = state.queries.threats({}, { limit: 100, cursor: undefined });
    return items.map(({ threat }) => state.queries.threat(threat.id)?.threat).sort((a, b) => (a!.id < b!.id ? -1 : 1));
  } finally {
    state.close();
  }
}

async function judged(partitions: number, bodies: readonly string[]): Promise<readonly (Threat | undefined)[]> {
  const config = newData();
  const detection = await start(config, partitions);
  for (const body of bodies) await deliver(detection, body);
  await detection.intake.settled();
  await detection.close();
  return threatsOf(config.dataFolder);
}

test('two threads find what one finds, in the same words, however the events are packed', async () => {
  expect(new Set(HOSTS.map((host) => shareOf(host, 2))).size).toBe(2);
  const one = await judged(1, [lines(EVENTS)]);
  expect(one).toHaveLength(HOSTS.length);
  expect(await judged(2, [lines(EVENTS)])).toEqual(one);
  expect(await judged(2, [JSON.stringify(EVENTS)])).toEqual(one);
  expect(
    await judged(
      2,
      EVENTS.map((event) => JSON.stringify(event, undefined, 2)),
    ),
  ).toEqual(one);
});

test('answers of several threads are one: counts, and the index that the request knows a record by', async () => {
  const config = newData();
  let detection = await start(config, 2);
  // The first name in the line is not the one that counts: the thread that is guessed hands it on.
  const fooling = EVENTS.map((event, index) => ({ Note: { Hostname: HOSTS[index % 2] }, ...event }));
  const body = `${lines(fooling.slice(0, 2))}{"a":1}\n\n${lines(fooling.slice(2))}{"b":2}\n`;
  const answer = (await deliver(detection, body)) as DeliveryAnswer & { kind: 'taken' };
  expect(answer).toMatchObject({
    kind: 'taken',
    accepted: EVENTS.length,
    duplicates: 0,
    rejectedCount: 2,
    reasons: { 'not-an-event': 2 },
  });
  expect(answer.rejected.map(({ index }) => index)).toEqual([2, EVENTS.length + 1]);
  expect(await deliver(detection, lines(EVENTS.slice(0, 4)))).toMatchObject(taken(4, 4));
  expect(await deliver(detection, '')).toEqual(taken(0));
  expect(await deliver(detection, lines(EVENTS), { hosts: new Set(['ws1']) })).toMatchObject({
    accepted: 3,
    duplicates: 3,
    reasons: { foreign: EVENTS.length - 3 },
    foreignCount: EVENTS.length - 3,
  });
  await detection.intake.settled();
  expect((await detection.policy.ruleCosts()).map(({ rule, hits }) => [rule, hits]).sort()).toEqual([
    ['evil', HOSTS.length],
    ['worse', HOSTS.length],
  ]);

  const state = openStateStore(statePath(config.dataFolder));
  const { threat } = state.queries.threats({ host: 'dc01' }, { limit: 1, cursor: undefined }).items[0]!;
  const positions = HOSTS.flatMap((host) => {
    const [found] = state.queries.threats({ host }, { limit: 1, cursor: undefined }).items;
    const page = state.queries.processEvents(found!.threat.start.id, {}, { limit: 9, cursor: undefined });
    return page.items.map(({ position }) => position);
  });
  state.close();
  expect(new Set(positions.map(partitionOf))).toEqual(new Set([0, 1]));
  expect([...(await detection.events.readEvents(positions)).keys()].sort()).toEqual(positions.toSorted());

  const question = { fromMs: 0, toMs: Date.UTC(2100, 0, 1), host: undefined, query: undefined };
  const hunted: HuntAnswer = await detection.hunter.hunt(
    question,
    () => undefined,
    () => false,
  );
  expect(hunted).toMatchObject({ events: EVENTS.length, cuts: [] });
  expect(hunted.chains.filter(({ threat: one }) => one.score === 180)).toHaveLength(HOSTS.length);

  const exception = {
    id: 'x1',
    scope: 'path',
    value: 'c:\\tools\\evil.exe',
    reason: 'r',
    author: 'a',
    createdMs: 1,
  } as const;
  await detection.policy.addException(exception);
  await detection.policy.forgetHost(threat.host);
  await detection.close();

  detection = await start(config, 2);
  expect(detection.policy.exceptions()).toEqual([exception]);
  expect(
    threatsOf(config.dataFolder)
      .map((one) => one?.host.toLowerCase())
      .sort(),
  ).toEqual(
    HOSTS.map((host) => host.toLowerCase())
      .filter((host) => host !== 'dc01')
      .sort(),
  );
  expect(await deliver(detection, lines(attack('ws4', 61)))).toEqual(taken(3));

  // Commands read all logs as one.
  await withLog({ data: config.dataFolder }, async (log) => {
    let events = 0;
    for await (const records of log.read()) events += records.filter(({ record }) => record.kind === 'event').length;
    expect(events).toBe(EVENTS.length + 3);
    expect([...(await log.readAt(positions)).keys()].sort()).toEqual(positions.toSorted());
    expect((await lastPolicy(log)).policy.exceptions).toEqual([exception]);
  });
  expect(await detection.policy.removeException('x1')).toBe(true);
  expect(await detection.policy.removeException('x1')).toBe(false);
  await detection.close();
});

test('what a server that was cut off changed in one log only holds in all of them afterwards', async () => {
  const config = newData();
  const exception = { id: 'x1', scope: 'path', value: 'c:\\a.exe', reason: 'r', author: 'a', createdMs: 1 } as const;
  const first = await start(config, 1);
  await first.policy.addException(exception);
  await first.close();
  const both = await start(config, 2);
  await both.close();
  const again = await start(config, 2);
  await deliver(again, lines(EVENTS.map((event) => ({ ...event, Image: 'C:\\a.exe' }))));
  expect(again.policy.exceptions()).toEqual([exception]);
  expect(await again.policy.removeException('x1')).toBe(true);
  await again.close();
});

/** The real program, with something put before it. */
function rootWith(head: string): string {
  const made = temporary();
  mkdirSync(join(made, 'dist'));
  writeFileSync(join(made, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(made, 'dist', 'detection-thread.js'),
    `import { parentPort, workerData } from 'node:worker_threads';
     workerData.programRoot = ${JSON.stringify(root)};
     ${head}
     await import(${JSON.stringify(pathToFileURL(join(root, 'dist', 'detection-thread.js')).href)});`,
  );
  return made;
}

/** Fails when it is asked for its plugins. */
const fragileRoot = (): string =>
  rootWith(`parentPort.on('message', ({ name }) => { if (name === 'plugins') throw new Error('out of order'); });`);

/** Its disk takes no syncs while the file is there. */
const badDiskRoot = (file: string): string =>
  rootWith(`
    const { default: fs } = await import('node:fs');
    const { syncBuiltinESMExports } = await import('node:module');
    const guarded = (work) => (...args) => {
      if (fs.existsSync(${JSON.stringify(file)})) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
      return work(...args);
    };
    fs.fdatasyncSync = guarded(fs.fdatasyncSync);
    const handle = await fs.promises.open(${JSON.stringify(join(root, 'package.json'))});
    const prototype = Object.getPrototypeOf(handle);
    await handle.close();
    const { sync, datasync } = prototype;
    prototype.sync = async function () { return guarded(() => sync.call(this))(); };
    prototype.datasync = async function () { return guarded(() => datasync.call(this))(); };
    syncBuiltinESMExports();`);

test('a thread that crashes is begun again: what was acknowledged is there, and what is sent again is known', async () => {
  warnings.length = 0;
  const config = newData();
  const detection = await start(config, 1, fragileRoot());
  expect(await deliver(detection, lines(EVENTS.slice(0, 4)))).toEqual(taken(4));
  const waiting = detection.intake.open({ sensor: 's', hosts: undefined });
  waiting.push(Buffer.from(lines(EVENTS)));
  // With a time to ask again: to the API that is a 503 and no failure of its own.
  await expect(detection.plugins.plugins()).rejects.toMatchObject({
    code: 'DETECTION_AWAY',
    message: expect.stringContaining('begun again'),
    retryAfterSeconds: 1,
  });

  expect(detection.intake.refusal).toContain('begun again');
  expect(await waiting.end()).toMatchObject({ kind: 'busy', retryAfterSeconds: 1 });
  expect(await deliver(detection, lines(EVENTS))).toMatchObject({ kind: 'busy' });
  await vi.waitFor(() => expect(detection.intake.refusal).toBeUndefined(), { timeout: 20_000 });
  expect(detection.figures().restarts).toBe(1);
  expect(warnings.at(-1)).toContain('ended by itself');
  // A delivery that was opened with the thread that is gone.
  expect(await waiting.end()).toMatchObject({ kind: 'busy' });

  expect(await deliver(detection, lines(EVENTS))).toEqual(taken(EVENTS.length, 4));
  await detection.intake.settled();
  await detection.close();
  expect(threatsOf(config.dataFolder)).toEqual(await judged(1, [lines(EVENTS)]));
});

test('what was made of many Sigma rules is there for the next start', async () => {
  const config = newData();
  const rule = (number: number): string =>
    `title: T\nid: 00000000-0000-4000-8000-${String(number).padStart(12, '0')}\nlogsource: {product: windows}\ndetection: {s: {Image: '${number}'}, condition: s}\n`;
  for (let number = 0; number < 250; number++)
    writeFileSync(join(config.dataFolder, 'rules', `${number}.yml`), rule(number));
  const first = await start(config, 2);
  const { version } = first.policy.rules();
  // Before it is stopped: many servers never are.
  const [kept, ...others] = readdirSync(join(config.dataFolder, 'cache'));
  expect(kept).toMatch(/\.rules$/);
  expect(others).toEqual([]);
  await first.close();
  const again = await start(config, 2);
  expect(again.policy.rules().version).toBe(version);
  expect(again.policy.rules().rules.length).toBe(252);
  await again.close();
});

test('what one sender has on its way is bounded, in large pieces as well', async () => {
  const detection = await start(newData(), 1);
  const opened = detection.intake.open({ sensor: 's', hosts: undefined });
  // Each leaves with its buffer, and has no length any more.
  for (let mebibytes = 0; mebibytes < 49; mebibytes++) opened.push(new Uint8Array(1024 * 1024).fill(0x20));
  expect(await deliver(detection, lines(EVENTS.slice(0, 1)))).toMatchObject({ kind: 'busy' });
  expect(await deliver(detection, lines(EVENTS.slice(0, 1)), { sensor: 'other' })).toMatchObject({ kind: 'taken' });
  await opened.end();
  expect(await deliver(detection, lines(EVENTS.slice(1, 2)))).toMatchObject({ kind: 'taken' });
  await detection.close();
});

test('a folder that another has is refused in words, and so is what is not there', async () => {
  const config = newData();
  const detection = await start(config, 1);
  await expect(start(config, 1)).rejects.toThrow('already open');
  await detection.close();
  await expect(start(config, 1, join(config.dataFolder, 'nothing'))).rejects.toThrow('detection-thread');
});

test('where the disk fails events are refused with the cause, and taken again by itself once it works', async () => {
  const config = newData();
  const bad = join(config.dataFolder, 'bad-disk');
  const detection = await start(config, 1, badDiskRoot(bad));
  expect(await deliver(detection, lines(EVENTS.slice(0, 4)))).toEqual(taken(4));
  writeFileSync(bad, '');
  const refused = { kind: 'stopped', reason: expect.stringContaining('EIO') };
  expect(await deliver(detection, lines(EVENTS.slice(4, 8)))).toMatchObject(refused);
  await vi.waitFor(() => expect(detection.figures().restarts).toBe(1), { timeout: 20_000 });
  expect(detection.intake.refusal).toContain('EIO');
  expect(await deliver(detection, lines(EVENTS.slice(4, 8)))).toMatchObject(refused);

  rmSync(bad);
  await vi.waitFor(() => expect(detection.intake.refusal).toBeUndefined(), { timeout: 20_000 });
  expect(await deliver(detection, lines(EVENTS))).toMatchObject({ kind: 'taken', accepted: EVENTS.length });
  await detection.intake.settled();
  await detection.close();
  expect(threatsOf(config.dataFolder)).toEqual(await judged(1, [lines(EVENTS)]));
});

test('a server that is stopped while its disk fails stops', async () => {
  const config = newData();
  const bad = join(config.dataFolder, 'bad-disk');
  const detection = await start(config, 1, badDiskRoot(bad));
  writeFileSync(bad, '');
  expect(await deliver(detection, lines(EVENTS))).toMatchObject({ kind: 'stopped' });
  await detection.close();
  rmSync(bad);
  const again = await start(config, 1);
  expect(await deliver(again, lines(EVENTS))).toMatchObject({ kind: 'taken', accepted: EVENTS.length });
  await again.close();
});
