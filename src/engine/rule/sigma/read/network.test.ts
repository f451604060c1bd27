/** Networks in CIDR notation. */

import { expect, test } from 'vitest';
import { parseNetwork } from './network.js';

test.each([
  ['10.0.0.0/8', 4, 0x0a000000n, 8, false],
  ['10.1.2.3/8', 4, 0x0a000000n, 8, true],
  ['0.0.0.0/0', 4, 0n, 0, false],
  ['255.255.255.255', 4, 0xffffffffn, 32, false],
  ['::/0', 6, 0n, 0, false],
  ['::', 6, 0n, 128, false],
  ['::1', 6, 1n, 128, false],
  ['fe80::/10', 6, 0xfe80n << 112n, 10, false],
  ['FE80::1/10', 6, 0xfe80n << 112n, 10, true],
  ['2001:db8::1:0:0:1', 6, 0x20010db8000000000001000000000001n, 128, false],
  ['1:2:3:4:5:6:7:8', 6, 0x00010002000300040005000600070008n, 128, false],
  ['1::8', 6, 0x00010000000000000000000000000008n, 128, false],
  ['::ffff:10.0.0.1', 6, 0xffff0a000001n, 128, false],
  ['64:ff9b::/96', 6, 0x0064ff9bn << 96n, 96, false],
] as const)('%s', (text, version, address, prefixBits, hadHostBits) => {
  expect(parseNetwork(text)).toEqual({ version, address, prefixBits, hadHostBits });
});

test.each([
  ['', 'nothing'],
  ['10', 'one part'],
  ['10.0.0', 'three parts'],
  ['10.0.0.0.0', 'five parts'],
  ['256.0.0.0', 'beyond a byte'],
  ['010.0.0.0', 'a leading zero'],
  ['10.0.0.0/33', 'a prefix too long'],
  ['10.0.0.0/', 'no prefix'],
  ['10.0.0.0/-1', 'a negative prefix'],
  ['::/129', 'a prefix too long'],
  [':', 'one colon'],
  [':::', 'three colons'],
  ['1::2::3', 'two gaps'],
  ['1:2:3:4:5:6:7', 'seven groups'],
  ['1:2:3:4:5:6:7:8:9', 'nine groups'],
  ['1:2:3:4:5:6:7:8::', 'a gap for nothing'],
  ['12345::', 'a group too long'],
  ['fe80::1%eth0', 'a zone'],
  ['10.0.0.1:80', 'a port'],
  ['g::', 'no hexadecimal digit'],
  ['localhost', 'a name'],
])('"%s" is none: %s', (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});
