/** Whatever a worker sends, something whole is read from it or nothing. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedLateEvidence } from './checked-evidence.js';
import { checkedManifest } from './checked-manifest.js';
import { checkedMessage } from './checked-message.js';

const EVIDENCE = { key: 'k', points: 5, title: { en: 'E', zh: '证' } };
const LATE = { host: 'h', processId: 'p', eventId: '0123456789abcdef', timeMs: 5, evidence: EVIDENCE };

describe('evidence', () => {
  test('that is whole is taken, without anything else in it', () => {
    const techniques = ['T1003', 'T1059.001'];
    const matched = [{ field: 'Image', value: 'a.exe' }];
    const full = { ...EVIDENCE, techniques, matched };
    expect(checkedLateEvidence({ ...LATE, evidence: { ...full, processId: 'x', other: 1 }, more: 2 })).toEqual({
      ...LATE,
      evidence: full,
    });
    expect(checkedLateEvidence(LATE)?.evidence).toEqual({ ...EVIDENCE, techniques: [], matched: [] });
  });

  test.each<{ name: string; value: unknown }>([
    { name: 'nothing', value: undefined },
    { name: 'text', value: 'evidence' },
    { name: 'a list', value: [LATE] },
    { name: 'no host', value: { ...LATE, host: '' } },
    { name: 'a host too long', value: { ...LATE, host: 'h'.repeat(256) } },
    { name: 'no process', value: { ...LATE, processId: undefined } },
    { name: 'an event id that is none', value: { ...LATE, eventId: '0123456789ABCDEF' } },
    { name: 'no time', value: { ...LATE, timeMs: Number.NaN } },
    { name: 'a time past all time', value: { ...LATE, timeMs: 1e300 } },
    { name: 'no evidence', value: { ...LATE, evidence: null } },
    { name: 'no key', value: { ...LATE, evidence: { ...EVIDENCE, key: '' } } },
    { name: 'a key too long', value: { ...LATE, evidence: { ...EVIDENCE, key: 'k'.repeat(501) } } },
    { name: 'points as text', value: { ...LATE, evidence: { ...EVIDENCE, points: '5' } } },
    { name: 'no number of points', value: { ...LATE, evidence: { ...EVIDENCE, points: Number.NaN } } },
    { name: 'points below zero, to lower a score', value: { ...LATE, evidence: { ...EVIDENCE, points: -1 } } },
    { name: 'points without end', value: { ...LATE, evidence: { ...EVIDENCE, points: Infinity } } },
    { name: 'more points than any threat needs', value: { ...LATE, evidence: { ...EVIDENCE, points: 10_001 } } },
    { name: 'a title in one language', value: { ...LATE, evidence: { ...EVIDENCE, title: { en: 'E' } } } },
    { name: 'a title as text', value: { ...LATE, evidence: { ...EVIDENCE, title: 'E' } } },
  ])('is not taken: $name', ({ value }) => {
    expect(checkedLateEvidence(value)).toBeUndefined();
  });

  test('is cut to length, and bad parts of its lists are left out', () => {
    const long = 'x'.repeat(1_000_000);
    const checked = checkedLateEvidence({
      ...LATE,
      evidence: {
        ...EVIDENCE,
        points: 4.6,
        title: { en: long, zh: long },
        techniques: ['T1003', 'x', 5, 'T1', ...Array.from({ length: 100 }, () => 'T1059')],
        matched: [{ field: long, value: long }, { field: 5, value: 'v' }, null, 'v'],
      },
    })!.evidence;
    expect(checked.points).toBe(5);
    expect(checked.techniques!.slice(0, 2)).toEqual(['T1003', 'T1059']);
    expect(checked.techniques!.length).toBeLessThanOrEqual(20);
    expect(checked.matched!.map(({ field, value }) => [field.length, value.length])).toEqual([[500, 4000]]);
    expect(JSON.stringify(checked).length).toBeLessThan(10_000);
  });
});

describe('a manifest', () => {
  const TITLE = { en: 'P', zh: '插' };
  const MANIFEST = {
    name: 'p',
    version: '1',
    title: TITLE,
    description: TITLE,
    hooks: ['processCreated'],
    actions: undefined,
    menu: undefined,
    hasPage: true,
  };

  test('that is whole is taken', () => {
    expect(checkedManifest(MANIFEST, 'p')).toEqual({ ok: true, manifest: MANIFEST });
    const menu = { title: TITLE, icon: 'chart' };
    expect(checkedManifest({ ...MANIFEST, menu, actions: ['imageload'] }, 'p')).toMatchObject({
      manifest: { menu, actions: ['imageload'] },
    });
  });

  test.each<{ name: string; value: unknown; reason: string }>([
    { name: 'nothing', value: undefined, reason: 'calls itself undefined' },
    {
      name: 'another name than its folder',
      value: { ...MANIFEST, name: 'q' },
      reason: 'it calls itself "q", but its folder is p',
    },
    { name: 'no title', value: { ...MANIFEST, title: 'P' }, reason: 'its title must have a text in en and one in zh' },
  ])('is refused: $name', ({ value, reason }) => {
    expect(checkedManifest(value, 'p')).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  test('is made whole where it can be', () => {
    const odd = {
      name: 'p',
      title: TITLE,
      version: 5,
      description: 5,
      hooks: ['processCreated', 'constructor', 5],
      actions: [5, 'x'],
      menu: { title: 'x' },
      hasPage: 1,
    };
    expect(checkedManifest(odd, 'p')).toEqual({
      ok: true,
      manifest: {
        name: 'p',
        version: '',
        title: TITLE,
        description: { en: '', zh: '' },
        hooks: ['processCreated'],
        actions: ['x'],
        menu: undefined,
        hasPage: false,
      },
    });
  });
});

describe('a message', () => {
  test.each<{ value: unknown; read: unknown }>([
    { value: { kind: 'page', html: '<p>' }, read: { kind: 'page', html: '<p>' } },
    { value: { kind: 'page', html: 5 }, read: { kind: 'page', html: undefined } },
    { value: { kind: 'page', html: 'x'.repeat(2 ** 20 + 1) }, read: { kind: 'page', html: undefined } },
    { value: { kind: 'log', message: {} }, read: { kind: 'log', message: '[object Object]' } },
    { value: { kind: 'log', message: 'x'.repeat(9999) }, read: { kind: 'log', message: 'x'.repeat(500) } },
    { value: { kind: 'refused' }, read: { kind: 'refused', reason: 'undefined' } },
    {
      value: { kind: 'done', faults: -1, lastFault: 5, evidence: 'x', dropped: 1.5 },
      read: { kind: 'done', faults: 0, lastFault: '5', evidence: [], dropped: 0 },
    },
    { value: { kind: 'stop' }, read: undefined },
    { value: { kind: 'constructor' }, read: undefined },
    { value: null, read: undefined },
    { value: 'done', read: undefined },
  ])('$value', ({ value, read }) => {
    expect(checkedMessage(value)).toEqual(read);
  });
});

test('nothing that can be sent makes a check throw', () => {
  const kind = fc.constantFrom('started', 'refused', 'done', 'page', 'late', 'log', 'dying', 'x');
  const message = fc.tuple(
    kind,
    fc.object({
      key: fc.constantFrom('reason', 'evidence', 'faults', 'html', 'manifest', 'message', 'title', 'en', 'menu'),
    }),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        message.map(([one, rest]) => ({ ...rest, kind: one })),
      ),
      (value) => {
        const read = checkedMessage(value);
        checkedManifest(value, 'p');
        checkedLateEvidence(value);
        expect(read === undefined || typeof read.kind === 'string').toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});
