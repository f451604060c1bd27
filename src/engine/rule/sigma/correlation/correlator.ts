/**
 * Correlations at work: fed with the rules that matched each event, it says at which events which correlation holds, and takes that back where
 * a late event or a process that moved shows otherwise. What stands in the end depends on the events alone, not on their order. No clock:
 * windows slide on event time. docs/reference/sigma-correlation.md
 */

import type { Event } from '../../../event/event.js';
import { hostKey } from '../../../event/host-name.js';
import { currentOf, type Process } from '../../../process/process.js';
import { evidenceEventOf, isEventBefore } from '../../../score/evidence.js';
import { hex64 } from '../../../base/hash.js';
import type { Rule } from '../../rule.js';
import type { CorrelationPlan, Input, PlannedCorrelation, ValueSource } from './correlation-plan.js';
import { Group } from './group.js';
import { DEFAULT_CORRELATION_LIMITS, oldestOfTheLargest, roomLeft, type CorrelationLimits } from './limits.js';
import type { Occurrence, Sighting, Source } from './occurrence.js';
import { numberIn } from '../value/number.js';

export interface CorrelatorPorts {
  /** The chain that an event of the process at that time is in. */
  chainOf(process: Process, timeMs: number): object | undefined;
  /** The correlation holds at this event: evidence on its process. Not called for correlations that give no hits of their own. */
  began(occurrence: Occurrence): void;
  /** It does not hold there after all. */
  ceased(occurrence: Occurrence): void;
  /** It holds there for good: the event is forgotten. */
  settled(occurrence: Occurrence): void;
  /** The record of an event at which it holds was read from another place as well, which is the one to name now. */
  placed(occurrence: Occurrence): void;
}

/** Groups that are about no chain or process are all under this one. */
export const NO_ANCHOR: object = {};
const NOTHING: readonly [] = [];

/** One correlation's groups: by chain or process first, then by the values of their fields. */
export interface Node {
  readonly correlation: PlannedCorrelation;
  readonly groups: Map<object, Map<string, Group>>;
  groupCount: number;
  /** Groups that have to be measured; one that emptied meanwhile has nothing left to measure. */
  changed: Group[];
}

export class Correlator {
  #plan: CorrelationPlan | undefined;
  #nodes: Node[] = [];
  readonly #sightings = new Map<string, Sighting>();
  #occurrences = 0;
  #evicted = 0;
  /** Those with changed groups. */
  readonly #pending: Node[] = [];
  /** Chains and processes that are not what they were, and events that belong to another process. */
  readonly #disturbed = new Set<object>();
  readonly #moved = new Map<Sighting, Process>();

  constructor(
    private readonly ports: CorrelatorPorts,
    private readonly limits: CorrelationLimits = DEFAULT_CORRELATION_LIMITS,
  ) {}

  /** Events remembered, over all correlations. */
  get size(): number {
    return this.#occurrences;
  }

  /** Different events among them. */
  get sightings(): number {
    return this.#sightings.size;
  }

  /** Events forgotten for want of room, ever. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Nothing waits to be measured or moved. */
  get isSettled(): boolean {
    return this.#pending.length === 0 && this.#disturbed.size === 0 && this.#moved.size === 0;
  }

  /** All correlations, inner ones first. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** All events remembered, by record identity. */
  get events(): ReadonlyMap<string, Sighting> {
    return this.#sightings;
  }

  /** Of the hosts that it remembers events of. */
  hostKeys(): ReadonlySet<string> {
    return new Set([...this.#sightings.values()].map(({ hostKey: key }) => key));
  }

  /** Puts back what was kept, under the plan that is in force already. */
  restore(sightings: readonly Sighting[], groups: readonly Group[], evicted: number): void {
    for (const sighting of sightings) this.#sightings.set(sighting.at.id, sighting);
    for (const group of groups) {
      const node = this.#nodeOf(group);
      const known = node.groups.get(group.anchor);
      if (known === undefined) node.groups.set(group.anchor, new Map([[group.key, group]]));
      else known.set(group.key, group);
      node.groupCount++;
      this.#occurrences += group.items.length;
    }
    this.#evicted = evicted;
  }

  /** Correlations that say the same as before keep what they gathered; what others gave stays given. */
  setPlan(plan: CorrelationPlan): void {
    if (plan === this.#plan) return;
    const known = new Map(this.#nodes.map((node) => [node.correlation.signature, node]));
    const isCarried = plan.correlations.some((each) => known.has(each.signature)) && sameKept(plan, this.#plan);
    if (!isCarried) this.#forgetAll();
    const nodes = plan.correlations.map((correlation) => newNode(correlation));
    if (isCarried) {
      for (const node of nodes) {
        const former = known.get(node.correlation.signature);
        if (former === undefined) continue;
        known.delete(node.correlation.signature);
        for (const [anchor, groups] of former.groups) {
          const carried = new Map<string, Group>();
          for (const [key, group] of groups) {
            group.correlation = node.correlation;
            carried.set(key, group);
          }
          node.groups.set(anchor, carried);
        }
        node.groupCount = former.groupCount;
      }
      for (const node of known.values()) this.#forgetNode(node);
    }
    this.#plan = plan;
    this.#nodes = nodes;
  }

  /**
   * Takes in an event and the rules that matched it, those that give no hits of their own included. Takes effect with the next `settle`.
   *
   * @param repeated  the record was seen before: it is not counted again
   * @returns what `move` wants, `undefined` where no correlation is concerned
   */
  feed(event: Event, rules: readonly Rule[], process: Process | undefined, repeated: boolean): Sighting | undefined {
    const plan = this.#plan;
    if (plan === undefined || plan.inputs.size === 0 || event.timeSource === 'none') return undefined;
    let sighting: Sighting | undefined;
    for (const rule of rules) {
      const inputs = plan.inputs.get(rule.id);
      if (inputs === undefined) continue;
      if (sighting === undefined) {
        const known = this.#sightings.get(hex64({ high: event.idHigh, low: event.idLow }));
        if (known !== undefined) this.#seenAgain(known, event);
        if (repeated) return known;
        sighting = known ?? this.#newSighting(event, process, plan);
      }
      for (const input of inputs) this.#enter(input, sighting, input.source, event);
    }
    if (sighting !== undefined && sighting.occurrences.length === 0) this.#sightings.delete(sighting.at.id);
    return sighting;
  }

  /** The event belongs to another process: its pid meant another run. */
  move(sighting: Sighting, to: Process): void {
    // What was forgotten, as with the correlations of an earlier policy, need not know.
    if (this.#sightings.get(sighting.at.id) === sighting) this.#moved.set(sighting, to);
  }

  /** A chain or process joined another or was taken apart: what is grouped by it is grouped anew. */
  disturb(anchor: object): void {
    if (this.groupsBy(anchor)) this.#disturbed.add(anchor);
  }

  groupsBy(anchor: object): boolean {
    return this.#nodes.some(({ correlation, groups }) => correlation.anchor !== undefined && groups.has(anchor));
  }

  /** Nothing of a host's events counts any more; what other hosts have by them is taken back. */
  forgetHost(key: string): void {
    for (const sighting of [...this.#sightings.values()]) {
      if (sighting.hostKey !== key) continue;
      this.#moved.delete(sighting);
      for (const occurrence of [...sighting.occurrences]) {
        if (sighting.occurrences.includes(occurrence)) this.#leave(occurrence);
      }
    }
    this.settle();
  }

  /** To be called between events: says what holds now and did not before, and the other way round. */
  settle(): void {
    if (this.#moved.size > 0) this.#settleMoved();
    if (this.#disturbed.size > 0) this.#settleDisturbed();
    for (let node = this.#nextPending(); node !== undefined; node = this.#nextPending()) {
      const { changed } = node;
      node.changed = [];
      for (const group of changed) {
        group.isQueued = false;
        this.#settleGroup(group);
      }
      if (node.groupCount > this.limits.groupsPerCorrelation) this.#makeRoomForGroups(node);
    }
    if (this.#occurrences > this.limits.events) this.#makeRoom();
  }

  #newSighting(event: Event, process: Process | undefined, plan: CorrelationPlan): Sighting {
    const sighting: Sighting = {
      at: evidenceEventOf(event),
      hostKey: hostKey(event.host),
      process,
      kept: plan.kept.length === 0 ? NOTHING : plan.kept.map((read) => read(event)),
      occurrences: [],
    };
    this.#sightings.set(sighting.at.id, sighting);
    return sighting;
  }

  #seenAgain(sighting: Sighting, event: Event): void {
    const at = evidenceEventOf(event);
    if (!isEventBefore(at, sighting.at)) return;
    sighting.at = at;
    for (const occurrence of sighting.occurrences) {
      if (occurrence.holds && !occurrence.group.correlation.isSilent) this.ports.placed(occurrence);
    }
  }

  #enter(input: Input, sighting: Sighting, sources: readonly Source[], event: Event | undefined): void {
    const { inner } = sources[0]!;
    const fields = readAll(input.group, sighting, inner, event);
    if (fields === undefined) return;
    const values = readAll(input.values, sighting, inner, event);
    if (values === undefined) return;
    const { correlation } = input;
    const value = joined(values);
    const amount = correlation.hasAmounts ? numberIn(values[0]!.trim()) : 0;
    if (amount === undefined) return;
    const anchor = this.#anchorOf(correlation, sighting);
    if (anchor === undefined) return;
    const key = joined(fields);
    for (const known of sighting.occurrences) {
      const { group } = known;
      if (group.correlation !== correlation || group.key !== key || known.value !== value) continue;
      this.#addSource(known, sources[0]!);
      return;
    }
    const node = this.#nodes[correlation.index]!;
    const group = this.#groupOf(node, anchor, key, fields);
    const occurrence: Occurrence = { sighting, group, value, amount, sources, holds: false };
    sighting.occurrences.push(occurrence);
    this.#occurrences++;
    group.insert(occurrence);
    this.#touch(node, group);
  }

  #addSource(occurrence: Occurrence, source: Source): void {
    const { sources } = occurrence;
    if (sources.some((each) => each.step === source.step && each.inner === source.inner)) return;
    this.#changeSources(occurrence, [...sources, source]);
  }

  /** Its place can depend on its steps, so it is taken out and put in again. */
  #changeSources(occurrence: Occurrence, sources: readonly Source[]): void {
    const { group } = occurrence;
    group.remove(occurrence);
    occurrence.sources = sources;
    group.insert(occurrence);
    this.#touch(this.#nodeOf(group), group);
  }

  #settleGroup(group: Group): void {
    if (group.items.length > this.limits.eventsPerGroup) this.#trim(group);
    group.settle((occurrence) => {
      if (occurrence.holds) this.#holds(occurrence);
      else this.#holdsNoMore(occurrence);
    });
  }

  #holds(occurrence: Occurrence): void {
    const { group, sighting } = occurrence;
    if (!group.correlation.isSilent) this.ports.began(occurrence);
    for (const input of group.correlation.outers) {
      this.#enter(input, sighting, [{ step: input.step, inner: group }], undefined);
    }
  }

  #holdsNoMore(occurrence: Occurrence): void {
    const { group, sighting } = occurrence;
    if (!group.correlation.isSilent) this.ports.ceased(occurrence);
    if (group.correlation.outers.length === 0) return;
    // Several occurrences of one event, with different values, may hold in the same group.
    if (sighting.occurrences.some((other) => other.group === group && other.holds)) return;
    for (const other of [...sighting.occurrences]) {
      if (!other.sources.some(({ inner }) => inner === group)) continue;
      const left = other.sources.filter(({ inner }) => inner !== group);
      if (left.length > 0) this.#changeSources(other, left);
      else this.#leave(other);
    }
  }

  /** Takes an occurrence out of its group for good, with whatever rests on it. */
  #leave(occurrence: Occurrence): void {
    const { group, sighting } = occurrence;
    group.remove(occurrence);
    this.#touch(this.#nodeOf(group), group);
    this.#drop(occurrence);
    if (occurrence.holds) {
      occurrence.holds = false;
      this.#holdsNoMore(occurrence);
    }
    if (sighting.occurrences.length === 0) this.#sightings.delete(sighting.at.id);
  }

  #drop(occurrence: Occurrence): void {
    const { occurrences } = occurrence.sighting;
    occurrences.splice(occurrences.indexOf(occurrence), 1);
    this.#occurrences--;
    if (occurrence.group.items.length === 0) this.#forgetGroup(occurrence.group);
  }

  #settleMoved(): void {
    for (const [sighting, to] of this.#moved) {
      const standing = sighting.occurrences.filter(({ holds, group }) => holds && !group.correlation.isSilent);
      for (const occurrence of standing) this.ports.ceased(occurrence);
      sighting.process = to;
      for (const occurrence of standing) this.ports.began(occurrence);
      for (const occurrence of [...sighting.occurrences]) this.#regroup(occurrence);
    }
    this.#moved.clear();
  }

  #settleDisturbed(): void {
    for (const anchor of this.#disturbed) {
      for (const node of this.#nodes) {
        if (node.correlation.anchor === undefined) continue;
        for (const group of [...(node.groups.get(anchor)?.values() ?? [])]) {
          for (const occurrence of [...group.items]) this.#regroup(occurrence);
        }
      }
    }
    this.#disturbed.clear();
  }

  /** Puts an occurrence in the group of its chain or process as these are now. */
  #regroup(occurrence: Occurrence): void {
    const { group, sighting, sources } = occurrence;
    const { correlation } = group;
    if (correlation.anchor === undefined) return;
    const anchor = this.#anchorOf(correlation, sighting);
    if (anchor === group.anchor || !sighting.occurrences.includes(occurrence)) return;
    this.#leave(occurrence);
    if (anchor === undefined) return;
    this.#sightings.set(sighting.at.id, sighting);
    const node = this.#nodeOf(group);
    const to = this.#groupOf(node, anchor, group.key, group.fields);
    const moved: Occurrence = { ...occurrence, group: to, sources, holds: false };
    sighting.occurrences.push(moved);
    this.#occurrences++;
    to.insert(moved);
    this.#touch(node, to);
  }

  #anchorOf({ anchor }: PlannedCorrelation, { process, at }: Sighting): object | undefined {
    if (anchor === undefined) return NO_ANCHOR;
    if (process === undefined) return undefined;
    const current = currentOf(process);
    if (anchor === 'chain') return this.ports.chainOf(current, at.timeMs);
    return current.isHostEvents ? undefined : current;
  }

  #touch(node: Node, group: Group): void {
    if (group.isQueued) return;
    group.isQueued = true;
    if (node.changed.length === 0) this.#pending.push(node);
    node.changed.push(group);
  }

  /** The innermost: outer correlations come after those they refer to, so each is measured once, when all that concerns it is known. */
  #nextPending(): Node | undefined {
    const { length } = this.#pending;
    if (length === 0) return undefined;
    let first = 0;
    for (let place = 1; place < length; place++) {
      if (this.#pending[place]!.correlation.index < this.#pending[first]!.correlation.index) first = place;
    }
    const node = this.#pending[first]!;
    this.#pending[first] = this.#pending[length - 1]!;
    this.#pending.length--;
    return node;
  }

  #nodeOf(group: Group): Node {
    return this.#nodes[group.correlation.index]!;
  }

  #groupOf(node: Node, anchor: object, key: string, fields: readonly string[]): Group {
    let groups = node.groups.get(anchor);
    if (groups === undefined) node.groups.set(anchor, (groups = new Map<string, Group>()));
    let group = groups.get(key);
    if (group === undefined) {
      group = new Group(node.correlation, key, fields, anchor);
      groups.set(key, group);
      node.groupCount++;
    }
    return group;
  }

  #forgetGroup(group: Group): void {
    const node = this.#nodeOf(group);
    const groups = node.groups.get(group.anchor);
    if (groups?.delete(group.key) !== true) return;
    node.groupCount--;
    if (groups.size === 0) node.groups.delete(group.anchor);
  }

  #trim(group: Group): void {
    const { items } = group;
    this.#evict(items.slice(0, items.length - roomLeft(this.limits.eventsPerGroup)));
  }

  #makeRoom(): void {
    const all: { hostKey: string; timeMs: number; occurrence: Occurrence }[] = [];
    for (const { occurrences, hostKey: host, at } of this.#sightings.values()) {
      for (const occurrence of occurrences) all.push({ hostKey: host, timeMs: at.timeMs, occurrence });
    }
    this.#evict(oldestOfTheLargest(all, roomLeft(this.limits.events)).map(({ occurrence }) => occurrence));
  }

  /** A group counts as its newest event's host's, and is as old as that event. */
  #makeRoomForGroups(node: Node): void {
    const all: { hostKey: string; timeMs: number; group: Group }[] = [];
    for (const groups of node.groups.values()) {
      for (const group of groups.values()) {
        const { sighting } = group.items.at(-1)!;
        all.push({ hostKey: sighting.hostKey, timeMs: sighting.at.timeMs, group });
      }
    }
    const going = oldestOfTheLargest(all, roomLeft(this.limits.groupsPerCorrelation));
    this.#evict(going.flatMap(({ group }) => [...group.items]));
  }

  #evict(going: readonly Occurrence[]): void {
    const byGroup = new Map<Group, Set<Occurrence>>();
    for (const occurrence of going) {
      const known = byGroup.get(occurrence.group);
      if (known === undefined) byGroup.set(occurrence.group, new Set([occurrence]));
      else known.add(occurrence);
    }
    for (const [group, gone] of byGroup) {
      group.evict(gone);
      for (const occurrence of gone) {
        this.#evicted++;
        if (occurrence.holds && !group.correlation.isSilent) this.ports.settled(occurrence);
        this.#drop(occurrence);
        if (occurrence.sighting.occurrences.length === 0) this.#sightings.delete(occurrence.sighting.at.id);
      }
    }
  }

  #forgetNode(node: Node): void {
    for (const groups of node.groups.values()) {
      for (const group of groups.values()) {
        for (const occurrence of group.items) {
          const { occurrences } = occurrence.sighting;
          occurrences.splice(occurrences.indexOf(occurrence), 1);
          this.#occurrences--;
          if (occurrences.length === 0) this.#sightings.delete(occurrence.sighting.at.id);
        }
      }
    }
  }

  #forgetAll(): void {
    this.#sightings.clear();
    this.#occurrences = 0;
    this.#moved.clear();
    this.#disturbed.clear();
    this.#pending.length = 0;
  }
}

function newNode(correlation: PlannedCorrelation): Node {
  return { correlation, groups: new Map(), groupCount: 0, changed: [] };
}

/** Events are remembered with what outer correlations ask of them: where others ask, or ask for more, the old ones cannot answer. */
function sameKept(one: CorrelationPlan, other: CorrelationPlan | undefined): boolean {
  return (
    one.kept.length === other?.kept.length && one.keptFields.every((name, place) => name === other.keptFields[place])
  );
}

/** @returns `undefined` if one of the values is missing: such an event takes no part */
function readAll(
  sources: readonly ValueSource[],
  sighting: Sighting,
  inner: Group | undefined,
  event: Event | undefined,
): readonly string[] | undefined {
  if (sources.length === 0) return NOTHING;
  const values: string[] = [];
  for (const source of sources) {
    const value = readOne(source, sighting, inner, event);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** No value holds NUL: `fieldText`. */
function joined(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : values.join('\0');
}

function readOne(
  source: ValueSource,
  sighting: Sighting,
  inner: Group | undefined,
  event: Event | undefined,
): string | undefined {
  switch (source.kind) {
    case 'event':
      return event === undefined ? undefined : source.read(event);
    case 'inner':
      return inner?.fields[source.place];
    case 'kept':
      return sighting.kept[source.place];
    case 'host':
      return sighting.hostKey;
  }
}
