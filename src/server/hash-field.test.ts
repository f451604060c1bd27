import { expect, test } from 'vitest';
import { bestHash } from './hash-field.js';

const MD5 = 'A'.repeat(32);
const SHA1 = 'B'.repeat(40);
const SHA256 = 'C'.repeat(64);

test.each([
  {
    name: 'the strongest, in any order',
    hashes: `MD5=${MD5},SHA256=${SHA256},SHA1=${SHA1}`,
    best: SHA256.toLowerCase(),
  },
  { name: 'the only one', hashes: `MD5=${MD5}`, best: MD5.toLowerCase() },
  { name: 'one without its algorithm', hashes: SHA1, best: SHA1.toLowerCase() },
  { name: 'never IMPHASH', hashes: `IMPHASH=${MD5}`, best: undefined },
  { name: 'IMPHASH beside one', hashes: `IMPHASH=${MD5},SHA1=${SHA1}`, best: SHA1.toLowerCase() },
  { name: 'none', hashes: '', best: undefined },
  { name: 'zeros, which stand for none', hashes: `SHA1=${'0'.repeat(40)}`, best: undefined },
  { name: 'no hex', hashes: 'SHA1=zz', best: undefined },
])('$name', ({ hashes, best }) => {
  expect(bestHash(hashes)).toBe(best);
});
