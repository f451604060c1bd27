/**
 * How much work one record and one chunk may cause. A few bytes can ask for a great deal (a template that names one long value a
 * thousand times, templates inside templates), so what comes out is counted, not what goes in.
 */

import { Damage } from './damage.js';
import type { SourceLimits } from '../source.js';

/** Counted for an element or attribute beside its text. */
const NODE_UNITS = 16;
/** Parsed bytes and units of text. Chunks of recorded logs use a tenth of a million, one full of the smallest records about one. */
const CHUNK_UNITS = 2_500_000;
/** One record alone, so that it cannot use up what its neighbours need. Its own 64 KiB in the least favourable type are a third of this. */
const RECORD_UNITS = 600_000;

export class Budget {
  #nodes = 0;
  #recordUnits = 0;
  #chunkUnits = CHUNK_UNITS;

  readonly #maxRecordUnits: number;

  constructor(private readonly limits: SourceLimits) {
    this.#maxRecordUnits = Math.min(limits.maxRecordBytes, RECORD_UNITS);
  }

  startChunk(): void {
    this.#chunkUnits = CHUNK_UNITS;
  }

  startRecord(): void {
    this.#nodes = 0;
    this.#recordUnits = 0;
  }

  /** @throws Damage when the record has more elements and attributes than four a field allowed */
  node(offset: number): void {
    if (++this.#nodes > 4 * this.limits.maxFields) {
      throw new Damage('too-many-fields', offset, `has more than ${4 * this.limits.maxFields} elements and attributes`);
    }
    this.units(NODE_UNITS, offset);
  }

  /** @throws Damage when the record or the chunk has used up what it may */
  units(count: number, offset: number): void {
    this.#recordUnits += count;
    this.#chunkUnits -= count;
    if (this.#recordUnits > this.#maxRecordUnits) {
      throw new Damage('too-large', offset, `unfolds to more than ${this.#maxRecordUnits} characters`);
    }
    if (this.#chunkUnits < 0) {
      throw new Damage('too-large', offset, 'is in a chunk that unfolds to far more than its size');
    }
  }

  /** @throws Damage below the deepest level allowed */
  depth(level: number, offset: number): void {
    if (level > this.limits.maxDepth)
      throw new Damage('too-deep', offset, `nests deeper than ${this.limits.maxDepth} levels`);
  }
}
