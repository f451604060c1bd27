/** What all parts of a snapshot share: the bytes, and numbers that stand for hosts, processes and evidence. */

import type { HostTable } from '../process/host-table.js';
import { currentOf, type Process } from '../process/process.js';
import { assert } from '../base/assert.js';
import { EvidenceReader, EvidenceWriter } from './evidence-records.js';
import { readProcess, writeProcess } from './process-records.js';
import { demand, type RecordReader } from './record-reader.js';
import type { RecordWriter } from './record-writer.js';

/** Reads records as chunks are given to it: it asks for the next one with `yield`, and only between records. */
export type Reading<Result> = Generator<undefined, Result, Uint8Array>;
/** Gives out chunks as they fill. */
export type Writing = Generator<Uint8Array, void, void>;

export class StateWriter {
  readonly evidence: EvidenceWriter;
  readonly #hosts = new Map<HostTable, number>();
  readonly #processes: Process[] = [];

  constructor(
    readonly records: RecordWriter,
    private readonly pluginNames: readonly string[],
  ) {
    this.evidence = new EvidenceWriter(records);
  }

  get processes(): readonly Process[] {
    return this.#processes;
  }

  addHost(host: HostTable): void {
    this.#hosts.set(host, this.#hosts.size);
  }

  host(host: HostTable): void {
    const place = this.#hosts.get(host);
    assert(place !== undefined, 'what is remembered of a host goes with the host');
    this.records.uint(place);
  }

  /** All of a process; from now on a number stands for it. */
  define(process: Process): void {
    process.snapshotPlace = this.#processes.length;
    this.#processes.push(process);
    writeProcess(this.records, this.evidence, process, this.pluginNames);
  }

  has(process: Process): boolean {
    return this.#processes[process.snapshotPlace] === process;
  }

  /** The process that stands for this one now. */
  process(process: Process): void {
    this.sameProcess(currentOf(process));
  }

  /** The process itself. One that is in no table any more, and only referred to, is written where it is met, with which it turned out to be. */
  sameProcess(process: Process): void {
    if (this.has(process)) {
      this.records.uint(process.snapshotPlace + 1);
      return;
    }
    this.records.uint(0);
    this.host(process.hostTable);
    this.define(process);
    this.records.flag(process.absorbedBy !== undefined);
    if (process.absorbedBy !== undefined) this.process(process);
  }
}

export class StateReader {
  readonly evidence: EvidenceReader;
  readonly hosts: HostTable[] = [];
  readonly processes: Process[] = [];

  constructor(
    readonly records: RecordReader,
    private readonly pluginNames: readonly string[],
  ) {
    this.evidence = new EvidenceReader(records);
  }

  host(): HostTable {
    return this.hosts[this.records.below(this.hosts.length)]!;
  }

  define(host: HostTable): Process {
    const process = readProcess(this.records, this.evidence, host, this.pluginNames);
    this.processes.push(process);
    return process;
  }

  process(isFinal = false): Process {
    const place = this.records.below(this.processes.length + 1);
    if (place > 0) return this.processes[place - 1]!;
    const process = this.define(this.host());
    if (this.records.flag()) {
      demand(!isFinal, 'a process turned out to be one that is another itself');
      const current = this.process(true);
      demand(current !== process && current.absorbedBy === undefined, 'a process turned out to be itself');
      process.absorbedBy = current;
    }
    return process;
  }
}
