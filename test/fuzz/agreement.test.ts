/**
 * The compiled form of a rule, behind its index, says what the plain evaluator says: on generated pairs of rule and event that stress what
 * implementations get wrong. `CHAINSIGHT_SIGMA_PAIRS` sets how many.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type {
  Condition,
  FieldTest,
  Selection,
  SigmaFilter,
  SigmaRule,
  ValueTest,
} from '../../src/engine/rule/sigma/document.js';
import { MANY, ONE, type TextPattern } from '../../src/engine/rule/sigma/text-pattern.js';
import { EMPTY_HEADER } from '../support/correlations.js';
import { bareEvent, trialOf } from '../support/sigma-trial.js';

const PAIRS = Number(process.env['CHAINSIGHT_SIGMA_PAIRS'] ?? 1_000_000);
const EVENTS_PER_RULE = 20;

/** Few units, so that texts meet; each is there because some fold, escape or search treats it on its own. */
const UNITS = [
  'a',
  'A',
  'k',
  '\u212a',
  'ß',
  'ẞ',
  'σ',
  'ς',
  'Σ',
  'İ',
  'i',
  'I',
  'ı',
  's',
  'ſ',
  'é',
  'É',
  '\\',
  '*',
  '?',
  '.',
  '\n',
  ' ',
  '1',
  '0',
  '-',
  '/',
  '中',
];
const unit = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'A', 'b', '\\', '1') },
  fc.constantFrom(...UNITS, '\u{10400}', '\u{10428}', '😀', '\ud800', ''),
);
const word = fc.array(unit, { maxLength: 7 }).map((units) => units.join(''));
const longWord = fc.array(unit, { minLength: 8, maxLength: 14 }).map((units) => units.join(''));
const text = fc.oneof(
  { weight: 5, arbitrary: word },
  longWord,
  fc.constantFrom(
    '4688',
    '4688.0',
    'true',
    'TRUE',
    '10.0.0.1',
    '::1',
    '::ffff:10.1.2.3',
    'fe80::1%4',
    '2024-02-29 23:59:59',
    '2021-01-03',
    '1700000000',
    '0x10',
    '-1',
    '1e3',
    'null',
    '',
  ),
);

const FIELDS = [
  'Image',
  'image',
  'CommandLine',
  'GrantedAccess',
  'EventID',
  'Odd Name',
  'OddName',
  'a.b',
  '__proto__',
  'toString',
];
const field = fc.constantFrom(...FIELDS);

function normalised(parts: readonly (string | typeof MANY | typeof ONE)[]): TextPattern {
  const pattern: (string | typeof MANY | typeof ONE)[] = [];
  for (const part of parts) {
    const last = pattern.at(-1);
    if (part === '' || (part === MANY && last === MANY)) continue;
    if (typeof part === 'string' && typeof last === 'string') pattern[pattern.length - 1] = last + part;
    else pattern.push(part);
  }
  return pattern;
}

const pattern = fc.oneof(
  text.map((one) => normalised([one])),
  text.map((one) => normalised([MANY, one])),
  text.map((one) => normalised([one, MANY])),
  text.map((one) => normalised([MANY, one, MANY])),
  fc.array(fc.oneof({ weight: 2, arbitrary: word }, fc.constantFrom(MANY, ONE)), { maxLength: 6 }).map(normalised),
);

const regex = fc
  .tuple(
    fc.array(
      fc.constantFrom(
        'a',
        'A',
        'k',
        'S',
        'σ',
        '.',
        '.*',
        '[a-c]',
        '[^a]',
        String.raw`\d`,
        String.raw`\w+`,
        'a+',
        '(?:a|bc)',
        '(ab)?',
        '^',
        '$',
        String.raw`\\`,
        String.raw`\b`,
        'a{2,3}',
        '.{8,}',
        'b*?',
        String.raw`\x41`,
        'is',
      ),
      { minLength: 1, maxLength: 4 },
    ),
    fc.constantFrom('', 'i', 'm', 's', 'is'),
  )
  .map(([parts, flags]): ValueTest => ({ kind: 'regex', source: parts.join(''), flags }));

const comparison = fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'neq') as fc.Arbitrary<
  'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq'
>;

const textValue: fc.Arbitrary<ValueTest> = fc.record({ kind: fc.constant('text'), pattern, isCased: fc.boolean() });

const valueTest: fc.Arbitrary<ValueTest> = fc.oneof(
  { weight: 12, arbitrary: textValue },
  { weight: 3, arbitrary: regex },
  fc.oneof(
    fc.constant<ValueTest>({ kind: 'cidr', version: 4, address: 0x0a000000n, prefixBits: 8 }),
    fc.constant<ValueTest>({ kind: 'cidr', version: 6, address: 1n, prefixBits: 128 }),
    fc.constant<ValueTest>({ kind: 'cidr', version: 6, address: 0n, prefixBits: 0 }),
  ),
  fc.record({
    kind: fc.constant('number'),
    comparison: fc.constantFrom('gt', 'gte', 'lt', 'lte'),
    value: fc.constantFrom(0, 16, -1, 4688, 1000, 0.5),
  }) as fc.Arbitrary<ValueTest>,
  fc.record({
    kind: fc.constant('time'),
    part: fc.constantFrom('minute', 'hour', 'day', 'week', 'month', 'year'),
    comparison,
    value: fc.constantFrom(0, 2, 23, 29, 53, 59, 2024),
  }) as fc.Arbitrary<ValueTest>,
  fc.record({ kind: fc.constant('exists'), isThere: fc.boolean() }) as fc.Arbitrary<ValueTest>,
  fc.constant<ValueTest>({ kind: 'null' }),
  fc.record({
    kind: fc.constant('fieldref'),
    field,
    place: fc.constantFrom('whole', 'start', 'end', 'anywhere'),
    isCased: fc.boolean(),
  }) as fc.Arbitrary<ValueTest>,
);

const fieldTest: fc.Arbitrary<FieldTest> = fc.record({
  field,
  quantifier: fc.constantFrom('any', 'all'),
  isNegated: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
  values: fc.array(valueTest, { minLength: 1, maxLength: 5 }),
});

const keywords: fc.Arbitrary<Selection> = fc.record({
  kind: fc.constant('keywords'),
  quantifier: fc.constantFrom('any', 'all'),
  values: fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('text' as const),
          pattern: pattern.map((one) => normalised([MANY, ...one, MANY])),
          isCased: fc.boolean(),
        }),
      },
      textValue,
      regex,
    ),
    { minLength: 1, maxLength: 3 },
  ),
});

const { selection } = fc.letrec<{ selection: Selection }>((tie) => ({
  selection: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'selection' },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('every' as const),
        tests: fc.array(fieldTest, { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 2, arbitrary: keywords },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('some' as const, 'all' as const),
        selections: fc.array(tie('selection'), { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
}));

const NAMES = ['one', 'two', 'three'] as const;
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'condition' },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('selection' as const), name: fc.constantFrom(...NAMES) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), condition: tie('condition') }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        conditions: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
}));

const HEADER = { ...EMPTY_HEADER, id: 'x' };
const logSource = { product: undefined, category: 'trial', service: undefined, definition: '' };

const detection = fc
  .record({ one: selection, two: selection, three: selection, condition })
  .map(({ condition: is, ...selections }) => ({ selections: new Map(Object.entries(selections)), condition: is }));

const rule = detection.map((is): SigmaRule => ({ ...HEADER, kind: 'rule', logSource, ...is }));
const filter = detection.map((is): SigmaFilter => ({ ...HEADER, kind: 'filter', logSource, rules: 'any', ...is }));

const scalar = fc.oneof(
  { weight: 6, arbitrary: text },
  fc.constantFrom<unknown>(0, 16, 4688, -1, 1.5, 1e21, Number.NaN, true, false, null),
);
/** The field asked for holds what a rule's texts are made of, and more around it. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: scalar },
  { weight: 2, arbitrary: fc.tuple(word, word, word).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('b', 'B', 'c', '__proto__'), scalar, { maxKeys: 2 }) },
  { weight: 1, arbitrary: fc.tuple(word, longWord).map(([one, other]) => `${one}${'x'.repeat(300)}${other}`) },
);

const fields = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'Image',
        'IMAGE',
        'CommandLine',
        'GrantedAccess',
        'EventID',
        'Odd Name',
        'oddname',
        'a.b',
        'a',
        '__proto__',
        'toString',
        'other',
      ),
      value,
    ),
    { maxLength: 6 },
  )
  .map((entries) => {
    const record = Object.create(null) as Record<string, unknown>;
    for (const [name, one] of entries) record[name] = one;
    return record;
  });

/** Texts of the rule put into the event, as they are and in another case: random texts alone would hardly ever meet. */
function textsOf(tests: unknown, into: string[] = []): string[] {
  if (typeof tests === 'object' && tests !== null) {
    if ('pattern' in tests && Array.isArray(tests.pattern))
      into.push(
        (tests.pattern as TextPattern)
          .map((part) => (typeof part === 'string' ? part : part === ONE ? 'x' : ''))
          .join(''),
      );
    const parts: unknown[] = tests instanceof Map ? [...tests.values()] : Object.values(tests);
    for (const part of parts) textsOf(part, into);
  }
  return into;
}

test(`both evaluators agree on ${PAIRS} pairs of rule and event`, () => {
  let hits = 0;
  fc.assert(
    fc.property(
      rule,
      fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, filter),
      fc.array(fc.tuple(fields, fc.array(fc.tuple(fc.nat(), fc.nat(9), fc.nat(3)), { maxLength: 3 })), {
        minLength: EVENTS_PER_RULE,
        maxLength: EVENTS_PER_RULE,
      }),
      (one, taken, events) => {
        const trial = trialOf(one, taken === undefined ? [] : [taken]);
        const texts = textsOf(one.selections);
        for (const [record, puts] of events) {
          for (const [which, name, form] of puts) {
            if (texts.length === 0) break;
            const put = texts[which % texts.length]!;
            record[FIELDS[name]!] = [put, put.toUpperCase(), `a${put}`, `${put.toLowerCase()}\\`][form];
          }
          const event = bareEvent(record);
          const plain = trial.plain(event);
          if (plain) hits++;
          if (trial.compiled(event) !== plain)
            expect({ event: record, compiled: !plain }).toEqual({ event: record, compiled: plain });
        }
      },
    ),
    { numRuns: Math.ceil(PAIRS / EVENTS_PER_RULE) },
  );
  // Pairs that never match would prove nothing.
  expect(hits).toBeGreaterThan(PAIRS / 20);
}, 3_600_000);
