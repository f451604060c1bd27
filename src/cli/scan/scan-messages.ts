/** What the threads of a scan say to each other. */

import type { MessagePort } from 'node:worker_threads';
import type { ScanPartResult } from '../../app/scan/scan.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import type { Event } from '../../engine/event/event.js';
import type { PolicyOptions } from '../policy-options.js';
import type { LineBatch } from './line-batch.js';

/** Given to a thread when it starts. */
export interface ScanThreadData {
  readonly programRoot: string;
  /** Of this thread, from 0. */
  readonly place: number;
  readonly policy: PolicyOptions;
  readonly minScore: number | undefined;
  readonly keepHits: boolean;
  /** As `makeShareTable` makes it, the same for all. */
  readonly shares: SharedArrayBuffer;
  /** To every thread by place; `undefined` in the own place. */
  readonly peers: readonly (MessagePort | undefined)[];
}

/** One file to be read, and that there is no more. */
export type ToScanThread =
  { readonly kind: 'file'; readonly path: string; readonly name: string } | { readonly kind: 'no-more-files' };

export type FromScanThread =
  | { readonly kind: 'loaded'; readonly diagnostics: readonly Diagnostic[] }
  /** Wants a file. `events` are those it has judged. */
  | { readonly kind: 'next'; readonly events: number }
  /** A line that was handed over is not what it looked like, or a correlation counts over several hosts; only one thread alone can read this input. */
  | { readonly kind: 'cannot-share' }
  | { readonly kind: 'result'; readonly result: ScanPartResult };

/**
 * Between threads, in this order: lines by the hosts they seem to be of, then events that turned out to be of another's host.
 *
 *     lines … lines, lines-end, events … events, events-end
 */
export type BetweenScanThreads =
  | { readonly kind: 'lines'; readonly batch: LineBatch }
  | { readonly kind: 'taken' }
  | { readonly kind: 'lines-end' }
  | { readonly kind: 'events'; readonly events: readonly Event[] }
  | { readonly kind: 'events-end' };
