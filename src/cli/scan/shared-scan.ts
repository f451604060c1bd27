/**
 * A scan by several threads. Each reads some of the files and judges the events of some of the hosts; what one engine alone would have found comes out,
 * byte for byte, because chains never span hosts and an engine does not mind in which order events come.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { joinScan, type ScanPartResult, type ScanResult } from '../../app/scan/scan.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import type { FileInput } from '../../files/index.js';
import { tellErrors, type PolicyOptions } from '../policy-options.js';
import { programRoot } from '../program-root.js';
import { makeShareTable } from './host-shares.js';
import type { Progress } from './progress.js';
import type { FromScanThread, ScanThreadData, ToScanThread } from './scan-messages.js';

export interface SharedScanOptions {
  readonly policy: PolicyOptions;
  readonly minScore: number | undefined;
  readonly keepHits: boolean;
  readonly progress: Progress;
}

/** @returns `undefined` where the input can only be read by one thread alone: lines that look like records and are none, or correlations over several hosts */
export async function sharedScan(
  files: readonly FileInput[],
  count: number,
  options: SharedScanOptions,
): Promise<ScanResult | undefined> {
  const startedMs = performance.now();
  const threads = startThreads(count, options);
  try {
    const run = new SharedScan(files, threads, options.progress);
    const parts = await run.parts;
    return parts && joinScan(parts, files.length, run.diagnostics, (performance.now() - startedMs) / 1000);
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

class SharedScan {
  readonly parts: Promise<readonly ScanPartResult[] | undefined>;
  diagnostics: readonly Diagnostic[] = [];
  readonly #waiting: FileInput[];
  readonly #events: number[];
  readonly #results: ScanPartResult[] = [];
  #done = 0;

  constructor(
    files: readonly FileInput[],
    private readonly threads: readonly Worker[],
    private readonly progress: Progress,
  ) {
    // The longest first, so that none is left for the end.
    this.#waiting = files.toSorted((one, other) => other.bytes - one.bytes);
    this.#events = threads.map(() => 0);
    this.parts = new Promise((resolve, reject) => {
      for (const [place, thread] of threads.entries()) {
        thread.on('error', reject);
        thread.on('message', (message: FromScanThread) => {
          if (message.kind === 'cannot-share') resolve(undefined);
          else if (message.kind === 'result') {
            this.#results.push(message.result);
            if (this.#results.length === threads.length) resolve(this.#results);
          } else this.#heard(place, message);
        });
      }
    });
  }

  #heard(place: number, message: FromScanThread & { readonly kind: 'loaded' | 'next' }): void {
    if (message.kind === 'loaded') {
      // All load the same.
      if (place !== 0) return;
      this.diagnostics = message.diagnostics;
      tellErrors(message.diagnostics);
      return;
    }
    this.#events[place] = message.events;
    const file = this.#waiting.shift();
    const answer: ToScanThread =
      file === undefined ? { kind: 'no-more-files' } : { kind: 'file', path: file.path, name: file.name };
    this.threads[place]!.postMessage(answer);
    if (file === undefined) return;
    const events = this.#events.reduce((sum, count) => sum + count, 0);
    this.progress.show({ files: ++this.#done, events, name: file.name });
  }
}

function startThreads(count: number, { policy, minScore, keepHits }: SharedScanOptions): readonly Worker[] {
  const ports: (MessagePort | undefined)[][] = Array.from({ length: count }, () =>
    Array.from({ length: count }, () => undefined),
  );
  for (let one = 0; one < count; one++) {
    for (let other = one + 1; other < count; other++) {
      const { port1, port2 } = new MessageChannel();
      ports[one]![other] = port1;
      ports[other]![one] = port2;
    }
  }
  const program = pathToFileURL(join(programRoot(), 'dist', 'scan-thread.js'));
  const shares = makeShareTable(count);
  return ports.map((peers, place) => {
    const data: ScanThreadData = { programRoot: programRoot(), place, policy, minScore, keepHits, shares, peers };
    return new Worker(program, { workerData: data, transferList: peers.filter((port) => port !== undefined) });
  });
}
