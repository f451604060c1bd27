/** Guards against archives that unpack to far more than they are: kilobytes that become terabytes. */

import { InputFailure } from './input-failure.js';

export interface ArchiveLimits {
  /** Bytes out for each byte of the file on disk. Deflate reaches 1032; event logs as JSON 20 to 60. */
  readonly maxRatio: number;
  /** Bytes that may come out whatever the ratio: new event logs are mostly zeros, and small. */
  readonly freeBytes: number;
  readonly maxEntries: number;
  /** An archive inside another, or on standard input, has to be held in memory; larger ones are refused. */
  readonly maxHeldBytes: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_ARCHIVE_LIMITS: ArchiveLimits = {
  maxRatio: 200,
  freeBytes: 256 * MIB,
  maxEntries: 10_000,
  maxHeldBytes: 64 * MIB,
};

/** One for each file on disk: what its archives, and the archives in them, unpack to is counted together. */
export class ExpansionLimit {
  #in = 0;
  #out = 0;

  constructor(private readonly limits: ArchiveLimits) {}

  /** Bytes read of the file on disk. */
  addIn(bytes: number): void {
    this.#in += bytes;
  }

  /** Size of the file on disk, where it is known and not read from start to end. */
  knowIn(bytes: number): void {
    this.#in = Math.max(this.#in, bytes);
  }

  /** @throws InputFailure if that is more than the file may unpack to */
  addOut(bytes: number): void {
    this.#out += bytes;
    if (this.#out <= this.limits.freeBytes + this.#in * this.limits.maxRatio) return;
    throw new InputFailure(
      'too-large',
      `was not read to its end: it unpacks to more than ${this.limits.maxRatio} times its size, as archives made to fill a disk do`,
    );
  }
}
