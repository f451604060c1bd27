/** What an engine is told when it is made, and what it counts. */

import type { LeftChainLimits } from './chain/left-chains.js';
import type { Event } from './event/event.js';
import type { EnginePlugin } from './plugin/plugin.js';
import type { Process } from './process/process.js';
import type { Rule } from './rule/rule.js';
import type { CorrelationLimits } from './rule/sigma/correlation/limits.js';
import type { Sighting } from './rule/sigma/correlation/occurrence.js';

/** The process of a hit. It may be replaced: where an event names a process by pid alone, later events may show that another run was meant. */
export interface HitSubject {
  process: Process;
}

/** Told for each group of a correlation in which an event takes part. */
export interface CorrelationListener {
  began(rule: Rule, at: Sighting): void;
  ceased(rule: Rule, at: Sighting): void;
}

/** What an engine may hold; what goes first where there is more: `room.ts`. */
export interface RoomOptions {
  /** Past this many processes on one host, ended ones without evidence or children are forgotten, oldest first; past twice as many, others too. */
  readonly maxProcessesPerHost?: number;
  /** On all hosts together. */
  readonly maxProcesses?: number;
  /** Past it, hosts leave with all that they hold: those that hold the fewest first. */
  readonly maxHosts?: number;
  /** Events between two looks at how much all hosts hold together. */
  readonly lookAtAllEvery?: number;
  readonly leftChainLimits?: LeftChainLimits;
}

export interface EngineOptions extends RoomOptions {
  /** True where `drain` shall give a row for each event (live); scans need none. */
  readonly recordEvents: boolean;
  /** False where nobody asks `drain` what changed: nothing is noted for it then. True by default. */
  readonly noteChanges?: boolean;
  /** True where days of root processes count on which nothing was found. False by default. */
  readonly keepEmptyDays?: boolean;
  readonly plugins?: readonly EnginePlugin[];
  /** Told of each rule that matched, with the process it was attached to; of a shadow rule with that it would be. */
  readonly onHit?: (event: Event, rule: Rule, subject: HitSubject) => void;
  /** `onHit` tells of correlations that hold at the event under way. Others come to hold at events from before, or cease to, when late ones come. */
  readonly onCorrelation?: CorrelationListener;
  readonly correlationLimits?: CorrelationLimits;
}

export interface EngineCounts {
  events: number;
  duplicates: number;
  /** Events of images or hashes on the skip lists. */
  skipped: number;
  hits: number;
  /** Hits on events that name no process: evidence in a chain of the host's own. */
  hitsWithoutProcess: number;
  /** Processes that left for want of room. */
  forgotten: number;
  /** Events that correlations forgot for want of room, once for each correlation. */
  forgottenByCorrelations: number;
}
