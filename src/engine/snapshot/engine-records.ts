/**
 * A whole engine between two events, as chunks of records, and an engine from these. Nothing is copied beside the chunk that is being made, so a
 * million processes can be written out of the memory that they fill.
 *
 * Whoever writes the chunks sees to it that they come back whole and in their order (checksums, an end mark), under the policy and the plugins that
 * held; what is checked here is that the numbers in them lead somewhere.
 */

import type { Forest } from '../chain/forest.js';
import type { LeftChains } from '../chain/left-chains.js';
import type { EngineCounts } from '../engine-options.js';
import type { Policy } from '../policy.js';
import type { HostTable } from '../process/host-table.js';
import type { Correlator } from '../rule/sigma/correlation/correlator.js';
import type { Standing } from '../rule/sigma/correlation/standing.js';
import type { HeldException } from '../score/exemptions.js';
import type { Scorer } from '../score/scorer.js';
import {
  readCarried,
  readChains,
  readLeftChains,
  writeCarried,
  writeChains,
  writeLeftChains,
} from './chain-records.js';
import {
  anchorChains,
  readCorrelations,
  readStanding,
  writeCorrelations,
  writeStanding,
} from './correlation-records.js';
import { readException, writeException } from './exception-records.js';
import { readChildren, readHosts, readTimelines, writeChildren, writeHosts, writeTimelines } from './host-records.js';
import { demand, type RecordReader } from './record-reader.js';
import type { RecordWriter } from './record-writer.js';
import { StateReader, StateWriter, type Reading, type Writing } from './state-records.js';

/** Grows whenever the layout of the records does, or what they mean: an older snapshot is refused then, and the log read instead. */
const VERSION = 6;
const END_MARK = 0x5eed;

/** The parts of an engine that outlive an event. */
export interface EngineState {
  readonly policy: Policy;
  readonly counts: EngineCounts;
  readonly hosts: ReadonlyMap<string, HostTable>;
  readonly forest: Forest;
  readonly scorer: Scorer;
  readonly correlator: Correlator;
  readonly standing: Standing;
  readonly leftChains: LeftChains;
  readonly pluginNames: readonly string[];
  makeHost(key: string, name: string): HostTable;
}

const COUNTS = [
  'events',
  'duplicates',
  'skipped',
  'hits',
  'hitsWithoutProcess',
  'forgotten',
  'forgottenByCorrelations',
] as const satisfies readonly (keyof EngineCounts)[];

export function* writeEngine(records: RecordWriter, engine: EngineState): Writing {
  const { policy, counts, hosts, forest, scorer, correlator, standing, pluginNames } = engine;
  records.uint(VERSION);
  records.text(policy.rules.version);
  for (const name of COUNTS) records.number(counts[name]);
  records.uint(scorer.sequence);
  records.uint(scorer.exceptions.length);
  for (const { exception, since, until } of scorer.exceptions) {
    writeException(records, exception);
    records.uint(since);
    records.number(until);
  }
  const state = new StateWriter(records, pluginNames);
  yield* writeHosts(state, hosts.values());
  yield* writeChildren(state);
  const chains = anchorChains(correlator);
  yield* writeChains(state, forest, scorer.exceptions, pluginNames, chains);
  yield* writeCarried(state, scorer.exceptions);
  yield* writeLeftChains(state, engine.leftChains, scorer.exceptions);
  const places = yield* writeCorrelations(state, correlator, chains);
  yield* writeStanding(state, standing, policy.rules.rules, places.occurrences);
  yield* writeTimelines(state, hosts.values(), places.sightings);
  records.uint(END_MARK);
}

/** @param engine  a new one, under the policy that was in force */
export function* readEngine(records: RecordReader, engine: EngineState): Reading<void> {
  const { policy, counts, forest, scorer, correlator, standing, pluginNames } = engine;
  if (records.isEmpty) records.give(yield);
  demand(records.uint() === VERSION, 'it was written by another version');
  demand(records.text() === policy.rules.version, 'other rules are in force');
  for (const name of COUNTS) counts[name] = records.number();
  const sequence = records.uint();
  const current = new Map(policy.exceptions.map((exception) => [exception.id, exception]));
  const exceptions = records.list((): HeldException => {
    const stated = readException(records);
    const since = records.uint();
    const until = records.number();
    // Those in force are known by their objects.
    const exception = until === Number.POSITIVE_INFINITY ? current.get(stated.id) : stated;
    demand(exception !== undefined, 'other exceptions are in force');
    return { exception, since, until };
  });
  scorer.restore(sequence, exceptions);
  const state = new StateReader(records, pluginNames);
  yield* readHosts(state, engine.makeHost);
  yield* readChildren(state);
  const chains = yield* readChains(state, forest, exceptions, pluginNames);
  yield* readCarried(state, exceptions);
  yield* readLeftChains(state, engine.leftChains, exceptions);
  const { sightings, occurrences } = yield* readCorrelations(state, correlator, chains);
  yield* readStanding(state, standing, policy.rules.rules, occurrences);
  yield* readTimelines(state, sightings);
  demand(records.uint() === END_MARK, 'it has no end');
}
