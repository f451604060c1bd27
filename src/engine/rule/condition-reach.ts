/**
 * Which events a condition can be about at all, from its rule's lists and from what it says of `action` and `eventid` itself. Decided once
 * when rules are loaded, so that no event is ever compared with conditions of another kind.
 */

import { ACTIONS, type Action } from '../event/action.js';
import type { Requirement } from './index/requirement.js';
import type { Rule } from './rule.js';

export interface ConditionReach {
  /** `''` stands for events without an action; `undefined` = all. */
  readonly actions: ReadonlySet<Action | ''> | undefined;
  /** `undefined` = all. */
  readonly eventIds: ReadonlySet<number> | undefined;
  /** What is left to check on the event's own fields. */
  readonly requirements: readonly Requirement[];
}

const ALL_ACTIONS: readonly (Action | '')[] = ['', ...ACTIONS];

export function conditionReach(
  rule: Pick<Rule, 'actions' | 'eventIds'>,
  requirements: readonly Requirement[],
): ConditionReach {
  let actions: ReadonlySet<Action | ''> | undefined = rule.actions.length === 0 ? undefined : new Set(rule.actions);
  let eventIds: ReadonlySet<number> | undefined = rule.eventIds.length === 0 ? undefined : new Set(rule.eventIds);
  const rest: Requirement[] = [];
  for (const requirement of requirements) {
    if (requirement.field === 'action') {
      actions = new Set([...(actions ?? ALL_ACTIONS)].filter((action) => holdsFor(requirement, action)));
    } else if (requirement.field === 'eventid' && requirement.kind === 'equals') {
      const named = requirement.texts.map(Number).filter((id) => eventIds === undefined || eventIds.has(id));
      eventIds = new Set(named);
    } else {
      rest.push(requirement);
    }
  }
  return { actions, eventIds, requirements: rest };
}

export function isReached(reach: ConditionReach, action: Action | undefined, eventId: number): boolean {
  return (reach.actions?.has(action ?? '') ?? true) && (reach.eventIds?.has(eventId) ?? true);
}

/** True if no event can satisfy the condition: its rule is about other actions or event ids than it is itself. */
export function isUnreachable(reach: ConditionReach): boolean {
  return reach.actions?.size === 0 || reach.eventIds?.size === 0;
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
