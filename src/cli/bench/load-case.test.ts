import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { policy, ruleSet } from '../../../test/support/rules.js';
import { setProgramRoot } from '../program-root.js';
import { loadCase } from './load-case.js';
import { someRules } from './rule-cases.js';

test('a start is timed with all rules that it loads, beside reading their files', async () => {
  setProgramRoot(fileURLToPath(new URL('../../..', import.meta.url)));
  const [load] = await loadCase({ rules: [], bundled: true });
  const [, rules] = /^load (\d+) rules$/.exec(load!.name)!;
  expect(Number(rules)).toBeGreaterThan(300);
  expect(load!.value).toBeGreaterThan(0);
  expect(load!.ratio).toBeGreaterThan(1);
});

test('some of all rules are taken from all over them', () => {
  const all = policy(
    ruleSet(Array.from({ length: 70 }, (_, at) => ({ id: `r${at}`, points: 1, when: () => false }))),
  ).rules;
  expect(someRules(all, 7).rules.map(({ id }) => id)).toEqual(['r0', 'r10', 'r20', 'r30', 'r40', 'r50', 'r60']);
  expect(someRules(all, 30).rules).toHaveLength(30);
  expect(someRules(all, 70)).toBe(all);
});
