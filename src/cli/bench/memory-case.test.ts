import { expect, test } from 'vitest';
import { policy, ruleSet } from '../../../test/support/rules.js';
import { memoryCases } from './memory-case.js';

test('a live process weighs what 10,000 hosts with 200 of them in 3 GiB leave it, with a third to spare', () => {
  const [held, resident] = memoryCases(policy(ruleSet([])), [], 100);
  expect(held!.name).toBe('memory of 20000 live processes on 100 hosts');
  expect(held!.value).toBeGreaterThan(400);
  expect(held!.value).toBeLessThan(1050);
  expect(resident!.unit).toBe('MiB');
});
