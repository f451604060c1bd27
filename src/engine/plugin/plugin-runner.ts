/** Calls the plugins' hooks for an event, and keeps their memories of processes and chains as these join. */

import type { Chain } from '../chain/chain.js';
import type { Event } from '../event/event.js';
import type { Process } from '../process/process.js';
import { evidenceEventOf } from '../score/evidence.js';
import type { EnginePlugin, PluginCall, PluginEvidence } from './plugin.js';

type Memory = Map<string, unknown>;

export interface PluginRunnerPorts {
  chainOf(process: Process, event: Event): Chain | undefined;
  give(plugin: string, process: Process, event: Event, evidence: PluginEvidence): void;
}

export class PluginRunner {
  constructor(
    private readonly plugins: readonly EnginePlugin[],
    private readonly ports: PluginRunnerPorts,
  ) {}

  /** @param repeated  the record was seen before */
  run(event: Event, process: Process, repeated: boolean): void {
    for (const plugin of this.plugins) {
      if (repeated && plugin.seesRepeats !== true) continue;
      switch (event.action) {
        case 'processcreate':
          if (plugin.processCreated !== undefined) plugin.processCreated(this.#call(plugin, event, process));
          break;
        case 'processterminal':
          if (plugin.processEnded !== undefined) plugin.processEnded(this.#call(plugin, event, process));
          break;
        default:
          if (plugin.processAction === undefined) break;
          if (plugin.actions !== undefined && (event.action === undefined || !plugin.actions.has(event.action))) break;
          plugin.processAction(this.#call(plugin, event, process));
      }
    }
  }

  join(from: Chain, into: Chain): void {
    into.memory = this.#merge(from.memory, into.memory);
  }

  absorb(from: Process, into: Process): void {
    into.memory = this.#merge(from.memory, into.memory);
  }

  #call(plugin: EnginePlugin, event: Event, process: Process): PluginCall {
    const chain = this.ports.chainOf(process, event);
    const give = (evidence: PluginEvidence): void => this.ports.give(plugin.name, process, event, evidence);
    return {
      event,
      process,
      chainId: chain?.id ?? '',
      get processMemory(): Memory {
        return memoryOf((process.memory ??= new Map<string, Memory>()), plugin.name);
      },
      get parentMemory(): Memory | undefined {
        const { parent } = process;
        if (parent === undefined || parent.isRoot) return undefined;
        return memoryOf((parent.memory ??= new Map<string, Memory>()), plugin.name);
      },
      get chainMemory(): Memory {
        if (chain === undefined) return new Map<string, unknown>();
        return memoryOf((chain.memory ??= new Map<string, Memory>()), plugin.name);
      },
      addEvidence: give,
      eventRef: () => evidenceEventOf(event),
    };
  }

  #merge(
    from: Map<string, Memory> | undefined,
    into: Map<string, Memory> | undefined,
  ): Map<string, Memory> | undefined {
    if (from === undefined) return into;
    if (into === undefined) return from;
    for (const [name, memory] of from) {
      const known = into.get(name);
      if (known === undefined) into.set(name, memory);
      else (this.plugins.find((plugin) => plugin.name === name)?.mergeMemory ?? mergeMemory)(known, memory);
    }
    return into;
  }
}

function memoryOf(memories: Map<string, Memory>, name: string): Memory {
  let memory = memories.get(name);
  if (memory === undefined) memories.set(name, (memory = new Map<string, unknown>()));
  return memory;
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
