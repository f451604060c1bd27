/** Calls the plugins' hooks for an event, and keeps their memories of processes and chains as these join. */

import type { Chain } from '../chain/chain.js';
import type { Event } from '../event/event.js';
import type { HostTable } from '../process/host-table.js';
import type { Process } from '../process/process.js';
import { evidenceEventOf, type EvidenceEvent } from '../score/evidence.js';
import type { EnginePlugin, PluginCall, PluginEvidence, PluginStart, StartEvidence } from './plugin.js';

type Memory = Map<string, unknown>;

/** What plugins remember of one process or chain, by the plugin's place in the list. */
export type Memories = (Memory | undefined)[];

export interface PluginRunnerPorts {
  chainOf(process: Process, event: Event): Chain | undefined;
  give(plugin: string, process: Process, event: Event, evidence: PluginEvidence): void;
  judge(process: Process, plugin: string, evidence: StartEvidence | undefined): void;
}

export class PluginRunner {
  /** Processes of which, or of whose parents, more is known than when plugins judged how they were started. */
  readonly #unjudged = new Set<Process>();

  constructor(
    private readonly plugins: readonly EnginePlugin[],
    private readonly ports: PluginRunnerPorts,
  ) {}

  /** @param repeated  the record was seen before */
  run(event: Event, process: Process, repeated: boolean): void {
    for (let place = 0; place < this.plugins.length; place++) {
      const plugin = this.plugins[place]!;
      if (repeated && plugin.seesRepeats !== true) continue;
      switch (event.action) {
        case 'processcreate':
          if (plugin.processCreated !== undefined)
            plugin.processCreated(new Call(this.ports, plugin, place, event, process));
          break;
        case 'processterminal':
          if (plugin.processEnded !== undefined)
            plugin.processEnded(new Call(this.ports, plugin, place, event, process));
          break;
        default:
          if (plugin.processAction === undefined) break;
          if (plugin.actions !== undefined && (event.action === undefined || !plugin.actions.has(event.action))) break;
          plugin.processAction(new Call(this.ports, plugin, place, event, process));
      }
    }
  }

  /** Some plugin has `judgeStart` now: one may be switched on or off between two events. */
  get #judgesStarts(): boolean {
    return this.plugins.some((plugin) => plugin.judgeStart !== undefined);
  }

  /** No start waits to be judged again. */
  get isAtRest(): boolean {
    return this.#unjudged.size === 0;
  }

  /** What create events say of a process changed: how it was started is to be judged again, and how those were that it started. */
  createsChanged(process: Process): void {
    this.parentChanged(process);
    if (this.#judgesStarts && process.hasChildren) for (const child of process.children) this.#unjudged.add(child);
  }

  parentChanged(process: Process): void {
    if (this.#judgesStarts) this.#unjudged.add(process);
  }

  forgetHost(host: HostTable): void {
    for (const process of this.#unjudged) if (process.hostTable === host) this.#unjudged.delete(process);
  }

  /** To be called between events, when every process has its place. */
  judgeStarts(): void {
    for (const process of this.#unjudged) {
      // One that was absorbed, forgotten or is a root by now has no chain to be judged in.
      if (process.chain !== undefined) this.#judgeStart(process);
    }
    this.#unjudged.clear();
  }

  #judgeStart(process: Process): void {
    const { parent } = process;
    const start: PluginStart | undefined =
      parent === undefined || parent.isRoot
        ? undefined
        : { process, parent, eventStating: (field) => createEventStating(process, field) };
    for (const plugin of this.plugins) {
      if (plugin.judgeStart === undefined) continue;
      this.ports.judge(process, plugin.name, start === undefined ? undefined : plugin.judgeStart(start));
    }
  }

  join(from: Chain, into: Chain): void {
    into.memory = this.#merge(from.memory, into.memory);
  }

  absorb(from: Process, into: Process): void {
    into.memory = this.#merge(from.memory, into.memory);
  }

  #merge(from: Memories | undefined, into: Memories | undefined): Memories | undefined {
    if (from === undefined) return into;
    if (into === undefined) return from;
    for (const [place, memory] of from.entries()) {
      const known = into[place];
      if (known === undefined) into[place] = memory;
      else if (memory !== undefined) (this.plugins[place]?.mergeMemory ?? mergeMemory)(known, memory);
    }
    return into;
  }
}

/** A class rather than a literal: one is made for each event that a plugin sees, and accessors of a literal are made anew with it. */
class Call implements PluginCall {
  readonly #ports: PluginRunnerPorts;
  readonly #plugin: EnginePlugin;
  readonly #place: number;
  readonly #subject: Process;
  readonly #chain: Chain | undefined;

  constructor(
    ports: PluginRunnerPorts,
    plugin: EnginePlugin,
    place: number,
    readonly event: Event,
    readonly process: Process,
  ) {
    this.#ports = ports;
    this.#plugin = plugin;
    this.#place = place;
    this.#subject = process;
    this.#chain = ports.chainOf(process, event);
  }

  get chainId(): string {
    return this.#chain?.id ?? '';
  }

  get processMemory(): Memory {
    return memoryOf((this.#subject.memory ??= []), this.#place);
  }

  get parentMemory(): Memory | undefined {
    const { parent } = this.#subject;
    return parent === undefined || parent.isRoot ? undefined : memoryOf((parent.memory ??= []), this.#place);
  }

  get chainMemory(): Memory {
    return this.#chain === undefined ? new Map() : memoryOf((this.#chain.memory ??= []), this.#place);
  }

  // Functions of their own, for plugins that take them out of the call.
  get addEvidence(): PluginCall['addEvidence'] {
    return (evidence) => this.#ports.give(this.#plugin.name, this.#subject, this.event, evidence);
  }

  get eventRef(): PluginCall['eventRef'] {
    return () => evidenceEventOf(this.event);
  }
}

function createEventStating(process: Process, field: 'integrityLevel' | 'hashes'): EvidenceEvent | undefined {
  const facts = process.createStating(field);
  return facts === undefined ? undefined : evidenceEventOf({ ...facts, action: 'processcreate' });
}

function memoryOf(memories: Memories, place: number): Memory {
  return (memories[place] ??= new Map());
}

/** Sets and maps are united, the greater of two numbers or texts wins: the same from either side. */
export function mergeMemory(into: Memory, from: ReadonlyMap<string, unknown>): void {
  for (const [key, value] of from) {
    const known = into.get(key);
    if (known === undefined) into.set(key, value);
    else if (known instanceof Set && value instanceof Set) for (const each of value) known.add(each);
    else if (known instanceof Map && value instanceof Map) mergeMemory(known, value);
    else if ((typeof known === 'number' || typeof known === 'string') && typeof known === typeof value) {
      if ((value as number) > (known as number)) into.set(key, value);
    }
  }
}
