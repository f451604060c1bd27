/** What the use cases need from the world. Adapters (`log`, `store`, …) implement these; `cli` hands them in. */

import type { Effects } from '../engine/effects.js';
import type { PluginFinding } from '../engine/plugin/plugin.js';

export interface Clock {
  /** UTC milliseconds. */
  nowMs(): number;
}

/** Policy as the log holds it: everything as text, so that any later program can read it. */
export type PolicyChange =
  | { readonly kind: 'rules'; readonly version: string; readonly files: readonly { readonly path: string; readonly text: string }[] }
  | { readonly kind: 'settings'; readonly settings: PolicySettings }
  | { readonly kind: 'exception-added'; readonly exception: import('../engine/score/exception.js').Exception }
  | { readonly kind: 'exception-removed'; readonly id: string };

export interface PolicySettings {
  readonly threshold: number;
  readonly hits: 'all' | 'first';
  readonly rootImages: readonly string[];
  readonly skipImages: readonly string[];
  readonly skipHashes: readonly string[];
}

export type LogRecord =
  /** Bytes exactly as they came: one event in the shape its sender chose. */
  | { readonly kind: 'event'; readonly raw: Uint8Array; readonly receivedMs: number; readonly sensor: string }
  | { readonly kind: 'policy'; readonly change: PolicyChange }
  | { readonly kind: 'finding'; readonly finding: PluginFinding };

export interface StoredRecord {
  /** Grows by one a record, from 1; never reused. */
  readonly position: number;
  readonly record: LogRecord;
}

/** Append-only, checksummed, synced before it answers. The log is the truth; everything else can be rebuilt from it. */
export interface EventLog {
  /** Resolves, with the position of the first of them, once all records are on disk; rejects if they may not be. */
  append(records: readonly LogRecord[]): Promise<number>;
  /** Records from `position` on, in order, up to the last one synced when the call began. */
  read(fromPosition: number): AsyncIterable<StoredRecord>;
  /** 0 while empty. */
  readonly lastPosition: number;
  /** What recovery cut from the tail when the log was opened: bytes, and the reason in words; `undefined` if nothing. */
  readonly cut: { readonly bytes: number; readonly reason: string } | undefined;
  close(): Promise<void>;
}

/** Where effects go, together with the log position they came from: both in one transaction. */
export interface EffectStore {
  /** Position up to which effects are stored; 0 at first. */
  readonly committedPosition: number;
  commit(effects: Effects, position: number): void;
}
