import { describe, expect, test } from 'vitest';
import { forestOf } from './forest.js';
import { outlineRows, type OutlineChoice, type OutlineRow } from './outline.js';

interface Given {
  readonly parent: number[];
  readonly points?: number[];
  readonly name?: number[];
  readonly evidence?: number[];
  readonly running?: number[];
  readonly selected?: number;
}

function rowsOf(given: Given, choice: Partial<OutlineChoice> = {}): OutlineRow[] {
  const points = given.points ?? given.parent.map(() => 0);
  const evidence = new Set([0, ...(given.evidence ?? [])]);
  const running = new Set(given.running ?? []);
  return outlineRows(
    {
      forest: forestOf({ parent: given.parent, points }),
      nameIndex: given.name ?? given.parent.map(() => 0),
      keyOf: String,
      nameKeyOf: (index) => String(given.name?.[index] ?? 0),
      selected: given.selected ?? -1,
      hasEvidence: (index) => evidence.has(index),
      isRunning: (index) => running.has(index),
    },
    { show: 'evidence', toggled: new Set(), ...choice },
  );
}

const drawn = (rows: OutlineRow[]): string[] =>
  rows.map(
    (row) => `${'-'.repeat(row.level)}${row.kind === 'process' ? row.index : `${row.fold}×${row.count}+${row.points}`}`,
  );

describe('outlineRows', () => {
  const tree: Given = { parent: [-1, 0, 0, 1, 1, 1, 2, 0], name: [0, 1, 2, 3, 3, 4, 5, 2], evidence: [5] };

  test('opens on the evidence path, equal siblings folded', () => {
    expect(drawn(rowsOf(tree))).toEqual(['-0', '--1', '---siblings×2+0', '---5', '--siblings×3+0']);
  });

  test('a fold states the points in it', () => {
    const rows = rowsOf({ parent: [-1, 0, 0, 1], name: [0, 1, 1, 2], points: [0, 0, 0, 30] });
    expect(drawn(rows)).toEqual(['-0', '--siblings×3+30']);
  });

  test('opening a fold lists its members', () => {
    expect(drawn(rowsOf(tree, { toggled: new Set(['s1.3']) }))).toContain('---4');
  });

  test('the selected process is never folded', () => {
    expect(drawn(rowsOf({ ...tree, selected: 6 }))).toEqual([
      '-0',
      '--1',
      '---siblings×2+0',
      '---5',
      '--2',
      '---6',
      '--7',
    ]);
  });

  test('closing a process hides what is below it', () => {
    expect(drawn(rowsOf(tree, { toggled: new Set(['p1']) }))).toEqual(['-0', '--1', '--siblings×3+0']);
  });

  test('all shows every process once', () => {
    expect(
      rowsOf(tree, { show: 'all' })
        .map((row) => row.index)
        .sort(),
    ).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('running shows running processes and the way to them', () => {
    expect(drawn(rowsOf({ ...tree, running: [6] }, { show: 'running' }))).toEqual(['-0', '--2', '---6']);
  });

  test('a long run of single children on the way to evidence is one row', () => {
    const rows = rowsOf({ parent: Array.from({ length: 10_000 }, (_, i) => i - 1), evidence: [9_999] });
    expect(drawn(rows)).toEqual(['-0', '--run×9998+0', '---9999']);
  });

  test('a run that is opened is opened whole', () => {
    const given: Given = { parent: Array.from({ length: 100 }, (_, i) => i - 1), evidence: [99] };
    expect(rowsOf(given, { toggled: new Set(['r1']) })).toHaveLength(100);
  });

  test('many different images beside the path become one fold', () => {
    const rows = rowsOf({
      parent: [-1, ...Array.from({ length: 20 }, () => 0)],
      name: Array.from({ length: 21 }, (_, i) => i),
      evidence: [3],
    });
    expect(drawn(rows)).toEqual(['-0', '--3', '--others×19+0']);
  });

  test('positions count the rows of one parent', () => {
    const rows = rowsOf(tree).filter((row) => row.level === 2);
    expect(rows.map((row) => `${row.position}/${row.setSize}`)).toEqual(['1/2', '2/2']);
  });

  test('50,000 children of one parent are laid out in well under a second', () => {
    const given: Given = { parent: [-1, ...Array.from({ length: 50_000 }, () => 0)], evidence: [40_000] };
    const before = performance.now();
    expect(rowsOf(given)).toHaveLength(3);
    expect(rowsOf(given, { show: 'all' })).toHaveLength(50_001);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
