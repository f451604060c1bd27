/** Rules and correlations made by hand for tests, and a correlator that remembers at which events each correlation holds. */

import { event } from './events.js';
import { plainRule } from './rules.js';
import type { Event, Fields } from '../../src/engine/event/event.js';
import type { Rule, RuleSet } from '../../src/engine/rule/rule.js';
import type { Comparison, SigmaCorrelation, SigmaRule } from '../../src/engine/rule/sigma/document.js';
import { correlationPlan, type CorrelationPlan } from '../../src/engine/rule/sigma/correlation/correlation-plan.js';
import { Correlator } from '../../src/engine/rule/sigma/correlation/correlator.js';
import type { CorrelationLimits } from '../../src/engine/rule/sigma/correlation/limits.js';
import type { Occurrence } from '../../src/engine/rule/sigma/correlation/occurrence.js';

export type CorrelationText = Partial<Omit<SigmaCorrelation, 'aliases' | 'conditions'>> &
  Pick<SigmaCorrelation, 'id' | 'type' | 'rules'> & {
    readonly aliases?: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly when?: Partial<Record<Comparison, number>>;
  };

/** What every document carries, with nothing in it. */
export const EMPTY_HEADER = {
  name: '',
  title: '',
  status: undefined,
  level: undefined,
  tags: [],
  techniques: [],
  about: {
    description: '',
    author: '',
    date: '',
    modified: '',
    license: '',
    references: [],
    falsePositives: [],
    related: [],
    fields: [],
    scope: [],
    custom: {},
  },
  file: 'test.yml',
  line: 1,
} as const;

export function correlation(text: CorrelationText): SigmaCorrelation {
  const { aliases = {}, when = {}, ...given } = text;
  return {
    ...EMPTY_HEADER,
    kind: 'correlation',
    groupBy: [],
    fields: [],
    timespanMs: 60_000,
    percentile: undefined,
    generate: false,
    ...given,
    aliases: new Map(Object.entries(aliases).map(([name, byRule]) => [name, new Map(Object.entries(byRule))])),
    conditions: Object.entries(when).map(([comparison, value]) => ({ comparison: comparison as Comparison, value })),
  };
}

export function sigmaRule(id: string, name = ''): SigmaRule {
  return {
    ...EMPTY_HEADER,
    id,
    name,
    kind: 'rule',
    logSource: { product: 'windows', category: undefined, service: undefined, definition: '' },
    selections: new Map(),
    condition: { kind: 'or', conditions: [] },
  };
}

export function loaded(document: SigmaRule | SigmaCorrelation, changes: Partial<Rule> = {}): Rule {
  return plainRule(document.id, {
    set: 'sigma',
    points: 50,
    level: 'high',
    sigma: { document, filters: [] },
    techniques: [...document.techniques],
    ...changes,
  });
}

/** One record: the rules that match it, by name, at so many seconds, with these fields. */
export interface Hit {
  readonly at: number;
  readonly rules: string;
  readonly fields?: Fields | undefined;
  readonly host?: string;
  /** Tells records of equal time and fields apart, and orders them among themselves. */
  readonly record?: number;
}

export function eventOf(hit: Hit): Event {
  const { at, rules, fields = {}, host, record } = hit;
  const identity = record ?? Number.parseInt(rules.replaceAll(/[^a-z]/g, ''), 36) + at;
  return event(
    undefined,
    Math.round(at * 1000),
    { ...fields },
    { eventId: 7, record: identity, ...(host && { host }) },
  );
}

export class CorrelationBench {
  rules: readonly Rule[] = [];
  readonly correlator: Correlator;
  /** Every place at which a correlation with hits of its own holds now: `correlation@event id`, several times where several groups hold. */
  readonly standing: Occurrence[] = [];
  readonly final: Occurrence[] = [];

  constructor(
    correlations: readonly CorrelationText[],
    private readonly options: {
      bases?: readonly string[];
      limits?: Partial<CorrelationLimits>;
      shadow?: readonly string[];
    } = {},
  ) {
    this.correlator = new Correlator(
      {
        chainOf: (process) => process.chain,
        began: (occurrence) => this.standing.push(occurrence),
        ceased: (occurrence) => {
          this.#take(occurrence);
        },
        settled: (occurrence) => {
          this.#take(occurrence);
          this.final.push(occurrence);
        },
        placed: () => undefined,
      },
      { groupsPerCorrelation: 1000, eventsPerGroup: 1000, events: 10_000, ...options.limits },
    );
    this.reload(correlations);
  }

  get plan(): CorrelationPlan {
    return correlationPlan(this.rules);
  }

  /** Other correlations, from now on. */
  reload(correlations: readonly CorrelationText[]): void {
    const { bases = ['a', 'b', 'c', 'd'], shadow = [] } = this.options;
    this.rules = [
      ...bases.map((id) => loaded(sigmaRule(`id-${id}`, id))),
      ...correlations.map((text) => loaded(correlation(text), { isShadow: shadow.includes(text.id) })),
    ];
    this.correlator.setPlan(this.plan);
  }

  /** One event that differs from what the hit would make. */
  feedEvent(hit: Hit, changes: Partial<Event>, repeated = false): void {
    this.feed({ ...eventOf(hit), ...changes }, hit.rules, repeated);
  }

  feed(event: Event, rules: string, repeated = false): void {
    const matched = rules.split(' ').map((id) => this.rules.find((rule) => rule.id === `id-${id}` || rule.id === id)!);
    this.correlator.feed(event, matched, undefined, repeated);
    this.correlator.settle();
  }

  run(hits: readonly Hit[]): this {
    for (const hit of hits) this.feed(eventOf(hit), hit.rules);
    return this;
  }

  /** Seconds since the beginning at which each correlation holds, each once, in order. */
  times(id: string, t0: number): number[] {
    const times = [...this.standing, ...this.final]
      .filter(({ group }) => group.correlation.rule.id === id)
      .map(({ sighting }) => (sighting.at.timeMs - t0) / 1000);
    return [...new Set(times)].sort((a, b) => a - b);
  }

  /** Everything that stands, as text, in order. */
  answer(): string[] {
    return this.standing
      .map(({ group, sighting, value }) =>
        [group.correlation.rule.id, group.fields.join(','), sighting.at.id, value].join('|'),
      )
      .sort();
  }

  #take(occurrence: Occurrence): void {
    const index = this.standing.indexOf(occurrence);
    if (index < 0) throw new Error('a correlation ceased that had not begun');
    this.standing.splice(index, 1);
  }
}

/** Correlations beside plain rules in one set. */
export function withCorrelations(
  rules: RuleSet,
  correlations: readonly CorrelationText[],
  changes: Partial<Rule> = {},
): RuleSet {
  const { profiles, version } = rules;
  return {
    rules: [...rules.rules, ...correlations.map((text) => loaded(correlation(text), changes))],
    profiles,
    version,
    match: (each) => rules.match(each),
    explain: (rule, each) => rules.explain(rule, each),
    errors: () => rules.errors(),
    timed: (each, clock, took) => rules.timed(each, clock, took),
  };
}
