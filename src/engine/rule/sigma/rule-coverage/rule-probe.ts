/** A rule as the coverage analysis asks it: which kinds of events it is about, which fields it reads, and whether it could hold with some of these. */

import type { Event } from '../../../event/event.js';
import { compiledConditions } from '../../compiled-conditions.js';
import { isReached, isUnreachable } from '../../condition-reach.js';
import { fieldReader } from '../../event-field.js';
import type { EventKind } from '../../event-kind.js';
import { ANY_FIELD } from '../../index/requirement.js';
import type { Rule } from '../../rule.js';
import { readerName } from '../source/event-view.js';
import { logSourceReach } from '../source/log-source-reach.js';
import { sigmaFieldReader } from '../source/sigma-field.js';
import type { SigmaRule } from '../document.js';
import { couldHold, fieldsOf } from './could-hold.js';

/** One way of reading one field. */
export interface FieldProbe {
  /** As the rule writes it. */
  readonly field: string;
  /** Equal for all rules that read the field in the same way. */
  readonly key: string;
  read(event: Event): unknown;
}

export interface RuleProbe {
  readonly rule: Rule;
  readonly fields: readonly FieldProbe[];
  /** False where no source gives such events: rules of it load, and wait. */
  readonly isKnownSource: boolean;
  /** Its log source, or its actions and event ids, leave no event over. */
  readonly isContradictory: boolean;
  isAbout(kind: EventKind): boolean;
  /** False only where it is certain: no event whose fields are among those with such a key can match. */
  couldHold(isThere: (key: string) => boolean): boolean;
}

/** @param rule  no correlation */
export function ruleProbe(rule: Rule): RuleProbe {
  const reaches = compiledConditions(rule).map(({ reach }) => reach);
  const document = rule.sigma?.document;
  const detail = document?.kind === 'rule' ? sigmaDetail(rule, document) : expressionDetail(reaches);
  return {
    rule,
    ...detail,
    isContradictory: reaches.every(isUnreachable),
    isAbout: (kind) => reaches.some((reach) => isReached(reach, kind)),
  };
}

type Detail = Pick<RuleProbe, 'fields' | 'isKnownSource' | 'couldHold'>;

function sigmaDetail(rule: Rule, document: SigmaRule): Detail {
  const source = logSourceReach(document.logSource);
  const filters = rule.sigma?.filters ?? [];
  const names = new Set([document, ...filters].flatMap((each) => [...fieldsOf(each)]));
  const keys = new Map([...names].map((field) => [field, readerName(field, source.fieldNames)]));
  return {
    isKnownSource: source.isKnown,
    fields: [...keys].map(([field, key]) => {
      const reader = sigmaFieldReader(key);
      return { field, key: `sigma ${key}`, read: (event) => reader.read(event) };
    }),
    couldHold: (isThere) => couldHold(document, filters, (field) => isThere(`sigma ${keys.get(field)}`)) !== 'no',
  };
}

/** Of an expression only what it certainly requires is known. */
function expressionDetail(reaches: ReturnType<typeof compiledConditions>[number]['reach'][]): Detail {
  const names = new Set(
    reaches.flatMap(({ clauses }) => clauses.flatMap((clause) => clause.map(({ field }) => field))),
  );
  names.delete(ANY_FIELD);
  return {
    isKnownSource: true,
    fields: [...names].map((field) => {
      const reader = fieldReader(field);
      return { field, key: `expression ${field}`, read: (event) => reader.read(event) };
    }),
    couldHold: (isThere) =>
      reaches.some(({ clauses }) =>
        clauses.every((clause) => clause.some(({ field }) => field === ANY_FIELD || isThere(`expression ${field}`))),
      ),
  };
}
