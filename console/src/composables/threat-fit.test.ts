import { expect, test } from 'vitest';
import type { ThreatQuery, ThreatSummary } from '../../../src/contract/index.js';
import { fitOf } from './threat-fit.js';

const THREAT = {
  verdict: 'open',
  changed: false,
  score: 180,
  techniques: ['T1059.001'],
  last: '2026-03-01T10:00:00Z',
  host: 'FIN-03.corp.example',
} as unknown as ThreatSummary;

test.each<[ThreatQuery, ReturnType<typeof fitOf>]>([
  [{}, 'in'],
  [{ verdict: 'open' }, 'in'],
  [{ verdict: 'confirmed' }, 'out'],
  [{ changed: true }, 'out'],
  [{ minScore: 180 }, 'in'],
  [{ minScore: 181 }, 'out'],
  [{ technique: 'T1059' }, 'in'],
  [{ technique: 'T1059.001' }, 'in'],
  [{ technique: 'T105' }, 'out'],
  [{ from: '2026-03-01T10:00:00.000Z' }, 'in'],
  [{ from: '2026-03-01T10:00:00.001Z' }, 'out'],
  [{ to: '2026-03-01T10:00:00.000Z' }, 'out'],
  [{ host: 'fin-03.CORP.example' }, 'in'],
  [{ host: 'fin-03' }, 'unknown'],
  [{ host: 'fin-*' }, 'unknown'],
  [{ host: 'fin-04' }, 'out'],
  [{ text: 'powershell' }, 'unknown'],
  [{ text: 'powershell', verdict: 'ignored' }, 'out'],
])('%j: %s', (query, fit) => {
  expect(fitOf(THREAT, query)).toBe(fit);
});

test('a threat without a time is in no range', () => {
  expect(fitOf({ ...THREAT, last: null }, { from: '2026-01-01T00:00:00Z' })).toBe('out');
});
