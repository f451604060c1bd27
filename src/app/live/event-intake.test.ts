/** How much may wait, and who may fill it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { guid, HandClock, incoming, openLive, pause, sysmon, type Live } from '../../../test/support/live-kit.js';
import { diskFiles } from '../../log/files.js';
import { createJsonDecoder } from '../../sources/json/json.js';
import type { DecoderMaker } from '../replay/stored-event.js';
import type { LiveParts } from './live-service.js';

let folder: string;
let live: Live;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-intake-'));
});

afterEach(async () => {
  await live.close();
  await rm(folder, { recursive: true });
});

async function start(parts: Partial<LiveParts>): Promise<void> {
  live = await openLive(folder, { parts });
  await live.service.start();
}

/** An engine that judges nothing until it is released. 50 events may wait for it. */
async function startHeld(parts: Partial<LiveParts> = {}): Promise<() => void> {
  let release: () => void = () => undefined;
  let gate = Promise.resolve();
  await start({ ...parts, backlogMax: 50, pause: { ...pause, turn: () => gate.then(() => pause.turn()) } });
  gate = new Promise((resolve) => (release = resolve));
  return release;
}

const eventsOf = (count: number) =>
  incoming(...Array.from({ length: count }, (_, at) => sysmon({ number: at + 1, guid: guid(at), image: 'a.exe' })));

test('more events than the engine keeps up with are refused for a moment', async () => {
  const release = await startHeld();
  const { intake } = live.service;
  const events = eventsOf(90);
  expect(await intake.take(events.slice(0, 60), 's')).toMatchObject({ kind: 'taken' });
  expect(await intake.take(events.slice(60), 's')).toMatchObject({ kind: 'busy', retryAfterSeconds: 1 });
  release();
  await intake.settled();
  expect(await intake.take(events.slice(60), 's')).toMatchObject({ kind: 'taken' });
  expect(live.service.figures).toMatchObject({ accepted: 90, duplicates: 0 });
});

test('one sender may fill half of what may wait, whatever hosts it names; another is heard beside it', async () => {
  const release = await startHeld();
  const { intake } = live.service;
  const events = eventsOf(50);
  const other = incoming(sysmon({ number: 1, host: 'other', guid: guid(1), image: 'a.exe' }));
  expect(await intake.take(events.slice(0, 25), 'flood')).toMatchObject({ kind: 'taken' });
  const refused = { kind: 'busy', reason: expect.stringContaining('25 events of this sender') };
  expect(await intake.take(events.slice(25, 30), 'flood')).toMatchObject(refused);
  expect(await intake.take(other, 'flood')).toMatchObject(refused);
  expect(await intake.take(events.slice(30), 'quiet')).toMatchObject({ kind: 'taken' });
  release();
  await intake.settled();
  expect(await intake.take(events.slice(25, 30), 'flood')).toMatchObject({ kind: 'taken' });
});

test('of what is refused no more is read than tells its host', async () => {
  let bytesRead = 0;
  const intakeDecoder: DecoderMaker = (sink) => {
    const decoder = createJsonDecoder(sink);
    return {
      push(bytes) {
        bytesRead += bytes.length;
        decoder.push(bytes);
      },
      end: () => decoder.end(),
    };
  };
  const release = await startHeld({ intakeDecoder });
  const { intake } = live.service;
  await intake.take(eventsOf(25), 's');
  const body = Buffer.from(
    eventsOf(30)
      .map(({ raw }) => `${Buffer.from(raw).toString()}\n`)
      .join(''),
  );
  const unread = intake.open({ sensor: 's', hosts: undefined });
  unread.push(body);
  unread.push(body);
  expect(await unread.end()).toMatchObject({ kind: 'busy', reason: expect.stringContaining('25 events of this') });
  expect(bytesRead).toBe(4096);
  expect(body.length).toBeGreaterThan(bytesRead);
  release();
});

test('an engine that is slow has fewer wait, so that what is taken is judged within about two seconds', async () => {
  const clock = new HandClock();
  // Each turn takes half a second by the clock, and judges 200 events.
  const turn = (): Promise<void> => {
    clock.timeMs += 500;
    return pause.turn();
  };
  await start({ clock, pause: { ...pause, turn } });
  const { intake } = live.service;
  const events = eventsOf(12_000);
  const loud = intake.take(events.slice(0, 10_000), 'loud');
  await vi.waitFor(() => expect(live.service.figures.backlog).toBeLessThan(8_000), { timeout: 10_000, interval: 1 });
  expect(live.service.figures.backlog).toBeGreaterThan(4_000);
  expect(await intake.take(events.slice(10_000, 11_000), 'loud')).toMatchObject({ kind: 'busy' });
  // Another sender's events are in the log, and judged, long before all of the first one's.
  expect(await intake.take(events.slice(11_000), 'quiet')).toMatchObject({ kind: 'taken' });
  await intake.settled();
  expect(live.service.figures.backlog).toBeGreaterThan(1_000);
  expect(await loud).toMatchObject({ kind: 'taken', duplicates: 0 });
  await intake.settled();
  expect(live.service.figures).toMatchObject({ backlog: 0, accepted: 11_000 });
});

test('whoever waits for a turn is answered when the server stops; sent again, the part that was taken is known', async () => {
  const release = await startHeld();
  const { intake } = live.service;
  const events = eventsOf(2_500);
  const waiting = intake.take(events, 's');
  await vi.waitFor(() => expect(live.service.figures.lastPosition).toBeGreaterThan(400), { timeout: 10_000 });
  const stopped = live.service.stop();
  expect(await waiting).toEqual({
    kind: 'busy',
    reason: 'The server is stopping. A part was taken: send all of it again.',
    retryAfterSeconds: 5,
  });
  release();
  await stopped;
  await live.close();
  await start({});
  expect(await live.service.intake.take(events, 's')).toEqual({ kind: 'taken', duplicates: 500 });
});

test('a full disk is told once when it stops events, and once when it takes them again', async () => {
  let free = 10_000_000_000;
  const files = { ...diskFiles, space: () => Promise.resolve({ free, total: 10_000_000_000 }) };
  live = await openLive(folder, { log: { files } });
  await live.service.start();
  const { intake } = live.service;
  const events = eventsOf(4);
  free = 0;
  // The log believes what it heard of the room for a second.
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  expect(await intake.take(events.slice(0, 1), 's')).toMatchObject({ kind: 'stopped' });
  expect(await intake.take(events.slice(0, 1), 's')).toMatchObject({ kind: 'stopped' });
  free = 10_000_000_000;
  expect(await intake.take(events.slice(0, 2), 's')).toMatchObject({ kind: 'taken' });
  expect(await intake.take(events.slice(2), 's')).toMatchObject({ kind: 'taken' });
  expect(live.troubles).toEqual([
    {
      kind: 'events-stopped',
      position: expect.any(Number),
      message: expect.stringMatching(/^No events are taken: The disk .* 0 MiB left/),
    },
    { kind: 'events-taken-again', position: expect.any(Number), message: 'Events are taken again.' },
  ]);
});
