/** Event logs with flipped bits, overwritten numbers and cut ends: each gives records and damage, never a throw, and soon. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomFrom, type Random } from '../../../test/support/random.js';
import { CHUNK_BYTES } from './chunk-bytes.js';
import { readEvtx } from './evtx-stream.js';
import { FILE_HEADER_BYTES } from './file-header.js';
import { writeEvtx } from './testing/evtx-writer.js';
import { eventRecord, SAMPLE_DATA, smallRecord } from './testing/sample-log.js';

const CASES = Number(process.env['EVTX_FUZZ_CASES'] ?? 2000);
const SEED = Number(process.env['EVTX_FUZZ_SEED'] ?? 1);
const RECORDED = join(
  import.meta.dirname,
  '../../../../shared/data/evtx/Credential Access/babyshark_mimikatz_powershell.evtx',
);

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0xfff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];
const TOKENS = [
  0x00, 0x01, 0x41, 0x02, 0x03, 0x04, 0x05, 0x06, 0x46, 0x07, 0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x0e, 0x0f, 0x21, 0x81,
  0x8e,
];

function mutate(bytes: Uint8Array, used: number, random: Random): Uint8Array {
  const mutated = bytes.slice();
  const view = new DataView(mutated.buffer);
  for (let count = 1 + random(8); count > 0; count--) {
    const at = random(used);
    switch (random(5)) {
      case 0:
        mutated[at] = mutated[at]! ^ (1 << random(8));
        break;
      case 1:
        mutated[at] = TOKENS[random(TOKENS.length)]!;
        break;
      case 2:
        if (at + 4 <= mutated.length) view.setUint32(at, EXTREMES[random(EXTREMES.length)]!, true);
        break;
      case 3:
        // An offset of the chunk, where names and templates are looked for.
        if (at + 4 <= mutated.length) view.setUint32(at, random(used), true);
        break;
      default:
        mutated.copyWithin(at, random(used), Math.min(used, at + random(512)));
    }
  }
  return random(10) === 0 ? mutated.subarray(0, random(mutated.length)) : mutated;
}

/** @returns the longest time that one case took */
function slowestMsOf(name: string, bytes: Uint8Array, used: number): number {
  const random = randomFrom(SEED);
  let slowestMs = 0;
  for (let index = 0; index < CASES; index++) {
    const mutated = mutate(bytes, used, random);
    const started = performance.now();
    let items = 0;
    try {
      for (const item of readEvtx(mutated, { recoverSlack: index % 2 === 1 })) {
        items++;
        if (item.kind === 'damage' && item.message === '') throw new Error('damage without a message');
      }
    } catch (error) {
      throw new Error(`case ${index} of ${name}, seed ${SEED}`, { cause: error });
    }
    slowestMs = Math.max(slowestMs, performance.now() - started);
    if (items > 5000) throw new Error(`case ${index} of ${name}, seed ${SEED}: ${items} items`);
  }
  return slowestMs;
}

test('a log with all types of values', () => {
  const { bytes } = writeEvtx({
    chunks: [[eventRecord(1, SAMPLE_DATA), smallRecord(2), eventRecord(3, SAMPLE_DATA), smallRecord(4)]],
  });
  expect(slowestMsOf('the sample log', bytes, FILE_HEADER_BYTES + 512 + 12_000)).toBeLessThan(1000);
});

test('a recorded log', () => {
  if (!existsSync(RECORDED)) {
    console.warn(`NOT TRIED: mutations of a recorded event log; ${RECORDED} is not there`);
    return;
  }
  expect(slowestMsOf('a recorded log', readFileSync(RECORDED), FILE_HEADER_BYTES + CHUNK_BYTES)).toBeLessThan(1000);
});

test('bytes at random behind the right beginnings', () => {
  const random = randomFrom(SEED);
  const { bytes } = writeEvtx({ chunks: [[smallRecord(1)]] });
  for (let index = 0; index < CASES / 10; index++) {
    const mutated = bytes.slice();
    for (let at = FILE_HEADER_BYTES + 512; at < mutated.length; at++) mutated[at] = TOKENS[random(TOKENS.length)]!;
    const started = performance.now();
    const records = [...readEvtx(mutated, { recoverSlack: true })].filter((item) => item.kind === 'record');
    expect(records).toEqual([]);
    expect(performance.now() - started).toBeLessThan(1000);
  }
});
