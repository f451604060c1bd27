/** A Sigma rule for the matcher: which events it is about, what they must hold, and its condition as a function. */

import type { Event } from '../../../event/event.js';
import type { ConditionReach } from '../../condition-reach.js';
import { excerpt } from '../../matched-value.js';
import type { Clause } from '../../index/requirement.js';
import type { Matched } from '../../rule.js';
import type { BoundCondition, RuleCondition, Scopes } from '../../rule-condition.js';
import type { SigmaFilter, SigmaRule } from '../document.js';
import type { SigmaExplanation } from '../evaluator.js';
import { explain, whatHolds } from '../plain/plain-match.js';
import { eventView, readerName } from '../source/event-view.js';
import { sigmaFieldName } from '../source/sigma-field.js';
import { type LogSourceReach, logSourceReach } from '../source/log-source-reach.js';
import { type NameOf, clausesOf, clausesOfTest } from './clauses.js';
import { allOf, bindCondition, boundOf, notOf } from './condition-test.js';
import { eventIdsOf, inAll } from './event-ids.js';
import { bindFieldTest, type Binding } from './field-test.js';

/** @param filters  what any of them holds for is taken out of what the rule holds for; their log sources have been seen to */
export function compileSigma(rule: SigmaRule, filters: readonly SigmaFilter[]): RuleCondition {
  const source = logSourceReach(rule.logSource);
  const nameOf: NameOf = (field) => readerName(field, source.fieldNames);
  return {
    reach: reachOf(rule, source, nameOf),
    bind: (scopes) => bind(rule, filters, source, nameOf, scopes),
    matched: (event) => evidenceOf(whatHolds(rule, eventView(event, source.fieldNames))),
  };
}

/** Clauses are worked out when the first group of events is made that the rule can concern: many a rule never sees one. */
function reachOf(rule: SigmaRule, source: LogSourceReach, nameOf: NameOf): ConditionReach {
  let clauses: readonly Clause[] | undefined;
  return {
    systems: source.systems,
    channels: source.channels,
    actions: source.actions,
    eventIds: inAll([source.eventIds, eventIdsOf(rule)]),
    get clauses() {
      clauses ??= [
        ...clausesOf(rule.condition, rule, nameOf).filter((clause) => !isAboutEventId(clause)),
        ...source.tests.flatMap((test) => clausesOfTest(test, nameOf)),
      ];
      return clauses;
    },
  };
}

/** Event ids decide with which events a condition is compared at all; to look it up by them once more would spare nothing. */
function isAboutEventId(clause: Clause): boolean {
  return clause.every(({ field, kind }) => field === EVENT_ID && kind === 'equals');
}

const EVENT_ID = sigmaFieldName('EventID');

function bind(
  rule: SigmaRule,
  filters: readonly SigmaFilter[],
  source: LogSourceReach,
  nameOf: NameOf,
  { texts }: Scopes,
): BoundCondition {
  const binding: Binding = { texts, slotOf: (field) => texts.slot(nameOf(field)) };
  return boundOf(
    allOf([
      ...source.tests.map((test) => bindFieldTest(test, binding)),
      bindCondition(rule.condition, rule, binding),
      ...filters.map((filter) => notOf(bindCondition(filter.condition, filter, binding))),
    ]),
  );
}

/** Each place once. A keyword's field is `*`. */
function evidenceOf(matched: readonly Matched[]): readonly Matched[] {
  const byPlace = new Map<string, Matched>();
  for (const { field, value, start, end } of matched) {
    byPlace.set(`${field}\0${start}\0${end}`, excerpt(field === '' ? '*' : field, value, start, end));
  }
  return [...byPlace.values()];
}

/** Why a rule holds of an event or does not, without regard to its log source. */
export function explainSigma(rule: SigmaRule, event: Event): SigmaExplanation {
  return explain(rule, eventView(event, logSourceReach(rule.logSource).fieldNames));
}
