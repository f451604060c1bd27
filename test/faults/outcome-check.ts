import { expect } from 'vitest';
import { withLedgersChecked } from '../support/ledger.js';
import type { Outcome } from './outcome.js';

/** Nothing lost, nothing twice, every score as where nobody disturbed it. */
export function expectSame(outcome: Outcome, undisturbed: Outcome, label: string): void {
  expect(new Set(outcome.events).size, label).toBe(outcome.events.length);
  expect(outcome.events.toSorted(), label).toEqual(undisturbed.events.toSorted());
  expect(outcome.threats, label).toEqual(undisturbed.threats);
  expect(JSON.stringify(outcome.threats), label).toBe(JSON.stringify(undisturbed.threats));
  expect(outcome.storedThreats, label).toEqual(undisturbed.storedThreats);
  expect(outcome.hosts, label).toEqual(undisturbed.hosts);
  expect(outcome.processes.toSorted(), label).toEqual(undisturbed.processes.toSorted());
  expect(outcome.troubles, label).toEqual([]);
  expect(withLedgersChecked(outcome.threats).length, label).toBeGreaterThan(5);
}
