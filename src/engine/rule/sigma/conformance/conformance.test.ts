/**
 * What the specification says, sentence by sentence in our own words, each with events that fulfil it and near misses that do not; both
 * evaluators have to agree with the table. The tables are the `.yml` files beside this.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { bareEvent, readDetection, trialOf } from '../../../../../test/support/sigma-trial.js';

interface Entry {
  readonly spec: string;
  /** Without a condition it is `sel`. */
  readonly detection: Readonly<Record<string, unknown>>;
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
  /** The rule does not load. */
  readonly refused?: true;
  readonly matches?: readonly Readonly<Record<string, unknown>>[];
  readonly misses?: readonly Readonly<Record<string, unknown>>[];
}

const folder = new URL('.', import.meta.url);
const tables = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => ({ name, entries: load(readFileSync(new URL(name, folder), 'utf8')) as readonly Entry[] }));

function ruleOf({ detection, placeholders = {} }: Entry): ReturnType<typeof readDetection> {
  const whole = 'condition' in detection ? detection : { ...detection, condition: 'sel' };
  return readDetection(whole, new Map(Object.entries(placeholders)));
}

function isLegal(entry: Entry): boolean {
  try {
    ruleOf(entry);
    return true;
  } catch {
    return false;
  }
}

function casesOf({
  matches = [],
  misses = [],
}: Entry): { fields: Readonly<Record<string, unknown>>; expected: boolean }[] {
  return [
    ...matches.map((fields) => ({ fields, expected: true })),
    ...misses.map((fields) => ({ fields, expected: false })),
  ];
}

describe.each(tables)('$name', ({ entries }) => {
  test.each(entries.filter(({ refused }) => refused !== true).map((entry, place) => ({ ...entry, place })))(
    '$place: $spec',
    (entry) => {
      const trial = trialOf(ruleOf(entry));
      for (const { fields, expected } of casesOf(entry)) {
        const event = bareEvent(fields);
        expect({ fields, plain: trial.plain(event), compiled: trial.compiled(event) }).toEqual({
          fields,
          plain: expected,
          compiled: expected,
        });
      }
    },
  );

  test('refuses what is no rule', () => {
    const refused = entries.filter((entry) => entry.refused === true);
    const loaded = refused.filter((entry) => isLegal(entry)).map(({ detection }) => detection);
    expect(loaded).toEqual([]);
  });
});

test('the tables hold as many cases as they are said to hold', () => {
  const entries = tables.flatMap((table) => table.entries);
  const count = entries.reduce((sum, entry) => sum + (entry.refused === true ? 1 : casesOf(entry).length), 0);
  expect(count).toBeGreaterThanOrEqual(850);
});
