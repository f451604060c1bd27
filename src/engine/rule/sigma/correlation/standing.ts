/**
 * Where correlations hold now, by process: of each correlation the earliest event is what the process has as evidence, a root process for each
 * day. When that one is taken back, the next takes its place, so the ledger always says what the events say.
 */

import { dayOf } from '../../../chain/chain.js';
import { currentOf, type Process } from '../../../process/process.js';
import { isEventBefore, type EvidenceEvent } from '../../../score/evidence.js';
import type { Matched, Rule } from '../../rule.js';
import { shownText } from './field-text.js';
import type { Occurrence } from './occurrence.js';

export interface Finding {
  readonly event: EvidenceEvent;
  /** The values that tell its group apart. */
  readonly matched: readonly Matched[];
}

/** What of a rule becomes evidence: a rule that is in force no more may still stand somewhere. */
export type ScoredRule = Pick<Rule, 'id' | 'title' | 'points' | 'techniques' | 'set' | 'isShadow'>;

export interface StandingPorts {
  /** What a correlation says of a process (of a root process: on the day of `timeMs`); `undefined` = nothing any more. */
  derive(process: Process, rule: ScoredRule, timeMs: number, finding: Finding | undefined): void;
  /** How often it held there, more or less by one. */
  count(process: Process, rule: ScoredRule, timeMs: number, by: 1 | -1): void;
}

/** What an occurrence that is forgotten leaves behind. */
export interface Settled {
  readonly finding: Finding;
  readonly key: string;
  /** Its correlation is in force no more, but it was not forgotten for want of room: it is kept while it is outdone, too. */
  readonly stays: boolean;
}

export type Claim = Occurrence | Settled;

/** Of one correlation on one process, and of one day where it is a root. */
export interface Place {
  rule: ScoredRule;
  best: Claim;
  /** Those that are forgotten only while they are the best. */
  readonly claims: Set<Claim>;
}

export class Standing {
  readonly #places = new WeakMap<Process, Map<string, Place>>();

  constructor(private readonly ports: StandingPorts) {}

  began(occurrence: Occurrence): void {
    const process = processOf(occurrence);
    const { rule } = occurrence.group.correlation;
    this.ports.count(process, rule, occurrence.sighting.at.timeMs, 1);
    this.#add(process, rule, occurrence);
  }

  ceased(occurrence: Occurrence): void {
    const process = processOf(occurrence);
    const { rule } = occurrence.group.correlation;
    const { timeMs } = occurrence.sighting.at;
    this.ports.count(process, rule, timeMs, -1);
    const places = this.#places.get(process);
    const key = placeKey(process, rule, timeMs);
    const place = places?.get(key);
    if (places === undefined || place?.claims.delete(occurrence) !== true || place.best !== occurrence) return;
    const next = earliest(place.claims);
    if (next === undefined) places.delete(key);
    else place.best = next;
    this.ports.derive(process, rule, timeMs, next === undefined ? undefined : findingOf(next));
  }

  /** The event is forgotten: it stands for good, and is remembered only while it is what counts. */
  settled(occurrence: Occurrence): void {
    const process = processOf(occurrence);
    const { rule } = occurrence.group.correlation;
    const place = this.#places.get(process)?.get(placeKey(process, rule, occurrence.sighting.at.timeMs));
    if (place?.claims.delete(occurrence) !== true || place.best !== occurrence) return;
    place.best = settledFrom(occurrence, false);
    place.claims.add(place.best);
  }

  /** The event's record is named by another place now. */
  placed(occurrence: Occurrence): void {
    const process = processOf(occurrence);
    const { rule } = occurrence.group.correlation;
    const { timeMs } = occurrence.sighting.at;
    const place = this.#places.get(process)?.get(placeKey(process, rule, timeMs));
    if (place?.claims.has(occurrence) !== true) return;
    if (place.best !== occurrence && !isEarlier(occurrence, place.best)) return;
    place.best = occurrence;
    this.ports.derive(process, rule, timeMs, findingOf(occurrence));
  }

  /** `from` turned out to be `into`, or days now count apart that did not, or the other way round: everything is placed again. */
  restate(from: Process, into: Process = from): void {
    const places = this.#places.get(from);
    if (places === undefined) return;
    this.#places.delete(from);
    for (const { rule, claims } of places.values()) for (const claim of claims) this.#add(into, rule, claim);
  }

  /** By rule, and by day where the process is a root. */
  placesOf(process: Process): ReadonlyMap<string, Place> | undefined {
    return this.#places.get(process);
  }

  /** Puts back what was kept, when nothing is to follow from it. */
  restore(process: Process, places: Map<string, Place>): void {
    this.#places.set(process, places);
  }

  #add(process: Process, rule: ScoredRule, claim: Claim): void {
    let places = this.#places.get(process);
    if (places === undefined) this.#places.set(process, (places = new Map<string, Place>()));
    const { timeMs } = eventOf(claim);
    const name = placeKey(process, rule, timeMs);
    const place = places.get(name);
    if (place === undefined) places.set(name, { rule, best: claim, claims: new Set([claim]) });
    else {
      place.rule = rule;
      place.claims.add(claim);
      if (!isEarlier(claim, place.best)) return;
      if ('finding' in place.best && !place.best.stays) place.claims.delete(place.best);
      place.best = claim;
    }
    this.ports.derive(process, rule, timeMs, findingOf(claim));
  }
}

export function settledFrom(occurrence: Occurrence, stays: boolean): Settled {
  return { finding: findingOf(occurrence), key: occurrence.group.key, stays };
}

function processOf({ sighting }: Occurrence): Process {
  return currentOf(sighting.process!);
}

function placeKey(process: Process, rule: ScoredRule, timeMs: number): string {
  return process.isRoot ? `${dayOf(timeMs)}|${rule.id}` : rule.id;
}

function eventOf(claim: Claim): EvidenceEvent {
  return 'finding' in claim ? claim.finding.event : claim.sighting.at;
}

function findingOf(claim: Claim): Finding {
  if ('finding' in claim) return claim.finding;
  const { group, sighting } = claim;
  const matched = group.correlation.groupNames.map((field, place) => ({
    field,
    value: shownText(group.fields[place]!),
  }));
  return { event: sighting.at, matched };
}

function earliest(claims: Iterable<Claim>): Claim | undefined {
  let best: Claim | undefined;
  for (const claim of claims) if (best === undefined || isEarlier(claim, best)) best = claim;
  return best;
}

/** One event may complete several groups: their values decide then. */
function isEarlier(one: Claim, other: Claim): boolean {
  const [a, b] = [eventOf(one), eventOf(other)];
  if (a.timeMs !== b.timeMs) return a.timeMs < b.timeMs;
  if (isEventBefore(a, b)) return true;
  return !isEventBefore(b, a) && keyOf(one) < keyOf(other);
}

function keyOf(claim: Claim): string {
  return 'finding' in claim ? claim.key : claim.group.key;
}
