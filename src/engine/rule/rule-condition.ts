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

export interface RuleCondition {
  readonly reach: ConditionReach;
  /** Compiles what is left until the condition is a candidate for the first time. */
  bind(scopes: Scopes): () => boolean | ExpressionError;
  /** Why it holds of an event to which the scopes are turned; empty where it does not. */
  matched(event: Event, scopes: Scopes): readonly Matched[];
}
