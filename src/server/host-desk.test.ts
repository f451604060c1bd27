/** A host that falls silent, asked through the API of a server with a real log and a real state, whose clock the test sets. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addFakeToken, fakeParts } from '../../test/support/fake-parts.js';
import { attack, guid, HandClock, openLive, sysmon, type Live } from '../../test/support/live-kit.js';
import type { Host, HostDetail, Statistics, Threat, ThreatPage } from '../contract/index.js';
import { DEFAULT_SERVER_LIMITS } from './parts.js';
import { createServer, type ChainsightServer } from './server.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Event times of `sysmon` count from here. */
const START_MS = Date.UTC(2026, 0, 5, 9);
const HOST = 'ws1.corp.example';

let folder: string;
let clock: HandClock;
let live: Live;
let server: ChainsightServer;
let as: { readonly sensor: string; readonly analyst: string };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chainsight-desk-'));
  clock = new HandClock(START_MS);
  await start();
});
afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

async function start(): Promise<void> {
  live = await openLive(folder, { parts: { clock } });
  await live.service.start();
  const fakes = fakeParts();
  const { intake, notices, policy } = live.service;
  const { queries, access } = live.state;
  const parts = { ...fakes, clock, state: queries, intake, notices, policy };
  as = { sensor: addFakeToken(fakes, 'sensor'), analyst: addFakeToken(fakes, 'analyst') };
  for (const token of fakes.access.tokens()) access.addToken(token);
  server = await createServer(
    { ...parts, access },
    { version: '0', limits: DEFAULT_SERVER_LIMITS, tls: undefined, consoleFolder: undefined },
  );
}

async function stop(): Promise<void> {
  await server.close();
  await live.close();
}

async function ask<Body>(method: 'GET' | 'PATCH', path: string, body?: object): Promise<Body> {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${path}`,
    headers: { authorization: as.analyst },
    ...(body === undefined ? {} : { payload: body }),
  });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

async function send(records: readonly object[]): Promise<void> {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/api/v1/events',
    headers: { authorization: as.sensor, 'content-type': 'application/x-ndjson' },
    payload: records.map((record) => JSON.stringify(record)).join('\n'),
  });
  expect(answer.statusCode, answer.body).toBe(202);
  await live.service.intake.settled();
}

/** An event an hour, for longer than a day. */
async function live26Hours(): Promise<void> {
  for (let hour = 0; hour <= 26; hour++) {
    clock.timeMs = START_MS + hour * HOUR;
    await send([sysmon({ number: 100 + hour, guid: guid(hour), image: 'word.exe', atMs: hour * HOUR })]);
  }
}

const stateNow = async (): Promise<unknown> => {
  const { state, since } = await ask<Host>('GET', `/hosts/${HOST}`);
  return [state, since];
};

test('a server that stops sending is quiet, then silent since it was heard last, and active when it comes back', async () => {
  await live26Hours();
  const last = new Date(clock.timeMs).toISOString();
  const first = new Date(START_MS + HOUR).toISOString();
  expect(await stateNow()).toEqual(['active', first]);
  clock.timeMs += 239 * MINUTE;
  expect(await stateNow()).toEqual(['active', first]);
  clock.timeMs += 2 * MINUTE;
  expect(await stateNow()).toEqual(['silent', last]);
  const { hosts, sample } = await ask<Statistics>('GET', '/statistics');
  expect(hosts).toMatchObject({ known: 1, quiet: 0, silent: 1, fellSilent: [{ name: HOST, since: last }] });
  expect(hosts.foremost).toEqual([expect.objectContaining({ name: HOST, state: 'silent', since: last })]);
  expect(sample).toBe(false);

  // It is no fault of the host that we were not there; after a quarter of an hour it is.
  await stop();
  clock.timeMs += 5 * HOUR;
  await start();
  expect(await stateNow()).toEqual(['silent', last]);

  await send([sysmon({ number: 127, guid: guid(1), image: 'word.exe', atMs: clock.timeMs - START_MS })]);
  expect(await stateNow()).toEqual(['active', new Date(clock.timeMs).toISOString()]);
});

test('after a stop of ours, who was active before is not called silent at once', async () => {
  await live26Hours();
  await stop();
  clock.timeMs += 5 * HOUR;
  await start();
  expect(await stateNow()).toMatchObject(['quiet', expect.any(String)]);
  clock.timeMs += 16 * MINUTE;
  expect(await stateNow()).toMatchObject(['silent', expect.any(String)]);
});

test('a threat says what was not seen while it happened, and the verdict keeps it', async () => {
  const [shell, evil, worse] = attack(HOST, 100);
  await send([sysmon({ number: 98, guid: guid(1), image: 'word.exe', atMs: 0 }), shell!, evil!]);
  await send([{ ...worse!, RecordNumber: 142 }]);
  const [found] = (await ask<ThreatPage>('GET', '/threats')).items;
  const threat = await ask<Threat>('GET', `/threats/${found?.id}`);
  expect(threat.completeness).toMatchObject({
    state: 'limited',
    notes: [
      { kind: 'missing', channel: 'Microsoft-Windows-Sysmon/Operational', events: 1 },
      { kind: 'missing', events: 40, from: '2026-01-05T09:00:01.010Z', to: '2026-01-05T09:00:01.020Z' },
    ],
  });
  expect(await ask<HostDetail>('GET', `/hosts/${HOST}`)).toMatchObject({
    missing: 41,
    stream: {
      channels: [
        {
          kind: 'whole',
          gaps: [
            { firstNumber: 99, missing: 1 },
            { firstNumber: 102, missing: 40 },
          ],
        },
      ],
    },
  });

  const decided = await ask<Threat>('PATCH', `/threats/${threat.id}`, { verdict: 'confirmed', reason: 'attack' });
  expect(decided.completeness).toEqual(threat.completeness);
  // The records come after all: the view is complete now, and the verdict still says that it was not.
  const late = [99, ...Array.from({ length: 40 }, (_, index) => 102 + index)];
  await send(late.map((number) => sysmon({ number, guid: guid(number + 900), image: 'word.exe', atMs: 1015 })));
  expect((await ask<Threat>('GET', `/threats/${threat.id}`)).completeness).toEqual({ state: 'complete', notes: [] });
  const entry = live.state.access.audit({ action: 'threat.verdict' }, { limit: 1, cursor: undefined }).items[0];
  expect(entry?.after).toMatchObject({ verdict: 'confirmed', completeness: threat.completeness });
});
