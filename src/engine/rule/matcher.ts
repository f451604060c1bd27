/**
 * All rules compiled into one matcher. Cost follows what matches, not how many rules are loaded:
 *
 *     event ─ action, id ─► group ─ a few short fields ─► candidates ─ expressions ─► rules
 *             array         what can concern this kind      mostly none
 *
 * A candidate is a condition whose witness (`index/`) holds. Groups are made when the first event of their kind comes; there are at most
 * (actions + 1) × (event ids that rules name + 1) of them.
 */

import { ACTIONS, type Action } from '../event/action.js';
import type { Event } from '../event/event.js';
import { compiledConditions } from './compiled-conditions.js';
import { type ConditionReach, conditionReach, isReached } from './condition-reach.js';
import { type FieldReader, fieldReader } from './event-field.js';
import { EventScope } from './event-scope.js';
import type { Expression, ExpressionError } from './expression/expression.js';
import { CandidateIndex } from './index/candidate-index.js';
import type { FieldIndex } from './index/field-index.js';
import { matchedValues } from './matched-value.js';
import type { Matched, Profile, Rule, RuleErrors, RuleSet } from './rule.js';
import { ruleVersion } from './rule-version.js';

/** One condition of one rule; a rule matches if any of its conditions does. */
interface Condition {
  /** Place of its rule in `RuleSet.rules`. */
  readonly rule: number;
  readonly expression: Expression;
  readonly reach: ConditionReach;
}

interface Group {
  readonly fields: readonly { readonly reader: FieldReader; readonly index: FieldIndex }[];
  /** Conditions that nothing spares from being evaluated. */
  readonly always: readonly number[];
}

const NO_RULES: readonly Rule[] = [];

const ACTION_SLOT: ReadonlyMap<Action | undefined, number> = new Map<Action | undefined, number>([
  [undefined, 0],
  ...ACTIONS.map((action, index): [Action, number] => [action, index + 1]),
]);

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
  readonly #conditions: readonly Condition[];
  readonly #conditionsOf = new Map<string, Condition[]>();
  readonly #groups: (Group | undefined)[];
  readonly #idSlots: ReadonlyMap<number, number>;
  readonly #scope = new EventScope();
  readonly #readers = new Map<string, FieldReader>();
  readonly #errors: { count: number; lastMessage: string }[];

  constructor(rules: readonly Rule[], profiles: readonly Profile[]) {
    this.rules = rules;
    this.profiles = profiles;
    this.version = ruleVersion(rules, profiles);
    this.#conditions = rules.flatMap(conditionsOf);
    this.#errors = rules.map(() => ({ count: 0, lastMessage: '' }));
    const namedIds = new Set(this.#conditions.flatMap(({ reach }) => [...(reach.eventIds ?? [])]));
    this.#idSlots = new Map([...namedIds].map((id, index) => [id, index + 1]));
    this.#groups = Array.from({ length: ACTION_SLOT.size * (namedIds.size + 1) });
    for (const condition of this.#conditions) {
      const { id } = rules[condition.rule]!;
      const siblings = this.#conditionsOf.get(id);
      if (siblings === undefined) this.#conditionsOf.set(id, [condition]);
      else siblings.push(condition);
    }
  }

  match(event: Event): readonly Rule[] {
    const group = this.#groupOf(event);
    let hits: number[] | undefined;
    this.#scope.turnTo(event);
    for (const { reader, index } of group.fields) {
      const candidates = index.candidates(reader.read(event), this.#scope);
      if (candidates.length > 0) hits = this.#evaluate(candidates, hits);
    }
    if (group.always.length > 0) hits = this.#evaluate(group.always, hits);
    if (hits === undefined) return NO_RULES;
    return hits.sort((a, b) => a - b).map((rule) => this.rules[rule]!);
  }

  explain(rule: Rule, event: Event): readonly Matched[] {
    this.#scope.turnTo(event);
    for (const condition of this.#conditionsOf.get(rule.id) ?? []) {
      if (!isReached(condition.reach, event.action, event.eventId)) continue;
      if (condition.expression.evaluate(this.#scope) !== true) continue;
      return matchedValues(condition.expression.trace(this.#scope), event, (name) => this.#reader(name));
    }
    return [];
  }

  errors(): readonly RuleErrors[] {
    return this.#errors.flatMap(({ count, lastMessage }, rule) =>
      count === 0 ? [] : [{ rule: this.rules[rule]!.id, count, lastMessage }],
    );
  }

  /** Adds the rules of those candidates that hold to `hits`, each rule once. Lists are short: hits are rare and rules have few conditions. */
  #evaluate(candidates: readonly number[], hits: number[] | undefined): number[] | undefined {
    let all = hits;
    for (const candidate of candidates) {
      const { rule, expression } = this.#conditions[candidate]!;
      if (all?.includes(rule)) continue;
      const result = expression.evaluate(this.#scope);
      if (result === true) {
        if (all === undefined) all = [rule];
        else all.push(rule);
      } else if (result !== false) {
        this.#countError(rule, result);
      }
    }
    return all;
  }

  #countError(rule: number, error: ExpressionError): void {
    const errors = this.#errors[rule]!;
    errors.count++;
    errors.lastMessage = error.message;
  }

  #groupOf(event: Event): Group {
    const actionSlot = ACTION_SLOT.get(event.action) ?? 0;
    const idSlot = this.#idSlots.get(event.eventId) ?? 0;
    const slot = actionSlot * (this.#idSlots.size + 1) + idSlot;
    return (this.#groups[slot] ??= this.#makeGroup(event.action, event.eventId));
  }

  /** Events of ids that no rule names share a group: for them every list of ids fails alike. */
  #makeGroup(action: Action | undefined, eventId: number): Group {
    const items = this.#conditions.flatMap(({ reach }, item) =>
      isReached(reach, action, eventId) ? [{ item, requirements: reach.requirements }] : [],
    );
    const index = new CandidateIndex(items);
    return {
      fields: index.fields.map((field) => ({ reader: this.#reader(field.field), index: field })),
      always: index.always,
    };
  }

  #reader(name: string): FieldReader {
    let reader = this.#readers.get(name);
    if (reader === undefined) {
      reader = fieldReader(name);
      this.#readers.set(name, reader);
    }
    return reader;
  }
}

function conditionsOf(rule: Rule, index: number): Condition[] {
  return compiledConditions(rule).map((expression) => ({
    rule: index,
    expression,
    reach: conditionReach(rule, expression.requirements),
  }));
}

function lastById<Item extends { readonly id: string }>(items: readonly Item[]): Iterable<Item> {
  const byId = new Map<string, Item>();
  for (const item of items) byId.set(item.id, item);
  return byId.values();
}
