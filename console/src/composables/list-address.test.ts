import { expect, test } from 'vitest';
import { listAddress } from './list-address.js';

test.each([
  [{ back: '/threats' }, '/threats'],
  [{ back: '/threats?verdict=any&at=ab' }, '/threats?verdict=any&at=ab'],
  [{ back: '/threats/ab' }, undefined],
  [{ back: '/hosts/threats' }, undefined],
  [{ back: null }, undefined],
  [null, undefined],
])('%j: %s', (state, address) => {
  expect(listAddress(state)).toBe(address);
});
