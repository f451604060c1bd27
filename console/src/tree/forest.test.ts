import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ancestorsOf, childrenOf, forestOf } from './forest.js';

const forest = (parent: number[], points = parent.map(() => 0)) => forestOf({ parent, points });

describe('forestOf', () => {
  test('sums points and counts below each process', () => {
    const f = forest([-1, 0, 0, 1, 1], [1, 10, 100, 1000, 10000]);
    expect([...f.pointsBelow]).toEqual([11111, 11010, 100, 1000, 10000]);
    expect([...f.countBelow]).toEqual([4, 2, 0, 0, 0]);
    expect([...f.depth]).toEqual([0, 1, 1, 2, 2]);
    expect([...childrenOf(f, 0)]).toEqual([1, 2]);
    expect(ancestorsOf(f, 4)).toEqual([0, 1]);
  });

  test.each([
    { name: 'empty', parent: [], roots: [] },
    { name: 'self-parent', parent: [0, 0], roots: [0] },
    { name: 'parent out of range', parent: [7, -5, 0], roots: [0, 1] },
    { name: 'cycle of two with a tail', parent: [1, 0, 0], roots: [0] },
    { name: 'child before its parent', parent: [1, -1], roots: [1] },
  ])('$name', ({ parent, roots }) => expect([...forest(parent).roots]).toEqual(roots));

  test('any parents give a forest in which each process is met once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2, max: 40 }), { maxLength: 40 }), (parent) => {
        const f = forest(
          parent,
          parent.map(() => 1),
        );
        const below = [...f.roots].reduce((sum, root) => sum + f.countBelow[root]! + 1, 0);
        expect(below).toBe(parent.length);
        expect([...f.roots].reduce((sum, root) => sum + f.pointsBelow[root]!, 0)).toBe(parent.length);
      }),
    );
  });

  test('10,000 nested and 50,000 beside each other are built without recursion', () => {
    const nested = forest(Array.from({ length: 10_000 }, (_, i) => i - 1));
    expect(nested.depth[9_999]).toBe(9_999);
    const wide = forest([-1, ...Array.from({ length: 50_000 }, () => 0)]);
    expect(wide.countBelow[0]).toBe(50_000);
  });
});
