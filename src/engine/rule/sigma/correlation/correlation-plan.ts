/**
 * All correlations of a rule set, ready to be fed: references resolved, inner ones before outer ones, and for each reference how an event's
 * group and value are read.
 *
 *     rules ── hit ──► inputsOf(rule) ──► correlation 0 ── holds ──► outers ──► correlation 3 ── holds ──► …
 */

import { hashId } from '../../../base/hash.js';
import type { Event } from '../../../event/event.js';
import { isCorrelation, type Rule } from '../../rule.js';
import type { SigmaCorrelation } from '../document.js';
import { logSourceReach } from '../source/log-source-reach.js';
import { readerName } from '../source/event-view.js';
import { sigmaFieldReader } from '../source/sigma-field.js';
import { conditionOf } from './compare.js';
import { fieldText } from './field-text.js';
import type { Source } from './occurrence.js';
import { ruleReferences } from './references.js';
import { groupScopeOf, isSpanning, type GroupScope } from './group-scope.js';

/** Where a value of a group, or a counted one, comes from. */
export type ValueSource =
  | { readonly kind: 'event'; readonly read: (event: Event) => string | undefined }
  /** Of an inner correlation: the value of its own group by that name, by place. */
  | { readonly kind: 'inner'; readonly place: number }
  /** Of the event at which an inner correlation held, by place in `Sighting.kept`. */
  | { readonly kind: 'kept'; readonly place: number }
  | { readonly kind: 'host' };

/** One reference of a correlation. */
export interface Input {
  readonly correlation: PlannedCorrelation;
  /** Place in the correlation's `rules`. */
  readonly step: number;
  /** Of a rule: that the step is there, shared by all its events. */
  readonly source: readonly Source[];
  readonly group: readonly ValueSource[];
  readonly values: readonly ValueSource[];
}

export interface PlannedCorrelation {
  readonly document: SigmaCorrelation;
  /** What its evidence says. */
  readonly rule: Rule;
  /** Place in the plan: greater than that of every correlation that it refers to. */
  readonly index: number;
  readonly condition: (measured: number) => boolean;
  /** Names of the values of its groups, as shown; the host first where it is part of the group without being named. */
  readonly groupNames: readonly string[];
  /** The chain or the process is part of the group. */
  readonly anchor: 'chain' | 'process' | undefined;
  readonly hasAmounts: boolean;
  /** Correlations that refer to this one. */
  readonly outers: readonly Input[];
  /** True = only outer correlations hear of it. */
  readonly isSilent: boolean;
  /** Equal where what was gathered under one plan can be carried on under the next. */
  readonly signature: string;
}

export interface CorrelationPlan {
  readonly correlations: readonly PlannedCorrelation[];
  /** By rule id. */
  readonly inputs: ReadonlyMap<string, readonly Input[]>;
  /** Rules that give no hits of their own: only correlations without `generate` refer to them. */
  readonly silentRules: ReadonlySet<string>;
  /** Some correlation counts events of several hosts together: then what hosts send cannot be judged apart. */
  readonly spansHosts: boolean;
  /** Of every event that is counted: the fields that outer correlations ask for. */
  readonly kept: readonly ((event: Event) => string | undefined)[];
  readonly keptFields: readonly string[];
}

const PLANS = new WeakMap<readonly Rule[], CorrelationPlan>();

/**
 * The plan of a rule set's rules; made once for each list. Correlations in a cycle, and those that refer to nothing that is there, never hold:
 * they are left out, and silence no rule.
 */
export function correlationPlan(rules: readonly Rule[]): CorrelationPlan {
  let plan = PLANS.get(rules);
  if (plan === undefined) PLANS.set(rules, (plan = new Planner(rules).plan()));
  return plan;
}

interface Draft extends Omit<PlannedCorrelation, 'outers' | 'isSilent' | 'signature'> {
  readonly isPerHost: boolean;
  readonly isOfOneHost: boolean;
  readonly outers: Input[];
  isSilent: boolean;
  signature: string;
}

class Planner {
  readonly #byReference: ReadonlyMap<string, readonly Rule[]>;
  readonly #documents = new Map<string, SigmaCorrelation>();
  readonly #drafts = new Map<string, Draft>();
  readonly #kept: ((event: Event) => string | undefined)[] = [];
  readonly #keptPlaces = new Map<string, number>();

  constructor(private readonly rules: readonly Rule[]) {
    this.#byReference = ruleReferences(rules);
    for (const rule of rules) {
      const document = rule.sigma?.document;
      if (document?.kind === 'correlation' && hasWhatItMeasures(document)) this.#documents.set(rule.id, document);
    }
  }

  plan(): CorrelationPlan {
    if (this.#documents.size === 0) {
      return {
        correlations: [],
        inputs: new Map(),
        silentRules: new Set(),
        spansHosts: false,
        kept: [],
        keptFields: [],
      };
    }
    const order = this.#innerFirst();
    for (const rule of order) this.#drafts.set(rule.id, this.#draft(rule));
    const inputs = new Map<string, Input[]>();
    const heard = new Set<string>();
    const silenced = new Set<string>();
    for (const draft of this.#drafts.values()) {
      const inner: string[] = [];
      for (const [step, reference] of draft.document.rules.entries()) {
        for (const rule of this.#byReference.get(reference) ?? []) {
          const innerDraft = this.#drafts.get(rule.id);
          if (isCorrelation(rule) && innerDraft === undefined) continue;
          // What is only tried out must not silence what is relied on.
          if (!draft.rule.isShadow) (draft.document.generate ? heard : silenced).add(rule.id);
          if (innerDraft !== undefined) inner.push(innerDraft.signature);
          const input = this.#input(draft, step, reference, rule, innerDraft);
          if (innerDraft !== undefined) innerDraft.outers.push(input);
          else inputs.set(rule.id, [...(inputs.get(rule.id) ?? []), input]);
        }
      }
      draft.signature = signatureOf(draft.document, inner);
    }
    const silentRules = new Set([...silenced].filter((id) => !heard.has(id)));
    for (const [id, draft] of this.#drafts) draft.isSilent = silentRules.has(id);
    return {
      correlations: [...this.#drafts.values()],
      inputs,
      silentRules,
      spansHosts: [...this.#drafts.values()].some((draft) => !draft.isOfOneHost),
      kept: this.#kept,
      keptFields: [...this.#keptPlaces.keys()],
    };
  }

  /**
   * Correlations whose references end in rules, each after those that it refers to. One that waits for itself never gets its turn, and so a
   * cycle, with whatever stands on nothing else, is left out.
   */
  #innerFirst(): Rule[] {
    const order: Rule[] = [];
    const placed = new Set<string>();
    let waiting = this.rules.filter((rule) => this.#documents.has(rule.id));
    const dependants = new Map<string, Rule[]>();
    const open = new Map<string, number>();
    for (const rule of waiting) {
      const inner = new Set(this.#referred(rule).filter((each) => this.#documents.has(each.id)));
      open.set(rule.id, inner.size);
      for (const each of inner) dependants.set(each.id, [...(dependants.get(each.id) ?? []), rule]);
    }
    waiting = waiting.filter((rule) => open.get(rule.id) === 0);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (placed.has(next.id)) continue;
      placed.add(next.id);
      if (this.#canHold(next, order)) order.push(next);
      for (const dependant of dependants.get(next.id) ?? []) {
        const left = open.get(dependant.id)! - 1;
        open.set(dependant.id, left);
        if (left === 0) waiting.push(dependant);
      }
    }
    return order;
  }

  /** @param inner  correlations that can hold themselves */
  #canHold(rule: Rule, inner: readonly Rule[]): boolean {
    const { type, conditions, rules } = this.#documents.get(rule.id)!;
    const isThere = (reference: string): boolean =>
      (this.#byReference.get(reference) ?? []).some((each) => !isCorrelation(each) || inner.includes(each));
    const needsAll = conditions.length === 0 && (type === 'temporal' || type === 'temporal_ordered');
    return needsAll ? rules.every(isThere) : rules.some(isThere);
  }

  #referred(rule: Rule): Rule[] {
    return [
      ...new Set(this.#documents.get(rule.id)!.rules.flatMap((reference) => this.#byReference.get(reference) ?? [])),
    ];
  }

  #draft(rule: Rule): Draft {
    const document = this.#documents.get(rule.id)!;
    const scopes = document.groupBy.map((name) => scopeOf(document, name));
    const anchor = scopes.includes('process') ? 'process' : scopes.includes('chain') ? 'chain' : undefined;
    const isBound = scopes.some((scope) => scope !== undefined);
    const isPerHost = !isBound && !document.groupBy.some((name) => this.#spans(document, name));
    const names = document.groupBy.filter((_, place) => scopes[place] !== 'chain' && scopes[place] !== 'process');
    return {
      document,
      rule,
      index: this.#drafts.size,
      condition: conditionOf(document),
      isPerHost,
      isOfOneHost: isPerHost || isBound,
      groupNames: isPerHost ? ['host', ...names] : names,
      anchor,
      hasAmounts: document.type.startsWith('value_') && document.type !== 'value_count',
      outers: [],
      isSilent: false,
      signature: '',
    };
  }

  #spans(document: SigmaCorrelation, name: string): boolean {
    const alias = document.aliases.get(name);
    if (alias !== undefined) return [...alias.values()].some(isSpanning);
    if (isSpanning(name)) return true;
    return document.rules.some((reference) =>
      (this.#byReference.get(reference) ?? []).some((rule) => {
        const inner = this.#drafts.get(rule.id)?.document;
        return inner !== undefined && inner.groupBy.includes(name) && this.#spans(inner, name);
      }),
    );
  }

  #input(draft: Draft, step: number, reference: string, rule: Rule, inner: Draft | undefined): Input {
    const { document } = draft;
    const sourceOf = (name: string): ValueSource => {
      if (scopeOf(document, name) === 'host') return { kind: 'host' };
      const field = fieldNameFor(document, name, reference, rule);
      return inner === undefined ? { kind: 'event', read: readerOf(field, rule) } : this.#innerSource(field, inner);
    };
    return {
      correlation: draft,
      step,
      source: [{ step, inner: undefined }],
      group: [
        ...(draft.isPerHost ? [{ kind: 'host' } as const] : []),
        ...draft.groupNames.slice(draft.isPerHost ? 1 : 0).map(sourceOf),
      ],
      values: document.type.startsWith('value_') ? document.fields.map(sourceOf) : [],
    };
  }

  /** The inner correlation's own group says what it was about; anything else is asked of the event at which it held. */
  #innerSource(field: string, inner: Draft): ValueSource {
    const place = inner.groupNames.findIndex((name) => name.toLowerCase() === field.toLowerCase());
    if (place >= 0) return { kind: 'inner', place };
    const key = field.toLowerCase();
    let kept = this.#keptPlaces.get(key);
    if (kept === undefined) {
      kept = this.#kept.push(readerOf(field, undefined)) - 1;
      this.#keptPlaces.set(key, kept);
    }
    return { kind: 'kept', place: kept };
  }
}

/** One that counts or computes with values needs a field to take them from. */
function hasWhatItMeasures({ type, fields }: SigmaCorrelation): boolean {
  return !type.startsWith('value_') || fields.length > 0;
}

function scopeOf(document: SigmaCorrelation, name: string): GroupScope | undefined {
  return document.aliases.has(name) ? undefined : groupScopeOf(name);
}

/** The rule's own field for an alias, by whichever of its names the alias uses; else the name itself. */
function fieldNameFor(document: SigmaCorrelation, name: string, reference: string, rule: Rule): string {
  const alias = document.aliases.get(name);
  if (alias === undefined) return name;
  const { sigma } = rule;
  return (
    alias.get(reference) ??
    alias.get(rule.id) ??
    (sigma === undefined ? undefined : (alias.get(sigma.document.name) ?? alias.get(sigma.document.id))) ??
    name
  );
}

function readerOf(field: string, rule: Rule | undefined): (event: Event) => string | undefined {
  const document = rule?.sigma?.document;
  const fieldNames = document?.kind === 'rule' ? logSourceReach(document.logSource).fieldNames : new Map();
  const reader = sigmaFieldReader(readerName(field, fieldNames));
  return (event) => fieldText(reader.read(event));
}

function signatureOf(document: SigmaCorrelation, inner: readonly string[]): string {
  const { id, type, rules, groupBy, aliases, timespanMs, conditions, fields, percentile } = document;
  const pairs = [...aliases].map(([name, byRule]) => [name, [...byRule]]);
  return hashId(
    JSON.stringify([id, type, rules, groupBy, pairs, timespanMs, conditions, fields, percentile ?? null, inner]),
  );
}
