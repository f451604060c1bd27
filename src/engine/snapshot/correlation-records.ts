/** What correlations remember, and where they hold. */

import { assert } from '../base/assert.js';
import type { Chain } from '../chain/chain.js';
import type { Process } from '../process/process.js';
import type { Rule, RuleSetName } from '../rule/rule.js';
import { NO_ANCHOR, type Correlator } from '../rule/sigma/correlation/correlator.js';
import { Group } from '../rule/sigma/correlation/group.js';
import type { Occurrence, Sighting } from '../rule/sigma/correlation/occurrence.js';
import {
  settledFrom,
  type Claim,
  type Place,
  type ScoredRule,
  type Settled,
  type Standing,
} from '../rule/sigma/correlation/standing.js';
import { readEvent, readMatched, writeEvent, writeMatched } from './evidence-records.js';
import { demand } from './record-reader.js';
import type { Reading, StateReader, StateWriter, Writing } from './state-records.js';

const ANCHORS = ['none', 'chain', 'process'] as const;

/** The chains by which correlations group, each to be given its place. */
export function anchorChains(correlator: Correlator): Map<object, number> {
  const chains = new Map<object, number>();
  for (const { correlation, groups } of correlator.nodes) {
    if (correlation.anchor !== 'chain') continue;
    for (const anchor of groups.keys()) chains.set(anchor, -1);
  }
  return chains;
}

/** Numbers that stand for what correlations remember. */
export interface CorrelationPlaces {
  readonly sightings: ReadonlyMap<Sighting, number>;
  readonly occurrences: ReadonlyMap<Occurrence, number>;
}

/**
 * Events first, then the groups with their occurrences, inner correlations before outer ones, then the order of each event's own occurrences.
 *
 * @param chains  places of the chains by which correlations group
 */
export function* writeCorrelations(
  state: StateWriter,
  correlator: Correlator,
  chains: ReadonlyMap<object, number>,
): Generator<Uint8Array, CorrelationPlaces, void> {
  const { records } = state;
  const sightings = new Map<Sighting, number>();
  const occurrences = new Map<Occurrence, number>();
  const groups = new Map<Group, number>();
  records.uint(correlator.evicted);
  for (const sighting of correlator.events.values()) {
    sightings.set(sighting, sightings.size);
    const { at, hostKey, process, kept } = sighting;
    records.flag(true);
    writeEvent(records, at);
    records.text(hostKey);
    records.flag(process !== undefined);
    if (process !== undefined) state.process(process);
    records.uint(kept.length);
    for (const value of kept) records.optionalText(value);
    if (records.isFull) yield records.take();
  }
  records.flag(false);
  for (const node of correlator.nodes) {
    records.text(node.correlation.signature);
    for (const [anchor, byKey] of node.groups) {
      for (const group of byKey.values()) {
        records.flag(true);
        groups.set(group, groups.size);
        writeAnchor(state, node.correlation.anchor, anchor, chains);
        records.text(group.key);
        records.uint(group.fields.length);
        for (const field of group.fields) records.text(field);
        records.double(group.floorMs);
        records.uint(group.items.length);
        for (const item of group.items) {
          occurrences.set(item, occurrences.size);
          records.uint(placeIn(sightings, item.sighting));
          records.text(item.value);
          records.number(item.amount);
          records.flag(item.holds);
          records.uint(item.sources.length);
          for (const { step, inner } of item.sources) {
            records.uint(step);
            // A group that was forgotten for want of room is as good as a rule: nothing takes back what it gave.
            const place = inner === undefined ? undefined : groups.get(inner);
            records.uint(place === undefined ? 0 : place + 1);
          }
        }
        if (records.isFull) yield records.take();
      }
    }
    records.flag(false);
  }
  for (const { occurrences: own } of correlator.events.values()) {
    records.uint(own.length);
    for (const occurrence of own) records.uint(placeIn(occurrences, occurrence));
    if (records.isFull) yield records.take();
  }
  return { sightings, occurrences };
}

export interface ReadCorrelations {
  readonly sightings: readonly Sighting[];
  readonly occurrences: readonly Occurrence[];
}

export function* readCorrelations(
  state: StateReader,
  correlator: Correlator,
  chains: readonly Chain[],
): Reading<ReadCorrelations> {
  const { records } = state;
  const sightings: Sighting[] = [];
  const occurrences: Occurrence[] = [];
  const groups: Group[] = [];
  const evicted = records.uint();
  while (records.flag()) {
    const at = readEvent(records);
    const hostKey = records.text();
    const process = records.flag() ? state.process() : undefined;
    const kept = records.list(() => records.optionalText());
    sightings.push({ at, hostKey, process, kept, occurrences: [] });
    if (records.isEmpty) records.give(yield);
  }
  for (const { correlation } of correlator.nodes) {
    demand(records.text() === correlation.signature, 'other correlations are in force');
    while (records.flag()) {
      const anchor = readAnchor(state, correlation.anchor, chains);
      const key = records.text();
      const fields = records.list(() => records.text());
      const group = new Group(correlation, key, fields, anchor);
      groups.push(group);
      const floorMs = records.double();
      const items = records.list((): Occurrence => {
        const sighting = sightings[records.below(sightings.length)]!;
        const value = records.text();
        const amount = records.number();
        const holds = records.flag();
        const sources = records.list(() => {
          const step = records.below(correlation.document.rules.length);
          return { step, inner: groups[records.below(groups.length) - 1] };
        });
        demand(sources.length > 0, 'an occurrence has no source');
        return { sighting, group, value, amount, sources, holds };
      });
      demand(items.length > 0, 'a group is empty');
      occurrences.push(...items);
      group.restore(items, floorMs);
      if (records.isEmpty) records.give(yield);
    }
  }
  for (const sighting of sightings) {
    if (records.isEmpty) records.give(yield);
    for (let left = records.uint(); left > 0; left--) {
      const occurrence = occurrences[records.below(occurrences.length)]!;
      demand(occurrence.sighting === sighting, 'an occurrence is of another event');
      sighting.occurrences.push(occurrence);
    }
  }
  correlator.restore(sightings, groups, evicted);
  return { sightings, occurrences };
}

function writeAnchor(
  state: StateWriter,
  kind: 'chain' | 'process' | undefined,
  anchor: object,
  chains: ReadonlyMap<object, number>,
): void {
  if (kind === undefined) state.records.uint(ANCHORS.indexOf('none'));
  else if (kind === 'process') {
    state.records.uint(ANCHORS.indexOf('process'));
    state.process(anchor as Process);
  } else {
    state.records.uint(ANCHORS.indexOf('chain'));
    const place = chains.get(anchor);
    assert(place !== undefined && place >= 0, 'a correlation groups by chains that exist');
    state.records.uint(place);
  }
}

function readAnchor(state: StateReader, kind: 'chain' | 'process' | undefined, chains: readonly Chain[]): object {
  const { records } = state;
  demand(ANCHORS[records.below(ANCHORS.length)] === (kind ?? 'none'), 'a group is about something else');
  if (kind === undefined) return NO_ANCHOR;
  return kind === 'process' ? state.process() : chains[records.below(chains.length)]!;
}

const SETS: readonly RuleSetName[] = ['ioa', 'technique', 'sigma'];

const CLAIM_OCCURRENCE = 0;
const CLAIM_SETTLED = 1;
const CLAIM_STAYS = 2;

/** Where correlations hold. A rule that is in force no more is written with what it gives as evidence. */
export function* writeStanding(
  state: StateWriter,
  standing: Standing,
  rules: readonly Rule[],
  occurrences: ReadonlyMap<Occurrence, number>,
): Writing {
  const { records } = state;
  const inForce = new Set<ScoredRule>(rules);
  const known = new Map<ScoredRule, number>();
  for (const process of state.processes) {
    const places = standing.placesOf(process);
    if (places === undefined || places.size === 0) continue;
    records.flag(true);
    state.process(process);
    records.uint(places.size);
    for (const [name, { rule, best, claims }] of places) {
      records.text(name);
      writeRule(state, rule, inForce, known);
      records.uint(claims.size);
      let at = 0;
      let bestAt = 0;
      for (const claim of claims) {
        if (claim === best) bestAt = at;
        at++;
        writeClaim(state, claim, occurrences);
      }
      records.uint(bestAt);
    }
    if (records.isFull) yield records.take();
  }
  records.flag(false);
}

export function* readStanding(
  state: StateReader,
  standing: Standing,
  rules: readonly Rule[],
  occurrences: readonly Occurrence[],
): Reading<void> {
  const { records } = state;
  const inForce = new Map(rules.map((rule) => [rule.id, rule]));
  const known: ScoredRule[] = [];
  for (;;) {
    if (records.isEmpty) records.give(yield);
    if (!records.flag()) return;
    const process = state.process();
    const places = new Map<string, Place>();
    for (let left = records.uint(); left > 0; left--) {
      const name = records.text();
      const rule = readRule(state, inForce, known);
      const claims = records.list(() => readClaim(state, occurrences));
      const best = claims[records.below(Math.max(1, claims.length))];
      demand(best !== undefined, 'a correlation holds nowhere');
      places.set(name, { rule, best, claims: new Set(claims) });
    }
    standing.restore(process, places);
  }
}

function writeClaim(state: StateWriter, claim: Claim, occurrences: ReadonlyMap<Occurrence, number>): void {
  const { records } = state;
  if (!('finding' in claim)) {
    const place = occurrences.get(claim);
    if (place !== undefined) {
      records.uint(CLAIM_OCCURRENCE);
      records.uint(place);
      return;
    }
  }
  // An occurrence of a correlation that is in force no more: nothing can change it.
  const { finding, key, stays } = 'finding' in claim ? claim : settledFrom(claim, true);
  records.uint(stays ? CLAIM_STAYS : CLAIM_SETTLED);
  writeEvent(records, finding.event);
  writeMatched(records, finding.matched);
  records.text(key);
}

function readClaim(state: StateReader, occurrences: readonly Occurrence[]): Claim {
  const { records } = state;
  const kind = records.below(CLAIM_STAYS + 1);
  if (kind === CLAIM_OCCURRENCE) return occurrences[records.below(occurrences.length)]!;
  const settled: Settled = {
    finding: { event: readEvent(records), matched: readMatched(records) },
    key: records.text(),
    stays: kind === CLAIM_STAYS,
  };
  return settled;
}

function writeRule(
  state: StateWriter,
  rule: ScoredRule,
  inForce: ReadonlySet<ScoredRule>,
  known: Map<ScoredRule, number>,
): void {
  const { records } = state;
  const place = known.get(rule);
  if (place !== undefined) {
    records.uint(place + 1);
    return;
  }
  known.set(rule, known.size);
  records.uint(0);
  records.text(rule.id);
  const isInForce = inForce.has(rule);
  records.flag(isInForce);
  if (isInForce) return;
  records.text(rule.title.en);
  records.text(rule.title.zh);
  records.number(rule.points);
  records.uint(rule.techniques.length);
  for (const technique of rule.techniques) records.text(technique);
  records.uint(SETS.indexOf(rule.set));
  records.flag(rule.isShadow);
}

function readRule(state: StateReader, inForce: ReadonlyMap<string, ScoredRule>, known: ScoredRule[]): ScoredRule {
  const { records } = state;
  const place = records.below(known.length + 1);
  if (place > 0) return known[place - 1]!;
  const id = records.text();
  let rule: ScoredRule | undefined;
  if (records.flag()) rule = inForce.get(id);
  else {
    rule = {
      id,
      title: { en: records.text(), zh: records.text() },
      points: records.number(),
      techniques: records.list(() => records.text()),
      set: SETS[records.below(SETS.length)]!,
      isShadow: records.flag(),
    };
  }
  demand(rule !== undefined, 'a rule is in force no more');
  known.push(rule);
  return rule;
}

function placeIn<Thing>(places: ReadonlyMap<Thing, number>, thing: Thing): number {
  const place = places.get(thing);
  assert(place !== undefined, 'what correlations refer to is remembered');
  return place;
}
