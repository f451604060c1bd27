import { describe, expect, test } from 'vitest';
import { TACTICS } from './tactic.js';
import { TECHNIQUE_ROWS } from './technique-table.js';
import { allTechniques, tacticsOf, techniqueById, techniqueName } from './technique.js';

describe('the table', () => {
  test('ids are well formed, unique and sorted', () => {
    const ids = TECHNIQUE_ROWS.map(([id]) => id);
    for (const id of ids) expect(id).toMatch(/^T\d{4}(?:\.\d{3})?$/);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  test('every sub-technique has its parent, every successor exists', () => {
    const named = [...allTechniques()].flatMap(({ parentId, replacedBy }) => [parentId, replacedBy]);
    expect(named.filter((id) => id !== undefined && techniqueById(id) === undefined)).toEqual([]);
  });

  test('every living technique serves a tactic, and every tactic has techniques', () => {
    const served = new Set<string>();
    for (const technique of allTechniques()) {
      if (technique.isCurrent) expect(technique.tactics.length, technique.id).toBeGreaterThan(0);
      for (const tactic of technique.tactics) served.add(tactic.id);
    }
    expect([...served].sort()).toEqual(TACTICS.map((tactic) => tactic.id).sort());
  });
});

test.each([
  { name: 'a technique', id: 'T1047', expected: 'Windows Management Instrumentation' },
  { name: 'a sub-technique carries its parent', id: 'T1003.001', expected: 'OS Credential Dumping: LSASS Memory' },
  { name: 'an unknown id stands for itself', id: 'T9999', expected: 'T9999' },
  { name: 'an inherited name is no technique', id: 'constructor', expected: 'constructor' },
])('name of $name', ({ id, expected }) => expect(techniqueName(id)).toBe(expected));

test.each([
  { name: 'one tactic', id: 'T1003.001', expected: ['credential-access'] },
  { name: 'several, in matrix order', id: 'T1053.005', expected: ['execution', 'persistence', 'privilege-escalation'] },
  { name: 'those of the successor', id: 'T1086', expected: ['execution'] },
  { name: 'none for an unknown id', id: 'T9999', expected: [] },
])('tactics: $name', ({ id, expected }) => expect(tacticsOf(id).map((tactic) => tactic.shortName)).toEqual(expected));

test('a revoked id says what replaced it', () => {
  expect(techniqueById('T1086')).toMatchObject({ isCurrent: false, replacedBy: 'T1059.001' });
});

test('tactics are in the order of the matrix', () => {
  const names = TACTICS.map((tactic) => tactic.shortName);
  expect(names.indexOf('execution')).toBeLessThan(names.indexOf('persistence'));
  expect(names.at(-1)).toBe('impact');
});
