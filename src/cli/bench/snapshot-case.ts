/** A start from a snapshot, against a start that applies the events again: both end at the same engine. Decoding and the log are not in it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { Engine } from '../../engine/engine.js';
import type { Event } from '../../engine/event/event.js';
import type { Policy } from '../../engine/policy.js';
import { RecordReader } from '../../engine/snapshot/record-reader.js';
import { RecordWriter } from '../../engine/snapshot/record-writer.js';
import { snapshotFolder } from '../../log/snapshot-folder.js';
import { normalise } from '../../sources/normalise/normalise.js';
import type { BenchCase } from './cases.js';

const PER_HOST = 200;
/** Of these, the others are children. */
const PARENTS = 20;
const PROGRAMS = 300;
const START_MS = Date.UTC(2026, 0, 5, 9);
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

/** A creation as Sysmon tells it, with texts as long as usual: what repeats in truth repeats here. */
function creation(host: number, index: number): Event {
  const parent = index < PARENTS ? 0 : index % PARENTS;
  const program = (each: number): string =>
    each === 0 ? 'C:\\Windows\\explorer.exe' : `C:\\Program Files\\Vendor\\program${(host + each) % PROGRAMS}.exe`;
  const commandLine = (each: number): string =>
    `"${program(each)}" --type=renderer --session=${host}-${each} --user-data-dir="C:\\Users\\user${host}\\AppData\\Local\\${each}"`;
  const hash = createHash('sha256').update(program(index)).digest('hex').toUpperCase();
  const atMs = START_MS + index * 1000 + (host % 1000);
  const record: Record<string, unknown> = {
    SourceName: 'Microsoft-Windows-Sysmon',
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 1,
    Hostname: `host${host}.example`,
    UtcTime: new Date(atMs).toISOString().replace('T', ' ').replace('Z', ''),
    RecordNumber: index + 1,
    ProcessGuid: guid(host, index),
    ProcessId: 1000 + 4 * index,
    Image: program(index),
    CommandLine: commandLine(index),
    CurrentDirectory: `C:\\Users\\user${host}\\`,
    OriginalFileName: `program${(host + index) % PROGRAMS}.exe`,
    User: `EXAMPLE\\user${host}`,
    IntegrityLevel: 'Medium',
    Hashes: `SHA256=${hash},MD5=${hash.slice(32)}`,
    ParentProcessGuid: guid(host, parent),
    ParentProcessId: 1000 + 4 * parent,
    ParentImage: program(parent),
    ParentCommandLine: commandLine(parent),
  };
  // Every text an object of its own, as a decoder makes them.
  const event = normalise(JSON.parse(JSON.stringify(record)) as Record<string, unknown>, { file: undefined, line: 0 });
  if ('reason' in event) throw new Error(`The benchmark's own event is not one: ${event.message}`);
  return event;
}

function guid(host: number, index: number): string {
  const seconds = Math.floor(START_MS / 1000 + index).toString(16);
  const hostPart = host.toString(16).padStart(8, '0');
  return `{${hostPart}-${seconds.slice(4)}-${seconds.slice(0, 4)}-0000-${(index + 1).toString(16).padStart(12, '0')}}`;
}
