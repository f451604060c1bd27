/** A real server process on a fresh data folder, four clients: one event a request against the original's rate on this kind of machine, and batches. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '../exit.js';
import type { BenchCase } from './cases.js';
import { postEach, type LoadResult } from './load-client.js';
import type { Material } from './material.js';
import { sensorToken, startServer } from './server-process.js';

const CLIENTS = 4;
const EVENTS = 60_000;
const WARM_UP = 5_000;
const BATCH = 100;
/** Batches pass so quickly that a server is still being compiled after a second of them; what it keeps up is measured behind that. */
const BATCHED_EVENTS = 160_000;
const BATCHED_WARM_UP_PART = 1 / 4;
/** RmEye's server, one event a request, four keep-alive clients, on the machine kind that this project is measured on. */
const BASELINE_RATE = 521;
const READY_TIMEOUT_MS = 20_000;
const NEW_LINE = Buffer.from('\n');

export async function liveCases(material: Material): Promise<readonly BenchCase[]> {
  const lines = material.lines.slice(0, WARM_UP + EVENTS);
  const single = await onServer((send) => send(lines, WARM_UP));
  const batches = batchesOf(material.lines.slice(0, BATCHED_EVENTS));
  const batched = await onServer((send) => send(batches, Math.floor(batches.length * BATCHED_WARM_UP_PART)));
  const rate = single.requests / single.seconds;
  const events = (batched.requests * BATCH) / batched.seconds;
  return [
    {
      name: `live: one event a request, ${CLIENTS} clients`,
      value: Math.round(rate),
      unit: 'requests/s',
      of: `the original on this kind of machine: ${BASELINE_RATE} requests/s; ${material.name}`,
      ratio: rate / BASELINE_RATE,
    },
    {
      name: `live: ${BATCH} events a request, ${CLIENTS} clients`,
      value: Math.round(events),
      unit: 'events/s',
      of: `one event a request: ${Math.round(rate)} events/s; detection was busy with ${sharesOf(batched)} of the time`,
      ratio: events / rate,
    },
  ];
}

function batchesOf(lines: readonly Buffer[]): Buffer[] {
  const batches: Buffer[] = [];
  for (let at = 0; at < lines.length; at += BATCH) {
    batches.push(Buffer.concat(lines.slice(at, at + BATCH).flatMap((line) => [line, NEW_LINE])));
  }
  return batches;
}

/** In words. What the thread of detection does leaves room up to 100 %; waiting for the disk in another thread goes on beside it. */
function sharesOf({ spentSeconds, seconds: all }: Measured): string {
  return [...spentSeconds].map(([part, seconds]) => `${part} ${Math.round((seconds / all) * 100)} %`).join(', ');
}

interface Measured extends LoadResult {
  /** Of detection, by what it was busy with meanwhile, and how long the disk was waited for beside that. */
  readonly spentSeconds: ReadonlyMap<string, number>;
}

/** Sends bodies after those that warm the server up. */
type Send = (bodies: readonly Buffer[], warmUp: number) => Promise<Measured>;

async function onServer(measure: (send: Send) => Promise<Measured>): Promise<Measured> {
  const data = mkdtempSync(join(tmpdir(), 'chainsight-bench-'));
  try {
    const token = sensorToken(data);
    const server = await startServer(data, READY_TIMEOUT_MS);
    const { port } = server;
    try {
      return await measure(async (bodies, warmUp) => {
        await postEach(port, token, bodies.slice(0, warmUp), CLIENTS);
        const before = await spentSeconds(port);
        const result = await postEach(port, token, bodies.slice(warmUp), CLIENTS);
        if (result.refused > 0)
          throw new CommandError(`The server refused ${result.refused} of ${result.requests} requests.`);
        const after = await spentSeconds(port);
        return {
          ...result,
          spentSeconds: new Map([...after].map(([part, seconds]) => [part, seconds - (before.get(part) ?? 0)])),
        };
      });
    } finally {
      await server.end('SIGTERM');
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function spentSeconds(port: number): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const samples = text.matchAll(
    /^chainsight_detection_(?:seconds_total\{part="(\w+)"\}|disk_wait_seconds_total) (\S+)$/gm,
  );
  return new Map([...samples].map(([, part = 'disk in the pool', seconds]) => [part, Number(seconds)]));
}
