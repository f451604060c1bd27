/** Whether any number can fulfil what a correlation asks of its count or measure. */

import type { SigmaCorrelation } from '../document.js';

/** Types that count what happened: whole numbers, and at least one, because only an event asks. */
const COUNTING: ReadonlySet<SigmaCorrelation['type']> = new Set(['event_count', 'temporal', 'temporal_ordered']);

export function canHold({ type, conditions }: Pick<SigmaCorrelation, 'type' | 'conditions'>): boolean {
  const isCount = COUNTING.has(type);
  let [least, isLeastIn] = [isCount ? 1 : Number.NEGATIVE_INFINITY, true];
  let [most, isMostIn] = [Number.POSITIVE_INFINITY, true];
  const raise = (value: number, isIn: boolean): void => {
    if (value > least) [least, isLeastIn] = [value, isIn];
    else if (value === least) isLeastIn &&= isIn;
  };
  const lower = (value: number, isIn: boolean): void => {
    if (value < most) [most, isMostIn] = [value, isIn];
    else if (value === most) isMostIn &&= isIn;
  };
  for (const { comparison, value } of conditions) {
    if (comparison === 'gt') raise(isCount ? Math.floor(value) + 1 : value, isCount);
    if (comparison === 'gte') raise(isCount ? Math.ceil(value) : value, true);
    if (comparison === 'lt') lower(isCount ? Math.ceil(value) - 1 : value, isCount);
    if (comparison === 'lte') lower(isCount ? Math.floor(value) : value, true);
    if (comparison !== 'eq') continue;
    if (isCount && !Number.isInteger(value)) return false;
    raise(value, true);
    lower(value, true);
  }
  if (least > most || (least === most && !(isLeastIn && isMostIn))) return false;
  return least < most || conditions.every(({ comparison, value }) => comparison !== 'neq' || value !== least);
}
