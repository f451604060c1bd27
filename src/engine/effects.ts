/** What the engine asks to be written. The engine writes nothing; whoever drives it takes the effects and the position in one transaction. */

import type { Action } from './event/action.js';
import type { Threat } from './score/threat.js';

export interface ProcessRecord {
  readonly id: string;
  readonly host: string;
  /** Chain it belongs to now (for a root process: `''`, its deeds are in chains of its own). */
  readonly chainId: string;
  /** `''` where unknown. */
  readonly parentId: string;
  readonly pid: number;
  readonly guid: string;
  readonly image: string;
  readonly commandLine: string;
  readonly user: string;
  readonly integrityLevel: string;
  readonly hashes: string;
  readonly parentImage: string;
  readonly parentCommandLine: string;
  readonly currentDirectory: string;
  readonly originalFileName: string;
  /** 0 where its create event was not seen. */
  readonly startMs: number;
  /** 0 while it runs or where its end was not seen. */
  readonly endMs: number;
  readonly isRoot: boolean;
  /** True while no create event has been seen: other events named it. */
  readonly isPlaceholder: boolean;
  /** Sum of the ledger entries that this process holds. */
  readonly points: number;
}

export interface ChainRecord {
  readonly id: string;
  readonly host: string;
  readonly startProcessId: string;
  readonly score: number;
  readonly active: boolean;
  readonly processCount: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What is stored of one event beside its raw bytes in the log: the original's "enriched" row. */
export interface EventRecord {
  readonly position: number;
  readonly eventId: string;
  readonly host: string;
  readonly timeMs: number;
  readonly action: Action | undefined;
  readonly windowsEventId: number;
  readonly channel: string;
  /** `''` where the event names no process. */
  readonly processId: string;
  readonly chainId: string;
  /** Process that the event acted upon (Sysmon 8 and 10), where known by then. */
  readonly targetProcessId: string;
  readonly targetImage: string;
  readonly targetHashes: string;
  /** Ids of the rules that matched. */
  readonly rules: readonly string[];
}

/** Everything that changed since the last `drain`, each thing once, in its newest state. */
export interface Effects {
  /** Keys of hosts that were forgotten: all that is stored of them is to be taken away before anything else is written. */
  readonly forgotten: readonly string[];
  /** Processes that turned out to be another one (`into`), or to stand for nothing (`undefined`): to be taken away before the rest is written. */
  readonly removed: readonly { readonly id: string; readonly into: string | undefined }[];
  readonly processes: readonly ProcessRecord[];
  readonly chains: readonly ChainRecord[];
  readonly threats: readonly Threat[];
  /** Chains that were threats and, by a late fact, are below the threshold now. */
  readonly withdrawn: readonly string[];
  /** The old id stays as an alias of the new one. */
  readonly aliases: readonly { readonly from: string; readonly to: string }[];
  readonly events: readonly EventRecord[];
}
