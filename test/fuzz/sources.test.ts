/**
 * Random and mutated bytes to every parser of text that holds events: none throws, none takes more than a second, and each gives events and skips that
 * are what they should be.
 */

import { describe, expect, test } from 'vitest';
import { createDecoder, decodeJsonBatch } from '../../src/sources/index.js';
import type { Format } from '../../src/sources/source.js';
import { eventXml } from '../../src/sources/testing/event-facts.js';
import { eventCsv, SHAPES } from '../../src/sources/testing/same-event.js';
import { checkEvent, checkSkip, CHECKS, LIMITS } from './decoded.js';
import { CASES, hold } from './hold.js';
import { mutate, noise, pick } from './mutation.js';

const encoder = new TextEncoder();
const bytesOf = (texts: readonly string[]): Uint8Array[] => texts.map((text) => encoder.encode(text));

const records = SHAPES.map((shape) => JSON.stringify(shape.record));

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
