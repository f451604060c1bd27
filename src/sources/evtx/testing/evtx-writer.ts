/**
 * Writes event logs for tests: whatever value types, nestings and damages the recorded ones lack. Only used by tests; what it writes is
 * read back by libevtx too (`oracle.test.ts`), so that writer and reader cannot agree on the same mistake.
 */

import { CHUNK_BYTES } from '../chunk-bytes.js';
import { crc32 } from '../crc32.js';
import { FILE_HEADER_BYTES } from '../file-header.js';
import { TOKEN } from '../fragment-parser.js';
import { VALUE_TYPE } from '../value-text.js';

export type Part =
  | string
  | { readonly sub: number; readonly optional?: boolean }
  | { readonly cdata: string }
  | { readonly character: number }
  | { readonly entity: string }
  | { readonly instruction: readonly [target: string, data: string] };

export interface ElementSpec {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, Part | readonly Part[]>>;
  readonly children?: readonly (ElementSpec | Part | InstanceSpec)[];
  readonly dependency?: number;
}

/** Content without an element around it, which no honest writer makes. */
export interface BareSpec {
  readonly bare: readonly (ElementSpec | Part | InstanceSpec)[];
}

/** A template and the values for it. */
export interface InstanceSpec {
  readonly template: ElementSpec | BareSpec;
  readonly values: readonly ValueSpec[];
}

export type ValueSpec =
  | { readonly type: number; readonly bytes: Uint8Array }
  /** A fragment of its own as a value: an instance, or an element without a template. */
  | { readonly fragment: InstanceSpec | ElementSpec };

export interface RecordSpec {
  readonly id: number;
  /** An instance, or an element written without a template. */
  readonly content: InstanceSpec | ElementSpec;
}

export interface LogSpec {
  readonly chunks: readonly (readonly RecordSpec[])[];
  readonly isDirty?: boolean;
  /** Leave the last chunk's header as it was after this many records, as Windows does until it next saves it. */
  readonly recordsInLastHeader?: number;
}

/** Where a chunk's parts lie, for tests that damage them. */
export interface WrittenLog {
  readonly bytes: Uint8Array;
  /** Offsets in the file, by record id. */
  readonly recordOffsets: ReadonlyMap<number, number>;
}

export function writeEvtx(spec: LogSpec): WrittenLog {
  const bytes = new Uint8Array(FILE_HEADER_BYTES + spec.chunks.length * CHUNK_BYTES);
  const recordOffsets = new Map<number, number>();
  for (const [index, records] of spec.chunks.entries()) {
    const isLast = index === spec.chunks.length - 1;
    const chunk = new ChunkWriter().write(records, isLast ? spec.recordsInLastHeader : undefined);
    const start = FILE_HEADER_BYTES + index * CHUNK_BYTES;
    bytes.set(chunk.bytes, start);
    for (const [id, offset] of chunk.offsets) recordOffsets.set(id, start + offset);
  }
  writeFileHeader(bytes, spec);
  return { bytes, recordOffsets };
}

function writeFileHeader(bytes: Uint8Array, spec: LogSpec): void {
  const view = new DataView(bytes.buffer);
  const ids = spec.chunks.flat().map((record) => record.id);
  bytes.set(ascii('ElfFile\0'), 0);
  view.setBigUint64(16, BigInt(Math.max(0, spec.chunks.length - 1)), true);
  view.setBigUint64(24, BigInt(Math.max(0, ...ids) + 1), true);
  view.setUint32(32, 128, true);
  view.setUint16(36, 1, true);
  view.setUint16(38, 3, true);
  view.setUint16(40, FILE_HEADER_BYTES, true);
  view.setUint16(42, spec.chunks.length, true);
  view.setUint32(120, spec.isDirty === true ? 1 : 0, true);
  view.setUint32(124, crc32(bytes, 0, 120), true);
}

class ChunkWriter {
  readonly #bytes = new Uint8Array(CHUNK_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #names = new Map<string, number>();
  readonly #templates = new Map<ElementSpec | BareSpec, number>();
  #at = 512;
  /** Elements inside a fragment that is a value have no dependency number. */
  #hasDependencies = true;

  write(
    records: readonly RecordSpec[],
    inHeader = records.length,
  ): { bytes: Uint8Array; offsets: Map<number, number> } {
    const offsets = new Map<number, number>();
    let last = 512;
    let freeSpace = 512;
    for (const [index, record] of records.entries()) {
      const start = this.#at;
      offsets.set(record.id, start);
      this.#record(record);
      if (index >= inHeader) continue;
      last = start;
      freeSpace = this.#at;
    }
    this.#header(records.slice(0, inHeader), last, freeSpace);
    return { bytes: this.#bytes, offsets };
  }

  #header(records: readonly RecordSpec[], last: number, freeSpace: number): void {
    const view = this.#view;
    this.#bytes.set(ascii('ElfChnk\0'), 0);
    for (const [offset, id] of [
      [8, records[0]?.id ?? 1],
      [16, records.at(-1)?.id ?? 1],
      [24, records[0]?.id ?? 1],
      [32, records.at(-1)?.id ?? 1],
    ] as const) {
      view.setBigUint64(offset, BigInt(id), true);
    }
    view.setUint32(40, 128, true);
    view.setUint32(44, last, true);
    view.setUint32(48, freeSpace, true);
    view.setUint32(52, crc32(this.#bytes, 512, freeSpace), true);
    view.setUint32(124, crc32(this.#bytes, 128, 512, crc32(this.#bytes, 0, 120)), true);
  }

  #record(record: RecordSpec): void {
    const start = this.#at;
    this.#put(0x2a, 0x2a, 0, 0);
    this.#uint32(0);
    this.#view.setBigUint64(this.#at, BigInt(record.id), true);
    // 2020-01-01T00:00:00Z
    this.#view.setBigUint64(this.#at + 8, 132_223_104_000_000_000n, true);
    this.#at += 16;
    this.#fragment(record.content);
    this.#at = (this.#at + 4 + 7) & ~7;
    const size = this.#at - start;
    this.#view.setUint32(this.#at - 4, size, true);
    this.#view.setUint32(start + 4, size, true);
  }

  #fragment(content: InstanceSpec | ElementSpec | BareSpec): void {
    this.#put(TOKEN.fragmentHeader, 1, 1, 0);
    if ('template' in content) this.#instance(content);
    else if ('bare' in content) this.#children(content.bare);
    else this.#element(content);
    this.#put(TOKEN.end);
  }

  #instance({ template, values }: InstanceSpec): void {
    this.#put(TOKEN.templateInstance, 1);
    this.#uint32(0x1234);
    const known = this.#templates.get(template);
    this.#uint32(known ?? this.#at + 4);
    if (known === undefined) this.#template(template);
    this.#uint32(values.length);
    const descriptors = this.#at;
    this.#at += values.length * 4;
    for (const [index, value] of values.entries()) {
      const start = this.#at;
      this.#value(value);
      this.#view.setUint16(descriptors + index * 4, this.#at - start, true);
      this.#bytes[descriptors + index * 4 + 2] = 'fragment' in value ? VALUE_TYPE.binaryXml : value.type;
    }
  }

  #template(template: ElementSpec | BareSpec): void {
    const start = this.#at;
    this.#templates.set(template, start);
    this.#at += 24;
    const had = this.#hasDependencies;
    this.#hasDependencies = true;
    this.#fragment(template);
    this.#hasDependencies = had;
    this.#view.setUint32(start + 4, start, true);
    this.#view.setUint32(start + 20, this.#at - start - 24, true);
  }

  #value(value: ValueSpec): void {
    if (!('fragment' in value)) {
      this.#bytes.set(value.bytes, this.#at);
      this.#at += value.bytes.length;
      return;
    }
    const had = this.#hasDependencies;
    this.#hasDependencies = false;
    this.#fragment(value.fragment);
    this.#hasDependencies = had;
  }

  #element(element: ElementSpec): void {
    const attributes = Object.entries(element.attributes ?? {});
    this.#put(TOKEN.openElement | (attributes.length > 0 ? TOKEN.more : 0));
    if (this.#hasDependencies) this.#uint16(element.dependency ?? 0xffff);
    const sizeAt = this.#at;
    this.#at += 4;
    this.#name(element.name);
    if (attributes.length > 0) {
      const listAt = this.#at;
      this.#at += 4;
      for (const [index, [name, parts]] of attributes.entries()) {
        this.#put(TOKEN.attribute | (index < attributes.length - 1 ? TOKEN.more : 0));
        this.#name(name);
        for (const part of Array.isArray(parts) ? (parts as readonly Part[]) : [parts as Part]) this.#part(part);
      }
      this.#view.setUint32(listAt, this.#at - listAt - 4, true);
    }
    if (element.children === undefined) this.#put(TOKEN.closeEmpty);
    else {
      this.#put(TOKEN.closeStart);
      this.#children(element.children);
      this.#put(TOKEN.endElement);
    }
    this.#view.setUint32(sizeAt, this.#at - sizeAt - 4, true);
  }

  #children(children: readonly (ElementSpec | Part | InstanceSpec)[]): void {
    for (const child of children) {
      if (typeof child === 'string' || !('name' in child || 'template' in child)) this.#part(child);
      else if ('template' in child) this.#instance(child);
      else this.#element(child);
    }
  }

  #part(part: Part): void {
    if (typeof part === 'string') {
      this.#put(TOKEN.value, VALUE_TYPE.string);
      this.#counted(part);
    } else if ('sub' in part) {
      this.#put(part.optional === true ? TOKEN.optionalSubstitution : TOKEN.substitution);
      this.#uint16(part.sub);
      this.#put(VALUE_TYPE.string);
    } else if ('cdata' in part) {
      this.#put(TOKEN.cdata);
      this.#counted(part.cdata);
    } else if ('character' in part) {
      this.#put(TOKEN.characterReference);
      this.#uint16(part.character);
    } else if ('entity' in part) {
      this.#put(TOKEN.entityReference);
      this.#name(part.entity);
    } else {
      this.#put(TOKEN.instructionTarget);
      this.#name(part.instruction[0]);
      this.#put(TOKEN.instructionData);
      this.#counted(part.instruction[1]);
    }
  }

  /** The first time a name is written it stands right here; later ones point to it. */
  #name(name: string): void {
    const known = this.#names.get(name);
    this.#uint32(known ?? this.#at + 4);
    if (known !== undefined) return;
    this.#names.set(name, this.#at);
    this.#uint32(0);
    let hash = 0;
    for (let index = 0; index < name.length; index++) hash = (Math.imul(hash, 65_599) + name.charCodeAt(index)) >>> 0;
    this.#uint16(hash & 0xffff);
    this.#counted(name);
    this.#uint16(0);
  }

  #counted(text: string): void {
    this.#uint16(text.length);
    for (let index = 0; index < text.length; index++) this.#uint16(text.charCodeAt(index));
  }

  #put(...bytes: number[]): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #uint16(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  #uint32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function bytesOf(size: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  write(view);
  return new Uint8Array(view.buffer);
}

function utf16(text: string): Uint8Array {
  return bytesOf(text.length * 2, (view) => {
    for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), true);
  });
}

/** Values by type. `list` puts several of one type together, as the array types have them. */
export const value = {
  absent: (): ValueSpec => ({ type: VALUE_TYPE.null, bytes: new Uint8Array(0) }),
  string: (text: string): ValueSpec => ({ type: VALUE_TYPE.string, bytes: utf16(text) }),
  ansi: (text: string): ValueSpec => ({ type: VALUE_TYPE.ansi, bytes: ascii(text) }),
  int8: (number: number): ValueSpec => ({
    type: VALUE_TYPE.int8,
    bytes: bytesOf(1, (view) => view.setInt8(0, number)),
  }),
  uint8: (number: number): ValueSpec => ({
    type: VALUE_TYPE.uint8,
    bytes: bytesOf(1, (view) => view.setUint8(0, number)),
  }),
  int16: (number: number): ValueSpec => ({
    type: VALUE_TYPE.int16,
    bytes: bytesOf(2, (view) => view.setInt16(0, number, true)),
  }),
  uint16: (number: number): ValueSpec => ({
    type: VALUE_TYPE.uint16,
    bytes: bytesOf(2, (view) => view.setUint16(0, number, true)),
  }),
  int32: (number: number): ValueSpec => ({
    type: VALUE_TYPE.int32,
    bytes: bytesOf(4, (view) => view.setInt32(0, number, true)),
  }),
  uint32: (number: number): ValueSpec => ({
    type: VALUE_TYPE.uint32,
    bytes: bytesOf(4, (view) => view.setUint32(0, number, true)),
  }),
  int64: (number: bigint): ValueSpec => ({
    type: VALUE_TYPE.int64,
    bytes: bytesOf(8, (view) => view.setBigInt64(0, number, true)),
  }),
  uint64: (number: bigint): ValueSpec => ({
    type: VALUE_TYPE.uint64,
    bytes: bytesOf(8, (view) => view.setBigUint64(0, number, true)),
  }),
  float: (number: number): ValueSpec => ({
    type: VALUE_TYPE.float,
    bytes: bytesOf(4, (view) => view.setFloat32(0, number, true)),
  }),
  double: (number: number): ValueSpec => ({
    type: VALUE_TYPE.double,
    bytes: bytesOf(8, (view) => view.setFloat64(0, number, true)),
  }),
  bool: (is: boolean): ValueSpec => ({
    type: VALUE_TYPE.bool,
    bytes: bytesOf(4, (view) => view.setUint32(0, is ? 1 : 0, true)),
  }),
  binary: (...bytes: number[]): ValueSpec => ({ type: VALUE_TYPE.binary, bytes: Uint8Array.from(bytes) }),
  guid: (...bytes: number[]): ValueSpec => ({ type: VALUE_TYPE.guid, bytes: Uint8Array.from(bytes) }),
  size32: (number: number): ValueSpec => ({
    type: VALUE_TYPE.size,
    bytes: bytesOf(4, (view) => view.setUint32(0, number, true)),
  }),
  size64: (number: bigint): ValueSpec => ({
    type: VALUE_TYPE.size,
    bytes: bytesOf(8, (view) => view.setBigUint64(0, number, true)),
  }),
  filetime: (ticks: bigint): ValueSpec => ({
    type: VALUE_TYPE.filetime,
    bytes: bytesOf(8, (view) => view.setBigUint64(0, ticks, true)),
  }),
  systemTime: (...parts: number[]): ValueSpec => ({
    type: VALUE_TYPE.systemTime,
    bytes: bytesOf(16, (view) => parts.forEach((part, index) => view.setUint16(index * 2, part, true))),
  }),
  sid: (authority: number, ...parts: number[]): ValueSpec => ({
    type: VALUE_TYPE.sid,
    bytes: bytesOf(8 + parts.length * 4, (view) => {
      view.setUint8(0, 1);
      view.setUint8(1, parts.length);
      view.setUint16(2, Math.floor(authority / 0x1_0000_0000));
      view.setUint32(4, authority % 0x1_0000_0000);
      parts.forEach((part, index) => view.setUint32(8 + index * 4, part, true));
    }),
  }),
  hexInt32: (number: number): ValueSpec => ({
    type: VALUE_TYPE.hexInt32,
    bytes: bytesOf(4, (view) => view.setUint32(0, number, true)),
  }),
  hexInt64: (number: bigint): ValueSpec => ({
    type: VALUE_TYPE.hexInt64,
    bytes: bytesOf(8, (view) => view.setBigUint64(0, number, true)),
  }),
  fragment: (fragment: InstanceSpec | ElementSpec): ValueSpec => ({ fragment }),
  list: (...items: ValueSpec[]): ValueSpec => {
    const parts = items.flatMap((item) => ('fragment' in item ? [] : [item]));
    const bytes = parts.flatMap((item) => [...item.bytes]);
    return { type: (parts[0]?.type ?? 0) | VALUE_TYPE.array, bytes: Uint8Array.from(bytes) };
  },
};
