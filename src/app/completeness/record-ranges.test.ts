import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLOCK_TOLERANCE_MS, RANGES_MAX, RecordRanges } from './record-ranges.js';

const START_MS = Date.UTC(2026, 0, 5, 9);
/** A log that writes a record a second. */
const timeOf = (number: number): number => START_MS + number * 1000;

interface SetBack {
  readonly atMs: number;
  readonly byMs: number;
}

function rangesOf(numbers: readonly number[], time = timeOf): { ranges: RecordRanges; setBacks: SetBack[] } {
  const ranges = new RecordRanges();
  const setBacks: SetBack[] = [];
  for (const number of numbers) ranges.add(number, time(number), (atMs, byMs) => setBacks.push({ atMs, byMs }));
  return { ranges, setBacks };
}

const spans = (ranges: RecordRanges): string =>
  ranges
    .gaps()
    .map(({ first, last }) => `${first}-${last}`)
    .join(' ');

describe('gaps', () => {
  test.each([
    { name: 'no record missing', numbers: [5, 6, 7], gaps: '', missing: 0 },
    { name: 'one missing', numbers: [5, 7], gaps: '6-6', missing: 1 },
    { name: 'two gaps', numbers: [1, 2, 5, 6, 9], gaps: '3-4 7-8', missing: 4 },
    { name: 'backwards', numbers: [9, 6, 5, 2, 1], gaps: '3-4 7-8', missing: 4 },
    { name: 'a late record closes the gap', numbers: [1, 3, 2], gaps: '', missing: 0 },
    { name: 'a late record splits the gap', numbers: [1, 5, 3], gaps: '2-2 4-4', missing: 2 },
    { name: 'a late record narrows the gap from the left', numbers: [1, 5, 2], gaps: '3-4', missing: 2 },
    { name: 'a late record narrows the gap from the right', numbers: [1, 5, 4], gaps: '2-3', missing: 2 },
    { name: 'repeated records', numbers: [1, 2, 2, 1, 3, 3], gaps: '', missing: 0 },
  ])('$name', ({ numbers, gaps, missing }) => {
    const { ranges } = rangesOf(numbers);
    expect(spans(ranges)).toBe(gaps);
    expect(ranges.missing).toBe(missing);
    expect(ranges.seen).toBe(new Set(numbers).size);
  });

  test('lie between the times of the records on either side', () => {
    const { ranges } = rangesOf([10, 20, 15]);
    expect(ranges.gaps()).toEqual([
      { first: 11, last: 14, fromMs: timeOf(10), toMs: timeOf(15) },
      { first: 16, last: 19, fromMs: timeOf(15), toMs: timeOf(20) },
    ]);
  });

  test('the earlier time comes first, although records may lie a little out of order', () => {
    const { ranges } = rangesOf([1, 3], (number) => START_MS - number);
    expect(ranges.gaps()).toEqual([{ first: 2, last: 2, fromMs: START_MS - 3, toMs: START_MS - 1 }]);
  });
});

describe('a clock that was set back', () => {
  const hourBack = (number: number): number => timeOf(number) - (number >= 100 ? 3_600_000 : 0);

  test.each([
    { name: 'in order', numbers: [98, 99, 100, 101] },
    { name: 'in reverse', numbers: [101, 100, 99, 98] },
    { name: 'the record after it first', numbers: [100, 98, 101, 99] },
  ])('is told once, $name', ({ numbers }) => {
    expect(rangesOf(numbers, hourBack).setBacks).toEqual([{ atMs: hourBack(100), byMs: 3_600_000 - 1000 }]);
  });

  test.each([
    { byMs: CLOCK_TOLERANCE_MS, told: 0 },
    { byMs: CLOCK_TOLERANCE_MS + 1, told: 1 },
  ])('by $byMs ms is told $told times', ({ byMs, told }) => {
    expect(rangesOf([1, 2], (number) => (number === 1 ? START_MS : START_MS - byMs)).setBacks.length).toBe(told);
  });

  test('beside a gap it is open until the records between have come', () => {
    const { ranges, setBacks } = rangesOf([98, 101], hourBack);
    expect(setBacks).toEqual([]);
    const open: SetBack[] = [];
    ranges.openSetBacks((atMs, byMs) => open.push({ atMs, byMs }));
    expect(open).toEqual([{ atMs: hourBack(101), byMs: 3_597_000 }]);
  });
});

describe('a record fits where its neighbours’ times allow it', () => {
  const { ranges } = rangesOf([10, 11, 1000, 1001]);

  test.each([
    { number: 500, timeMs: timeOf(500), fits: true },
    { number: 500, timeMs: timeOf(11) - CLOCK_TOLERANCE_MS, fits: true },
    { number: 500, timeMs: timeOf(11) - CLOCK_TOLERANCE_MS - 1, fits: false },
    { number: 500, timeMs: timeOf(1000) + CLOCK_TOLERANCE_MS, fits: true },
    { number: 500, timeMs: timeOf(1000) + CLOCK_TOLERANCE_MS + 1, fits: false },
    { number: 5, timeMs: timeOf(-9000), fits: true },
    { number: 5, timeMs: timeOf(500), fits: false },
    { number: 2000, timeMs: timeOf(9000), fits: true },
    { number: 2000, timeMs: timeOf(500), fits: false },
  ])('number $number at $timeMs: $fits', ({ number, timeMs, fits }) => expect(ranges.fits(number, timeMs)).toBe(fits));
});

describe('bound', () => {
  const numbers = Array.from({ length: RANGES_MAX + 3 }, (_, index) => 1 + index * 10);

  test('beyond it the oldest gaps are counted, not kept', () => {
    const { ranges } = rangesOf(numbers);
    expect(ranges.gaps().length).toBe(RANGES_MAX - 1);
    expect(ranges.older).toEqual({ gaps: 3, missing: 27, fromMs: timeOf(1), toMs: timeOf(31) });
    expect(ranges.missing).toBe((numbers.length - 1) * 9);
    expect(ranges.gapCount).toBe(numbers.length - 1);
  });

  test('a step of the clock beside a gap that is given up is told for good', () => {
    const setBacks: SetBack[] = [];
    const ranges = new RecordRanges();
    for (const number of numbers) {
      const timeMs = timeOf(number) - (number > 1 ? 3_600_000 : 0);
      ranges.add(number, timeMs, (atMs, byMs) => setBacks.push({ atMs, byMs }));
    }
    expect(setBacks).toEqual([{ atMs: timeOf(11) - 3_600_000, byMs: 3_590_000 }]);
  });

  test('a million gaps take no more room than sixty-four', () => {
    const ranges = new RecordRanges();
    for (let number = 1; number <= 2_000_000; number += 2) ranges.add(number, timeOf(number), () => undefined);
    expect(JSON.stringify(ranges.toStored()).length).toBeLessThan(1500);
    expect(ranges.missing).toBe(999_999);
  });
});

describe('properties', () => {
  /** Numbers of a log in any order, few enough gaps to keep them all. */
  const log = fc
    .uniqueArray(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 120 })
    .filter((numbers) => spansOf(numbers).length <= RANGES_MAX);

  function spansOf(numbers: readonly number[]): readonly (readonly [number, number])[] {
    const sorted = numbers.toSorted((left, right) => left - right);
    const gaps: [number, number][] = [];
    for (const [index, number] of sorted.entries()) {
      const before = sorted[index - 1];
      if (before !== undefined && number > before + 1) gaps.push([before + 1, number - 1]);
    }
    return gaps;
  }

  test('any order gives the gaps of the sorted numbers, and repetitions change nothing', () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat()), (numbers, repeated) => {
        const again = repeated.map((index) => numbers[index % numbers.length]!);
        const { ranges } = rangesOf([...numbers, ...again]);
        expect(ranges.gaps().map(({ first, last }) => [first, last])).toEqual(spansOf(numbers));
        expect(ranges.seen).toBe(numbers.length);
        for (const number of [1, 60, 120]) expect(ranges.has(number)).toBe(numbers.includes(number));
      }),
    );
  });

  test('any order finds the same steps of the clock', () => {
    const stepped = fc.array(fc.integer({ min: -10, max: 10 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(stepped, fc.infiniteStream(fc.nat()), (steps, random) => {
        const times = steps.map((minutes, index) => START_MS + index * 1000 + minutes * 60_000);
        const time = (number: number): number => times[number - 1]!;
        const inOrder = times.map((_, index) => index + 1);
        const shuffled = inOrder
          .map((number) => ({ number, key: random.next().value as number }))
          .sort((left, right) => left.key - right.key)
          .map(({ number }) => number);
        const sorted = (all: SetBack[]): SetBack[] => all.sort((left, right) => left.atMs - right.atMs);
        expect(sorted(rangesOf(shuffled, time).setBacks)).toEqual(sorted(rangesOf(inOrder, time).setBacks));
      }),
    );
  });

  test('what is stored and read again goes on as if it had never been', () => {
    fc.assert(
      fc.property(log, fc.nat(), (numbers, cut) => {
        const at = cut % numbers.length;
        const whole = rangesOf(numbers).ranges;
        const text = JSON.stringify(rangesOf(numbers.slice(0, at)).ranges.toStored());
        const second = RecordRanges.fromStored(JSON.parse(text) as ReturnType<RecordRanges['toStored']>);
        for (const number of numbers.slice(at)) second.add(number, timeOf(number), () => undefined);
        expect(second.toStored()).toEqual(whole.toStored());
      }),
    );
  });
});
