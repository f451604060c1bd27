/**
 * What correlations mean, written as plainly as possible and as slowly: every window of every group is looked at anew. Shares nothing with the
 * correlator but the documents' shape.
 */

import type { Event } from '../../src/engine/event/event.js';
import type { SigmaCorrelation } from '../../src/engine/rule/sigma/document.js';

export interface PlainSighting {
  readonly event: Event;
  readonly id: string;
  /** References as correlations write them. */
  readonly rules: readonly string[];
}

interface Part {
  readonly sighting: PlainSighting;
  readonly group: readonly string[];
  readonly value: string;
  readonly steps: Set<number>;
}

/** `correlation|group|event|value` of every place where a correlation holds; inner ones come before those that refer to them. */
export function plainAnswer(
  correlations: readonly SigmaCorrelation[],
  sightings: readonly PlainSighting[],
  perHost: (correlation: SigmaCorrelation) => boolean,
): string[] {
  const held = new Map<string, Part[]>();
  const answer: string[] = [];
  for (const correlation of correlations) {
    const parts = partsOf(correlation, sightings, held, correlations, perHost);
    const holding = parts.filter((part) => holds(correlation, windowOf(correlation, part, parts), part));
    held.set(correlation.id, holding);
    const isSilent =
      correlations.some((other) => other.rules.includes(correlation.id)) &&
      !correlations.some((other) => other.rules.includes(correlation.id) && other.generate);
    if (isSilent) continue;
    for (const { group, sighting, value } of holding) {
      answer.push([correlation.id, group.join(','), sighting.id, value].join('|'));
    }
  }
  return answer.sort();
}

function partsOf(
  correlation: SigmaCorrelation,
  sightings: readonly PlainSighting[],
  held: ReadonlyMap<string, readonly Part[]>,
  correlations: readonly SigmaCorrelation[],
  perHost: (correlation: SigmaCorrelation) => boolean,
): Part[] {
  const parts: Part[] = [];
  const add = (sighting: PlainSighting, step: number, read: (name: string) => string | undefined): void => {
    const group = correlation.groupBy.map(read);
    if (perHost(correlation)) group.unshift(sighting.event.host.split('.')[0]);
    const counted = correlation.type.startsWith('value_') ? correlation.fields.map(read) : [];
    if (group.includes(undefined) || counted.includes(undefined)) return;
    const value = counted.join('\0');
    const isNumber = correlation.type.startsWith('value_') && correlation.type !== 'value_count';
    if (isNumber && !Number.isFinite(Number.parseFloat(value))) return;
    const same = parts.find(
      (part) => part.sighting === sighting && part.value === value && part.group.join('\0') === group.join('\0'),
    );
    if (same === undefined) parts.push({ sighting, group: group as string[], value, steps: new Set([step]) });
    else same.steps.add(step);
  };
  for (const [step, reference] of correlation.rules.entries()) {
    const inner = correlations.find(({ id }) => id === reference);
    if (inner === undefined) {
      for (const sighting of sightings) {
        if (!sighting.rules.includes(reference)) continue;
        add(sighting, step, (name) => field(sighting.event, correlation.aliases.get(name)?.get(reference) ?? name));
      }
    } else {
      const names = perHost(inner) ? ['host', ...inner.groupBy] : inner.groupBy;
      for (const { sighting, group } of held.get(reference) ?? []) {
        add(sighting, step, (alias) => {
          const name = correlation.aliases.get(alias)?.get(reference) ?? alias;
          return names.includes(name) ? group[names.indexOf(name)] : field(sighting.event, name);
        });
      }
    }
  }
  return parts;
}

function field(event: Event, name: string): string | undefined {
  const value = event.fields[name];
  return value === undefined ? undefined : String(value).toLowerCase();
}

/** All parts of the group that are no later than `last` and at most a timespan before it, in order; `last` included. */
function windowOf(correlation: SigmaCorrelation, last: Part, parts: readonly Part[]): Part[] {
  const order = (one: Part, other: Part): number => {
    const time = one.sighting.event.timeMs - other.sighting.event.timeMs;
    const step = correlation.type === 'temporal_ordered' ? Math.min(...one.steps) - Math.min(...other.steps) : 0;
    const id = one.sighting.id < other.sighting.id ? -1 : one.sighting.id > other.sighting.id ? 1 : 0;
    return time || step || id || (one.value < other.value ? -1 : one.value > other.value ? 1 : 0);
  };
  return parts
    .filter((part) => part.group.join('\0') === last.group.join('\0'))
    .filter((part) => order(part, last) <= 0)
    .filter((part) => last.sighting.event.timeMs - part.sighting.event.timeMs <= correlation.timespanMs)
    .sort(order);
}

function holds(correlation: SigmaCorrelation, window: readonly Part[], last: Part): boolean {
  const measured = measure(correlation, window, last);
  if (correlation.conditions.length === 0) return measured >= correlation.rules.length;
  return correlation.conditions.every(({ comparison, value }) => {
    if (comparison === 'gt') return measured > value;
    if (comparison === 'gte') return measured >= value;
    if (comparison === 'lt') return measured < value;
    if (comparison === 'lte') return measured <= value;
    return comparison === 'eq' ? measured === value : measured !== value;
  });
}

function measure(correlation: SigmaCorrelation, window: readonly Part[], last: Part): number {
  const numbers = window.map(({ value }) => Number(value)).sort((a, b) => a - b);
  const sum = window.reduce((total, { value }) => total + Math.round(Number(value) * 1e6), 0) / 1e6;
  switch (correlation.type) {
    case 'event_count':
      return window.length;
    case 'value_count':
      return new Set(window.map(({ value }) => value)).size;
    case 'temporal':
      return new Set(window.flatMap(({ steps }) => [...steps])).size;
    case 'temporal_ordered':
      return Math.max(...[...last.steps].map((step) => longestRun(window.slice(0, -1), step)));
    case 'value_sum':
      return sum;
    case 'value_avg':
      return sum / window.length;
    case 'value_median':
      return rank(numbers, 50);
    case 'value_percentile':
      return rank(numbers, correlation.percentile ?? 50);
  }
}

/** Steps of the longest run that ends with `step` at an event after all of `before`. */
function longestRun(before: readonly Part[], step: number): number {
  let longest = 1;
  for (const [index, part] of before.entries()) {
    for (const earlier of part.steps) {
      if (earlier < step) longest = Math.max(longest, 1 + longestRun(before.slice(0, index), earlier));
    }
  }
  return longest;
}

function rank(ascending: readonly number[], percentile: number): number {
  const exact = (percentile / 100) * (ascending.length - 1);
  const below = ascending[Math.floor(exact)]!;
  const above = ascending[Math.ceil(exact)]!;
  return below + (above - below) * (exact - Math.floor(exact));
}
