/** The conditions of a correlation. */

import type { SigmaCorrelation } from '../document.js';
import { compares } from '../value/number.js';

/** All conditions must hold; without any, the temporal types want every rule, and the others nothing more than one event. */
export function conditionOf(
  document: Pick<SigmaCorrelation, 'type' | 'conditions' | 'rules'>,
): (measured: number) => boolean {
  const { type, conditions, rules } = document;
  if (conditions.length > 0) {
    return (measured) => conditions.every(({ comparison, value }) => compares(measured, comparison, value));
  }
  if (type !== 'temporal' && type !== 'temporal_ordered') return () => true;
  return (measured) => measured >= rules.length;
}
