/**
 * Any fault of a disk on any part of a data folder, one after another, while a sensor sends and people work: whatever fails, the server stays, answers with
 * the cause, and in the end has all that it acknowledged, once.
 */

import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unitsFrom } from '../support/random.js';
import { compileShim, EIO, ENOSPC, EROFS, expectSame, Sensor, tellCalmly, type Story } from './failing-disk.js';
import { amount, SEED, tell, TIMEOUT_MS } from './form.js';
import { killServers, newToken, readiness, startServer, stopped, type Server } from './real-server.js';

const FAULTS = amount(10, 1_000);
const FAULT_MAX_MS = 1_200;
const PAUSE_MAX_MS = 600;
const RETURN_MS = 60_000;
/** Too many open files. */
const EMFILE = 24;

const OPERATIONS = ['open', 'read', 'write', 'sync', 'truncate', 'rename', 'unlink'];
const ERRORS = [EIO, ENOSPC, EROFS, EMFILE];
const PLACES = ['/log/', 'state.sqlite', 'state.sqlite-wal', '/snapshots/', '/cache/', 'FOLDER'];

const shim = compileShim();
afterAll(() => shim !== undefined && rmSync(shim, { force: true }));

let folder: string;
let story: Story;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainsight-disk-random-'));
  story = await tellCalmly(join(folder, 'calm'), amount(2, 40));
});

afterAll(async () => {
  killServers();
  await rm(folder, { recursive: true });
});

/** What people do meanwhile, one thing after another; none of it changes what is judged. */
class People {
  readonly answers = new Map<string, number>();
  #isDone = false;

  constructor(
    private readonly server: Server,
    private readonly token: string,
    private readonly random: () => number,
  ) {}

  async work(): Promise<void> {
    while (!this.#isDone) {
      await this.#one();
      await wait(10);
    }
  }

  stop(): void {
    this.#isDone = true;
  }

  async #one(): Promise<void> {
    const hunt = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', query: "image =~~ 'cmd'" };
    const wishes: readonly (readonly [string, string, object?])[] = [
      ['GET', '/threats'],
      ['GET', '/hosts'],
      ['GET', '/statistics'],
      ['GET', '/rules'],
      ['GET', '/audit'],
      ['GET', '/hunts'],
      ['GET', '/plugins'],
      ['POST', '/hunts', hunt],
      ['POST', '/tokens', { name: 'made meanwhile', role: 'viewer', hosts: [] }],
      ['POST', '/rules/reload', {}],
    ];
    const [method, path, body] = wishes[Math.floor(this.random() * wishes.length)]!;
    const answer = await fetch(`${this.server.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const what = `${method} ${path} ${answer.status}`;
    this.answers.set(what, (this.answers.get(what) ?? 0) + 1);
    const text = await answer.text();
    if (answer.status === 500) throw new Error(`${what}: ${text}`);
  }
}

test.skipIf(shim === undefined)(
  `${FAULTS} faults of any kind: the server stays, nothing is lost, and all goes on`,
  { timeout: TIMEOUT_MS },
  async () => {
    const random = unitsFrom(SEED);
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
    const data = join(folder, 'failing');
    const list = join(folder, 'faults');
    const threads = String(1 + (SEED % 2));
    const server = await startServer(data, {
      LD_PRELOAD: shim,
      DISK_FAULTS: list,
      CHAINSIGHT_DETECTION_THREADS: threads,
    });
    const sensor = new Sensor(server, story.requests, await newToken(data, 'sensor'));
    const people = new People(server, await newToken(data, 'admin'), unitsFrom(SEED + 1));
    let failed: unknown;
    const working = people.work().catch((error: unknown) => (failed = error));
    const told: string[] = [];
    for (let at = 0; at < FAULTS && failed === undefined; at++) {
      const lines = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
        const delayMs = random() < 0.2 ? Math.floor(random() * 200) : 0;
        return `${pick(OPERATIONS)} ${pick(ERRORS)} ${delayMs} ${pick(PLACES).replace('FOLDER', data)}`;
      });
      const label = `seed ${SEED}, fault ${at}: ${lines.join('; ')}`;
      told.push(label);
      writeFileSync(list, lines.join('\n'));
      const untilMs = performance.now() + random() * FAULT_MAX_MS;
      while (performance.now() < untilMs) {
        const { status, detail } = await sensor.send().catch((error: unknown) => {
          throw new Error(`${label}; the server ended with ${server.child.exitCode}: ${String(error)}`);
        });
        expect([202, 429, 503], `${label}: ${status} ${detail}`).toContain(status);
        await wait(20);
      }
      rmSync(list);
      await wait(random() * PAUSE_MAX_MS);
    }
    const endMs = performance.now();
    await sensor.sendUntil(({ status }) => status === 202, RETURN_MS);
    while ((await readiness(server)) !== '') {
      if (performance.now() - endMs > RETURN_MS) throw new Error(`${told.at(-1)}: ${await readiness(server)}`);
      await wait(50);
    }
    const { refused } = sensor;
    people.stop();
    await working;
    if (failed !== undefined) throw failed as Error;
    await sensor.sendRest();
    expect(await stopped(server, 'SIGTERM'), told.join('\n')).toBe(0);
    await expectSame(data, story.expected, told.join('\n'));
    const refusals = [...people.answers].filter(([what]) => what.endsWith(' 503')).reduce((sum, [, n]) => sum + n, 0);
    tell(
      'disk-random',
      `${FAULTS} faults, ${threads} threads, ${refused} refusals of events, ${refusals} of people, 0 lost`,
    );
  },
);
