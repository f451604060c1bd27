/**
 * What a power cut may leave: everything that was synced, and of everything that was not, any part in any order. A disk in memory keeps the list of
 * writes and gives back such remains; the log must hold all that it had acknowledged.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventLog, LogRecord } from '../app/ports.js';
import { openEventLog } from './event-log.js';
import type { LogFile, LogFiles } from './files.js';

const SECTOR_BYTES = 512;

interface DiskFile {
  /** As programs see it. */
  bytes: Buffer;
  /** As it was at the last sync. */
  synced: Buffer;
}

/** Takes numbers from 0 up to 1, as chance or a search wants them. */
type Chance = () => number;

class CutDisk implements LogFiles {
  #files = new Map<string, DiskFile>();
  #syncedNames = new Set<string>();
  /** Operations until the power fails; the one that meets zero does not return. */
  left = Number.POSITIVE_INFINITY;

  open(path: string, mode: 'read' | 'write' | 'create'): Promise<LogFile> {
    return this.#operation(() => {
      const name = basename(path);
      if (mode === 'create') {
        if (this.#files.has(name)) throw new Error(`EEXIST: ${name}`);
        this.#files.set(name, { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) });
      }
      const file = this.#files.get(name);
      if (file === undefined) throw new Error(`ENOENT: ${name}`);
      return this.#handle(file);
    });
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.#files.keys()]);
  }

  remove(path: string): Promise<void> {
    return this.#operation(() => void this.#files.delete(basename(path)));
  }

  syncFolder(): Promise<void> {
    return this.#operation(() => {
      this.#syncedNames = new Set(this.#files.keys());
    });
  }

  space(): Promise<{ free: number; total: number }> {
    return Promise.resolve({ free: 1e12, total: 1e12 });
  }

  /** The disk after the cut: each sector that was not synced is old or new, and the end of a file lies anywhere between. */
  remains(chance: Chance): CutDisk {
    const after = new CutDisk();
    for (const [name, { bytes, synced }] of this.#files) {
      if (!this.#syncedNames.has(name) && chance() < 0.5) continue;
      const least = Math.min(synced.length, bytes.length);
      const length = least + Math.floor(chance() * (Math.max(synced.length, bytes.length) - least + 1));
      const kept = Buffer.alloc(length);
      for (let at = 0; at < length; at += SECTOR_BYTES) {
        const source = chance() < 0.5 ? synced : bytes;
        // What lies past the end of the older state was never written: zeros.
        if (at < source.length) source.copy(kept, at, at, Math.min(at + SECTOR_BYTES, length));
      }
      after.#files.set(name, { bytes: kept, synced: Buffer.from(kept) });
      after.#syncedNames.add(name);
    }
    return after;
  }

  #operation<Result>(work: () => Result): Promise<Result> {
    if (--this.left <= 0) return new Promise(() => undefined);
    return new Promise((resolve) => resolve(work()));
  }

  #handle(file: DiskFile): LogFile {
    const sync = (): Promise<void> => this.#operation(() => void (file.synced = Buffer.from(file.bytes)));
    return {
      read(target, offset, length, position) {
        const bytesRead = file.bytes.copy(target, offset, position, Math.min(position + length, file.bytes.length));
        return Promise.resolve({ bytesRead });
      },
      write: (source, offset, length, position) =>
        this.#operation(() => {
          const grown = Buffer.alloc(Math.max(file.bytes.length, position + length));
          file.bytes.copy(grown);
          Buffer.from(source).copy(grown, position, offset, offset + length);
          file.bytes = grown;
          return { bytesWritten: length };
        }),
      datasync: sync,
      sync,
      truncate: (length) => this.#operation(() => void (file.bytes = Buffer.from(file.bytes.subarray(0, length)))),
      stat: () => Promise.resolve({ size: file.bytes.length }),
      close: () => Promise.resolve(),
    };
  }
}

function event(text: string): LogRecord {
  return { kind: 'event', raw: Buffer.from(text), receivedMs: 1, eventMs: 1, sensor: 's' };
}

async function texts(log: EventLog): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of log.read()) {
    for (const { record } of batch) if (record.kind === 'event') found.push(Buffer.from(record.raw).toString());
  }
  return found;
}

/** Appends until the power fails or all is written, two calls at a time. @returns what was acknowledged */
async function appendUntilCut(log: EventLog, batches: readonly (readonly string[])[]): Promise<string[]> {
  const acknowledged: string[] = [];
  const append = async (batch: readonly string[]): Promise<void> => {
    await log.append(batch.map(event));
    acknowledged.push(...batch);
  };
  const appendAll = async (): Promise<void> => {
    for (let at = 0; at < batches.length; at += 2) await Promise.all(batches.slice(at, at + 2).map(append));
  };
  // A cut leaves promises that never settle; by then everything that can happen has.
  await Promise.race([appendAll(), new Promise((resolve) => setTimeout(resolve, 25))]);
  return acknowledged;
}

test('whatever a power cut leaves, all that was acknowledged is there, once, and the log goes on', async () => {
  const text = fc.string({ minLength: 1, maxLength: 900 });
  const batches = fc.array(fc.array(text, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });
  const cuts = fc.array(fc.record({ after: fc.integer({ min: 1, max: 20 }), batches }), { minLength: 1, maxLength: 4 });
  let writes = 0;
  await fc.assert(
    fc.asyncProperty(
      cuts,
      fc.constantFrom(0, 100, 700, 5_000),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (rounds, roomBytes, stream) => {
        const folder = await mkdtemp(join(tmpdir(), 'chainsight-cut-'));
        const chance: Chance = () => stream.next().value as number;
        let disk = new CutDisk();
        const expected: string[] = [];
        const written = new Set<string>();
        for (const { after, batches: given } of rounds) {
          const unique = given.map((batch) => batch.map((each) => `${++writes} ${each}`));
          for (const each of unique.flat()) written.add(each);
          const log = await openEventLog(folder, { files: disk, segmentBytes: 3_000, roomBytes });
          disk.left = after;
          expected.push(...(await appendUntilCut(log, unique)));
          disk = disk.remains(chance);
          // The program is gone without a word; only its lock has to be given back by hand.
          await Promise.race([log.close(), new Promise((resolve) => setTimeout(resolve, 5))]);
          await rm(folder, { recursive: true });
        }
        const log = await openEventLog(folder, { files: disk });
        const found = await texts(log);
        expect(found.filter((each) => !written.has(each))).toEqual([]);
        expect(new Set(found).size).toBe(found.length);
        expect(expected.filter((each) => !found.includes(each))).toEqual([]);
        const before = log.lastPosition;
        expect(await log.append([event('after')])).toBe(before + 1);
        expect((await texts(log)).at(-1)).toBe('after');
        await log.close();
        await rm(folder, { recursive: true });
      },
    ),
    { numRuns: 80, endOnFailure: true },
  );
});
