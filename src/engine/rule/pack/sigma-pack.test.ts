import { describe, expect, test } from 'vitest';
import { techniqueById } from '../../attack/technique.js';
import { formatDiagnostic } from '../../base/diagnostic.js';
import { createRuleSet } from '../matcher.js';
import type { RuleProfile } from '../rule-profile.js';
import { assemblePacks } from './assemble.js';
import { caseEvent } from './cases-file.js';
import { loadPack, type Pack, type PackOptions } from './pack.js';
import { runCases } from './run-cases.js';

const ID = '11111111-2222-4333-8444-555555555555';
const OTHER = '99999999-2222-4333-8444-555555555555';

interface SigmaText {
  readonly id?: string;
  readonly level?: string | null;
  readonly status?: string;
  readonly tags?: readonly string[];
  readonly image?: string;
  readonly extra?: string;
}

function sigma({
  id = ID,
  level = 'high',
  status = 'stable',
  tags = [],
  image = 'a.exe',
  extra = '',
}: SigmaText = {}): string {
  return `title: A rule
id: ${id}
status: ${status}
description: What it is for
author: somebody
references: [https://example.org]
falsepositives: [Unlikely]
tags: [${['attack.execution', 'attack.t1059.001', ...tags].join(', ')}]
logsource: {product: windows, category: process_creation}
detection:
  selection: {Image|endswith: '\\${image}'}
  condition: selection
${level === null ? '' : `level: ${level}\n`}${extra}`;
}

const OWN = `rules:
  - {id: own, title: Own, set: ioa, points: 10, conditions: ['"a" in image']}
`;
const FILTER = `title: Not this host
id: 77777777-2222-4333-8444-555555555555
logsource: {product: windows, category: process_creation}
filter:
  rules: [${ID}]
  quiet: {CommandLine|contains: quiet}
  condition: quiet
`;

function load(files: Record<string, string>, options: Partial<PackOptions> = {}): Pack {
  return loadPack(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    { technique: techniqueById, name: 'folder', ...options },
  );
}

function manifest(sigmaText: string): string {
  return `name: mine\nversion: '1.0.0'\ntitle: Mine\nsigma: ${sigmaText}\n`;
}

const said = (pack: Pack): string[] => pack.diagnostics.map(formatDiagnostic);
const taken = (pack: Pack): unknown[] => pack.rules.map(({ id, points, isShadow }) => [id, points, isShadow]);

describe('Sigma files in a pack', () => {
  test('become rules of the set sigma, with what their headers say', () => {
    const pack = load({ 'folder/x.yml': sigma() });
    expect(said(pack)).toEqual([]);
    expect(pack.manifest).toMatchObject({ name: 'folder', file: undefined });
    expect(pack.rules).toMatchObject([
      {
        id: ID,
        title: { en: 'A rule', zh: 'A rule' },
        set: 'sigma',
        points: 70,
        level: 'high',
        status: 'stable',
        isShadow: false,
        techniques: ['T1059.001'],
        references: ['https://example.org'],
        falsePositives: [{ en: 'Unlikely', zh: 'Unlikely' }],
        author: 'somebody',
        pack: 'folder',
        file: 'folder/x.yml',
        line: 1,
      },
    ]);
    expect([pack.ruleCount, pack.leftOut]).toEqual([1, []]);
  });

  test('stand beside own files, and match', () => {
    const pack = load({ 'p/pack.yml': manifest('{}'), 'p/own.yml': OWN, 'p/sub/x.yml': sigma() });
    expect(said(pack)).toEqual([]);
    const set = createRuleSet(pack.rules, []);
    const hits = set.match(caseEvent({ action: 'processcreate', Image: 'C:\\A.EXE' }, 'x', 1));
    expect(hits.map(({ id }) => id)).toEqual(['own', ID]);
  });

  test('may have cases', () => {
    const cases = `${ID}: {match: [{name: it, event: {action: processcreate, Image: 'C:\\A.EXE'}}], noMatch: [{name: other, event: {action: processcreate, Image: 'C:\\B.EXE'}}]}\n`;
    const pack = load(
      { 'p/pack.yml': manifest('{}'), 'p/x.yml': sigma(), 'p/x.cases.yml': cases },
      { withCases: true },
    );
    expect(said(pack)).toEqual([]);
    expect(runCases(pack).map(({ passed }) => passed)).toEqual([true, true]);
  });

  test('a broken one does not hurt its neighbours, and is told with its place', () => {
    const pack = load({
      'p/a.yml': sigma().replace('condition: selection', 'condition: selektion'),
      'p/b.yml': 'title: [no yaml\ndetection: }\n',
      'p/c.yml': sigma({ id: OTHER }),
    });
    expect(pack.rules.map(({ id }) => id)).toEqual([OTHER]);
    expect(pack.ruleCount).toBe(3);
    expect(pack.diagnostics.map(({ file, severity }) => [file, severity])).toEqual([
      ['p/a.yml', 'error'],
      ['p/b.yml', 'error'],
    ]);
    expect(pack.diagnostics[0]!.line).toBeGreaterThan(1);
  });

  test('of the same id are told, the first is kept', () => {
    const pack = load({ 'p/a.yml': sigma(), 'p/b.yml': sigma({ image: 'b.exe' }) });
    expect(said(pack)).toEqual([
      `p/b.yml:1:1  RULE_ID_DUPLICATE  "${ID}" is the id of another rule of this pack. (The first one is kept.)`,
    ]);
    expect(pack.rules.map(({ file }) => file)).toEqual(['p/a.yml']);
  });

  test('other YAML among them is left out with a word, and own files without a manifest are told as ever', () => {
    const pack = load({ 'p/info.yml': 'id: x\nregression: true\n', 'p/x.yml': sigma() });
    expect(said(pack)).toEqual([
      'p/info.yml:1:1  PACK_FILE_FOREIGN  The file holds neither a Sigma document nor rules; it is left out. (A Sigma rule has "title", "logsource" and "detection" at the start of a line.)',
    ]);
    expect(load({ 'p/own.yml': OWN, 'p/x.yml': sigma() }).diagnostics.map(({ code }) => code)).toEqual([
      'PACK_MANIFEST_MISSING',
    ]);
  });
});

describe('what the manifest says of Sigma rules', () => {
  test.each([
    { name: 'nothing: points by level', text: '{}', level: 'critical', rules: [[ID, 170, false]] },
    { name: 'a rule without a level counts as medium', text: '{}', level: null, rules: [[ID, 30, false]] },
    { name: 'points of a level', text: '{points: {high: 12}}', level: 'high', rules: [[ID, 12, false]] },
    {
      name: 'points of a rule',
      text: `{points: {high: 12}, rules: {${ID}: {points: 5}}}`,
      level: 'high',
      rules: [[ID, 5, false]],
    },
    { name: 'a rule in the shadow', text: `{rules: {${ID}: {shadow: true}}}`, level: 'high', rules: [[ID, 70, true]] },
    { name: 'a rule switched off', text: `{rules: {${ID}: {enabled: false}}}`, level: 'high', rules: [] },
    { name: 'a profile without it', text: '{profiles: [emerging-threats]}', level: 'high', rules: [] },
    {
      name: 'a profile without it, and the rule switched on',
      text: `{profiles: [emerging-threats], rules: {${ID}: {enabled: true}}}`,
      level: 'high',
      rules: [[ID, 70, false]],
    },
  ])('$name', ({ text, level, rules }) => {
    const pack = load({ 'p/pack.yml': manifest(text), 'p/x.yml': sigma({ level }) });
    expect(said(pack)).toEqual([]);
    expect(taken(pack)).toEqual(rules);
    expect(pack.leftOut).toEqual(rules.length === 0 ? [ID] : []);
  });

  test('values of placeholders', () => {
    const text = sigma().replace("Image|endswith: '\\a.exe'", 'User|expand: "%admins%"');
    expect(load({ 'p/x.yml': text }).rules).toEqual([]);
    const pack = load({ 'p/pack.yml': manifest('{placeholders: {admins: [root, 7]}}'), 'p/x.yml': text });
    expect(said(pack)).toEqual([]);
    const set = createRuleSet(pack.rules, []);
    expect(set.match(caseEvent({ action: 'processcreate', User: 'ROOT' }, 'x', 1))).toHaveLength(1);
  });

  test('of a rule that is not there is told', () => {
    const pack = load({ 'p/pack.yml': manifest(`{rules: {${OTHER}: {points: 1}}}`), 'p/x.yml': sigma() });
    expect(pack.diagnostics).toMatchObject([{ code: 'PACK_SIGMA_RULE_UNKNOWN', file: 'p/pack.yml', rule: OTHER }]);
    const { line, column } = pack.diagnostics[0]!;
    expect([line, column]).toEqual([4, 'sigma: {rules: {'.length + 1]);
  });

  test('of a rule that is not there are not taken for those of one that has its own', () => {
    const settings = '{rules: {some-rule: {points: 1}, some-rules: {points: 1}}}';
    const files = { 'p/pack.yml': manifest(settings), 'p/x.yml': sigma({ id: 'some-rule' }) };
    expect(load(files).diagnostics).toMatchObject([
      { code: 'PACK_SIGMA_RULE_UNKNOWN', rule: 'some-rules', hint: undefined },
      {},
    ]);
  });

  test('stay in force where another of them is wrong', () => {
    const text = sigma().replace("Image|endswith: '\\a.exe'", 'User|expand: "%admins%"');
    const wrong = '{placeholders: {admins: [root], unused: x}, rules: {nothing: {points: many}}}';
    const pack = load({ 'p/pack.yml': manifest(wrong), 'p/x.yml': text });
    expect(pack.rules).toHaveLength(1);
    expect(pack.diagnostics.map(({ code }) => code)).toEqual(['PACK_VALUE_INVALID', 'RULE_POINTS_RANGE']);
  });

  test('and cases of a rule that does not load are no second fault', () => {
    const broken = sigma({ id: 'some-rule' }).replace('|endswith', '|endwith');
    const pack = loadPack(
      [
        { path: 'p/pack.yml', text: manifest('{rules: {some-rule: {points: 1}}}') },
        { path: 'p/x.yml', text: broken },
        { path: 'p/x.cases.yml', text: 'some-rule: {match: [{name: a, event: {action: processcreate}}]}\n' },
      ],
      { technique: () => undefined, withCases: true },
    );
    expect(pack.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
      'SIGMA_MODIFIER_UNKNOWN',
    ]);
    expect(pack.cases.map(({ id }) => id)).toEqual(['some-rule']);
  });
});

describe('profiles of rules', () => {
  const kinds = {
    stableHigh: sigma({ id: 'stable-high' }),
    stableMedium: sigma({ id: 'stable-medium', level: 'medium' }),
    testHigh: sigma({ id: 'test-high', status: 'test' }),
    testMedium: sigma({ id: 'test-medium', status: 'test', level: 'medium' }),
    experimental: sigma({ id: 'experimental', status: 'experimental', level: 'critical' }),
    emerging: sigma({ id: 'emerging', tags: ['detection.emerging-threats'] }),
    hunting: sigma({ id: 'hunting', tags: ['detection.threat-hunting'] }),
    deprecated: sigma({ id: 'deprecated', status: 'deprecated' }),
    unsupported: sigma({ id: 'unsupported', status: 'unsupported' }),
  };
  const files = {
    ...Object.fromEntries(Object.entries(kinds).map(([name, text]) => [`p/${name}.yml`, text])),
    'p/rules-threat-hunting/x.yml': sigma({ id: 'hunting-by-folder' }),
    'p/rules-emerging-threats/2020/x.yml': sigma({ id: 'emerging-by-folder' }),
  };

  test.each<{ profiles: RuleProfile[] | undefined; loaded: string[]; shadow?: string[] }>([
    { profiles: ['core'], loaded: ['stable-high'] },
    { profiles: ['core+'], loaded: ['stable-high', 'stable-medium', 'test-high'] },
    {
      profiles: undefined,
      loaded: [
        'emerging',
        'emerging-by-folder',
        'experimental',
        'stable-high',
        'stable-medium',
        'test-high',
        'test-medium',
      ],
      shadow: ['hunting', 'hunting-by-folder'],
    },
    { profiles: ['emerging-threats'], loaded: ['emerging', 'emerging-by-folder'] },
    { profiles: ['threat-hunting'], loaded: ['hunting', 'hunting-by-folder'] },
    { profiles: ['deprecated'], loaded: ['deprecated', 'unsupported'] },
    { profiles: ['core', 'threat-hunting'], loaded: ['hunting', 'hunting-by-folder', 'stable-high'] },
  ])('$profiles', ({ profiles, loaded, shadow = [] }) => {
    const { rules } = load(files, { ruleProfiles: profiles });
    const ids = (isShadow: boolean): string[] =>
      rules
        .filter((rule) => rule.isShadow === isShadow)
        .map(({ id }) => id)
        .sort();
    expect(ids(false)).toEqual(loaded);
    expect(ids(true)).toEqual(shadow);
  });
});

describe('filters', () => {
  const event = (commandLine: string) =>
    caseEvent({ action: 'processcreate', Image: 'C:\\a.exe', CommandLine: commandLine }, 'x', 1);

  test('of one pack apply to the rules of another', () => {
    const packs = [load({ 'a/x.yml': sigma() }), load({ 'b/f.yml': FILTER })];
    const { rules, diagnostics } = assemblePacks(packs);
    expect(diagnostics).toEqual([]);
    const set = createRuleSet(rules, []);
    expect(set.match(event('loud'))).toHaveLength(1);
    expect(set.match(event('a quiet one'))).toEqual([]);
    expect(set.version).not.toBe(createRuleSet(packs[0]!.rules, []).version);
  });

  test.each([
    { name: 'another rule', text: FILTER.replace(ID, OTHER) },
    { name: 'another log source', text: FILTER.replace('process_creation', 'image_load') },
  ])('for $name change nothing, and it is told', ({ text }) => {
    const { rules, diagnostics } = assemblePacks([load({ 'a/x.yml': sigma(), 'a/f.yml': text })]);
    expect(createRuleSet(rules, []).match(event('a quiet one'))).toHaveLength(1);
    expect(diagnostics).toMatchObject([{ code: 'SIGMA_FILTER_UNUSED', file: 'a/f.yml', line: 1, severity: 'warning' }]);
  });
});

describe('the version of a rule set', () => {
  const version = (text: SigmaText, sigmaText = '{}'): string =>
    createRuleSet(load({ 'p/pack.yml': manifest(sigmaText), 'p/x.yml': sigma(text) }).rules, []).version;
  const base = version({});

  test.each<{ name: string; text?: SigmaText; sigma?: string; isNew: boolean }>([
    { name: 'the same text', isNew: false },
    { name: 'another value', text: { image: 'b.exe' }, isNew: true },
    { name: 'a wildcard', text: { image: 'a?exe' }, isNew: true },
    { name: 'another level, so other points', text: { level: 'low' }, isNew: true },
    { name: 'another status', text: { status: 'test' }, isNew: false },
    { name: 'another technique', text: { tags: ['attack.t1003'] }, isNew: true },
    { name: 'an attribute of its own', text: { extra: 'team: red\n' }, isNew: false },
    { name: 'shadow', sigma: `{rules: {${ID}: {shadow: true}}}`, isNew: true },
  ])('$name', ({ text = {}, sigma: sigmaText = '{}', isNew }) => {
    expect(version(text, sigmaText) !== base).toBe(isNew);
  });
});

test('a file whose object is the same is not read again, and its rule stays the same object', () => {
  const file = { path: 'p/x.yml', text: sigma() };
  const rules = () =>
    loadPack([file, { path: 'p/y.yml', text: sigma({ id: OTHER }) }], { technique: techniqueById, name: 'p' }).rules;
  const [first] = rules();
  const [again] = rules();
  expect(again).toBe(first);
});
