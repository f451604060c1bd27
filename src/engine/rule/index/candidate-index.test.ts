import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CandidateIndex } from './candidate-index.js';
import type { Requirement } from './requirement.js';
import { cheapest } from './witness.js';
import { type IndexItem, planWitnesses } from './witness-plan.js';

type Values = Readonly<Record<string, unknown>>;

function candidates(index: CandidateIndex, values: Values): number[] {
  const found = [...index.always, ...index.fields.flatMap((field) => [...field.candidates(values[field.field])])];
  return [...new Set(found)].sort((a, b) => a - b);
}

function holds({ field, kind, texts }: Requirement, values: Values): boolean {
  const value = values[field];
  if (typeof value === 'object' && value !== null) return true;
  if (value === undefined || value === null) return false;
  if (typeof value === 'number' && kind === 'equals' && texts.some((text) => text !== '' && Number(text) === value))
    return true;
  const folded = String(value).toLowerCase();
  return texts.some((text) => {
    if (kind === 'equals') return folded === text;
    if (kind === 'prefix') return folded.startsWith(text);
    return kind === 'suffix' ? folded.endsWith(text) : folded.includes(text);
  });
}

const requirement = (field: string, kind: Requirement['kind'], ...texts: string[]): Requirement => ({
  field,
  kind,
  texts,
});

describe('CandidateIndex', () => {
  test.each<{ name: string; requirements: Requirement[]; values: Values; isCandidate: boolean }>([
    { name: 'nothing required', requirements: [], values: {}, isCandidate: true },
    {
      name: 'an empty text says nothing',
      requirements: [requirement('image', 'contains', '', 'x')],
      values: {},
      isCandidate: true,
    },
    {
      name: 'an empty value asked for',
      requirements: [requirement('image', 'equals', '')],
      values: { image: '' },
      isCandidate: true,
    },
    { name: 'the field is absent', requirements: [requirement('image', 'equals', '')], values: {}, isCandidate: false },
    {
      name: 'no text at all can hold',
      requirements: [requirement('image', 'equals')],
      values: { image: 'x' },
      isCandidate: false,
    },
    {
      name: 'letter case of the value',
      requirements: [requirement('image', 'suffix', 'cmd.exe')],
      values: { image: 'C:\\CMD.EXE' },
      isCandidate: true,
    },
    {
      name: 'a number by its decimal text',
      requirements: [requirement('mask', 'equals', '5136')],
      values: { mask: 0x1410 },
      isCandidate: true,
    },
    {
      name: 'a number in another form',
      requirements: [requirement('mask', 'equals', '1e3')],
      values: { mask: 1000 },
      isCandidate: true,
    },
    {
      name: 'a number is searched as text',
      requirements: [requirement('mask', 'contains', '13')],
      values: { mask: 5136 },
      isCandidate: true,
    },
    {
      name: 'a number in hexadecimal, in a field of numbers',
      requirements: [requirement('grantedaccess', 'equals', '5136')],
      values: { grantedaccess: '0x1410' },
      isCandidate: true,
    },
    {
      name: 'a truth value by its text',
      requirements: [requirement('initiated', 'equals', 'true')],
      values: { initiated: true },
      isCandidate: true,
    },
    {
      name: 'letters that only fold as the index folds',
      requirements: [requirement('image', 'equals', 'kiss')],
      values: { image: '\u212a\u0131\u017fs' },
      isCandidate: true,
    },
    {
      name: 'of a list nothing is said',
      requirements: [requirement('image', 'contains', 'x')],
      values: { image: ['x'] },
      isCandidate: true,
    },
    {
      name: 'a value too long to be kept',
      requirements: [requirement('image', 'contains', 'needle')],
      values: { image: `${'x'.repeat(5000)}NEEDLE` },
      isCandidate: true,
    },
  ])('$name', ({ requirements, values, isCandidate }) => {
    const index = new CandidateIndex([{ item: 7, clauses: requirements.map((one) => [one]) }]);
    expect(candidates(index, values)).toEqual(isCandidate ? [7] : []);
    expect(candidates(index, values)).toEqual(isCandidate ? [7] : []);
  });

  test('never misses an item whose requirements all hold, and never names one whose witness does not', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'C', '1'), maxLength: 4 });
    const field = fc.constantFrom('image', 'payload', 'mask');
    const anyRequirement = fc.record({
      field,
      kind: fc.constantFrom<Requirement['kind']>('equals', 'contains', 'prefix', 'suffix'),
      texts: fc.array(
        text.map((value) => value.toLowerCase()),
        { maxLength: 3 },
      ),
    });
    const value = fc.oneof(
      text,
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), minLength: 250, maxLength: 300 }),
      fc.integer({ min: 0, max: 111 }),
      fc.constant(null),
      fc.constant(['a']),
      fc.boolean(),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.array(anyRequirement, { minLength: 1, maxLength: 3 }), { maxLength: 3 }), {
          maxLength: 10,
        }),
        fc.array(fc.record({ image: value, payload: value, mask: value }, { requiredKeys: [] }), {
          minLength: 1,
          maxLength: 5,
        }),
        (conditions, events) => {
          const items: IndexItem[] = conditions.map((clauses, item) => ({ item, clauses }));
          const index = new CandidateIndex(items);
          for (const event of events) {
            const found = candidates(index, event);
            const certain = items.filter(({ clauses }) =>
              clauses.every((clause) => clause.some((one) => holds(one, event))),
            );
            const possible = items.filter(
              ({ clauses }) =>
                clauses.length === 0 ||
                clauses.some((clause) => clause.some((one) => one.texts.includes('') || holds(one, event))),
            );
            expect(found).toEqual([...new Set(found)]);
            expect(found).toEqual(expect.arrayContaining(certain.map(({ item }) => item)));
            expect(possible.map(({ item }) => item)).toEqual(expect.arrayContaining(found));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('what one value decides', () => {
  const asked: string[] = [];
  const indexOf = (items: readonly IndexItem[], values: Values, rulesOut: (item: number, value: unknown) => boolean) =>
    new CandidateIndex(items, undefined, (item, field) => {
      asked.push(`${item} ${field}`);
      return !rulesOut(item, values[field]);
    });

  test('leaves an item out that the value rules out, and asks once for each value', () => {
    const values: Record<string, unknown> = {};
    const clauses = [[requirement('image', 'suffix', '.exe')]];
    const index = indexOf(
      [
        { item: 1, clauses },
        { item: 2, clauses },
      ],
      values,
      (item, value) => item === 1 && value === 'a.exe',
    );
    asked.length = 0;
    values['image'] = 'a.exe';
    expect(candidates(index, values)).toEqual([2]);
    expect(candidates(index, values)).toEqual([2]);
    values['image'] = 'b.exe';
    expect(candidates(index, values)).toEqual([1, 2]);
    values['image'] = 'a.exe';
    expect(candidates(index, values)).toEqual([2]);
    expect(asked).toEqual(['1 image', '2 image', '1 image', '2 image']);
  });

  test('files an item that no text finds under a field that can rule it out, absent values included', () => {
    const values: Record<string, unknown> = {};
    const items = [{ item: 5, clauses: [], decidingFields: () => ['scriptblocktext', 'image'] }];
    const index = indexOf(items, values, (_, value) => value === 'known.exe');
    expect(index.always).toEqual([]);
    expect(index.fields.map(({ field }) => field)).toEqual(['image']);
    for (const [value, found] of [
      ['known.exe', []],
      ['other.exe', [5]],
      [undefined, [5]],
      [null, [5]],
      [['x'], [5]],
      [7, [5]],
    ] as const) {
      values['image'] = value;
      expect(candidates(index, values)).toEqual(found);
    }
  });
});

describe('cheapest', () => {
  const free = (): number => 0;

  test.each([
    {
      name: 'the longer of two texts',
      from: [requirement('a', 'contains', 'xy'), requirement('b', 'contains', 'mimikatz')],
      field: 'b',
    },
    {
      name: 'an exact value before a part',
      from: [requirement('a', 'contains', 'abcd'), requirement('b', 'equals', 'x')],
      field: 'b',
    },
    {
      name: 'one text before many',
      from: [requirement('a', 'suffix', 'cmd.exe', 'net.exe', 'at.exe'), requirement('b', 'suffix', 'sc.exe!')],
      field: 'b',
    },
    {
      name: 'an end before a beginning that paths share',
      from: [requirement('a', 'prefix', 'c:\\windows\\'), requirement('b', 'suffix', '\\cmd.exe')],
      field: 'b',
    },
    {
      name: 'never an empty text',
      from: [requirement('a', 'prefix', ''), requirement('b', 'contains', 'x')],
      field: 'b',
    },
  ])('$name', ({ from, field }) => {
    const clauses = from.map((one) => [one]);
    expect(cheapest(clauses, free)?.[0]?.field).toBe(field);
    expect(cheapest(clauses.reverse(), free)?.[0]?.field).toBe(field);
  });
});

describe('planWitnesses', () => {
  const fields = (...conditions: Requirement[][]): Record<string, number> =>
    Object.fromEntries(
      [...planWitnesses(conditions.map((from, item) => ({ item, clauses: from.map((one) => [one]) }))).byField].map(
        ([field, witnesses]) => [field, witnesses.length],
      ),
    );
  const lsass = requirement('targetimage', 'suffix', 'lsass.exe');
  const rareMask = requirement('grantedaccess', 'equals', '5136');
  const trace = requirement('calltrace', 'contains', 'dbghelp.dll|unknown');

  test('takes a short field before a long one', () => {
    expect(fields([trace, lsass])).toEqual({ targetimage: 1 });
  });

  test('takes a long field where there is no other', () => {
    expect(fields([trace], [lsass])).toEqual({ calltrace: 1, targetimage: 1 });
  });

  test('gives a field up that only one condition would look at', () => {
    expect(fields([lsass], [lsass], [lsass], [lsass, rareMask])).toEqual({ targetimage: 4 });
  });

  test('keeps a field without which conditions would come up all the time', () => {
    const anyProgram = requirement('image', 'suffix', '.exe');
    expect(fields([anyProgram, rareMask], [requirement('image', 'suffix', 'mimikatz.exe')])).toEqual({
      grantedaccess: 1,
      image: 1,
    });
  });

  test('files a condition under every field of its clause', () => {
    const either = [requirement('image', 'suffix', 'mimikatz.exe'), requirement('originalfilename', 'equals', 'x')];
    expect([...planWitnesses([{ item: 3, clauses: [either] }]).byField.keys()]).toEqual(['image', 'originalfilename']);
  });

  test('puts aside what nothing can be looked up by', () => {
    expect(planWitnesses([{ item: 3, clauses: [[requirement('image', 'contains', '')]] }]).without).toEqual([3]);
  });
});
