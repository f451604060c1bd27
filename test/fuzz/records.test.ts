/** Random and mutated records, as EVTX holds them and as shippers send them parsed: what `sources.test.ts` holds texts to, and an engine behind it. */

import { describe, expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { FIELD_NAMES } from '../../src/engine/event/field-names.js';
import { CHUNK_BYTES } from '../../src/sources/evtx/chunk-bytes.js';
import { FILE_HEADER_BYTES } from '../../src/sources/evtx/file-header.js';
import { writeEvtx } from '../../src/sources/evtx/testing/evtx-writer.js';
import { eventRecord, SAMPLE_DATA, smallRecord } from '../../src/sources/evtx/testing/sample-log.js';
import { createDecoder, isSkip, normalise } from '../../src/sources/index.js';
import { SHAPES } from '../../src/sources/testing/same-event.js';
import { COMPILED } from '../faults/lives/worker.js';
import type { Random } from '../support/random.js';
import { policy } from '../support/rules.js';
import { checkEvent, checkSkip, CHECKS, LIMITS } from './decoded.js';
import { CASES, hold } from './hold.js';
import { mutate, noise, pick, randomTree } from './mutation.js';

const records = SHAPES.map((shape) => JSON.stringify(shape.record));

/** One parser's inputs, of two kinds. */
const TREE_CASES = CASES / 5;
const SHAPE_CASES = CASES - TREE_CASES;

test('evtx: random and mutated chunks', () => {
  const log = writeEvtx({ chunks: [[eventRecord(1, SAMPLE_DATA), smallRecord(2)]] }).bytes;
  // What lies behind the records is empty, and changes of it would try nothing.
  const used = log.subarray(FILE_HEADER_BYTES, log.findLastIndex((byte) => byte !== 0) + 1);
  const tokens = [[0], [0xff, 0xff, 0xff, 0xff], [0x0f, 0x01, 0x01, 0], [0x0c, 0x01], [0x2a, 0x2a, 0, 0]];
  // One for all inputs, of which each is a small part of it.
  const file = new Uint8Array(log.byteLength);
  file.set(log.subarray(0, FILE_HEADER_BYTES));
  let filled = FILE_HEADER_BYTES;
  const held = hold(
    (random) => {
      const chunk =
        random(20) === 0
          ? noise(random)
          : mutate(
              random,
              [used],
              tokens.map((token) => Uint8Array.from(token)),
            );
      file.fill(0, FILE_HEADER_BYTES, filled);
      filled = FILE_HEADER_BYTES + Math.min(chunk.byteLength, CHUNK_BYTES);
      file.set(chunk.subarray(0, CHUNK_BYTES), FILE_HEADER_BYTES);
      return file;
    },
    (input) => {
      const decoder = createDecoder('evtx', CHECKS, { file: 'f', limits: LIMITS });
      decoder.push(input as Uint8Array);
      decoder.end();
    },
  );
  expect(held).toBe(CASES);
});

describe('normalise', () => {
  /** Names of every shape, and of JavaScript's own. */
  const NAMES = [
    ...new Set(
      SHAPES.flatMap((shape) =>
        [...JSON.stringify(shape.record).matchAll(/"([^"\\]{1,40})":/g)].map((match) => match[1] ?? ''),
      ),
    ),
    ...FIELD_NAMES.slice(0, 40),
    ...[
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'toJSON',
      'hasOwnProperty',
      'valueOf',
      'length',
      '0',
      '',
      '#text',
      '#attributes',
      '@Name',
      '$',
      '_',
    ],
    ...[
      'processcreate',
      'NetworkConnect',
      'Microsoft-Windows-Security-Auditing',
      'Security',
      'Microsoft-Windows-Sysmon',
    ],
  ];

  test('random trees', () => {
    const held = hold(
      (random) => randomTree(random, NAMES, 5),
      (input) => {
        const result = normalise(input, { file: undefined, line: 0 });
        if (isSkip(result)) checkSkip(result);
        else checkEvent(result);
      },
      TREE_CASES,
    );
    expect(held).toBe(TREE_CASES);
  });

  test('known shapes with values put elsewhere, and an engine that judges what comes of them', () => {
    let engine = newEngine();
    let position = 0;
    const held = hold(
      (random) => shuffled(random, JSON.parse(pick(random, records)), NAMES),
      (input) => {
        const result = normalise(input, { file: undefined, line: 0, host: 'sender' });
        if (isSkip(result)) return checkSkip(result);
        checkEvent(result);
        if (++position % 500 === 0) engine = newEngine();
        engine.apply(result, position);
      },
      SHAPE_CASES,
    );
    expect(held).toBe(SHAPE_CASES);
    expect(position).toBeGreaterThan(SHAPE_CASES / 4);
  });
});

const newEngine = (): Engine =>
  new Engine(policy(COMPILED.rules, { skipImages: ['skipped.exe'] }), { recordEvents: false, plugins: [] });

/** A parsed record in which, here and there, a value is random or a name is another. */
function shuffled(random: Random, value: unknown, names: readonly string[]): unknown {
  if (random(25) === 0) return randomTree(random, names, 3);
  if (Array.isArray(value)) return value.map((item) => shuffled(random, item, names));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => [
    random(40) === 0 ? pick(random, names) : name,
    shuffled(random, inner, names),
  ]);
  return Object.fromEntries(entries);
}
