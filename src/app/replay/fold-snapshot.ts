/**
 * A fold over the log as a snapshot, and on from one: policy, engine, and which records were seen. Where a snapshot is of no use, nothing has changed, and
 * the log is read as if there were none.
 */

import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { Engine } from '../../engine/engine.js';
import { SeenRecords } from '../../engine/event/seen-records.js';
import type { RuleProfile } from '../../engine/rule/rule-profile.js';
import { readException, writeException } from '../../engine/snapshot/exception-records.js';
import { RecordReader, SnapshotFault, demand } from '../../engine/snapshot/record-reader.js';
import { RecordWriter } from '../../engine/snapshot/record-writer.js';
import type { Reading, Writing } from '../../engine/snapshot/state-records.js';
import { AppError } from '../app-error.js';
import type { LoggedPolicy, PolicyStand } from '../policy/logged-policy.js';
import type { PackSource } from '../policy/compile-packs.js';
import type { PluginPolicy, PolicySettings, SnapshotStore } from '../ports.js';
import type { LogFold } from './log-fold.js';

/** Slots that a host's records begin with: half a KiB for a quiet one. */
export const SMALLEST_TABLE = 64;

/** Which of each host's latest records were seen. */
export interface SeenByHost {
  readonly recordsPerHost: number;
  /** Least recently heard first. */
  hosts(): Iterable<readonly [key: string, seen: SeenRecords]>;
  /** As the host heard last. */
  put(key: string, seen: SeenRecords): void;
}

/** All that a start would have to make from the log. */
export interface FoldState {
  readonly fold: LogFold;
  readonly policy: LoggedPolicy;
  readonly windows: SeenByHost;
}

/**
 * True while a snapshot can be taken: everything is drained and settled, and no change of policy waits for an event. After a drain that is nearly always so;
 * where it is not, try again after the next.
 */
export function canSnapshot({ fold, policy }: Pick<FoldState, 'fold' | 'policy'>): boolean {
  return fold.engine.isAtRest && policy.isInForce(fold.engine.policy);
}

/**
 * The state as it is now; `canSnapshot` must be true, and stay true until the last chunk: nothing may be applied meanwhile.
 *
 * @throws AssertionError where something was applied meanwhile
 */
export function* snapshotChunks(state: FoldState): Writing {
  const records = new RecordWriter();
  yield* writePolicy(records, state.policy.stand);
  yield* writeWindows(records, state.windows);
  yield* state.fold.engine.snapshot(records);
  yield records.take();
}

/**
 * Takes up the newest snapshot that serves.
 *
 * @param state      a new fold, empty; it is changed only where the answer is a position
 * @param wanted     `identity`: of this program as it runs now; `lastPosition`: of what the store has of effects, or the log of records, the smaller: what
 *                   lies behind it in a snapshot would be told to nobody
 * @param onRefused  told of each that should have served, with the reason
 * @returns its position: the log is to be read from behind it. `undefined`: from its beginning
 */
export async function takeUpSnapshot(
  snapshots: SnapshotStore,
  state: FoldState,
  wanted: { readonly identity: string; readonly lastPosition: number },
  onRefused: (position: number, reason: string) => void,
): Promise<number | undefined> {
  for (const head of await snapshots.list()) {
    if (head.identity !== wanted.identity || head.position > wanted.lastPosition) continue;
    const refused = await takeUp(state, snapshots.read(head));
    if (refused === undefined) return head.position;
    onRefused(head.position, refused);
  }
  return undefined;
}

/** @returns why not, in words */
async function takeUp(state: FoldState, chunks: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  try {
    const reading = readState(state);
    let answer = reading.next();
    for await (const chunk of chunks) {
      demand(answer.done !== true, 'it goes on behind its end');
      answer = reading.next(chunk);
    }
    demand(answer.done === true, 'it ends too early');
    const { policy, engine, windows } = answer.value;
    state.policy.become(policy);
    state.fold.resume(engine);
    for (const [key, seen] of windows) state.windows.put(key, seen);
    return undefined;
  } catch (error) {
    if (error instanceof SnapshotFault || (error instanceof AppError && error.code === 'SNAPSHOT_DAMAGED')) {
      return error.message;
    }
    throw error;
  }
}

interface ReadState {
  readonly policy: LoggedPolicy;
  readonly engine: Engine;
  readonly windows: readonly (readonly [string, SeenRecords])[];
}

function* readState({ fold, policy, windows }: FoldState): Reading<ReadState> {
  const records = new RecordReader();
  const resumed = policy.resumed(yield* readPolicy(records));
  const seen = yield* readWindows(records, windows.recordsPerHost);
  const engine = yield* Engine.restore(records, resumed.current(), fold.options);
  return { policy: resumed, engine, windows: seen };
}

const HITS: readonly PolicySettings['hits'][] = ['all', 'first'];
/** In the order in which they are read. */
const LISTS = ['rootImages', 'skipImages', 'skipHashes'] as const;

/** The texts of the packs are most of it. They are kept rather than their place in the log, of which the beginning may be gone one day. */
function* writePolicy(records: RecordWriter, stand: PolicyStand): Writing {
  const { settings, hasSettings, plugins, rulesVersion, exceptions, packs } = stand;
  records.number(settings.threshold);
  records.uint(HITS.indexOf(settings.hits));
  for (const list of LISTS) writeTexts(records, settings[list]);
  records.flag(hasSettings);
  records.text(plugins === undefined ? '' : JSON.stringify(plugins));
  records.text(rulesVersion);
  records.uint(exceptions.length);
  for (const exception of exceptions) writeException(records, exception);
  records.uint(packs.length);
  for (const { name, ruleProfiles, problems, files } of packs) {
    records.text(name);
    records.flag(ruleProfiles !== undefined);
    if (ruleProfiles !== undefined) writeTexts(records, ruleProfiles);
    records.value(problems);
    records.uint(files.length);
    for (const { path, text } of files) {
      if (records.isFull) yield records.take();
      records.freshText(path);
      records.freshText(text);
    }
  }
}

function* readPolicy(records: RecordReader): Reading<PolicyStand> {
  records.give(yield);
  const settings: PolicySettings = {
    threshold: records.number(),
    hits: HITS[records.below(HITS.length)]!,
    rootImages: readTexts(records),
    skipImages: readTexts(records),
    skipHashes: readTexts(records),
  };
  const hasSettings = records.flag();
  const plugins = readPlugins(records.text());
  const rulesVersion = records.text();
  const exceptions = records.list(() => readException(records));
  const packs: PackSource[] = [];
  for (let left = records.uint(); left > 0; left--) {
    const name = records.text();
    const ruleProfiles = records.flag() ? (readTexts(records) as RuleProfile[]) : undefined;
    // Only ever listed.
    const problems = records.value();
    demand(problems === undefined || Array.isArray(problems), 'the problems of a pack are no list');
    const files: { path: string; text: string }[] = [];
    for (let filesLeft = records.uint(); filesLeft > 0; filesLeft--) {
      if (records.isEmpty) records.give(yield);
      files.push({ path: records.freshText(), text: records.freshText() });
    }
    const more = problems === undefined ? {} : { problems: problems as Diagnostic[] };
    packs.push({ name, files, ...(ruleProfiles === undefined ? {} : { ruleProfiles }), ...more });
  }
  return { settings, hasSettings, plugins, rulesVersion, exceptions, packs };
}

function readPlugins(text: string): PluginPolicy | undefined {
  if (text === '') return undefined;
  try {
    const plugins = JSON.parse(text) as PluginPolicy;
    demand(Array.isArray(plugins.on) && typeof plugins.settings === 'object', 'what it says of plugins is nothing');
    return plugins;
  } catch {
    throw new SnapshotFault('what it says of plugins cannot be read');
  }
}

function writeTexts(records: RecordWriter, texts: readonly string[]): void {
  records.uint(texts.length);
  for (const text of texts) records.text(text);
}

function readTexts(records: RecordReader): string[] {
  return records.list(() => records.text());
}

function* writeWindows(records: RecordWriter, windows: SeenByHost): Writing {
  // A list of its own: while chunks are written, hosts that are heard move to the end, where they would be met again and again.
  for (const [key, seen] of [...windows.hosts()]) {
    records.flag(true);
    records.text(key);
    seen.write(records);
    if (records.isFull) yield records.take();
  }
  records.flag(false);
}

function* readWindows(
  records: RecordReader,
  recordsPerHost: number,
): Reading<readonly (readonly [string, SeenRecords])[]> {
  const hosts: (readonly [string, SeenRecords])[] = [];
  while (records.flag()) {
    hosts.push([records.text(), SeenRecords.read(records, recordsPerHost, SMALLEST_TABLE)]);
    if (records.isEmpty) records.give(yield);
  }
  return hosts;
}
