import { describe, expect, test } from 'vitest';
import { publicAddress } from './address.js';

describe('addresses that are told to nobody', () => {
  test.each([
    ['this network', '0.0.0.0'],
    ['private, class A', '10.0.0.1'],
    ['private, its end', '10.255.255.255'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['carrier-grade NAT, its end', '100.127.255.255'],
    ['loopback', '127.0.0.1'],
    ['link-local', '169.254.169.254'],
    ['private, class B', '172.16.0.1'],
    ['private, class B, its end', '172.31.255.255'],
    ['protocol assignments', '192.0.0.8'],
    ['documentation 1', '192.0.2.1'],
    ['6to4 relays', '192.88.99.1'],
    ['private, class C', '192.168.1.1'],
    ['benchmarking', '198.19.0.1'],
    ['documentation 2', '198.51.100.7'],
    ['documentation 3', '203.0.113.7'],
    ['multicast', '224.0.0.251'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback, v6', '::1'],
    ['mapped private', '::ffff:10.0.0.1'],
    ['mapped private, in hex', '::ffff:a00:1'],
    ['mapped private, written out', '0:0:0:0:0:FFFF:192.168.0.1'],
    ['v4-compatible', '::8.8.8.8'],
    ['link-local, v6', 'fe80::1'],
    ['link-local with its zone', 'fe80::1%12'],
    ['site-local', 'fec0::1'],
    ['unique local', 'fd00::1'],
    ['unique local, low half', 'fc00::1'],
    ['multicast, v6', 'ff02::fb'],
    ['documentation, v6', '2001:db8::1'],
    ['documentation, the newer range', '3fff:0fff::1'],
    ['Teredo', '2001::1'],
    ['benchmarking, v6', '2001:2::1'],
    ['6to4', '2002:c000:0204::1'],
    ['NAT64', '64:ff9b::8.8.8.8'],
    ['discard-only', '100::1'],
  ])('%s: %s', (_name, text) => {
    expect(publicAddress(text)).toBeUndefined();
  });
});

describe('texts that are no address', () => {
  test.each([
    '',
    '8.8.8',
    '8.8.8.8.8',
    '8.8.8.256',
    '08.8.8.8',
    '8.8.8.8 ',
    '8.8.8.8/24',
    '0x8.8.8.8',
    '134744072',
    '-',
    ':::',
    '1::2::3',
    '2606:4700',
    '2606:4700:0:0:0:0:0:0:1',
    '2606:4700::12345',
    '2606:4700::g',
    '32.0.0.1::1',
    '2606:4700:8.8.8.8::',
    '[2606:4700::1]',
    '2606:4700::1%eth0',
    'dns.google',
    '../../v4/apikey',
    '8.8.8.8\0',
    `${'1:'.repeat(500)}1`,
  ])('%j', (text) => {
    expect(publicAddress(text)).toBeUndefined();
  });
});

describe('public addresses, in one form', () => {
  test.each([
    ['8.8.8.8', '8.8.8.8'],
    ['100.63.255.255', '100.63.255.255'],
    ['100.128.0.0', '100.128.0.0'],
    ['172.15.0.1', '172.15.0.1'],
    ['172.32.0.1', '172.32.0.1'],
    ['198.20.0.1', '198.20.0.1'],
    ['223.255.255.255', '223.255.255.255'],
    ['::ffff:8.8.8.8', '8.8.8.8'],
    ['::FFFF:808:808', '8.8.8.8'],
    ['2606:4700::1111', '2606:4700:0:0:0:0:0:1111'],
    ['2606:4700:0:0:0:0:0:1111', '2606:4700:0:0:0:0:0:1111'],
    ['2A00:1450:4001::200E', '2a00:1450:4001:0:0:0:0:200e'],
    ['2001:200::1', '2001:200:0:0:0:0:0:1'],
    ['2606:4700::8.8.8.8', '2606:4700:0:0:0:0:808:808'],
    ['2606:4700::', '2606:4700:0:0:0:0:0:0'],
  ])('%s is %s', (text, form) => {
    expect(publicAddress(text)).toBe(form);
  });
});
