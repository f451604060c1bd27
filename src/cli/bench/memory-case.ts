/**
 * What a live process weighs: hosts that were all switched on in the same morning, each with 200 processes of which none has ended. In a process of its
 * own, so that resident memory is that of the engine and of the program, and of nothing that was measured before.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Engine } from '../../engine/engine.js';
import type { EnginePlugin } from '../../engine/plugin/plugin.js';
import type { Policy } from '../../engine/policy.js';
import { createDecoder } from '../../sources/index.js';
import { creationRecord, PER_HOST } from './busy-hosts.js';
import type { BenchCase } from './cases.js';

/** What is to hold: 10,000 hosts in 3 GiB. */
const LINE_BYTES = 3 * 2 ** 30;
const LINE_PROCESSES = 10_000 * PER_HOST;
/** As live detection takes effects: now and then. */
const DRAIN_EVERY = 1000;
const BATCH_BYTES = 256 * 1024;

export function memoryCases(policy: Policy, plugins: readonly EnginePlugin[], hosts: number): BenchCase[] {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const engine = new Engine(policy, { recordEvents: true, plugins });
  // What every process shares is there once the first ones are: tables of rules above all.
  feed(engine, 1, 'warm-up');
  engine.forgetHost('warm-up-0.example');
  engine.drain();
  collect();
  const before = process.memoryUsage();
  feed(engine, hosts, 'ws');
  const peak = process.memoryUsage().rss;
  collect();
  const after = process.memoryUsage();
  const processes = engine.processCount;
  const held = (after.heapUsed + after.external - before.heapUsed - before.external) / processes;
  const name = `memory of ${processes} live processes on ${hosts} hosts`;
  const rss = after.rss;
  const scaled = before.rss + ((rss - before.rss) * LINE_PROCESSES) / processes;
  return [
    {
      name,
      value: Math.round(held),
      unit: 'bytes each',
      of: `the line, ${Math.round(LINE_BYTES / LINE_PROCESSES)} bytes each, all in`,
      ratio: held / (LINE_BYTES / LINE_PROCESSES),
    },
    {
      name: `${name}, resident`,
      value: mebibytes(rss),
      unit: 'MiB',
      of: `${mebibytes(before.rss)} MiB without them (${mebibytes(peak)} MiB before what was left over was collected); ${LINE_PROCESSES} of them would be ${mebibytes(scaled)} MiB, against the line of ${mebibytes(LINE_BYTES)}`,
      ratio: scaled / LINE_BYTES,
    },
  ];
}

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** Hosts take turns, as they do in a morning; all comes as bytes, so that texts are what a decoder makes of them. */
function feed(engine: Engine, hosts: number, prefix: string): void {
  let taken = 0;
  const decoder = createDecoder(
    'json',
    {
      event(event) {
        engine.apply(event, taken);
        if (++taken % DRAIN_EVERY === 0) engine.drain();
      },
      skip: ({ message }) => {
        throw new Error(`The benchmark's own event is not one: ${message}`);
      },
    },
    {},
  );
  let lines = '';
  for (let index = 0; index < PER_HOST; index++) {
    for (let host = 0; host < hosts; host++) {
      lines += `${JSON.stringify(creationRecord(`${prefix}-${host}.example`, host, index))}\n`;
      if (lines.length < BATCH_BYTES) continue;
      decoder.push(Buffer.from(lines));
      lines = '';
    }
  }
  decoder.push(Buffer.from(lines));
  decoder.end();
  engine.drain();
}
