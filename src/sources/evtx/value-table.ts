/** The values that a record brings for its template: where each lies, how long it is, of which type. */

import type { ChunkBytes } from './chunk-bytes.js';
import { Damage } from './damage.js';
import type { ValueMemo } from './node.js';
import { VALUE_TYPE, valueText } from './value-text.js';

const DESCRIPTOR_BYTES = 4;

/** Reused from record to record; `read` fills it anew. */
export class ValueTable {
  count = 0;
  /** Bytes from the start of the chunk. */
  readonly offsets: number[] = [];
  readonly sizes: number[] = [];
  readonly types: number[] = [];

  /**
   * Layout: count (4 bytes), then for each value size (2), type (1), unused (1), then the values one after another.
   * @returns where the values end
   * @throws Damage if they do not fit before `end`
   */
  read(chunk: ChunkBytes, start: number, end: number): number {
    chunk.need(start, 4, end);
    const count = chunk.view.getUint32(start, true);
    if (count > (end - start - 4) / DESCRIPTOR_BYTES) {
      throw new Damage('damaged', start, `promises ${count} values, more than fit`);
    }
    let value = start + 4 + count * DESCRIPTOR_BYTES;
    for (let index = 0; index < count; index++) {
      const descriptor = start + 4 + index * DESCRIPTOR_BYTES;
      const size = chunk.view.getUint16(descriptor, true);
      this.offsets[index] = value;
      this.sizes[index] = size;
      this.types[index] = chunk.view.getUint8(descriptor + 2);
      value += size;
    }
    this.count = count;
    chunk.need(value, 0, end);
    return value;
  }

  /** Values that a template asks for and the record does not bring are null. */
  typeOf(index: number): number {
    return index < this.count ? this.types[index]! : VALUE_TYPE.null;
  }

  isNull(index: number): boolean {
    return this.typeOf(index) === VALUE_TYPE.null;
  }

  /** @throws Damage if the value is not what its type promises */
  text(chunk: ChunkBytes, index: number, memo: ValueMemo): string {
    if (index >= this.count) return '';
    const offset = this.offsets[index]!;
    const size = this.sizes[index]!;
    const type = this.types[index]!;
    if (memo.sizes[index] === size && memo.types[index] === type) {
      const before = memo.offsets[index]!;
      if (before === offset) return memo.texts[index]!;
      if (chunk.same(before, offset, size)) {
        memo.offsets[index] = offset;
        return memo.texts[index]!;
      }
    }
    const text = valueText(chunk, type, offset, size);
    // Written in order only: a gap would make the lists sparse, and slow.
    while (memo.sizes.length < index) remember(memo, memo.sizes.length, 0, -1, -1, '');
    remember(memo, index, offset, size, type, text);
    return text;
  }
}

function remember(memo: ValueMemo, index: number, offset: number, size: number, type: number, text: string): void {
  memo.offsets[index] = offset;
  memo.sizes[index] = size;
  memo.types[index] = type;
  memo.texts[index] = text;
}
