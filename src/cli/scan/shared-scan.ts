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
import { youngSpaceMib } from '../young-space.js';
import { FileQueue } from './file-queue.js';
import { HostShares, makeShareTable } from './host-shares.js';
import { surveyHosts, type HostTally } from './host-survey.js';
import type { Progress } from './progress.js';
import type { FromScanThread, ScanThreadData, ToScanThread } from './scan-messages.js';
import { planScan } from './scan-plan.js';

/** Files looked into beforehand, the largest; with those known, what the others hold makes little difference. */
const SURVEYED_MAX = 200;

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
  const shares = makeShareTable(count);
  const threads = startThreads(count, shares, options);
  try {
    // While the threads load the rules.
    const run = new SharedScan(queueByPlan(files, count, shares), threads, options.progress);
    const parts = await run.parts;
    return parts && joinScan(parts, files.length, run.diagnostics, (performance.now() - startedMs) / 1000);
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

class SharedScan {
  readonly parts: Promise<readonly ScanPartResult[] | undefined>;
  diagnostics: readonly Diagnostic[] = [];
  readonly #events: number[];
  readonly #results: ScanPartResult[] = [];
  #done = 0;

  constructor(
    queue: Promise<FileQueue>,
    private readonly threads: readonly Worker[],
    private readonly progress: Progress,
  ) {
    this.#events = threads.map(() => 0);
    this.parts = new Promise((resolve, reject) => {
      for (const [place, thread] of threads.entries()) {
        thread.on('error', reject);
        thread.on('message', (message: FromScanThread) => {
          if (message.kind === 'cannot-share') resolve(undefined);
          else if (message.kind === 'result') {
            this.#results.push(message.result);
            if (this.#results.length === threads.length) resolve(this.#results);
          } else if (message.kind === 'loaded') this.#loaded(place, message.diagnostics);
          else {
            this.#events[place] = message.events;
            queue.then((files) => this.#give(place, files.take(place)), reject);
          }
        });
      }
    });
  }

  #loaded(place: number, diagnostics: readonly Diagnostic[]): void {
    // All load the same.
    if (place !== 0) return;
    this.diagnostics = diagnostics;
    tellErrors(diagnostics);
  }

  #give(place: number, file: FileInput | undefined): void {
    const answer: ToScanThread =
      file === undefined ? { kind: 'no-more-files' } : { kind: 'file', path: file.path, name: file.name };
    this.threads[place]!.postMessage(answer);
    if (file === undefined) return;
    const events = this.#events.reduce((sum, count) => sum + count, 0);
    this.progress.show({ files: ++this.#done, events, name: file.name });
  }
}

/** Gives the hosts that the beginnings of the files tell of to threads, and each file to the thread that most of it is for. */
async function queueByPlan(files: readonly FileInput[], count: number, shares: SharedArrayBuffer): Promise<FileQueue> {
  // A pipe, whose length is not known, can be read once only.
  const surveyed = files
    .filter(({ bytes }) => bytes > 0)
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, SURVEYED_MAX);
  const tallies: HostTally[] = [];
  for (const { path } of surveyed) tallies.push(await surveyHosts(path));
  const plan = planScan(
    surveyed.map(({ bytes }, at) => ({ bytes, hosts: tallies[at]! })),
    count,
  );
  const table = new HostShares(shares);
  for (const [host, place] of plan.hosts) table.plan(host, place);
  const places = new Map(surveyed.map((file, at) => [file, plan.files[at]]));
  return new FileQueue(files.map((file) => ({ file, place: places.get(file) })));
}

function startThreads(
  count: number,
  shares: SharedArrayBuffer,
  { policy, minScore, keepHits }: SharedScanOptions,
): readonly Worker[] {
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
  return ports.map((peers, place) => {
    const data: ScanThreadData = { programRoot: programRoot(), place, policy, minScore, keepHits, shares, peers };
    return new Worker(program, {
      workerData: data,
      transferList: peers.filter((port) => port !== undefined),
      resourceLimits: { maxYoungGenerationSizeMb: youngSpaceMib(count) },
    });
  });
}
