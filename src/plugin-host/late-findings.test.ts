import { expect, test } from 'vitest';
import type { PluginFinding } from '../engine/plugin/plugin.js';
import { LateFindings } from './late-findings.js';

const LATE = {
  host: 'h',
  processId: 'p',
  eventId: '0123456789abcdef',
  timeMs: 5,
  evidence: { key: 'k', points: 5, title: { en: 'E', zh: '证' }, techniques: [], matched: [] },
};

function findings() {
  const found: PluginFinding[] = [];
  const state = { isReplaying: false };
  return {
    found,
    state,
    late: new LateFindings(
      () => state.isReplaying,
      (finding) => void found.push(finding),
    ),
  };
}

test('gives whole evidence on, and says what is none', () => {
  const { late, found } = findings();
  expect(late.take('p', LATE)).toBe(true);
  expect(late.take('p', { ...LATE, host: 5 })).toBe(false);
  expect(found).toEqual([{ plugin: 'p', ...LATE }]);
});

test('the same of the same process once, however many events it rests on', () => {
  const { late, found } = findings();
  late.take('p', LATE);
  late.take('p', { ...LATE, eventId: 'fedcba9876543210', timeMs: 6 });
  late.take('p', { ...LATE, processId: 'q' });
  late.take('q', LATE);
  late.take('p', { ...LATE, evidence: { ...LATE.evidence, key: 'l' } });
  late.take('p', { ...LATE, evidence: { ...LATE.evidence, points: 6 } });
  late.take('p', LATE);
  expect(
    found.map(({ plugin, processId, evidence }) => `${plugin} ${processId} ${evidence.key} ${evidence.points}`),
  ).toEqual(['p p k 5', 'p q k 5', 'q p k 5', 'p p l 5', 'p p k 6', 'p p k 5']);
});

test('nothing while the log is read again, and nothing once closed', () => {
  const { late, found, state } = findings();
  state.isReplaying = true;
  expect(late.take('p', LATE)).toBe(true);
  state.isReplaying = false;
  late.close();
  expect(late.take('p', LATE)).toBe(true);
  expect(found).toEqual([]);
});

test('remembers the newest fifty thousand', () => {
  const { late, found } = findings();
  for (let index = 0; index <= 50_000; index++) late.take('p', { ...LATE, processId: `p${index}` });
  late.take('p', { ...LATE, processId: 'p50000' });
  expect(found).toHaveLength(50_001);
  late.take('p', { ...LATE, processId: 'p0' });
  expect(found).toHaveLength(50_002);
});
