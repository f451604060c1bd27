/**
 * Random and mutated inputs to every parser of events: none throws, none takes more than a second, and each gives events and skips that are what they
 * should be.
 */

import { describe, expect, test } from 'vitest';
import { FIELD_NAMES } from '../../src/engine/event/field-names.js';
import { ACTIONS } from '../../src/engine/event/action.js';
import type { Event } from '../../src/engine/event/event.js';
import { createDecoder, decodeJsonBatch, isSkip, normalise } from '../../src/sources/index.js';
import { DEFAULT_LIMITS, SKIP_REASONS, type Format, type Skip } from '../../src/sources/source.js';
import { eventCsv, eventXml, SHAPES } from '../../src/sources/testing/same-event.js';
import { CHUNK_BYTES } from '../../src/sources/evtx/chunk-bytes.js';
import { FILE_HEADER_BYTES } from '../../src/sources/evtx/file-header.js';
import { writeEvtx } from '../../src/sources/evtx/testing/evtx-writer.js';
import { eventRecord, SAMPLE_DATA, smallRecord } from '../../src/sources/evtx/testing/sample-log.js';
import { Engine } from '../../src/engine/engine.js';
import { COMPILED } from '../faults/lives/worker.js';
import { policy } from '../support/rules.js';
import { CASES, hold } from './hold.js';
import { mutate, noise, pick, randomTree } from './mutation.js';
import type { Random } from '../support/random.js';

const encoder = new TextEncoder();
const bytesOf = (texts: readonly string[]): Uint8Array[] => texts.map((text) => encoder.encode(text));

/** Small ones: what a parser does with size is tested beside it. */
const records = SHAPES.map((shape) => JSON.stringify(shape.record));
const LIMITS = { ...DEFAULT_LIMITS, maxRecordBytes: 16_384 };

interface Parser {
  readonly format: Format;
  readonly corpus: readonly Uint8Array[];
  readonly tokens: readonly Uint8Array[];
}

const PARSERS: readonly Parser[] = [
  {
    format: 'json',
    corpus: bytesOf([
      ...records,
      `[${records.slice(0, 3).join(',')}]`,
      JSON.stringify(SHAPES[9]?.record, null, 2),
      records.slice(0, 4).join('\n'),
    ]),
    tokens: bytesOf([
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        '\n',
        '\r\n',
        '{"',
        '":',
        '"}',
        '[{',
        '}]',
        'null',
        'true',
        '1e999',
        '-0',
        '\ufeff',
        '\u0000',
      ],
      ...[
        '{"__proto__":{"a":1}}',
        '"__proto__":',
        '"constructor":',
        '[[[[[[[[',
        '{"a":{"a":{"a":',
        '\\ud800',
        '"EventData":',
        '"EventID":',
        '"Event":',
      ],
    ]),
  },
  {
    format: 'xml',
    corpus: bytesOf([
      eventXml(),
      `<Events>${eventXml()}\n${eventXml()}</Events>`,
      '<?xml version="1.0"?><!-- a --><Event><System/></Event>',
    ]),
    tokens: bytesOf([
      ...[
        '<',
        '>',
        '</',
        '/>',
        '<Event>',
        '</Event>',
        '<Event ',
        '<System>',
        '<EventData>',
        '<Data Name="__proto__">',
        '</Data>',
        '<UserData>',
      ],
      ...[
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<?',
        '?>',
        '<!DOCTYPE a [',
        '<!ENTITY a "b">',
        '&',
        '&a;',
        '&#0;',
        '&#xd800;',
        '&#x110000;',
        '"',
        "'",
        '=',
        '\n',
      ],
    ]),
  },
  {
    format: 'csv',
    corpus: bytesOf([
      eventCsv(','),
      eventCsv(';'),
      eventCsv('\t'),
      'Hostname,Channel,EventID\r\na,Security,4688\r\nb,Security,4689\r\n',
    ]),
    tokens: bytesOf([
      '"',
      '""',
      ',',
      ';',
      '\t',
      '\n',
      '\r\n',
      'sep=,',
      '#TYPE x',
      '__proto__',
      '\ufeff',
      '\u0000',
      'EventID,',
      '"\n"',
    ]),
  },
];

function checkEvent(event: Event): void {
  const isRight =
    event.idHigh >>> 0 === event.idHigh &&
    event.idLow >>> 0 === event.idLow &&
    Number.isSafeInteger(event.timeMs) &&
    Number.isInteger(event.eventId) &&
    event.eventId >= 0 &&
    event.eventId <= 0xffff &&
    Number.isSafeInteger(event.loggerPid) &&
    typeof event.host === 'string' &&
    event.host === event.host.toLowerCase() &&
    typeof event.fields === 'object' &&
    (event.action === undefined || ACTIONS.includes(event.action));
  if (!isRight) throw new Error(`no event as it should be: ${JSON.stringify(event)}`);
}

function checkSkip(skip: Skip): void {
  // A message must be safe to print: one line of a person's length, without control characters.
  const isRight =
    SKIP_REASONS.includes(skip.reason) && /^[\x20-\x7e…]{3,300}$/u.test(skip.message) && Number.isInteger(skip.line);
  if (!isRight) throw new Error(`no skip as it should be: ${JSON.stringify(skip)}`);
}

const CHECKS = { event: checkEvent, skip: checkSkip };

describe.each(PARSERS)('$format', ({ format, corpus, tokens }) => {
  test('random and mutated bytes, in pieces', () => {
    const held = hold(
      (random) => (random(20) === 0 ? noise(random) : mutate(random, corpus, tokens)),
      (input, random) => {
        const bytes = input as Uint8Array;
        const decoder = createDecoder(format, CHECKS, { file: 'f', limits: LIMITS });
        const pieceBytes = pick(random, [bytes.byteLength + 1, 700, 64]);
        for (let from = 0; from < bytes.byteLength; from += pieceBytes)
          decoder.push(bytes.subarray(from, from + pieceBytes));
        decoder.end();
      },
    );
    expect(held).toBe(CASES);
  });
});

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
    );
    expect(held).toBe(CASES);
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
    );
    expect(held).toBe(CASES);
    expect(position).toBeGreaterThan(CASES / 4);
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

test('a batch numbers its items whatever the body is', () => {
  const { corpus, tokens } = PARSERS[0] ?? { corpus: [], tokens: [] };
  const held = hold(
    (random) => mutate(random, corpus, tokens),
    (input) => {
      for (const item of decodeJsonBatch(input as Uint8Array, LIMITS).items) {
        if ('skip' in item) checkSkip(item.skip);
        else checkEvent(item.event);
      }
    },
    // The framing underneath has had its turn above.
    CASES / 5,
  );
  expect(held).toBe(CASES / 5);
});
