/**
 * A disk in memory that loses power, fails, and then holds what a real one may hold: everything that was synced, and of everything that was not, any
 * part in any order. A sync that fails forgets what it was to write, as kernels do: the bytes are still shown, and no later sync brings them to the disk.
 */

import { basename } from 'node:path';
import type { LogFile, OpenMode } from '../../src/log/files.js';
import type { SnapshotFiles } from '../../src/log/snapshot-folder.js';

const SECTOR_BYTES = 512;

interface DiskFile {
  /** As programs see it. */
  bytes: Buffer;
  /** As it is on the disk for certain. */
  synced: Buffer;
  /** Sectors that the next sync writes. */
  dirty: Set<number>;
}

/** Takes numbers from 0 up to 1, as chance or a search wants them. */
export type Chance = () => number;

export type DiskOperation = 'open' | 'write' | 'sync' | 'truncate' | 'remove' | 'rename' | 'sync-folder';

/** One folder, which is there. */
export class CutDisk implements SnapshotFiles {
  readonly #files = new Map<string, DiskFile>();
  /** What bears which name on the disk for certain. */
  #syncedNames = new Map<string, DiskFile>();
  /** Operations until the power fails; the one that meets zero does not return. */
  left = Number.POSITIVE_INFINITY;
  /** Asked before each operation: what it fails with. */
  fault: (operation: DiskOperation) => Error | undefined = () => undefined;

  open(path: string, mode: OpenMode): Promise<LogFile> {
    const work = (): LogFile => {
      const name = basename(path);
      if (mode === 'create') {
        if (this.#files.has(name)) throw new Error(`EEXIST: ${name}`);
        this.#files.set(name, { bytes: Buffer.alloc(0), synced: Buffer.alloc(0), dirty: new Set() });
      }
      const file = this.#files.get(name);
      if (file === undefined) throw new Error(`ENOENT: ${name}`);
      return this.#handle(file);
    };
    return mode === 'read' ? new Promise((resolve) => resolve(work())) : this.#operation('open', work);
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.#files.keys()]);
  }

  remove(path: string): Promise<void> {
    return this.#operation('remove', () => void this.#files.delete(basename(path)));
  }

  syncFolder(): Promise<void> {
    return this.#operation('sync-folder', () => {
      this.#syncedNames = new Map(this.#files);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#operation('rename', () => {
      const file = this.#files.get(basename(from));
      if (file === undefined) throw new Error(`ENOENT: ${basename(from)}`);
      this.#files.delete(basename(from));
      this.#files.set(basename(to), file);
    });
  }

  makeFolder(): Promise<void> {
    return Promise.resolve();
  }

  space(): Promise<{ free: number; total: number }> {
    return Promise.resolve({ free: 1e12, total: 1e12 });
  }

  /**
   * The disk after the cut: each sector that was not synced is old or new, the end of a file lies anywhere between, and a name that was not synced bears what
   * it did before or does now.
   */
  remains(chance: Chance): CutDisk {
    const after = new CutDisk();
    for (const name of new Set([...this.#syncedNames.keys(), ...this.#files.keys()])) {
      const [before, now] = [this.#syncedNames.get(name), this.#files.get(name)];
      const file = before === now || chance() < 0.5 ? now : before;
      if (file !== undefined) after.#add(name, whatRemains(file, chance));
    }
    return after;
  }

  /** The same bytes for a program that is begun again: it was killed, and the machine went on. */
  survivor(): CutDisk {
    const after = new CutDisk();
    const copies = new Map<DiskFile, DiskFile>();
    const copied = (names: ReadonlyMap<string, DiskFile>, into: Map<string, DiskFile>): void => {
      for (const [name, file] of names) {
        const copy = copies.get(file) ?? { ...file, dirty: new Set(file.dirty) };
        copies.set(file, copy);
        into.set(name, copy);
      }
    };
    copied(this.#files, after.#files);
    copied(this.#syncedNames, after.#syncedNames);
    return after;
  }

  #add(name: string, bytes: Buffer): void {
    const file = { bytes, synced: Buffer.from(bytes), dirty: new Set<number>() };
    this.#files.set(name, file);
    this.#syncedNames.set(name, file);
  }

  #operation<Result>(operation: DiskOperation, work: () => Result): Promise<Result> {
    if (--this.left <= 0) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      const error = this.fault(operation);
      if (error === undefined) resolve(work());
      else reject(error);
    });
  }

  #handle(file: DiskFile): LogFile {
    const sync = (): Promise<void> => {
      // Failed or not, the system takes the sectors for written from here on.
      const { dirty } = file;
      const synced = this.#operation('sync', () => {
        const kept = Buffer.alloc(file.bytes.length);
        file.synced.copy(kept);
        for (const sector of dirty) {
          const at = sector * SECTOR_BYTES;
          if (at < file.bytes.length) file.bytes.copy(kept, at, at, at + SECTOR_BYTES);
        }
        file.synced = kept;
        dirty.clear();
      });
      return synced.catch((error: unknown) => {
        dirty.clear();
        throw error;
      });
    };
    const resize = (length: number): void => {
      const resized = Buffer.alloc(length);
      file.bytes.copy(resized);
      markDirty(file, Math.min(length, file.bytes.length), Math.max(length, file.bytes.length));
      file.bytes = resized;
    };
    return {
      read(target, offset, length, position) {
        const bytesRead = file.bytes.copy(target, offset, position, Math.min(position + length, file.bytes.length));
        return Promise.resolve({ bytesRead });
      },
      write: (source, offset, length, position) =>
        this.#operation('write', () => {
          if (position + length > file.bytes.length) resize(position + length);
          file.bytes.set(source.subarray(offset, offset + length), position);
          markDirty(file, position, position + length);
          return { bytesWritten: length };
        }),
      datasync: sync,
      sync,
      truncate: (length) => this.#operation('truncate', () => resize(length)),
      stat: () => Promise.resolve({ size: file.bytes.length }),
      close: () => Promise.resolve(),
    };
  }
}

function whatRemains({ bytes, synced, dirty }: DiskFile, chance: Chance): Buffer {
  const least = Math.min(synced.length, bytes.length);
  const length = least + Math.floor(chance() * (Math.max(synced.length, bytes.length) - least + 1));
  const kept = Buffer.alloc(length);
  for (let at = 0; at < length; at += SECTOR_BYTES) {
    const source = dirty.has(at / SECTOR_BYTES) && chance() < 0.5 ? bytes : synced;
    // What lies past the end of the older state was never written: zeros.
    if (at < source.length) source.copy(kept, at, at, Math.min(at + SECTOR_BYTES, length));
  }
  return kept;
}

function markDirty(file: DiskFile, from: number, to: number): void {
  for (let sector = Math.floor(from / SECTOR_BYTES); sector * SECTOR_BYTES < to; sector++) file.dirty.add(sector);
}
