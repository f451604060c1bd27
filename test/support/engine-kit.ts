/** An engine with rules as plain as can be, for tests of the fold. */

import { Engine } from '../../src/engine/engine.js';
import type { EngineOptions } from '../../src/engine/engine-options.js';
import type { Event } from '../../src/engine/event/event.js';
import type { Policy } from '../../src/engine/policy.js';
import type { Profile } from '../../src/engine/rule/rule.js';
import { withLedgersChecked } from './ledger.js';
import { policy, ruleSet, type TestRule } from './rules.js';

export const imageIs =
  (name: string) =>
  (event: Event): boolean =>
    String(event.fields['Image'] ?? event.fields['SourceImage'] ?? '').endsWith(`\\${name}.exe`);

export const EVIL: TestRule = { id: 'evil', points: 200, techniques: ['T1059'], when: imageIs('evil') };

export function engineWith(
  rules: readonly TestRule[],
  changes: { profiles?: readonly Partial<Profile>[]; policy?: Partial<Policy>; options?: Partial<EngineOptions> } = {},
): Engine {
  return new Engine(policy(ruleSet(rules, changes.profiles ?? []), changes.policy ?? {}), {
    recordEvents: false,
    ...changes.options,
  });
}

export function run(engine: Engine, events: readonly Event[]): Engine {
  for (const each of events) engine.apply(each);
  withLedgersChecked(engine.threats());
  return engine;
}

export const chainSizes = (engine: Engine): number[] =>
  [...engine.chains()].map((chain) => chain.members.length).sort((a, b) => b - a);
