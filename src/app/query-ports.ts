/**
 * What is asked of the stored state: threats, chains, processes, events, hosts and counts. The store implements these; the server and
 * the command line ask them. All calls are synchronous and bounded by the page asked for. Times are UTC milliseconds, 0 = not known.
 */

import type { ChainRecord, EventRecord, ProcessRecord } from '../engine/effects.js';
import type { Threat } from '../engine/score/threat.js';
import type { Listening } from './completeness/host-state.js';

export interface PageRequest {
  readonly limit: number;
  /** As an earlier page's `next` gave it. One that is no cursor of this list is refused: `CURSOR_INVALID`. */
  readonly cursor: string | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
  /** Absent where counting would cost more than the page. */
  readonly count?: { readonly items: number; readonly exact: boolean } | undefined;
}

export type Verdict = 'open' | 'confirmed' | 'ignored';

/** What people made of a threat. */
export interface ThreatDecision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly note: string;
  /** It gained points after somebody handled it. */
  readonly changed: boolean;
  /** `''` while nobody has. */
  readonly handledBy: string;
  readonly handledMs: number;
  /** Grows by one with each decision. */
  readonly revision: number;
}

export interface StoredThreat {
  readonly threat: Threat;
  readonly decision: ThreatDecision;
}

/** All that are given must hold. */
export interface ThreatFilter {
  readonly verdict?: Verdict | undefined;
  readonly changed?: boolean | undefined;
  /** Lower case; `*` stands for any run of characters. */
  readonly host?: string | undefined;
  /** `T1059` also finds its sub-techniques. */
  readonly technique?: string | undefined;
  readonly minScore?: number | undefined;
  /** `lastMs` in `[fromMs, toMs)`. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Part of host, image, command line or user, case-insensitive. */
  readonly text?: string | undefined;
  /** Descending; `score` where absent. Ties by id. */
  readonly sort?: 'score' | 'last' | 'first' | undefined;
}

export type DecisionAnswer =
  | { readonly kind: 'done'; readonly before: StoredThreat; readonly after: StoredThreat }
  | { readonly kind: 'missing' }
  /** Somebody else decided meanwhile: `current` is what stands. */
  | { readonly kind: 'conflict'; readonly current: StoredThreat };

export interface ThreatCounts {
  readonly open: number;
  readonly confirmed: number;
  readonly ignored: number;
  readonly changed: number;
}

export interface ThreatStore {
  threats(filter: ThreatFilter, page: PageRequest): Page<StoredThreat>;
  /** Follows aliases. */
  threat(id: string): StoredThreat | undefined;
  /** `revision`: refuse unless it is still this one. Clears `changed`. */
  decide(
    id: string,
    change: {
      readonly verdict?: Verdict | undefined;
      readonly reason?: string | undefined;
      readonly note?: string | undefined;
    },
    by: string,
    nowMs: number,
    revision: number | undefined,
  ): DecisionAnswer;
  /** The chain stays; should it gain points again, it becomes a threat again. */
  removeThreat(id: string): boolean;
  threatCounts(): ThreatCounts;
  /** Techniques by number of threats, most first. */
  topTechniques(limit: number): readonly { readonly id: string; readonly threats: number }[];
}

export interface ChainQueries {
  /** Follows aliases: the answer's id may differ from the one asked for. */
  chain(id: string): ChainRecord | undefined;
  chainProcesses(chainId: string, page: PageRequest): Page<ProcessRecord>;
  /** Those of `ids` that exist, in no order. */
  processes(ids: readonly string[]): readonly ProcessRecord[];
  /** At most `limit` processes of the chain, earliest start first, with the number of stored events that name each. */
  treeRows(chainId: string, limit: number): { readonly rows: readonly TreeRow[]; readonly total: number };
  /** Oldest first. */
  processEvents(
    processId: string,
    filter: { readonly action?: string | undefined },
    page: PageRequest,
  ): Page<EventRecord>;
}

export interface TreeRow {
  readonly id: string;
  readonly parentId: string;
  readonly image: string;
  readonly pid: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly points: number;
  readonly events: number;
  readonly isRoot: boolean;
  readonly isPlaceholder: boolean;
}

export interface HostRecord {
  readonly name: string;
  /** When this server first and last received an event about it. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly events: number;
  readonly openThreats: number;
  /** As `HostStreamRow`; of a host that none is stored of, what holds for a new one. */
  readonly quietAfterMs: number;
  readonly silentAfterMs: number;
  readonly activeSinceMs: number;
  readonly missing: number;
}

export interface HostCounts {
  readonly known: number;
  readonly heard: number;
  readonly quiet: number;
  readonly silent: number;
}

/** Events received in one span of time. */
export interface VolumeRow {
  /** Start of the bucket. */
  readonly startMs: number;
  readonly events: number;
}

export interface HostQueries {
  /** By name. */
  hosts(text: string | undefined, page: PageRequest): Page<HostRecord>;
  host(name: string): HostRecord | undefined;
  /** What `HostStream.fromText` reads; `undefined` where nothing is stored. */
  hostStream(name: string): string | undefined;
  knownHosts(): number;
  hostCounts(heardSinceMs: number, listening: Listening): HostCounts;
  /** Names of hosts that are silent, those that fell silent last first. */
  silentHosts(listening: Listening, limit: number): readonly HostRecord[];
  /** Those with the most open threats first, then those that sent the most since `sinceMs`, as far as buckets of ten minutes tell, then those heard last. */
  foremostHosts(sinceMs: number, limit: number): readonly HostRecord[];
  /** Received in `[fromMs, toMs)`, summed in buckets of `bucketMs`, a multiple of a minute; of one host, or of all together. */
  volume(fromMs: number, toMs: number, bucketMs: number, host?: string): readonly VolumeRow[];
  /** Names of those that sent the most in `[fromMs, toMs)`, as far as buckets of `bucketMs` tell, the loudest first. */
  loudestHosts(fromMs: number, toMs: number, bucketMs: number, limit: number): readonly string[];
  /** Events and duplicates taken in, ever. */
  eventCounts(): { readonly events: number; readonly duplicates: number };
}

export interface StateQueries extends ThreatStore, ChainQueries, HostQueries {}
