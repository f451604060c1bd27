/**
 * Which events a condition can be about at all, from its rule's lists or log source and from what it says of `action` and `eventid` itself.
 * Decided once when rules are loaded, so that no event is ever compared with conditions of another kind.
 */

import { ACTIONS, type Action } from '../event/action.js';
import type { EventKind, System } from './event-kind.js';
import type { Expression } from './expression/expression.js';
import type { Clause, Requirement } from './index/requirement.js';
import type { Rule } from './rule.js';

/** `undefined` = all, throughout. */
export interface ConditionReach {
  /** `''` stands for events without an action. */
  readonly actions: ReadonlySet<Action | ''> | undefined;
  readonly eventIds: ReadonlySet<number> | undefined;
  /** As in `EventKind`. */
  readonly channels: ReadonlySet<string> | undefined;
  readonly systems: ReadonlySet<System> | undefined;
  /** What is left to check on the event's own fields. */
  readonly clauses: readonly Clause[];
}

const ALL_ACTIONS: readonly (Action | '')[] = ['', ...ACTIONS];

/** Of an expression's condition. What it requires is asked only where it may speak of action or id, and else when `clauses` is read. */
export function conditionReach(
  rule: Pick<Rule, 'actions' | 'eventIds'>,
  condition: Pick<Expression, 'fields' | 'requirements'>,
): ConditionReach {
  let actions: ReadonlySet<Action | ''> | undefined = rule.actions.length === 0 ? undefined : new Set(rule.actions);
  let eventIds: ReadonlySet<number> | undefined = rule.eventIds.length === 0 ? undefined : new Set(rule.eventIds);
  const isAboutKind = condition.fields.some((field) => field === 'action' || field === 'eventid');
  for (const requirement of isAboutKind ? condition.requirements : []) {
    if (requirement.field === 'action') {
      actions = new Set([...(actions ?? ALL_ACTIONS)].filter((action) => holdsFor(requirement, action)));
    } else if (isAboutId(requirement)) {
      const named = requirement.texts.map(Number).filter((id) => eventIds === undefined || eventIds.has(id));
      eventIds = new Set(named);
    }
  }
  let clauses: readonly Clause[] | undefined;
  return {
    actions,
    eventIds,
    channels: undefined,
    systems: undefined,
    get clauses() {
      return (clauses ??= condition.requirements.filter(isLeftToCheck).map((requirement) => [requirement]));
    },
  };
}

function isAboutId({ field, kind }: Requirement): boolean {
  return field === 'eventid' && kind === 'equals';
}

function isLeftToCheck(requirement: Requirement): boolean {
  const { field, texts } = requirement;
  return field !== 'action' && !isAboutId(requirement) && !texts.some((text) => text.includes(DOT_ABOVE));
}

/** Expressions lower-case `İ` to two units, `i` and this one, where the index folds it to one. */
const DOT_ABOVE = '\u0307';

export function isReached({ actions, eventIds, channels, systems }: ConditionReach, kind: EventKind): boolean {
  return (
    (actions === undefined || actions.has(kind.action ?? '')) &&
    (eventIds === undefined || eventIds.has(kind.eventId)) &&
    (channels === undefined || channels.has(kind.channel)) &&
    (systems === undefined || systems.has(kind.system))
  );
}

/** True if no event can satisfy the condition: its rule is about other actions or event ids than it is itself. */
export function isUnreachable({ actions, eventIds, channels }: ConditionReach): boolean {
  return actions?.size === 0 || eventIds?.size === 0 || channels?.size === 0;
}

function holdsFor({ kind, texts }: Requirement, value: string): boolean {
  switch (kind) {
    case 'equals':
      return texts.includes(value);
    case 'prefix':
      return texts.some((text) => value.startsWith(text));
    case 'suffix':
      return texts.some((text) => value.endsWith(text));
    case 'contains':
      return texts.some((text) => value.includes(text));
  }
}
