/** What a correlation measures of the events in its window: kept up to date as the window slides, so that most events cost a few steps. */

import type { SigmaCorrelation } from '../../document.js';
import type { Occurrence } from '../occurrence.js';
import { DistinctRules } from './distinct-rules.js';
import { DistinctValues } from './distinct-values.js';
import { EventCount } from './event-count.js';
import { Rank } from './rank.js';
import { StepsInOrder } from './steps-in-order.js';
import { Total } from './total.js';

export interface Measure {
  /** Occurrences enter in their order and leave in the same. */
  enter(occurrence: Occurrence): void;
  leave(occurrence: Occurrence): void;
  /** Of the window that ends with the occurrence that entered last; `undefined` where there is nothing to compare. */
  value(): number | undefined;
}

const MEDIAN = 50;

/** An empty window. */
export function measureOf(document: SigmaCorrelation): Measure {
  switch (document.type) {
    case 'event_count':
      return new EventCount();
    case 'value_count':
      return new DistinctValues();
    case 'temporal':
      return new DistinctRules();
    case 'temporal_ordered':
      return new StepsInOrder(document.rules.length, document.timespanMs);
    case 'value_sum':
      return new Total('sum');
    case 'value_avg':
      return new Total('average');
    case 'value_median':
      return new Rank(MEDIAN);
    case 'value_percentile':
      return new Rank(document.percentile ?? MEDIAN);
  }
}
