/** Hosts, their processes, and what names these by pid. */

import type { HostTable } from '../process/host-table.js';
import { isNeeded, type PidReference } from '../process/pid-reference.js';
import type { PidTimeline } from '../process/pid-timeline.js';
import type { Process } from '../process/process.js';
import type { Sighting } from '../rule/sigma/correlation/occurrence.js';
import { readFacts, readMention, writeFacts, writeMention } from './process-records.js';
import { demand } from './record-reader.js';
import type { Reading, StateReader, StateWriter, Writing } from './state-records.js';

const END = 0;
const HOST = 1;
const PROCESS = 2;

export function* writeHosts(state: StateWriter, hosts: Iterable<HostTable>): Writing {
  const { records } = state;
  for (const host of hosts) {
    state.addHost(host);
    records.uint(HOST);
    records.text(host.key);
    records.text(host.name);
    records.uint(host.boundAt);
    const { knownHostEvents } = host;
    records.flag(knownHostEvents !== undefined);
    if (knownHostEvents !== undefined) state.define(knownHostEvents);
    for (const process of host.processes.values()) {
      if (records.isFull) yield records.take();
      records.uint(PROCESS);
      state.define(process);
    }
    if (records.isFull) yield records.take();
  }
  records.uint(END);
}

export function* readHosts(state: StateReader, makeHost: (key: string, name: string) => HostTable): Reading<void> {
  const { records } = state;
  let host: HostTable | undefined;
  for (;;) {
    if (records.isEmpty) records.give(yield);
    const kind = records.below(PROCESS + 1);
    if (kind === END) return;
    if (kind === HOST) {
      host = makeHost(records.text(), records.text());
      host.boundAt = records.uint();
      state.hosts.push(host);
      if (records.flag()) host.restore(state.define(host));
    } else {
      demand(host !== undefined, 'a process is of no host');
      host.restore(state.define(host));
    }
  }
}

/** Enough to write of one process at once: some have a hundred thousand children. */
const CHILDREN_AT_ONCE = 4096;

/** In the order in which they were linked. */
export function* writeChildren(state: StateWriter): Writing {
  const { records } = state;
  // Nobody has more than is known by now; what is met below is in no table, and nobody's parent.
  const parents = state.processes.length;
  for (let place = 0; place < parents; place++) {
    const parent = state.processes[place]!;
    if (!parent.hasChildren) continue;
    const children = [...parent.children];
    for (let from = 0; from < children.length; from += CHILDREN_AT_ONCE) {
      const some = children.slice(from, from + CHILDREN_AT_ONCE);
      records.uint(some.length);
      state.process(parent);
      for (const child of some) state.process(child);
      if (records.isFull) yield records.take();
    }
  }
  records.uint(0);
}

export function* readChildren(state: StateReader): Reading<void> {
  const { records } = state;
  for (;;) {
    if (records.isEmpty) records.give(yield);
    let left = records.uint();
    if (left === 0) return;
    const parent = state.process();
    for (; left > 0; left--) {
      const child = state.process();
      demand(child !== parent && child.parent === undefined, 'a process has two parents');
      child.parent = parent;
      parent.children.add(child);
    }
  }
}

const TIMELINE = 1;
const REFERENCE = 2;
const REFERENCE_KINDS = ['parent', 'deed', 'end'] as const;

/** Runs are known from the processes; what is written are placeholders between them, and what refers to them. */
export function* writeTimelines(
  state: StateWriter,
  hosts: Iterable<HostTable>,
  sightings: ReadonlyMap<Sighting, number>,
): Writing {
  const { records } = state;
  for (const host of hosts) {
    for (const timeline of host.timelines()) {
      const references = timeline.references.filter((reference) => isNeeded(reference, timeline.pid));
      const { gaps, spares } = timeline;
      if (references.length === 0 && gaps.size === 0 && spares.length === 0) continue;
      records.uint(TIMELINE);
      state.host(host);
      records.number(timeline.pid);
      records.uint(gaps.size);
      for (const [place, gap] of gaps) {
        records.text(place);
        state.process(gap);
        records.flag(timeline.isPinned(gap));
      }
      records.uint(spares.length);
      for (const { run, facts } of spares) {
        state.process(run);
        writeFacts(records, facts);
      }
      for (const reference of references) {
        if (records.isFull) yield records.take();
        records.uint(REFERENCE);
        writeReference(state, reference, sightings);
      }
      if (records.isFull) yield records.take();
    }
  }
  records.uint(END);
}

export function* readTimelines(state: StateReader, sightings: readonly Sighting[]): Reading<void> {
  const { records } = state;
  let timeline: PidTimeline | undefined;
  for (;;) {
    if (records.isEmpty) records.give(yield);
    const kind = records.below(REFERENCE + 1);
    if (kind === END) return;
    if (kind === TIMELINE) {
      timeline = state.host().timeline(records.number());
      for (let left = records.uint(); left > 0; left--) {
        timeline.restoreGap(records.text(), state.process(), records.flag());
      }
      for (let left = records.uint(); left > 0; left--) {
        timeline.restoreSpare({ run: state.process(), facts: readFacts(records) });
      }
    } else {
      demand(timeline !== undefined, 'a reference is to no pid');
      timeline.restoreReference(readReference(state, sightings));
    }
  }
}

function writeReference(state: StateWriter, reference: PidReference, sightings: ReadonlyMap<Sighting, number>): void {
  const { records } = state;
  records.uint(REFERENCE_KINDS.indexOf(reference.kind));
  writeMention(records, reference.mention);
  state.process(reference.target);
  if (reference.kind === 'parent') {
    state.process(reference.child);
    return;
  }
  const { evidence, sighting } = reference.rests;
  state.evidence.all(evidence, evidence.length);
  // One that no correlation remembers any more would never be asked again.
  const place = sighting === undefined ? undefined : sightings.get(sighting);
  records.uint(place === undefined ? 0 : place + 1);
}

function readReference(state: StateReader, sightings: readonly Sighting[]): PidReference {
  const { records } = state;
  const kind = REFERENCE_KINDS[records.below(REFERENCE_KINDS.length)]!;
  const mention = readMention(records);
  const target: Process = state.process();
  if (kind === 'parent') return { kind, mention, target, child: state.process() };
  const evidence = state.evidence.all();
  const sighting = sightings[records.below(sightings.length + 1) - 1];
  return { kind, mention, target, rests: { evidence, sighting, subject: undefined } };
}
