/**
 * From a file to its events: unpacks what is packed, finds out the format by content, and drives its decoder.
 *
 *     file ─ gzip? ─ zip? ─▶ each entry ─ gzip? ─▶ format ─▶ decoder ─▶ sink
 *
 * Whatever goes wrong with one file or one entry becomes a skip with its reason; the next is read all the same.
 */

import { stat } from 'node:fs/promises';
import { createDecoder, detectFormat } from '../sources/index.js';
import { DEFAULT_LIMITS, type Sink, type SkipReason } from '../sources/source.js';
import { collect, fileChunks, peek } from './byte-stream.js';
import { type ArchiveLimits, DEFAULT_ARCHIVE_LIMITS, ExpansionLimit } from './expansion-limit.js';
import { EVENT_EXTENSIONS, mayHoldEvents, printable, withoutPacking } from './file-name.js';
import { gunzip } from './gunzip.js';
import { asFailure, failingAs, InputFailure } from './input-failure.js';
import type { InputOptions } from './input.js';
import { zipEntries, type ZipEntry } from './zip.js';

/** Enough for every format to be told by its beginning. */
const PEEK_BYTES = 4096;
/** An archive in an archive is read; one in that is not. */
const MAX_PACKINGS = 2;

export const STDIN = '-';

/**
 * Reads one file to its end.
 * @param path  `-` for standard input
 * @param name  what events and skips carry as their file
 */
export async function decodeFile(path: string, name: string, sink: Sink, options: InputOptions = {}): Promise<void> {
  await new FileDecoding(path, sink, options).run(name);
}

class FileDecoding {
  readonly #archiveLimits: ArchiveLimits;
  readonly #expansion: ExpansionLimit;

  constructor(
    private readonly path: string,
    private readonly sink: Sink,
    private readonly options: InputOptions,
  ) {
    this.#archiveLimits = { ...DEFAULT_ARCHIVE_LIMITS, ...options.archiveLimits };
    this.#expansion = new ExpansionLimit(this.#archiveLimits);
  }

  async run(name: string): Promise<void> {
    const chunks = this.path === STDIN ? (this.options.stdin ?? process.stdin) : fileChunks(this.path);
    try {
      await this.#read(name, name, this.#countIn(failingAs('unreadable', 'cannot be read', chunks)), 0);
    } catch (error) {
      this.#tell(name, error);
    }
  }

  async *#countIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#expansion.addIn(chunk.length);
      yield chunk;
    }
  }

  async *#countOut(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#expansion.addOut(chunk.length);
      yield chunk;
    }
  }

  /**
   * @param label     what events carry: `a.zip!inner.evtx.gz`
   * @param hint      a name for what the bytes are now, without the packings that were taken off
   * @param packings  how many those are
   */
  async #read(label: string, hint: string, chunks: AsyncIterable<Uint8Array>, packings: number): Promise<void> {
    const { first, all, close } = await peek(chunks, PEEK_BYTES);
    try {
      const packing = packingOf(first);
      if (first.length === 0) this.#note(label, 'is empty');
      else if (packing === undefined) await this.#decode(label, hint, first, all);
      else if (packings >= MAX_PACKINGS) {
        this.#skip('unsupported', label, 'is an archive in an archive in an archive; unpack it first');
      } else if (packing === 'gzip') await this.#gzip(label, hint, all, packings + 1);
      else await this.#zip(label, all, packings + 1);
    } finally {
      await close();
    }
  }

  async #decode(label: string, hint: string, first: Uint8Array, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const format = detectFormat(first, hint);
    if (format === undefined) {
      this.#skip('unsupported', label, 'holds none of the formats that are read: EVTX, XML, JSON or CSV events');
      return;
    }
    const { divert, pause, limits = DEFAULT_LIMITS } = this.options;
    const decoder = createDecoder(format, this.sink, {
      file: label,
      limits,
      ...(divert === undefined ? {} : { divert: (bytes, line) => divert(bytes, label, line) }),
    });
    try {
      for await (const chunk of chunks) {
        decoder.push(chunk);
        await pause?.();
      }
    } finally {
      // What was read before a failure is whole up to its last record.
      decoder.end();
    }
  }

  async #gzip(label: string, hint: string, chunks: AsyncIterable<Uint8Array>, packings: number): Promise<void> {
    const unpacked = gunzip(chunks, (end) => {
      if (end.kind === 'cut')
        this.#note(label, 'is a gzip stream without its end; all of its content that is there was read');
      if (end.kind === 'damaged') this.#skip('damaged', label, `cannot be unpacked to its end: ${end.message}`);
    });
    await this.#read(label, withoutPacking(hint), this.#countOut(unpacked), packings);
  }

  async #zip(label: string, chunks: AsyncIterable<Uint8Array>, packings: number): Promise<void> {
    const source = await this.#zipSource(chunks, packings);
    if (source === undefined) {
      this.#skip(
        'too-large',
        label,
        `is an archive of more than ${this.#archiveLimits.maxHeldBytes} bytes that would have to be held in memory; unpack it first`,
      );
      return;
    }
    let seen = 0;
    let read = 0;
    const entries = zipEntries(source);
    try {
      for (;;) {
        const next = await asFailure('damaged', 'cannot be unpacked', () => entries.next());
        if (next.done === true) break;
        if (++seen > this.#archiveLimits.maxEntries) {
          this.#skip(
            'too-large',
            label,
            `has more than ${this.#archiveLimits.maxEntries} entries; the rest was not read`,
          );
          return;
        }
        if (!mayHoldEvents(next.value.name)) continue;
        read++;
        await this.#entry(`${label}!${printable(next.value.name)}`, next.value, packings);
      }
    } finally {
      await entries.return(undefined);
    }
    if (read === 0) this.#note(label, `is an archive without any file of events (${EVENT_EXTENSIONS})`);
  }

  /** Zip keeps its list of entries at the end. A file is read from there; anything else has to be held. */
  async #zipSource(chunks: AsyncIterable<Uint8Array>, packings: number): Promise<string | Buffer | undefined> {
    if (packings > 1 || this.path === STDIN) return collect(chunks, this.#archiveLimits.maxHeldBytes);
    const status = await asFailure('unreadable', 'cannot be read', () => stat(this.path));
    if (!status.isFile()) return collect(chunks, this.#archiveLimits.maxHeldBytes);
    this.#expansion.knowIn(status.size);
    return this.path;
  }

  async #entry(label: string, entry: ZipEntry, packings: number): Promise<void> {
    if (entry.isEncrypted) {
      this.#skip('unsupported', label, 'is encrypted; unpack it first');
      return;
    }
    try {
      const chunks = await asFailure('damaged', 'cannot be unpacked', () => entry.open());
      await this.#read(label, entry.name, this.#countOut(failingAs('damaged', 'cannot be unpacked', chunks)), packings);
    } catch (error) {
      // One damaged entry leaves the others; a bomb ends the file, for more of it would only unpack more.
      if (error instanceof InputFailure && error.reason === 'too-large') throw error;
      this.#tell(label, error);
    }
  }

  /** Bugs of ours, and of whoever the events go to, are nothing to carry on from. */
  #tell(label: string, error: unknown): void {
    if (!(error instanceof InputFailure)) throw error;
    this.#skip(error.reason, label, error.message);
  }

  #skip(reason: SkipReason, file: string, message: string): void {
    this.sink.skip({ reason, message: `${file} ${message}`, file, line: 0 });
  }

  #note(file: string, message: string): void {
    this.options.onNote?.({ file, message: `${file} ${message}` });
  }
}

/** Sources: RFC 1952 for gzip; APPNOTE.TXT 4.3.7 and, for an archive without entries, 4.3.16 for zip. */
function packingOf(first: Uint8Array): 'gzip' | 'zip' | undefined {
  const [b0, b1, b2, b3] = first;
  if (b0 === 0x1f && b1 === 0x8b) return 'gzip';
  if (b0 === 0x50 && b1 === 0x4b && ((b2 === 3 && b3 === 4) || (b2 === 5 && b3 === 6))) return 'zip';
  return undefined;
}
