/** Correlations as tables of cases: which hits, and at which seconds it holds. */

import { expect } from 'vitest';
import { CorrelationBench, type CorrelationText, type Hit } from './correlations.js';
import { T0 } from './events.js';

/** `a` at each of these seconds, with these fields. */
export const each = (rules: string, seconds: readonly number[], fields: Hit['fields'] = {}): Hit[] =>
  seconds.map((at) => ({ at, rules, fields }));

export const user = (name: unknown): Hit['fields'] => ({ User: name });

export interface Case {
  readonly name: string;
  readonly of: Partial<CorrelationText> & Pick<CorrelationText, 'type'>;
  readonly hits: readonly Hit[];
  /** Seconds of the events at which it holds. */
  readonly holds: readonly number[];
}

export const count = (when: CorrelationText['when'], more: Partial<CorrelationText> = {}): Case['of'] => ({
  type: 'event_count',
  rules: ['a'],
  ...(when && { when }),
  ...more,
});

export function expectCase({ of, hits, holds }: Case): void {
  const text = { id: 'it', rules: ['a'], ...of };
  expect(new CorrelationBench([text]).run(hits).times('it', T0)).toEqual(holds);
  // The same from the last to the first: order is no part of the meaning.
  expect(new CorrelationBench([text]).run(hits.toReversed()).times('it', T0)).toEqual(holds);
}
