import { describe, expect, test } from 'vitest';
import { summaryOfEvent } from './event-summary.js';
import { bestHash, hashesOf } from './hashes.js';

describe('hashesOf', () => {
  test.each([
    { text: 'MD5=AABBCCDD,SHA256=00112233', algorithms: ['MD5', 'SHA256'], best: 'SHA256' },
    { text: 'IMPHASH=00112233', algorithms: ['IMPHASH'], best: undefined },
    { text: '', algorithms: [], best: undefined },
    { text: '-', algorithms: [], best: undefined },
    { text: 'SHA1=<script>,MD5=zz', algorithms: [], best: undefined },
  ])('$text', ({ text, algorithms, best }) => {
    expect(hashesOf(text).map((hash) => hash.algorithm)).toEqual(algorithms);
    expect(bestHash(hashesOf(text))?.algorithm).toBe(best);
  });
});

describe('summaryOfEvent', () => {
  test.each([
    {
      name: 'known action',
      action: 'networkconnect',
      fields: { DestinationIp: '10.0.0.1', DestinationPort: 445, DestinationHostname: '-' },
      text: '10.0.0.1 · 445',
    },
    { name: 'own properties only', action: 'constructor', fields: { Image: 'a.exe' }, text: 'a.exe' },
    { name: 'no fields', action: 'dnsquery', fields: null, text: '' },
    { name: 'nested value', action: 'dnsquery', fields: { QueryName: { a: 1 } }, text: '{"a":1}' },
  ])('$name', ({ action, fields, text }) => expect(summaryOfEvent(action, fields)).toBe(text));
});
