/** What tests of failing disks share: the shim, a story told to a server, and what must be there in the end. */

import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { withLedgersChecked } from '../support/ledger.js';
import {
  chainsight,
  exportsOf,
  newToken,
  sendEvents,
  startServer,
  stopped,
  type Exports,
  type Server,
} from './real-server.js';

export const EIO = 5;
export const ENOSPC = 28;
export const EROFS = 30;

const EVENTS_IN_REQUEST = 4;

/** @returns path of the library for LD_PRELOAD, which the caller removes; `undefined` where there can be none */
export function compileShim(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const library = join(tmpdir(), `chainsight-disk-shim-${process.pid}.so`);
  const source = fileURLToPath(new URL('disk-shim.c', import.meta.url));
  try {
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { stdio: 'pipe' });
    return library;
  } catch (error) {
    console.warn(`SKIPPED: disk faults of a real server need Linux and gcc: ${String(error)}`);
    return undefined;
  }
}

export interface Story {
  readonly requests: readonly string[];
  /** What a server that nobody disturbs makes of it. */
  readonly expected: Exports;
}

export async function tellCalmly(data: string, hours: number): Promise<Story> {
  const told = await chainsight('simulate', '--hosts', '4', '--hours', String(hours), '--seed', '6');
  const lines = told.trimEnd().split('\n');
  const requests = Array.from({ length: Math.ceil(lines.length / EVENTS_IN_REQUEST) }, (_, at) =>
    lines.slice(at * EVENTS_IN_REQUEST, (at + 1) * EVENTS_IN_REQUEST).join('\n'),
  );
  const server = await startServer(data);
  await new Sensor(server, requests, await newToken(data, 'sensor')).sendRest();
  await stopped(server, 'SIGTERM');
  return { requests, expected: await exportsOf(data) };
}

export async function expectSame(data: string, expected: Exports, label: string): Promise<void> {
  const found = await exportsOf(data);
  expect(new Set(found.events.map(({ id }) => id)).size, label).toBe(found.events.length);
  expect(found.events.map(({ raw }) => raw).toSorted(), label).toEqual(
    expected.events.map(({ raw }) => raw).toSorted(),
  );
  expect(found.threats, label).toEqual(expected.threats);
  expect(withLedgersChecked(found.threats).length, label).toBeGreaterThan(2);
}

export interface Answer {
  readonly status: number;
  readonly detail: string;
  readonly tookMs: number;
}

/** A sensor that sends one request after another and each until it is acknowledged. */
export class Sensor {
  acknowledged = 0;
  refused = 0;

  constructor(
    private readonly server: Server,
    private readonly requests: readonly string[],
    private readonly token: string,
  ) {}

  async send(): Promise<Answer> {
    const body = this.requests[this.acknowledged];
    if (body === undefined) throw new Error('all events are sent; simulate more of them');
    const startMs = performance.now();
    const answer = await sendEvents(this.server, this.token, body);
    const detail = answer.status === 202 ? '' : ((await answer.json()) as { detail: string }).detail;
    if (answer.status === 202) this.acknowledged++;
    else this.refused++;
    return { status: answer.status, detail, tookMs: performance.now() - startMs };
  }

  async sendUntil(isDone: (answer: Answer) => boolean, within: number): Promise<void> {
    const startMs = performance.now();
    for (;;) {
      const answer = await this.send();
      if (isDone(answer)) return;
      if (performance.now() - startMs > within) {
        throw new Error(`after ${within} ms it still says ${answer.status} ${answer.detail}`);
      }
      await wait(20);
    }
  }

  /** What is left, in fewer requests. */
  async sendRest(): Promise<void> {
    for (; this.acknowledged < this.requests.length; this.acknowledged += 200) {
      const body = this.requests.slice(this.acknowledged, this.acknowledged + 200).join('\n');
      while ((await sendEvents(this.server, this.token, body)).status !== 202) await wait(200);
    }
  }
}
