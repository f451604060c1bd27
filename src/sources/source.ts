/** What every source gives: bytes in, events and reasoned skips out. Pure and total: any bytes give one or the other, never a throw. */

import type { Event } from '../engine/event/event.js';

export const SKIP_REASONS = [
  'not-json',
  'not-xml',
  'not-evtx',
  'not-an-event',
  'damaged',
  'too-large',
  'too-deep',
  'too-many-fields',
  'not-text',
  'unsupported',
  'unreadable',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

export interface Skip {
  readonly reason: SkipReason;
  /** One sentence for a person, without event contents beyond a short, escaped excerpt. */
  readonly message: string;
  readonly file: string | undefined;
  readonly line: number;
}

/** Gets what a decoder finds, in the order of the bytes. */
export interface Sink {
  /** `raw` is the record's own bytes where the format has them one after another (JSON); valid only during the call. `undefined` otherwise. */
  event(event: Event, raw: Uint8Array | undefined): void;
  skip(skip: Skip): void;
}

/** Reads one file or stream, handed in chunks of any size. */
export interface Decoder {
  push(chunk: Uint8Array): void;
  end(): void;
}

export interface SourceLimits {
  /** Longer records are skipped as `too-large` without being held in memory. */
  readonly maxRecordBytes: number;
  readonly maxDepth: number;
  readonly maxFields: number;
}

export const DEFAULT_LIMITS: SourceLimits = { maxRecordBytes: 4 * 1024 * 1024, maxDepth: 32, maxFields: 1024 };

/** The formats, each a folder beside this file. */
export type Format = 'json' | 'xml' | 'evtx' | 'csv';
