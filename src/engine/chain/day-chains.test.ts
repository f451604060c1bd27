import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HostTable } from '../process/host-table.js';
import { Chain } from './chain.js';
import { DayChains } from './day-chains.js';

const nothing = (): void => undefined;
const host = new HostTable('ws1', 'ws1', {
  processAdded: nothing,
  processAbsorbed: nothing,
  processDivided: nothing,
  processWithdrawn: nothing,
  timelineChanged: nothing,
  referenceMoved: nothing,
});
const chainOf = (day: number): Chain => new Chain(host.hostEvents, day);

test('holds what a map by day would hold, in the same order', () => {
  const step = fc.record({ day: fc.nat(4), kind: fc.constantFrom('add', 'delete') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const [days, plain] = [new DayChains(), new Map<number, Chain>()];
      for (const { day, kind } of steps) {
        const chain = chainOf(day);
        if (kind === 'add') {
          days.add(chain);
          plain.set(day, chain);
        } else {
          const known = plain.get(day);
          plain.delete(day);
          if (known !== undefined) days.delete(known);
        }
        expect([...days.values()]).toEqual([...plain.values()]);
        expect(days.size).toBe(plain.size);
        for (let each = 0; each <= 4; each++) expect(days.get(each)).toBe(plain.get(each));
      }
    }),
  );
});
