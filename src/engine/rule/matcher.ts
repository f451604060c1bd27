/**
 * All rules compiled into one matcher. Cost follows what matches, not how many rules are loaded:
 *
 *     event ─ action, id, channel ─► group ─ a few short fields ─► candidates ─ conditions ─► rules
 *             kind                   what can concern it           mostly none
 *
 * A candidate is a condition whose witness (`index/`) holds, and that no field rules out alone as far as its value was seen before. Groups are made
 * when the first event of their kind comes; an event whose id or channel no rule names falls into the same group as all others of that sort, so
 * there are no more groups than what rules name.
 */

import type { Event } from '../event/event.js';
import { compiledConditions } from './compiled-conditions.js';
import { type ConditionReach, isReached } from './condition-reach.js';
import { type EventKind, eventKind, isSystemByPath } from './event-kind.js';
import { type FieldReader, fieldReader, isPseudoField } from './event-field.js';
import { EventScope } from './event-scope.js';
import type { ExpressionError } from './expression/expression.js';
import type { Matched, Profile, Rule, RuleErrors, RuleSet } from './rule.js';
import type { BoundCondition, RuleCondition, Scopes } from './rule-condition.js';
import type { IndexItem } from './index/witness-plan.js';
import { RuleGroup } from './rule-group.js';
import { ruleVersion } from './rule-version.js';
import { EventTexts } from './sigma/compiled/event-texts.js';
import { sigmaFieldName, sigmaFieldReader } from './sigma/source/sigma-field.js';

/** A rule matches if any of its conditions does. */
interface PlacedCondition {
  /** Place of its rule in `RuleSet.rules`. */
  readonly rule: number;
  readonly condition: RuleCondition;
  /** Bound when it is a candidate for the first time. */
  bound: BoundCondition | undefined;
  /** The serial of the event that it was evaluated for last: it may be a candidate by two fields. */
  serial: number;
}

/** The group of the last event with a certain id: events come in runs, and this spares folding their channel's name. */
interface Recent {
  readonly event: Pick<Event, 'action' | 'eventId' | 'channel' | 'provider' | 'sensor'>;
  readonly group: RuleGroup;
}

const NO_RULES: readonly Rule[] = [];
const NOTHING: readonly never[] = [];
const RECENT_SLOTS = 256;

/** The same for all or nearly all events of a group: what they hold rules nothing out. */
const KIND_FIELDS: ReadonlySet<string> = new Set([
  ...['action', 'eventid', 'channel', 'provider'],
  ...['EventID', 'Channel', 'Provider_Name'].map(sigmaFieldName),
]);

/** Stands for every id and channel that no rule names. */
const UNNAMED_ID = -1;
const UNNAMED_CHANNEL = '\0';

/**
 * @param rules  in load order; a later rule takes the place of an earlier one of the same id
 * @throws AssertionError if a condition does not compile: `loadPack` lets none of these through
 */
export function createRuleSet(rules: readonly Rule[], profiles: readonly Profile[]): RuleSet {
  const effective = [...lastById(rules)];
  const ordered = [
    ...effective.filter((rule) => rule.set === 'ioa'),
    ...effective.filter((rule) => rule.set !== 'ioa'),
  ];
  return new Matcher(ordered, [...lastById(profiles)]);
}

class Matcher implements RuleSet {
  readonly rules: readonly Rule[];
  readonly profiles: readonly Profile[];
  readonly version: string;
  readonly #conditions: readonly PlacedCondition[];
  readonly #conditionsOf = new Map<string, PlacedCondition[]>();
  readonly #groups = new Map<string, RuleGroup>();
  readonly #recent = Array.from<Recent | undefined>({ length: RECENT_SLOTS });
  readonly #namedIds = new Set<number>();
  readonly #namedChannels = new Set<string>();
  readonly #scopes: Scopes = { expressions: new EventScope(), texts: new EventTexts() };
  readonly #readers = new Map<string, FieldReader>();
  /** Of the event under way. */
  #hits: number[] = [];
  readonly #errors: { count: number; lastMessage: string }[];

  constructor(rules: readonly Rule[], profiles: readonly Profile[]) {
    this.rules = rules;
    this.profiles = profiles;
    this.version = ruleVersion(rules, profiles);
    this.#conditions = rules.flatMap((rule, index) =>
      compiledConditions(rule).map((condition) => ({ rule: index, condition, bound: undefined, serial: -1 })),
    );
    this.#errors = rules.map(() => ({ count: 0, lastMessage: '' }));
    for (const { condition } of this.#conditions) {
      for (const id of condition.reach.eventIds ?? NOTHING) this.#namedIds.add(id);
      for (const channel of condition.reach.channels ?? NOTHING) this.#namedChannels.add(channel);
    }
    for (const placed of this.#conditions) {
      const { id } = rules[placed.rule]!;
      const siblings = this.#conditionsOf.get(id);
      if (siblings === undefined) this.#conditionsOf.set(id, [placed]);
      else siblings.push(placed);
    }
  }

  match(event: Event): readonly Rule[] {
    const group = this.#groupOf(event);
    this.#turnTo(event);
    group.candidates(event, this.#evaluate);
    if (this.#hits.length === 0) return NO_RULES;
    const hits = this.#hits.sort((a, b) => a - b).map((rule) => this.rules[rule]!);
    this.#hits = [];
    return hits;
  }

  explain(rule: Rule, event: Event): readonly Matched[] {
    this.#turnTo(event);
    const kind = this.#kindOf(event);
    for (const placed of this.#conditionsOf.get(rule.id) ?? []) {
      if (isReached(placed.condition.reach, kind) && this.#holds(placed) === true)
        return placed.condition.matched(event, this.#scopes);
    }
    return [];
  }

  timed(event: Event, clock: () => number, took: (rule: Rule, ms: number) => void): void {
    this.#turnTo(event);
    this.#groupOf(event).candidates(event, (candidates) => {
      for (const candidate of candidates) {
        const placed = this.#conditions[candidate]!;
        const startedMs = clock();
        this.#holds(placed);
        took(this.rules[placed.rule]!, clock() - startedMs);
      }
    });
  }

  errors(): readonly RuleErrors[] {
    return this.#errors.flatMap(({ count, lastMessage }, rule) =>
      count === 0 ? [] : [{ rule: this.rules[rule]!.id, count, lastMessage }],
    );
  }

  #turnTo(event: Event): void {
    this.#scopes.expressions.turnTo(event);
    this.#scopes.texts.turnTo(event);
  }

  /** Adds the rules of those candidates that hold to the hits, each rule once. Lists are short: hits are rare and rules have few conditions. */
  readonly #evaluate = (candidates: readonly number[]): void => {
    const { serial } = this.#scopes.texts;
    for (const candidate of candidates) {
      const placed = this.#conditions[candidate]!;
      if (placed.serial === serial) continue;
      placed.serial = serial;
      if (this.#hits.includes(placed.rule)) continue;
      const result = this.#holds(placed);
      if (result === true) this.#hits.push(placed.rule);
      else if (result !== false) this.#countError(placed.rule, result);
    }
  };

  #holds(placed: PlacedCondition): boolean | ExpressionError {
    return this.#bound(placed).holds();
  }

  #bound(placed: PlacedCondition): BoundCondition {
    return (placed.bound ??= placed.condition.bind(this.#scopes));
  }

  readonly #mayHold = (item: number, field: string): boolean => {
    const part = this.#bound(this.#conditions[item]!).parts.get(field);
    return part === undefined || part();
  };

  #countError(rule: number, error: ExpressionError): void {
    const errors = this.#errors[rule]!;
    errors.count++;
    errors.lastMessage = error.message;
  }

  #groupOf(event: Event): RuleGroup {
    if (isSystemByPath(event)) return this.#groupOfKind(this.#kindOf(event));
    const slot = event.eventId & (RECENT_SLOTS - 1);
    const recent = this.#recent[slot];
    if (recent !== undefined && isOfSameKind(recent.event, event)) return recent.group;
    const group = this.#groupOfKind(this.#kindOf(event));
    const { action, eventId, channel, provider, sensor } = event;
    this.#recent[slot] = { event: { action, eventId, channel, provider, sensor }, group };
    return group;
  }

  #kindOf(event: Event): EventKind {
    const kind = eventKind(event);
    return {
      ...kind,
      eventId: this.#namedIds.has(kind.eventId) ? kind.eventId : UNNAMED_ID,
      channel: this.#namedChannels.has(kind.channel) ? kind.channel : UNNAMED_CHANNEL,
    };
  }

  #groupOfKind(kind: EventKind): RuleGroup {
    const key = `${kind.action} ${kind.eventId} ${kind.system} ${kind.channel}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = this.#makeGroup(kind);
      this.#groups.set(key, group);
    }
    return group;
  }

  #makeGroup(kind: EventKind): RuleGroup {
    const items = this.#conditions.flatMap(({ condition: { reach } }, item) =>
      isReached(reach, kind) ? [this.#itemOf(item, reach)] : [],
    );
    return new RuleGroup(items, (field) => this.#reader(field), this.#mayHold);
  }

  #itemOf(item: number, { clauses }: ConditionReach): IndexItem {
    const decidingFields = (): string[] =>
      [...this.#bound(this.#conditions[item]!).parts.keys()].filter((field) => !KIND_FIELDS.has(field));
    return { item, clauses, decidingFields };
  }

  #reader(name: string): FieldReader {
    let reader = this.#readers.get(name);
    if (reader === undefined) {
      reader = isPseudoField(name) ? fieldReader(name) : sigmaFieldReader(name);
      this.#readers.set(name, reader);
    }
    return reader;
  }
}

function isOfSameKind(one: Recent['event'], other: Recent['event']): boolean {
  return (
    one.eventId === other.eventId &&
    one.action === other.action &&
    one.sensor === other.sensor &&
    one.channel === other.channel &&
    one.provider === other.provider
  );
}

function lastById<Item extends { readonly id: string }>(items: readonly Item[]): Iterable<Item> {
  const byId = new Map<string, Item>();
  for (const item of items) byId.set(item.id, item);
  return byId.values();
}
