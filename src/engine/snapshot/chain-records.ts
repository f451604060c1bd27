/** Chains with their members and ledgers. */

import { assert } from '../base/assert.js';
import { Chain, NO_DAY } from '../chain/chain.js';
import type { Forest } from '../chain/forest.js';
import type { LeftChains } from '../chain/left-chains.js';
import type { Process } from '../process/process.js';
import type { Exception } from '../score/exception.js';
import type { HeldException } from '../score/exemptions.js';
import type { LedgerItem } from '../score/ledger.js';
import { readCounts, readDerived, readMemories, writeCounts, writeDerived, writeMemories } from './process-records.js';
import { demand } from './record-reader.js';
import type { Reading, StateReader, StateWriter, Writing } from './state-records.js';

const END = 0;
const CHAIN = 1;
const MEMBERS = 2;
const HOLDERS = 3;
const CONTENTS = 4;

/** Enough to write of one chain at once. */
const PROCESSES_AT_ONCE = 4096;

/** @param places  is filled with the places of those chains that are in it */
export function* writeChains(
  state: StateWriter,
  forest: Forest,
  exceptions: readonly HeldException[],
  pluginNames: readonly string[],
  places: Map<object, number>,
): Writing {
  const { records } = state;
  const exceptionPlaces = placesOf(exceptions);
  let place = 0;
  for (const chain of forest.chains) {
    if (places.has(chain)) places.set(chain, place);
    place++;
    records.uint(CHAIN);
    state.process(chain.start);
    const isOfDay = chain.start.dayChains?.get(chain.day) === chain;
    records.flag(isOfDay);
    if (isOfDay) records.number(chain.day);
    records.number(chain.alive);
    records.uint(chain.left);
    records.number(chain.score);
    records.flag(chain.isThreat);
    yield* writeProcesses(state, MEMBERS, chain.members);
    if (chain.hasHolders) yield* writeProcesses(state, HOLDERS, [...chain.holders]);
    if (hasContents(chain)) {
      records.uint(CONTENTS);
      const { heldDeeds, ledger, profiles, hitCounts, derived, memory, carried } = chain;
      state.evidence.all(heldDeeds.values(), heldDeeds.size);
      writeItems(state, [...ledger.values()], exceptionPlaces);
      writeItems(state, [...profiles.values()], exceptionPlaces);
      writeCounts(records, hitCounts);
      writeDerived(records, state.evidence, derived);
      writeMemories(records, memory ?? [], pluginNames);
      writeItems(state, carried ?? [], exceptionPlaces);
    }
    if (records.isFull) yield records.take();
  }
  records.uint(END);
}

export function* readChains(
  state: StateReader,
  forest: Forest,
  exceptions: readonly HeldException[],
  pluginNames: readonly string[],
): Reading<readonly Chain[]> {
  const { records } = state;
  const chains: Chain[] = [];
  let chain: Chain | undefined;
  let isOfDay = false;
  for (;;) {
    if (records.isEmpty) records.give(yield);
    const kind = records.below(CONTENTS + 1);
    if (kind === END) return chains;
    if (kind === CHAIN) {
      const start = state.process();
      isOfDay = records.flag();
      chain = new Chain(start, isOfDay ? records.number() : NO_DAY);
      chain.alive = records.number();
      chain.left = records.uint();
      chain.score = records.number();
      chain.isThreat = records.flag();
      chains.push(chain);
      forest.restore(chain);
      continue;
    }
    demand(chain !== undefined, 'what a chain holds is of no chain');
    if (kind === MEMBERS) {
      for (const member of readProcesses(state)) {
        demand(isOfDay || member.chain === undefined, 'a process is in two chains');
        if (!isOfDay) member.chain = chain;
        chain.addMember(member);
      }
    } else if (kind === HOLDERS) for (const holder of readProcesses(state)) chain.holders.add(holder);
    else {
      for (const evidence of state.evidence.all()) chain.deeds.set(evidence.key, evidence);
      const ledger = records.list(() => readItem(state, exceptions));
      const profiles = records.list(() => readItem(state, exceptions));
      chain.restore(ledger, profiles);
      for (const [rule, count] of readCounts(records)) chain.countHits(rule, count);
      chain.derived = readDerived(records, state.evidence);
      const memory = readMemories(records, pluginNames);
      if (memory.length > 0) chain.memory = memory;
      chain.carried = readSomeItems(state, exceptions);
    }
  }
}

export function* writeLeftChains(state: StateWriter, left: LeftChains, exceptions: readonly HeldException[]): Writing {
  const { records } = state;
  const exceptionPlaces = placesOf(exceptions);
  for (const [host, id, chain] of left.all()) {
    records.flag(true);
    state.host(host);
    records.freshText(id);
    writeItems(state, chain.items, exceptionPlaces);
    writeItems(state, chain.profiles, exceptionPlaces);
    writeCounts(records, chain.hitCounts);
    records.uint(chain.processCount);
    records.flag(chain.isAtThreshold);
    records.flag(chain.isTold);
    if (records.isFull) yield records.take();
  }
  records.flag(false);
}

export function* readLeftChains(
  state: StateReader,
  left: LeftChains,
  exceptions: readonly HeldException[],
): Reading<void> {
  const { records } = state;
  for (;;) {
    if (records.isEmpty) records.give(yield);
    if (!records.flag()) return;
    const host = state.host();
    const id = records.freshText();
    const items = records.list(() => readItem(state, exceptions));
    const profiles = records.list(() => readItem(state, exceptions));
    const hitCounts = new Map(readCounts(records));
    const processCount = records.uint();
    left.put(host, id, {
      items,
      profiles,
      hitCounts,
      processCount,
      isAtThreshold: records.flag(),
      isTold: records.flag(),
    });
  }
}

/** What processes carry of chains that left. */
export function* writeCarried(state: StateWriter, exceptions: readonly HeldException[]): Writing {
  const { records } = state;
  const exceptionPlaces = placesOf(exceptions);
  for (const process of [...state.processes]) {
    if (process.carried === undefined) continue;
    records.flag(true);
    state.sameProcess(process);
    writeItems(state, process.carried, exceptionPlaces);
    if (records.isFull) yield records.take();
  }
  records.flag(false);
}

export function* readCarried(state: StateReader, exceptions: readonly HeldException[]): Reading<void> {
  const { records } = state;
  for (;;) {
    if (records.isEmpty) records.give(yield);
    if (!records.flag()) return;
    const process = state.process();
    process.carried = readSomeItems(state, exceptions);
  }
}

function readSomeItems(state: StateReader, exceptions: readonly HeldException[]): readonly LedgerItem[] | undefined {
  const items = state.records.list(() => readItem(state, exceptions));
  return items.length === 0 ? undefined : items;
}

function placesOf(exceptions: readonly HeldException[]): ReadonlyMap<Exception, number> {
  return new Map(exceptions.map(({ exception }, place) => [exception, place]));
}

function hasContents({ heldDeeds, ledger, profiles, hitCounts, derived, memory, carried }: Chain): boolean {
  return (
    heldDeeds.size > 0 ||
    ledger.size > 0 ||
    profiles.size > 0 ||
    hitCounts.size > 0 ||
    derived !== undefined ||
    memory !== undefined ||
    carried !== undefined
  );
}

function* writeProcesses(state: StateWriter, kind: number, processes: readonly Process[]): Writing {
  const { records } = state;
  for (let from = 0; from < processes.length; from += PROCESSES_AT_ONCE) {
    const end = Math.min(processes.length, from + PROCESSES_AT_ONCE);
    records.uint(kind);
    records.uint(end - from);
    for (let at = from; at < end; at++) state.process(processes[at]!);
    if (records.isFull) yield records.take();
  }
}

function readProcesses(state: StateReader): Process[] {
  return state.records.list(() => state.process());
}

function writeItems(
  state: StateWriter,
  items: readonly LedgerItem[],
  exceptions: ReadonlyMap<Exception, number>,
): void {
  const { records } = state;
  records.uint(items.length);
  for (const { evidence, process, exception } of items) {
    state.evidence.evidence(evidence);
    state.sameProcess(process);
    const place = exception === undefined ? -1 : exceptions.get(exception);
    assert(place !== undefined, 'an exception that covers evidence is remembered');
    records.uint(place + 1);
  }
}

function readItem(state: StateReader, exceptions: readonly HeldException[]): LedgerItem {
  const evidence = state.evidence.evidence();
  const process = state.process();
  const place = state.records.below(exceptions.length + 1);
  return { evidence, process, exception: place === 0 ? undefined : exceptions[place - 1]!.exception };
}
