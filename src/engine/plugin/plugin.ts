/**
 * What a plugin is to the engine: hooks that see processes and add evidence. Re-exported to authors by `chainsight/plugin-sdk`.
 * Everything handed to a hook is plain data, so the same plugin runs in this process or in a worker of its own.
 */

import type { Title } from '../base/title.js';
import type { Action } from '../event/action.js';
import type { Event } from '../event/event.js';
import type { Matched } from '../rule/rule.js';
import type { EvidenceEvent } from '../score/evidence.js';

/** A process as plugins see it. Texts are `''` and numbers 0 where nothing is known yet; a late create event fills them. */
export interface PluginProcess {
  readonly id: string;
  /** `''` where the parent is unknown. */
  readonly parentId: string;
  readonly host: string;
  readonly pid: number;
  readonly guid: string;
  readonly image: string;
  readonly commandLine: string;
  readonly user: string;
  /** `Low`, `Medium`, `High`, `System` as the sensor writes it. */
  readonly integrityLevel: string;
  readonly hashes: string;
  readonly parentImage: string;
  readonly startMs: number;
  readonly isRoot: boolean;
}

export interface PluginEvidence {
  /** Unique within the plugin; the ledger key is `plugin:NAME:KEY`. */
  readonly key: string;
  readonly points: number;
  readonly title: Title;
  readonly techniques?: readonly string[];
  readonly matched?: readonly Matched[];
  /** Process that it concerns, where that is not the call's own (a child, say): the id of one on the same host. */
  readonly processId?: string;
  /** Event that it rests on, where that is not the call's own: what decided may have come earlier. */
  readonly event?: EvidenceEvent;
}

/** What one hook call gets. */
export interface PluginCall {
  readonly event: Event;
  readonly process: PluginProcess;
  readonly chainId: string;
  /** The plugin's own memory of this process; dropped with the process. */
  readonly processMemory: Map<string, unknown>;
  /** The plugin's own memory of the parent; `undefined` where the parent is unknown or a root process, which ends the chain. */
  readonly parentMemory: Map<string, unknown> | undefined;
  /** The plugin's own memory of this chain. When chains join, the joined chain keeps the entries of both, by `mergeMemory`. */
  readonly chainMemory: Map<string, unknown>;
  /**
   * Evidence of one key and process given again replaces what was given before: a plugin that judges by what it holds states its whole finding
   * each time, and so does not depend on the order of events.
   */
  addEvidence(evidence: PluginEvidence): void;
  /** For `PluginEvidence.event`, when the finding may have to be stated again later. */
  eventRef(): EvidenceEvent;
}

/** What is known of how a process was started. */
export interface PluginStart {
  readonly process: PluginProcess;
  /** Never a root process, which ends the chain; perhaps one that no create event has told of yet. */
  readonly parent: PluginProcess;
  /** The create event that a field of `process` is taken from; `undefined` where none states it. */
  eventStating(field: 'integrityLevel' | 'hashes'): EvidenceEvent | undefined;
}

export interface StartEvidence extends Omit<PluginEvidence, 'processId'> {
  readonly event: EvidenceEvent;
}

/** Hooks the engine calls, in-process and synchronous. The host (`src/plugin-host`) wraps them with a time budget and error isolation. */
export interface EnginePlugin {
  readonly name: string;
  /** Actions that `processAction` is called for; without it, all. */
  readonly actions?: ReadonlySet<Action>;
  /**
   * Called for records that were seen before, too. Of a record that two files hold, evidence names the first of the two places, whichever came
   * first: only a plugin that sees both can keep to that.
   */
  readonly seesRepeats?: boolean;
  processCreated?(call: PluginCall): void;
  processAction?(call: PluginCall): void;
  processEnded?(call: PluginCall): void;
  /**
   * For bundled plugins: called again whenever what create events say of a process or its parent, or which process the parent is, became known or
   * changed. What it returns takes the place of what it returned before, `undefined` takes that back; so it must rest on what it is shown alone, on
   * what create events state.
   */
  judgeStart?(start: PluginStart): StartEvidence | undefined;
  /** Joins two memories of one chain or process; must not depend on which is which. Default: union, sets united, greater number wins. */
  mergeMemory?(into: Map<string, unknown>, from: ReadonlyMap<string, unknown>): void;
}

/**
 * Evidence that did not come from a hook at once: a reputation answer, a worker plugin's finding. It is written to the log as a record of its
 * own, so a replay sees the same answer at the same position.
 */
export interface PluginFinding {
  readonly plugin: string;
  readonly host: string;
  readonly processId: string;
  readonly evidence: PluginEvidence;
  /** The event that made the plugin look. */
  readonly eventId: string;
  readonly timeMs: number;
}
