import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attack, guid, incoming, openLive, pause, sysmon, type Live } from '../../../test/support/live-kit.js';

let folder: string;
let live: Live;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-live-'));
});

afterEach(async () => {
  await live.close();
  await rm(folder, { recursive: true });
});

async function start(): Promise<void> {
  live = await openLive(folder);
  await live.service.start();
}

async function restart(): Promise<void> {
  await live.close();
  await start();
}

function storedThreats() {
  return live.state.queries.threats({}, { limit: 100, cursor: undefined }).items;
}

describe('recovery', () => {
  /** Events in which everything happens: joins, ends, repetitions, several hosts. */
  function story(): object[] {
    const events: object[] = [];
    for (let host = 0; host < 3; host++) {
      for (let at = 0; at < 60; at++) {
        const number = host * 1_000 + at * 2 + 1;
        const image = ['evil.exe', 'worse.exe', 'odd.exe', 'shell.exe', 'a.exe'][(at * 7 + host) % 5]!;
        const parent = at % 6 === 0 ? undefined : { guid: guid(host * 1_000 + Math.floor(at / 2)), image: 'shell.exe' };
        const common = { host: `ws${host}.corp.example`, guid: guid(host * 1_000 + at), image };
        events.push(sysmon({ ...common, number, ...(parent === undefined ? {} : { parent }) }));
        if (at % 4 === 0) events.push(sysmon({ ...common, number: number + 1, eventId: 5 }));
      }
    }
    return events.map((event, at) => events[(at * 37) % events.length] ?? event);
  }

  test.each([1, 7, 1_000])(
    'batches of %i, with a restart after each tenth, give the same threats, byte for byte',
    async (size) => {
      const events = incoming(...story());
      await start();
      await live.service.intake.take(events, 's');
      await live.service.intake.settled();
      const expected = JSON.stringify(live.service.threats());
      const stored = JSON.stringify(storedThreats());
      expect(JSON.parse(expected)).not.toHaveLength(0);
      await live.close();
      await rm(folder, { recursive: true });
      folder = await mkdtemp(join(tmpdir(), 'chainsight-live-'));
      await start();
      for (let at = 0; at < events.length; at += size) {
        await live.service.intake.take(events.slice(at, at + size), 's');
        if (Math.floor(at / 20) !== Math.floor((at + size) / 20)) await restart();
      }
      await live.service.intake.settled();
      expect(JSON.stringify(live.service.threats())).toBe(expected);
      expect(JSON.stringify(storedThreats())).toBe(stored);
    },
  );

  test('positions that are given away behind all that is stored have no effects', async () => {
    await start();
    await live.service.intake.take(incoming(...attack('ws1.corp.example', 1)), 's');
    await live.service.intake.settled();
    const processId = storedThreats()[0]!.threat.start.id;
    const page = { limit: 100, cursor: undefined };
    const eventsOf = (): unknown => live.state.queries.processEvents(processId, {}, page).items;
    const [expected, host] = [eventsOf(), live.state.queries.host('ws1')];
    expect(expected).not.toEqual([]);
    await live.close();
    live = await openLive(folder, { log: { lastKnownPosition: live.state.effects.committedPosition + 40 } });
    await live.service.start();
    expect(eventsOf()).toEqual(expected);
    expect(live.state.queries.host('ws1')).toEqual(host);
  });

  test('a state that lags behind the log by any number of records catches up without doubling', async () => {
    const events = incoming(...story()).slice(0, 40);
    await start();
    await live.service.intake.take(events, 's');
    await live.service.intake.settled();
    const expected = { threats: JSON.stringify(storedThreats()), host: live.state.queries.host('ws0') };
    await live.close();
    for (const stopAt of [2, 3, 17, 41]) {
      await rm(folder, { recursive: true });
      folder = await mkdtemp(join(tmpdir(), 'chainsight-live-'));
      // As a crash leaves it: all records are on disk, effects only up to some place.
      let isFrozen = false;
      const frozen = { ...pause, turn: () => (isFrozen ? new Promise<void>(() => undefined) : pause.turn()) };
      const crashed = await openLive(folder, { parts: { pause: frozen } });
      await crashed.service.start();
      await crashed.service.intake.settled();
      for (const event of events) {
        isFrozen = crashed.log.lastPosition >= stopAt;
        await crashed.service.intake.take([event], 's');
        if (!isFrozen) await crashed.service.intake.settled();
      }
      await crashed.log.close();
      expect(crashed.state.effects.committedPosition).toBe(stopAt);
      crashed.state.close();
      await start();
      await live.service.intake.take(events, 's');
      await live.service.intake.settled();
      expect({ threats: JSON.stringify(storedThreats()), host: live.state.queries.host('ws0') }).toEqual({
        ...expected,
        host: {
          ...expected.host,
          firstMs: expect.any(Number),
          activeSinceMs: expect.any(Number),
          lastMs: expect.any(Number),
        },
      });
      await live.close();
    }
    await start();
  });

  test('a state that is ahead of its log is told, kept, and no position is used twice', async () => {
    await start();
    await live.service.intake.take(incoming(...attack()), 's');
    await live.service.intake.settled();
    await live.close();
    await rm(join(folder, 'log'), { recursive: true });
    await start();
    expect(live.log.damage).toEqual([expect.objectContaining({ lost: { first: 1, last: 5 } })]);
    expect(storedThreats()).toHaveLength(1);
    await live.service.intake.take(incoming(...attack('ws9', 31)), 's');
    await live.service.intake.settled();
    expect(storedThreats()).toHaveLength(2);
    expect(live.log.lastPosition).toBe(10);
  });

  test('progress is told while the log is read', async () => {
    await start();
    await live.service.intake.take(incoming(...attack()), 's');
    await live.close();
    live = await openLive(folder);
    const told: number[] = [];
    expect(live.service.isReplaying).toBe(true);
    await live.service.start(({ position }) => told.push(position));
    expect(told.at(-1)).toBe(5);
    expect(live.service.isReplaying).toBe(false);
  });
});
