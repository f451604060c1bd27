/** One condition of one rule, whatever its language: what the matcher needs of it. */

import type { Event } from '../event/event.js';
import type { ConditionReach } from './condition-reach.js';
import type { EventScope } from './event-scope.js';
import type { ExpressionError } from './expression/expression.js';
import type { Matched } from './rule.js';
import type { EventTexts } from './sigma/compiled/event-texts.js';

/** The event under way as each language reads it; the matcher turns both to each event. */
export interface Scopes {
  readonly expressions: EventScope;
  readonly texts: EventTexts;
}

/** A condition as it is asked of the event to which the scopes are turned. */
export interface BoundCondition {
  holds(): boolean | ExpressionError;
  /**
   * By field, under the name that clauses use: false where the condition cannot hold for what the event has there. The answer depends on nothing
   * but that value, so whoever looks values up need ask it but once for each.
   */
  readonly parts: ReadonlyMap<string, () => boolean>;
}

export interface RuleCondition {
  readonly reach: ConditionReach;
  /** Compiles what is left until the condition is a candidate for the first time. */
  bind(scopes: Scopes): BoundCondition;
  /** Why it holds of an event to which the scopes are turned; empty where it does not. */
  matched(event: Event, scopes: Scopes): readonly Matched[];
}
