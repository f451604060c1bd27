/** What a server asks of the live engine: take events in, change the policy, say how it is. `src/app/live` answers. */

import type { Diagnostic } from '../engine/base/diagnostic.js';
import type { Event } from '../engine/event/event.js';
import type { ExpressionErrorKind } from '../engine/rule/expression/index.js';
import type { Profile, Rule, RuleErrors } from '../engine/rule/rule.js';
import type { Exception } from '../engine/score/exception.js';
import type { SkipReason } from '../sources/source.js';
import type { HuntCut } from './hunt/hunt-cut.js';
import type { StoredThreat } from './query-ports.js';

export interface IncomingEvent {
  readonly event: Event;
  /** The record's own bytes; kept as they are. */
  readonly raw: Uint8Array;
}

/** Who hands events in, and what it may say. */
export interface Sender {
  /** Name of the token that brings them; kept with each record. */
  readonly sensor: string;
  /** Keys of the hosts that it may speak for, `undefined` = any. */
  readonly hosts: ReadonlySet<string> | undefined;
  /** The host of events that name none; they are kept with it put in front. */
  readonly hostUnlessNamed?: string | undefined;
}

/** `index` counts what was found in the order of the bytes: elements of an array, or lines that are not blank. */
export interface Rejection {
  readonly index: number;
  readonly reason: string;
}

/** In a word, for whoever counts. `foreign`: of a host that the sender may not speak for; `no-host`: of none, where one must be named. */
export type RejectionReason = SkipReason | 'foreign' | 'no-host';

export interface Rejections {
  /** The first of them. */
  readonly rejected: readonly Rejection[];
  readonly rejectedCount: number;
  /** All of them, by reason. */
  readonly reasons: Readonly<Partial<Record<RejectionReason, number>>>;
  /** Of those, events about hosts that the sender may not speak for. */
  readonly foreignCount: number;
}

export type Refusal =
  /** Nothing was taken; the same request may succeed later. */
  | { readonly kind: 'busy'; readonly reason: string; readonly retryAfterSeconds: number }
  /** Nothing was taken, and nothing will be until the disk takes it: there is no room, or a write failed. */
  | { readonly kind: 'stopped'; readonly reason: string };

/** Every event is on disk. `duplicates` of them were known already and changed nothing. */
export type TakeAnswer = { readonly kind: 'taken'; readonly duplicates: number } | Refusal;

/** `accepted` events are on disk, those of `duplicates` that were known already among them. */
export type DeliveryAnswer =
  ({ readonly kind: 'taken'; readonly accepted: number; readonly duplicates: number } & Rejections) | Refusal;

/** One request's events, handed in as bytes. */
export interface Delivery {
  /** Bytes that fill their buffer are given away with it; others only must not change any more. */
  push(bytes: Uint8Array): void;
  /** Resolves once the events are on disk; effects may follow a moment later. */
  end(): Promise<DeliveryAnswer>;
  /** The rest will not come: nothing of it is taken. */
  abandon(): void;
}

export interface Intake {
  open(sender: Sender): Delivery;
  /** `undefined` while it takes events; otherwise why it does not. */
  readonly refusal: string | undefined;
  /** Resolves when everything taken so far has had its effects. */
  settled(): Promise<void>;
}

/** What detection was busy with, in milliseconds since its start. */
export interface SpentMs {
  /** Bytes to events. */
  readonly read: number;
  /** Writing and syncing the log, as far as it was waited for in place. */
  readonly disk: number;
  /** Chains, rules, scores: all that is none of the others. */
  readonly judge: number;
  /** Effects into the state. */
  readonly store: number;
  /** Not busy with: a thread of the pool was writing or syncing the log, and all else could go on. */
  readonly diskWait: number;
}

/** How the engine keeps up. */
export interface EngineFigures {
  /** Events that were let in and wait for it, in the log or before it. */
  readonly backlog: number;
  /** When the oldest event came whose effects are not stored yet, by our clock; `undefined` where nothing waits. */
  readonly waitingSinceMs: number | undefined;
  /** Events that correlations forgot for want of room, once for each correlation, since the start. */
  readonly forgottenByCorrelations: number;
  /** Processes that it holds in memory. */
  readonly processes: number;
  /** Processes that left its memory for want of room, in its life; what was known of them is stored. */
  readonly forgottenProcesses: number;
  /** Times that detection ended by itself and was begun again, since the start. */
  readonly restarts: number;
  /** JavaScript heap that detection has in use, beside that of the server itself. */
  readonly heapBytes: number;
  readonly spentMs: SpentMs;
}

/** A rule as it stands in its file, without what it is compiled to. */
export type RuleView = Omit<Rule, 'sigma'>;

export interface RulesInForce {
  /** Names what is in force in evidence. */
  readonly version: string;
  readonly rules: readonly RuleView[];
  readonly profiles: readonly Profile[];
  readonly packs: readonly string[];
  readonly problems: readonly Diagnostic[];
}

/** What a rule did and took since the start. */
export interface RuleCost {
  readonly rule: string;
  /** Events that it matched. */
  readonly hits: number;
  /** Milliseconds that its evaluation took, as estimated from a sample of events. */
  readonly ms: number;
}

/** Changes of policy are records in the log: each resolves once on disk, and holds for events from its position on. */
export interface PolicyDesk {
  exceptions(): readonly Exception[];
  /** Evidence that each exception has turned to zero points, by its id. */
  exceptionHits(): Promise<ReadonlyMap<string, number>>;
  addException(exception: Exception): Promise<void>;
  removeException(id: string): Promise<boolean>;
  /** Everything known of a host goes, here and in every replay; resolves once it is gone from the state too. Its events stay in the log. */
  forgetHost(host: string): Promise<void>;
  rules(): RulesInForce;
  /** Rules that ended in an error on some events, since they are in force. */
  ruleErrors(): Promise<readonly RuleErrors[]>;
  /** Rules that matched something, or were met by the sample. */
  ruleCosts(): Promise<readonly RuleCost[]>;
  /** The document of a Sigma rule as it was written; `undefined` where its file is not in force. */
  ruleText(rule: { readonly file: string; readonly line: number }): Promise<string | undefined>;
  /** Reads the packs again. Rules that are broken are reported and left out; where no rule is left, the old ones stay. */
  reloadRules(): Promise<RulesInForce>;
}

/** Told after the effects are stored. */
export type LiveNotice =
  | { readonly kind: 'threat'; readonly id: string }
  | { readonly kind: 'threat-removed'; readonly id: string; readonly into: string | undefined }
  | { readonly kind: 'host'; readonly name: string }
  | { readonly kind: 'policy'; readonly what: 'rules' | 'exceptions' | 'settings' | 'plugins' };

export interface LiveNotices {
  /** @returns a function that ends the subscription */
  subscribe(listener: (notice: LiveNotice) => void): () => void;
}

export interface HuntQuestion {
  /** Event times in `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Lower case, whole name. */
  readonly host: string | undefined;
  /** Expression over an event's fields; chains without such an event are left out. */
  readonly query: string | undefined;
}

export interface HuntProgress {
  /** 0 to 1. */
  readonly progress: number;
  readonly events: number;
}

/** A chain as a hunt rebuilt it; `threat.score` may be below `threat.threshold`. */
export interface HuntedChain {
  readonly threat: StoredThreat['threat'];
  readonly processes: number;
}

export interface HuntAnswer {
  /** Highest score first, then id. */
  readonly chains: readonly HuntedChain[];
  readonly events: number;
  /** Why the answer is not whole; empty where it is. */
  readonly cuts: readonly HuntCut[];
}

export interface HuntFault {
  /** In a sentence, the place included. */
  readonly message: string;
  /** Of an expression: `syntax` and so on. */
  readonly kind?: ExpressionErrorKind | undefined;
  /** Counted from 0. */
  readonly offset?: number | undefined;
}

export interface Hunter {
  /** What is wrong with a question, before it is asked; `undefined` where it is fine. */
  check(question: HuntQuestion): HuntFault | undefined;
  /** Reads the log in slices, so that intake goes on meanwhile. `cancelled()` is asked between slices. */
  hunt(
    question: HuntQuestion,
    onProgress: (progress: HuntProgress) => void,
    cancelled: () => boolean,
  ): Promise<HuntAnswer>;
}

/** An event's own fields, read back from the log. */
export interface EventReader {
  /** By position; those whose bytes are no longer kept are absent. */
  readEvents(
    positions: readonly number[],
  ): Promise<ReadonlyMap<number, { readonly event: Event; readonly receivedMs: number }>>;
}

export interface PluginStatus {
  readonly name: string;
  readonly version: string;
  readonly titles: { readonly en: string; readonly zh: string };
  readonly state: 'on' | 'off' | 'failed';
  readonly error: string | undefined;
  readonly faults: number;
  readonly menu: { readonly titles: { readonly en: string; readonly zh: string }; readonly icon: string } | undefined;
  readonly hasPage: boolean;
}

export interface PluginDesk {
  plugins(): Promise<readonly PluginStatus[]>;
  /** The page's HTML; `undefined` where the plugin is off or has none. Shown in a sandboxed frame only. */
  page(name: string): Promise<string | undefined>;
}

/** The built-in sample attack, on hosts whose names say so. */
export interface SampleMaker {
  readonly hosts: readonly string[];
  /** Events with times that end at `nowMs`, as lines of JSON. */
  make(nowMs: number): Uint8Array;
}
