/** What is doubtful about a condition that compiles: it can be asked about events, and will not say what its author meant. */

import { ACTIONS, isAction } from '../../event/action.js';
import { didYouMean } from '../closest-word.js';
import { conditionReach, isUnreachable } from '../condition-reach.js';
import type { RuleCode } from '../diagnostic-codes.js';
import type { Outline, ReadExpression } from '../expression/index.js';
import type { Rule } from '../rule.js';
import { checkFields } from './field-check.js';
import { checkTexts } from './text-check.js';

/** Plain data. */
export interface ConditionFault {
  readonly code: RuleCode;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Offset in the condition; `undefined` for the whole of it. */
  readonly at?: number | undefined;
}

type RuleLists = Pick<Rule, 'actions' | 'eventIds'>;

export function checkCondition(
  text: string,
  rule: RuleLists,
  { expression, outline, constant }: ReadExpression,
): readonly ConditionFault[] {
  if (constant !== undefined) return constantFault(constant, rule);
  const reach = conditionReach(rule, expression);
  // What no event can satisfy has no fields either; only those of the rule's own events are worth a word.
  const told = isUnreachable(reach) ? conditionReach(rule, { fields: [], requirements: [] }) : reach;
  const unknownActions = actionFaults(outline);
  return [
    ...checkFields(expression.fields, told).map(({ field, ...fault }) => ({ ...fault, at: outline.names.get(field) })),
    ...checkTexts(text, outline, expression.fields),
    ...unknownActions,
    ...(unknownActions.length === 0 && isUnreachable(reach) ? [unreachableFault(rule)] : []),
  ];
}

/** `true` is how a rule says "every such event" where an event id says all there is to say. */
function constantFault(constant: boolean, { eventIds }: RuleLists): readonly ConditionFault[] {
  if (constant && eventIds.length > 0) return [];
  const message = constant
    ? 'The condition is always true: every event of the actions matches.'
    : 'The condition is always false: the rule never matches.';
  return [{ code: 'RULE_CONDITION_CONSTANT', message, hint: 'It reads no field of the event.' }];
}

function actionFaults({ comparisons }: Outline): readonly ConditionFault[] {
  return comparisons.flatMap(({ field, isPart, how, text, at }) =>
    field !== 'action' || isPart || how !== 'equals' || text === '' || isAction(text.toLowerCase())
      ? []
      : [
          {
            code: 'RULE_NEVER_MATCHES',
            message: `No event has the action "${text}".`,
            hint: didYouMean(text, ACTIONS),
            at,
          } as const,
        ],
  );
}

function unreachableFault({ actions, eventIds }: RuleLists): ConditionFault {
  const message =
    actions.length === 0 && eventIds.length === 0
      ? 'The condition asks for actions or event ids that exclude each other.'
      : 'The condition asks for an action or event id that the rule itself excludes.';
  return { code: 'RULE_NEVER_MATCHES', message };
}
