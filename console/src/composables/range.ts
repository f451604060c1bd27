/** The stretch of time a page looks at: relative (`range=24h`) until somebody marks a fixed one (`from`, `to`). Lives in the address. */

import { computed } from 'vue';
import { useQueryChange, useQueryText } from './query-state.js';

export const RANGES = ['1h', '24h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];

const HOUR_MS = 3_600_000;
export const RANGE_MS: Readonly<Record<Range, number>> = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 168 * HOUR_MS,
  '30d': 720 * HOUR_MS,
};

export function useRange(byDefault: Range) {
  const range = useQueryText('range', byDefault);
  const from = useQueryText('from');
  const to = useQueryText('to');
  const change = useQueryChange();
  const isFixed = computed(() => from.value !== '' && to.value !== '');
  const chosen = computed<Range | undefined>(() =>
    isFixed.value ? undefined : (RANGES.find((known) => known === range.value) ?? byDefault),
  );

  return {
    chosen,
    isFixed,
    from,
    to,
    choose: (next: Range): void =>
      change({ range: next === byDefault ? undefined : next, from: undefined, to: undefined }),
    fix: (fromMs: number, toMs: number): void =>
      change({ range: undefined, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() }),
    /** ISO bounds as of now; a relative range ends now, so it has no upper bound. */
    bounds: (): { from: string; to?: string } => {
      if (isFixed.value) return { from: from.value, to: to.value };
      return { from: new Date(Date.now() - RANGE_MS[chosen.value ?? byDefault]).toISOString() };
    },
  };
}
