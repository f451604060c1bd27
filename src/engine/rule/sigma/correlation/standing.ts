/**
 * Where correlations hold now, by process: of each correlation the earliest event is what the process has as evidence, a root process for each
 * day. When that one is taken back, the next takes its place, so the ledger always says what the events say.
 */

import { currentOf, type Process } from '../../../process/process.js';
import { isEventBefore, type EvidenceEvent } from '../../../score/evidence.js';
import type { Matched, Rule } from '../../rule.js';
import { shownText } from './field-text.js';
import type { Occurrence } from './occurrence.js';

const DAY_MS = 86_400_000;

export interface Finding {
  readonly event: EvidenceEvent;
  /** The values that tell its group apart. */
  readonly matched: readonly Matched[];
}

export interface StandingPorts {
  /** What a correlation says of a process (of a root process: on the day of `timeMs`); `undefined` = nothing any more. */
  derive(process: Process, rule: Rule, timeMs: number, finding: Finding | undefined): void;
  /** How often it held there, more or less by one. */
  count(process: Process, rule: Rule, timeMs: number, by: 1 | -1): void;
}

/** Of one correlation on one process, and of one day where it is a root. */
interface Place {
  best: Finding;
  /** By occurrence; one that is forgotten is kept under itself while it is the best. */
  readonly findings: Map<Occurrence | Finding, Finding>;
  rule: Rule;
}

export class Standing {
  readonly #places = new WeakMap<Process, Map<string, Place>>();

  constructor(private readonly ports: StandingPorts) {}

  began(occurrence: Occurrence): void {
    const process = processOf(occurrence);
    const { rule } = occurrence.group.correlation;
    this.ports.count(process, rule, occurrence.sighting.at.timeMs, 1);
    this.#add(process, rule, occurrence, findingOf(occurrence));
  }

  ceased(occurrence: Occurrence): void {
    const process = processOf(occurrence);
    const { rule } = occurrence.group.correlation;
    const { timeMs } = occurrence.sighting.at;
    this.ports.count(process, rule, timeMs, -1);
    const places = this.#places.get(process);
    const key = placeKey(process, rule, timeMs);
    const place = places?.get(key);
    const gone = place?.findings.get(occurrence);
    if (places === undefined || place === undefined || gone === undefined) return;
    place.findings.delete(occurrence);
    if (place.best !== gone) return;
    const next = earliest(place.findings.values());
    if (next === undefined) places.delete(key);
    else place.best = next;
    this.ports.derive(process, rule, timeMs, next);
  }

  /** The event is forgotten: it stands for good, and is remembered only while it is what counts. */
  settled(occurrence: Occurrence): void {
    const process = processOf(occurrence);
    const { rule } = occurrence.group.correlation;
    const place = this.#places.get(process)?.get(placeKey(process, rule, occurrence.sighting.at.timeMs));
    const finding = place?.findings.get(occurrence);
    if (place === undefined || finding === undefined) return;
    place.findings.delete(occurrence);
    if (place.best === finding) place.findings.set(finding, finding);
  }

  /** The event's record is named by another place now. */
  placed(occurrence: Occurrence): void {
    const process = processOf(occurrence);
    const { rule } = occurrence.group.correlation;
    const { timeMs } = occurrence.sighting.at;
    const place = this.#places.get(process)?.get(placeKey(process, rule, timeMs));
    const before = place?.findings.get(occurrence);
    if (place === undefined || before === undefined) return;
    const finding = findingOf(occurrence);
    place.findings.set(occurrence, finding);
    if (place.best !== before && !isEarlier(finding, place.best)) return;
    place.best = finding;
    this.ports.derive(process, rule, timeMs, finding);
  }

  /** `from` turned out to be `into`, or days now count apart that did not, or the other way round: everything is placed again. */
  restate(from: Process, into: Process = from): void {
    const places = this.#places.get(from);
    if (places === undefined) return;
    this.#places.delete(from);
    for (const { rule, findings } of places.values()) {
      for (const [key, finding] of findings) this.#add(into, rule, key, finding);
    }
  }

  #add(process: Process, rule: Rule, key: Occurrence | Finding, finding: Finding): void {
    let places = this.#places.get(process);
    if (places === undefined) this.#places.set(process, (places = new Map<string, Place>()));
    const { timeMs } = finding.event;
    const name = placeKey(process, rule, timeMs);
    const place = places.get(name);
    if (place === undefined) places.set(name, { best: finding, findings: new Map([[key, finding]]), rule });
    else {
      place.rule = rule;
      place.findings.set(key, finding);
      if (!isEarlier(finding, place.best)) return;
      // What was forgotten can never count again once it is outdone.
      place.findings.delete(place.best);
      place.best = finding;
    }
    this.ports.derive(process, rule, timeMs, finding);
  }
}

function processOf({ sighting }: Occurrence): Process {
  return currentOf(sighting.process!);
}

function placeKey(process: Process, rule: Rule, timeMs: number): string {
  return process.isRoot ? `${Math.floor(timeMs / DAY_MS)}|${rule.id}` : rule.id;
}

function findingOf({ group, fields, sighting }: Occurrence): Finding {
  const matched = group.correlation.groupNames.map((field, place) => ({
    field,
    value: shownText(fields[place]!),
  }));
  return { event: sighting.at, matched };
}

function earliest(findings: Iterable<Finding>): Finding | undefined {
  let best: Finding | undefined;
  for (const finding of findings) if (best === undefined || isEarlier(finding, best)) best = finding;
  return best;
}

/** One event may complete several groups: their values decide then. */
function isEarlier(one: Finding, other: Finding): boolean {
  if (isEventBefore(one.event, other.event)) return true;
  return !isEventBefore(other.event, one.event) && textOf(one) < textOf(other);
}

function textOf({ matched }: Finding): string {
  return matched.map(({ value }) => value).join('\0');
}
