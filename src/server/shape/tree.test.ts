import { describe, expect, test } from 'vitest';
import type { TreeRow } from '../../app/query-ports.js';
import { TREE_FLAGS } from '../../contract/index.js';
import { treeShape } from './tree.js';

function row(id: string, parentId: string, change: Partial<TreeRow> = {}): TreeRow {
  return {
    id,
    parentId,
    image: `c:\\${id}.exe`,
    pid: 1,
    startMs: 1000,
    endMs: 0,
    points: 0,
    events: 0,
    isRoot: false,
    isPlaceholder: false,
    ...change,
  };
}

function shape(rows: readonly TreeRow[], outside?: TreeRow) {
  return treeShape({ chainId: 'c', host: 'h', total: rows.length, rows, outside, evidence: [] });
}

describe('treeShape', () => {
  test.each([
    { name: 'nothing', rows: [], ids: '', parents: [] },
    { name: 'child given before its parent', rows: [row('b', 'a'), row('a', '')], ids: 'a b', parents: [-1, 0] },
    {
      name: 'siblings by start, then id, each with its own below',
      rows: [
        row('a', ''),
        row('z', 'a', { startMs: 1 }),
        row('c', 'a', { startMs: 2 }),
        row('b', 'a', { startMs: 2 }),
        row('y', 'z'),
      ],
      ids: 'a z y b c',
      parents: [-1, 0, 1, 0, 0],
    },
    { name: 'parent that is not there', rows: [row('a', 'gone')], ids: 'a', parents: [-1] },
    { name: 'its own parent', rows: [row('a', 'a'), row('b', 'a')], ids: 'a b', parents: [-1, 0] },
    { name: 'a cycle', rows: [row('a', 'b'), row('b', 'a'), row('c', 'b')], ids: 'a b c', parents: [-1, 0, 1] },
    {
      name: 'a cycle beside a tree',
      rows: [row('x', 'y'), row('y', 'x'), row('a', '')],
      ids: 'a x y',
      parents: [-1, -1, 1],
    },
    { name: 'the same row twice', rows: [row('a', ''), row('a', '')], ids: 'a', parents: [-1] },
  ])('$name', ({ rows, ids, parents }) => {
    const tree = shape(rows);
    expect(tree.ids.join(' ')).toBe(ids);
    expect(tree.parents).toEqual(parents);
  });

  test('10,000 deep and 50,000 wide, without recursion and in time that follows their number', () => {
    const deep = Array.from({ length: 10_000 }, (_, index) => row(`d${index}`, index === 0 ? '' : `d${index - 1}`));
    const wide = Array.from({ length: 50_000 }, (_, index) => row(`w${index}`, 'd0', { image: 'c:\\w.exe' }));
    const before = performance.now();
    const tree = shape([...wide, ...deep]);
    expect(performance.now() - before).toBeLessThan(5000);
    expect(tree.ids.length).toBe(60_000);
    expect(tree.names.length).toBe(10_001);
    expect(tree.parents.every((parent, index) => parent < index)).toBe(true);
  });

  test('times count from the earliest start; unknown ones are -1', () => {
    const tree = shape([
      row('a', '', { startMs: 0 }),
      row('b', 'a', { startMs: 5000, endMs: 7000 }),
      row('c', 'a', { startMs: 6000, endMs: 1 }),
    ]);
    expect(tree.baseMs).toBe(5000);
    expect(tree.start).toEqual([-1, 0, 1000]);
    expect(tree.end).toEqual([-1, 2000, 0]);
  });

  test('the root above the chain is shown and marked', () => {
    const tree = shape([row('a', 'root', { endMs: 2000 })], row('root', '', { isRoot: true }));
    expect(tree.ids).toEqual(['root', 'a']);
    expect(tree.flags).toEqual([TREE_FLAGS.root | TREE_FLAGS.outside, TREE_FLAGS.ended]);
    expect(tree.total).toBe(1);
  });
});
