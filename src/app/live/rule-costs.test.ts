import { describe, expect, test } from 'vitest';
import { act, actor } from '../../../test/support/events.js';
import { ruleSet } from '../../../test/support/rules.js';
import type { EventRecord } from '../../engine/effects.js';
import { RuleCosts } from './rule-costs.js';

const event = act('filecreate', actor('word', 1000), 2000);

function matched(...rules: string[]): { readonly events: EventRecord[] } {
  return { events: [{ rules } as unknown as EventRecord] };
}

describe('costs of rules', () => {
  test('hits are counted as they are stored', () => {
    const costs = new RuleCosts(undefined);
    const rules = ruleSet(['a', 'b', 'c'].map((id) => ({ id, points: 1, when: () => false })));
    for (const effects of [matched('a', 'b'), matched('a'), matched()]) costs.stored(effects);
    expect(costs.of(rules)).toEqual([
      { rule: 'a', hits: 2, ms: 0 },
      { rule: 'b', hits: 1, ms: 0 },
    ]);
  });

  test('time is estimated from one event in 61, and no other is looked at', () => {
    let nowMs = 0;
    let evaluations = 0;
    const slow = (): boolean => {
      evaluations++;
      nowMs += 2;
      return true;
    };
    const rules = ruleSet([
      { id: 'slow', points: 1, when: slow },
      { id: 'fast', points: 1, when: () => false },
    ]);
    const costs = new RuleCosts(() => nowMs);
    for (let count = 0; count < 61 * 3 + 60; count++) costs.sample(event, rules);
    expect(evaluations).toBe(3);
    expect(costs.of(rules)).toEqual([
      { rule: 'slow', hits: 0, ms: 3 * 2 * 61 },
      { rule: 'fast', hits: 0, ms: 0 },
    ]);
  });

  test('without a clock nothing is evaluated', () => {
    const rules = ruleSet([{ id: 'a', points: 1, when: () => expect.fail('it was asked') }]);
    const costs = new RuleCosts(undefined);
    for (let count = 0; count < 200; count++) costs.sample(event, rules);
    expect(costs.of(rules)).toEqual([]);
  });

  test('rules that are in force no more are forgotten, so that reloads cannot fill the memory', () => {
    const costs = new RuleCosts(undefined);
    costs.stored(matched('old', 'kept'));
    const rules = ruleSet([{ id: 'kept', points: 1, when: () => false }]);
    expect(costs.of(rules)).toEqual([{ rule: 'kept', hits: 1, ms: 0 }]);
    const both = ruleSet(['old', 'kept'].map((id) => ({ id, points: 1, when: () => false })));
    expect(costs.of(both)).toEqual([{ rule: 'kept', hits: 1, ms: 0 }]);
  });
});
