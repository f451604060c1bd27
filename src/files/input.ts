/** A file to be read, and what its reader may tell beside events and skips. */

import type { Sink, SourceLimits } from '../sources/source.js';
import type { ArchiveLimits } from './expansion-limit.js';

/** What `scan` takes (`app/scan`): a file, or standard input. */
export interface FileInput {
  /** As the person gave it, with forward slashes; events and skips carry it, and inputs are sorted by it. */
  readonly name: string;
  /** `-` for standard input. */
  readonly path: string;
  /** As it lies on disk, packed or not; 0 where that is not known. */
  readonly bytes: number;
  /** Hands all records to `sink`. Never rejects: a file that cannot be read is a skip `unreadable`. */
  decode(sink: Sink): Promise<void>;
}

/** Something worth telling that costs no record: a gzip stream without its end, an empty file. */
export interface FileNote {
  readonly file: string;
  readonly message: string;
}

export interface InputOptions {
  readonly limits?: SourceLimits | undefined;
  readonly archiveLimits?: Partial<ArchiveLimits> | undefined;
  readonly onNote?: ((note: FileNote) => void) | undefined;
  /** What `-` reads; `process.stdin` by default. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Of files of JSON lines: asked before a line is parsed; true where somebody else takes its bytes, which are valid during the call only. */
  readonly divert?: ((bytes: Uint8Array, file: string, line: number) => boolean) | undefined;
  /** Asked after each piece of a file: what to wait for before the next is read. */
  readonly pause?: (() => Promise<void> | undefined) | undefined;
}
