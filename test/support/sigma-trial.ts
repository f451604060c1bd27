/** One Sigma rule put to both evaluators: the plain one, and the compiled one behind its index. */

import { RuleGroup } from '../../src/engine/rule/rule-group.js';
import { fieldsEvent } from '../../src/cli/commands/rules/event-lines.js';
import type { Event, Fields } from '../../src/engine/event/event.js';
import { compileSigma } from '../../src/engine/rule/sigma/compiled/compile-sigma.js';
import { EventTexts } from '../../src/engine/rule/sigma/compiled/event-texts.js';
import type { SigmaFilter, SigmaRule } from '../../src/engine/rule/sigma/document.js';
import { plainMatch } from '../../src/engine/rule/sigma/plain/plain-match.js';
import { eventView } from '../../src/engine/rule/sigma/source/event-view.js';
import { sigmaFieldReader } from '../../src/engine/rule/sigma/source/sigma-field.js';
import { readSigmaFile } from '../../src/engine/rule/sigma/read/read-sigma-file.js';
import { EventScope } from '../../src/engine/rule/event-scope.js';

/** A record of a source that no table knows, so that nothing but the fields decides. */
export const bareEvent = (fields: Fields): Event => fieldsEvent(fields, 0);

/** @throws where the detection is no legal one */
export function readDetection(
  detection: unknown,
  placeholders: ReadonlyMap<string, readonly string[]> = new Map(),
): SigmaRule {
  const text = JSON.stringify({ title: 'A rule of a trial', logsource: { category: 'trial' }, detection });
  const { documents, diagnostics } = readSigmaFile({ path: 'trial.yml', text }, { placeholders });
  const [rule] = documents;
  if (rule?.kind !== 'rule') throw new Error(`no legal rule: ${JSON.stringify(diagnostics)}`);
  return rule;
}

export interface Trial {
  plain(event: Event): boolean;
  compiled(event: Event): boolean;
}

const ITEM = 7;

export function trialOf(rule: SigmaRule, filters: readonly SigmaFilter[] = []): Trial {
  const condition = compileSigma(rule, filters);
  const texts = new EventTexts();
  const { holds, parts } = condition.bind({ texts, expressions: new EventScope() });
  const group = new RuleGroup(
    [{ item: ITEM, clauses: condition.reach.clauses, decidingFields: () => parts.keys() }],
    sigmaFieldReader,
    (_, field) => parts.get(field)?.() ?? true,
  );
  return {
    plain(event) {
      const view = eventView(event);
      return plainMatch(rule, view) && !filters.some((filter) => plainMatch(filter, view));
    },
    compiled(event) {
      const { eventIds } = condition.reach;
      if (eventIds !== undefined && !eventIds.has(event.eventId)) return false;
      let isCandidate = false;
      texts.turnTo(event);
      group.candidates(event, (items) => {
        isCandidate ||= items.includes(ITEM);
      });
      return isCandidate && holds() === true;
    },
  };
}
