/** What the use cases need from the world. Adapters (`log`, `store`, …) implement these; `cli` hands them in. */

import type { Effects } from '../engine/effects.js';
import type { PluginFinding } from '../engine/plugin/plugin.js';
import type { RuleProfile } from '../engine/rule/rule-profile.js';

export interface Clock {
  /** UTC milliseconds. */
  nowMs(): number;
}

/** Waiting, for folders that have no timers of their own. */
export interface Pause {
  /** Lets everything else that is ready run first. */
  turn(): Promise<void>;
  sleep(ms: number): Promise<void>;
}

/** Policy as the log holds it: everything as text, so that any later program can read it. */
export type PolicyChange =
  /** `version`: hash of all texts. A pack's name stands for it where it has no manifest. */
  | {
      readonly kind: 'rules';
      readonly version: string;
      readonly packs: readonly {
        readonly name: string;
        readonly files: readonly { readonly path: string; readonly text: string }[];
        /** Which Sigma rules to load, in place of what the manifest says. */
        readonly ruleProfiles?: readonly RuleProfile[] | undefined;
      }[];
    }
  | { readonly kind: 'settings'; readonly settings: PolicySettings }
  | { readonly kind: 'plugins'; readonly plugins: PluginPolicy }
  | { readonly kind: 'exception-added'; readonly exception: import('../engine/score/exception.js').Exception }
  | { readonly kind: 'exception-removed'; readonly id: string }
  /** Nothing that came of it before this place counts any more. Its events stay in the log, for hunts. */
  | { readonly kind: 'host-forgotten'; readonly host: string };

export interface PolicySettings {
  readonly threshold: number;
  readonly hits: 'all' | 'first';
  readonly rootImages: readonly string[];
  readonly skipImages: readonly string[];
  readonly skipHashes: readonly string[];
}

/** Plugins by name. Settings that are secret are never in it. */
export interface PluginPolicy {
  /** Judges among them. */
  readonly on: readonly string[];
  /** Plain values that JSON holds; those that are not named are as the plugin has them. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** `receivedMs`: our clock, UTC milliseconds, when it came. Kept so that a replay reads the same time as the live run did. */
export type LogRecord =
  /**
   * Bytes exactly as they came: one event in the shape its sender chose. `eventMs` is the event's own time as decoded when it was taken in, 0 where
   * it has none: it lets reads of a time range leave whole blocks unread.
   */
  | {
      readonly kind: 'event';
      readonly raw: Uint8Array;
      readonly receivedMs: number;
      readonly eventMs: number;
      readonly sensor: string;
    }
  | { readonly kind: 'policy'; readonly receivedMs: number; readonly change: PolicyChange }
  | { readonly kind: 'finding'; readonly receivedMs: number; readonly finding: PluginFinding };

export interface StoredRecord {
  /** Grows from 1 and is never reused; grows by one a record but for places where recovery had to leave a hole. */
  readonly position: number;
  readonly record: LogRecord;
}

/** Where a log begins: at its first record, or at the first that is kept. */
export interface LogStart {
  readonly position: number;
  /** When that record came, UTC milliseconds. */
  readonly receivedMs: number;
}

/** All that are given must hold. Only events are chosen by time: policy and findings are always read, for events mean nothing without them. */
export interface ReadRange {
  /** First position wanted; 1 where absent. */
  readonly fromPosition?: number | undefined;
  /** Last position wanted; the last one synced when the call began where absent. */
  readonly toPosition?: number | undefined;
  /** Event times in `[fromMs, toMs)`; events without a time are always read. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** Bytes in the log that are not what was written: found by their checksum, passed over, and told. */
export interface LogDamage {
  /** File name; `''` where the file itself is gone. */
  readonly segment: string;
  /** Where in the segment file, and how many bytes could not be read. */
  readonly offset: number;
  readonly bytes: number;
  /** Positions of the records that are lost; `undefined` where no record follows that could tell. */
  readonly lost: { readonly first: number; readonly last: number } | undefined;
  readonly reason: string;
}

/** Append-only, checksummed, synced before it answers. The log is the truth; everything else can be rebuilt from it. */
export interface EventLog {
  /**
   * Resolves, with the position of the first of them, once all records are on disk, one position after another; calls resolve in the order in which
   * they were made.
   *
   * @throws AppError `LOG_BUSY` where the queue is full and nothing was taken; `LOG_FULL` where the disk nearly is; `LOG_FAILED` where the records may not be
   *   on disk, and from then on always
   */
  append(records: readonly LogRecord[]): Promise<number>;
  /** Records in order, some at a time as they come off the disk. Damage on the way is passed over and told to `onDamage` of the log's options. */
  read(range?: ReadRange): AsyncIterable<readonly StoredRecord[]>;
  /** Single records; those that are not there (any more) are left out. */
  readAt(positions: readonly number[]): Promise<ReadonlyMap<number, LogRecord>>;
  /** Last position on disk; 0 while empty. */
  readonly lastPosition: number;
  /** What recovery cut from the tail when the log was opened: bytes, and the reason in words; `undefined` if nothing. */
  readonly cut: { readonly bytes: number; readonly reason: string } | undefined;
  /** Damage found so far, the first hundred places. */
  readonly damage: readonly LogDamage[];
  /** Why it takes no more records; `undefined` while it does. */
  readonly failure: Error | undefined;
  close(): Promise<void>;
}

/** Events received about one host in one minute. */
export interface Arrivals {
  readonly host: string;
  /** Start of the minute, UTC milliseconds of our clock. */
  readonly minuteMs: number;
  readonly events: number;
  /** When the first and the last of them came. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What is known of how complete a host's stream is. */
export interface HostStreamRow {
  /** `hostKey` of its name. */
  readonly key: string;
  /** How long after it was received last it counts as quiet, and as silent. */
  readonly quietAfterMs: number;
  readonly silentAfterMs: number;
  /** Since when it was never quiet, as of its last event; receive time. */
  readonly activeSinceMs: number;
  /** Records that its logs' numbers say are missing. */
  readonly missing: number;
  /** `HostStream.toText`. */
  readonly data: string;
}

/** Where effects go, together with the log position they came from: both in one transaction. */
export interface EffectStore {
  /** Position up to which effects are stored; 0 at first. */
  readonly committedPosition: number;
  /** Does nothing where `position` is stored already: effects may be handed in again after a crash. */
  commit(effects: Effects, position: number, arrivals?: readonly Arrivals[], streams?: readonly HostStreamRow[]): void;
  /** As of `committedPosition`. */
  hostStreams(): readonly HostStreamRow[];
  /** Repetitions that were recognised: they are not in the log, so they are counted apart, as well as a crash allows. */
  addDuplicates(count: number): void;
}

/** What a snapshot is of. */
export interface SnapshotHead {
  /** All records up to here are in it, and none behind. */
  readonly position: number;
  /**
   * What else decides, besides the log: the program's version, and how the hosts are shared. A snapshot that was written under another identity is not
   * what a replay would give.
   */
  readonly identity: string;
}

/** Snapshots of the engine's state, so that a start need not read the whole log. Any of them may be missing or damaged: the log is the truth. */
export interface SnapshotStore {
  /**
   * Resolves once it is on disk and found by `list`; older ones than the last two are removed then. Chunks are asked for one after another, and others
   * get a turn in between.
   *
   * @throws AppError `SNAPSHOT_FAILED` where it could not be written; those before it are still there
   */
  write(head: SnapshotHead, chunks: Iterable<Uint8Array>): Promise<void>;
  /** Newest first. Whether they are whole is not looked at. */
  list(): Promise<readonly SnapshotHead[]>;
  /** Its chunks in their order. @throws AppError `SNAPSHOT_DAMAGED` at the place where it is not what was written, be that its end */
  read(head: SnapshotHead): AsyncIterable<Uint8Array>;
}
