import { expect, test } from 'vitest';
import { techniqueById } from '../../attack/technique.js';
import { assert } from '../../base/assert.js';
import { createRuleSet } from '../matcher.js';
import { assemblePacks } from './assemble.js';
import { caseEvent } from './cases-file.js';
import type { PackFile } from './pack-file.js';
import { loadPack, type Pack } from './pack.js';
import { restoreReading, type StoredSigma, storedReading } from './stored-reading.js';

const TEXT = `title: A
description: What it finds.
author: wu
references: [https://example.org]
id: 11111111-2222-4333-8444-555555555555
logsource: {product: windows, category: process_creation}
detection: {sel: {Image|endswith: '\\a.exe'}, ids: {EventID: 1}, condition: sel and ids}
---
title: Several
id: 22222222-2222-4333-8444-555555555555
correlation: {type: event_count, rules: [11111111-2222-4333-8444-555555555555], group-by: [User], timespan: 1m, condition: {gte: 3}}
---
title: But not of
id: 33333333-2222-4333-8444-555555555555
logsource: {product: windows, category: process_creation}
filter: {rules: [11111111-2222-4333-8444-555555555555], sel: {User: backup}, condition: sel}
`;

const load = (file: PackFile): Pack => loadPack([file], { technique: techniqueById, name: 'p' });

/** A file as the next process has it, and which of its late parts were fetched. */
function restored(stored: StoredSigma): { file: PackFile; fetched: () => readonly string[] } {
  const file = { path: 'p/a.yml', text: TEXT };
  const fetched: string[] = [];
  restoreReading(file, {
    kind: 'sigma',
    sigma: {
      ...structuredClone({ ...stored, late: undefined }),
      late: {
        abouts: () => (fetched.push('abouts'), stored.late.abouts()),
        detections: () => (fetched.push('detections'), stored.late.detections()),
      },
    },
  });
  return { file, fetched: () => fetched };
}

function read(): { pack: Pack; stored: StoredSigma } {
  const file = { path: 'p/a.yml', text: TEXT };
  const pack = load(file);
  const stored = storedReading(file);
  assert(stored?.kind === 'sigma', 'the file was read as Sigma');
  return { pack, stored: stored.sigma };
}

const rulesOf = (pack: Pack): ReturnType<typeof createRuleSet> => {
  const { rules, profiles } = assemblePacks([pack]);
  return createRuleSet(rules, profiles);
};

test('what is restored is what was read, copied or compared', () => {
  const { pack, stored } = read();
  expect(pack.documents.map(({ kind }) => kind)).toEqual(['rule', 'correlation', 'filter']);
  const again = load(restored(stored).file);
  expect(again.documents).toEqual(pack.documents);
  expect(again.documents.map((document) => ({ ...document }))).toEqual(pack.documents);
  expect(again.rules.map((rule) => ({ ...rule }))).toEqual(pack.rules);
  expect(rulesOf(again).version).toBe(rulesOf(pack).version);
});

test('what a rule says and detects is fetched once for a file, and not before an event comes that a rule of it can concern', () => {
  const { stored } = read();
  const { file, fetched } = restored(stored);
  const rules = rulesOf(load(file));
  const match = (fields: Record<string, string>): readonly string[] =>
    rules.match(caseEvent(fields, 'p/a.yml', 1)).map(({ id }) => id);
  expect(match({ action: 'networkconnect', EventID: '3', Image: 'C:\\a.exe' })).toEqual([]);
  expect(fetched()).toEqual([]);
  expect(match({ action: 'processcreate', EventID: '1', Image: 'C:\\a.exe' })).toEqual([
    '11111111-2222-4333-8444-555555555555',
  ]);
  expect(match({ action: 'processcreate', EventID: '1', Image: 'C:\\a.exe', User: 'backup' })).toEqual([]);
  expect(fetched()).toEqual(['detections']);
});

test('whoever lists rules fetches what they say, once for a file, and not what they detect', () => {
  const { stored } = read();
  const { file, fetched } = restored(stored);
  const { rules } = load(file);
  for (let round = 0; round < 2; round++) expect(rules.map((rule) => ({ ...rule }).author)).toEqual(['wu', '']);
  expect(fetched()).toEqual(['abouts']);
});

test('a reading that was restored can be stored again', () => {
  const { pack, stored } = read();
  const { file } = restored(stored);
  load(file);
  const again = storedReading(file);
  assert(again?.kind === 'sigma', 'the file was restored');
  expect(load(restored(again.sigma).file).documents).toEqual(pack.documents);
});
