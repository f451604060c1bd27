/** A rule with all that decides whether it hits an event: its log source, its condition, and the filters that take from it. */

import type { Event } from '../../../event/event.js';
import { eventKind } from '../../event-kind.js';
import type { SigmaFilter, SigmaRule } from '../document.js';
import { eventView } from '../source/event-view.js';
import { logSourceReach } from '../source/log-source-reach.js';
import { fieldTestHolds, plainMatch } from './plain-match.js';

export function plainRuleHits(rule: SigmaRule, filters: readonly SigmaFilter[], event: Event): boolean {
  const reach = logSourceReach(rule.logSource);
  const kind = eventKind(event);
  if (reach.systems?.has(kind.system) === false || reach.channels?.has(kind.channel) === false) return false;
  if (reach.eventIds?.has(kind.eventId) === false) return false;
  if (reach.actions !== undefined && (kind.action === undefined || !reach.actions.has(kind.action))) return false;
  const view = eventView(event, reach.fieldNames);
  return (
    reach.tests.every((test) => fieldTestHolds(test, view)) &&
    plainMatch(rule, view) &&
    !filters.some((filter) => plainMatch(filter, view))
  );
}
