/** A start from a snapshot, against a start that applies the events again: both end at the same engine. Decoding and the log are not in it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../engine/engine.js';
import type { Event } from '../../engine/event/event.js';
import type { Policy } from '../../engine/policy.js';
import { RecordReader } from '../../engine/snapshot/record-reader.js';
import { RecordWriter } from '../../engine/snapshot/record-writer.js';
import { snapshotFolder } from '../../log/snapshot-folder.js';
import { normalise } from '../../sources/normalise/normalise.js';
import { creationRecord, PER_HOST } from './busy-hosts.js';
import type { BenchCase } from './cases.js';

const OPTIONS = { recordEvents: false };

/** @param processes  that live at the time of the snapshot, 200 on each host */
export async function snapshotCases(policy: Policy, processes: number): Promise<BenchCase[]> {
  const engine = new Engine(policy, OPTIONS);
  let applyingMs = 0;
  for (let host = 0; host * PER_HOST < processes; host++) {
    const events = Array.from({ length: PER_HOST }, (_, index) => creation(host, index));
    const startedMs = performance.now();
    for (const event of events) engine.apply(event);
    engine.drain();
    applyingMs += performance.now() - startedMs;
  }
  const folder = await mkdtemp(join(tmpdir(), 'chainsight-bench-'));
  try {
    const snapshots = snapshotFolder(folder);
    const head = { position: 1, identity: 'bench' };
    let bytes = 0;
    const written = await secondsOf(async () => {
      const records = new RecordWriter();
      const chunks = function* (): Generator<Uint8Array> {
        for (const chunk of engine.snapshot(records)) yield ((bytes += chunk.length), chunk);
        yield records.take();
      };
      await snapshots.write(head, chunks());
    });
    const taken = await secondsOf(async () => {
      const reading = Engine.restore(new RecordReader(), policy, OPTIONS);
      let answer = reading.next();
      for await (const chunk of snapshots.read(head)) answer = reading.next(chunk);
      if (answer.done !== true || answer.value.processCount !== engine.processCount)
        throw new Error('The snapshot that the benchmark wrote is not its engine.');
    });
    const applied = applyingMs / 1000;
    const of = 'applying their events';
    const name = `snapshot of ${engine.processCount} processes`;
    return [
      { name: `${name}, written`, value: rounded(written), unit: 's', of, ratio: applied / written },
      { name: `${name}, taken up`, value: rounded(taken), unit: 's', of, ratio: applied / taken },
      {
        name: `${name}, its size`,
        value: rounded(bytes / 2 ** 20),
        unit: 'MiB',
        of: 'a KiB for each process',
        ratio: (engine.processCount * 1024) / bytes,
      },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}

function creation(host: number, index: number): Event {
  // Every text an object of its own, as a decoder makes them.
  const record = JSON.parse(JSON.stringify(creationRecord(`host${host}.example`, host, index))) as Record<
    string,
    unknown
  >;
  const event = normalise(record, { file: undefined, line: 0 });
  if ('reason' in event) throw new Error(`The benchmark's own event is not one: ${event.message}`);
  return event;
}
