/**
 * What holds of every file that a person may hand in: packs, the original's rule folders, policy files, the configuration. YAML takes its time:
 * the suite gives those parsers fewer inputs, and `FUZZ_CASES=500000` all of them.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/app/policy/policy-file.js';
import { loadConfig } from '../../src/cli/config.js';
import { environmentName, SETTING_NAMES } from '../../src/cli/settings.js';
import { techniqueById } from '../../src/engine/attack/index.js';
import { formatDiagnostic, type Diagnostic } from '../../src/engine/base/diagnostic.js';
import { loadPack, RULE_CODES, runCases } from '../../src/engine/rule/index.js';
import { SIGMA_CODES } from '../../src/engine/rule/sigma/sigma-codes.js';
import { importRmeye } from '../../src/engine/rule/rmeye/rule-folder.js';
import { AddressList, isAddressOrNetwork } from '../../src/server/rmeye/address-list.js';
import { CASES, SLOW_CASES, hold } from './hold.js';
import { anyText, pick, randomTree } from './mutation.js';
import type { Random } from '../support/random.js';
import { MANY_PYTHON_TOKENS, MANY_YAML_TOKENS, PYTHON_TOKENS, YAML_TOKENS } from './tokens.js';

/** What was brought over is read as a pack for one file in so many: it takes four times as long as bringing it over, which is what is tried here. */
const LOADED_ONE_IN = 8;

const folder = mkdtempSync(join(tmpdir(), 'chainsight-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function checkDiagnostics(diagnostics: readonly Diagnostic[], codes?: ReadonlySet<string>): void {
  for (const diagnostic of diagnostics) {
    const { code, message, line, column } = diagnostic;
    const isRight =
      /^[A-Z]+_[A-Z_]+$/.test(code) &&
      (codes === undefined || codes.has(code)) &&
      message.length > 3 &&
      !message.includes('[object') &&
      (line === undefined || line >= 1) &&
      (column === undefined || column >= 1) &&
      formatDiagnostic(diagnostic).length < 5_000;
    if (!isRight) throw new Error(`no diagnostic as it should be: ${JSON.stringify(diagnostic).slice(0, 2000)}`);
  }
}

/** A file of a pack may be taken for Sigma. */
const RULE_CODE_SET: ReadonlySet<string> = new Set([...Object.keys(RULE_CODES), ...Object.keys(SIGMA_CODES)]);

function bundled(name: string, length: number): string {
  return readFileSync(fileURLToPath(new URL(`../../rules/chainsight/${name}`, import.meta.url)), 'utf8').slice(
    0,
    length,
  );
}

describe('packs', () => {
  const MANIFEST =
    'name: mine\nversion: "1.0.0"\ntitle: {en: Mine, zh: 我的}\ndescription: A pack\nlicense: MIT\nauthor: li\n';
  const RULES = [
    `rules:
  - id: one
    title: {en: One, zh: 一}
    set: ioa
    points: 30
    techniques: [T1059.001]
    actions: [processcreate]
    conditions:
      - image =~ ".*\\\\\\\\cmd\\\\.exe"
      - |
        commandline == "a" and
          parentimage =~ "b"
    references: ["https://example.org"]
    falsePositives: [none]
profiles:
  - {id: p, title: P, techniques: &t [T1059, T1003], atLeast: 2, points: 100}
`,
    bundled('impact.yml', 3_000),
    bundled('profiles.yml', 2_000),
  ];
  const CASE_FILES = [
    `one:
  match:
    - {name: plain, event: {action: processcreate, Image: 'C:\\cmd.exe'}}
    - name: by id
      event: {eventId: 1, CommandLine: a, tags: [1, {a: b}]}
  noMatch:
    - {name: other, event: {action: imageload, Image: x}}
p:
  match: [{name: both, techniques: [T1059, T1003]}]
`,
    bundled('impact.cases.yml', 2_000),
  ];
  const WORDS = [
    ...[
      'rules:\n',
      'profiles:\n',
      '  - id: ',
      'id: one\n',
      'title: ',
      'set: ioa\n',
      'set: technique\n',
      'points: ',
      '10001',
      '-1',
      '1.5',
    ],
    ...[
      'techniques: ',
      '[T1059]',
      'T9999',
      'actions: ',
      '[imageload]',
      'eventIds: [1]',
      'conditions: ',
      "['true']",
      "['(']",
      'atLeast: 9\n',
    ],
    ...['one:\n', 'match:\n', 'noMatch:\n', 'event: ', '{action: x}', 'name: ', 'version: ', 'en: ', 'zh: '],
  ];
  const grammar = (corpus: readonly string[]) => ({
    corpus,
    tokens: [...YAML_TOKENS, ...WORDS],
    many: MANY_YAML_TOKENS,
  });
  const [MANIFESTS, RULE_FILES, CASES_FILES] = [[MANIFEST], RULES, CASE_FILES].map(grammar);
  const manifests = MANIFESTS!;
  const rules = RULE_FILES!;
  const cases = CASES_FILES!;

  test('load what is right and say what is not', () => {
    let kept = 0;
    const held = hold(
      (random) => {
        const changed = random(3);
        return {
          'pack.yml': changed === 0 ? anyText(random, manifests) : MANIFEST,
          'x.yml': changed === 1 ? anyText(random, rules) : RULES[0],
          'x.cases.yml': changed === 2 ? anyText(random, cases) : CASE_FILES[0],
        };
      },
      (input) => {
        const files = Object.entries(input as Record<string, string>).map(([path, text]) => ({ path, text }));
        const pack = loadPack(files, { technique: techniqueById, withCases: true });
        checkDiagnostics(pack.diagnostics, RULE_CODE_SET);
        kept += pack.rules.length;
        if (pack.cases.length > 0 && pack.rules.length < 20) runCases(pack);
      },
      SLOW_CASES,
    );
    expect(held).toBe(SLOW_CASES);
    expect(kept).toBeGreaterThan(SLOW_CASES / 100);
  });
});

describe('rule folders of the original', () => {
  const corpus = [
    `rule = [
    {
        'rules': [
            'originalfilename =~ ".*taskill.exe" and commandline =~ ".*/im.*"',
            "action == \\"processaccess\\" and " + 'grantedaccess & 0x0010',
        ],
        'attck_hit': ['T1059.001', "t1003"],
        'score': 30,
        'name': u'通过命令 "a"',
    },
]
`,
    `# -*- coding: utf-8 -*-\nrule = [{'name': 'profile', 'rules': ['T1059', 'T1003'], 'hit_num': 2, 'score': 300},]\nother = ("a" 'b', -1.5, True, None, {'k': (1,)})\n`,
  ];
  const grammar = { corpus, tokens: PYTHON_TOKENS, many: MANY_PYTHON_TOKENS };

  test('become a pack that loads', () => {
    const codes = new Set([...RULE_CODE_SET].filter((code) => code.startsWith('RMEYE_')));
    let kept = 0;
    const held = hold(
      (random) => ({
        path: pick(random, ['ioa/process.py', 'attck/action.py', 'attck/attck.py']),
        text: anyText(random, grammar),
      }),
      (input) => {
        const imported = importRmeye([input as { path: string; text: string }], 'brought');
        checkDiagnostics(imported.diagnostics, codes);
        if (imported.ruleCount + imported.profileCount === 0) return;
        if (kept++ % LOADED_ONE_IN !== 0) return;
        const pack = loadPack(imported.files, { technique: techniqueById });
        const errors = pack.diagnostics.filter(({ severity }) => severity === 'error');
        if (errors.length > 0 || pack.rules.length < imported.ruleCount)
          throw new Error(errors.map(formatDiagnostic).join('\n'));
      },
    );
    expect(held).toBe(CASES);
    expect(kept).toBeGreaterThan(CASES / 100);
  });
});

test('policy files', () => {
  const corpus = [
    `threshold: 200
hits: first
rootImages: [explorer.exe, "svchost.exe"]
skipImages: []
skipHashes:
  - 5fe3f1aa
exceptions:
  - id: one
    scope: hash
    value: 00ff
    reason: ours
    expires: 2027-03-01
  - {id: two, scope: ancestor, value: '*\\\\setup.exe', reason: &r why, host: ws1, rule: x, author: li}
`,
  ];
  const words = [
    'threshold: ',
    'hits: all\n',
    'rootImages: ',
    'exceptions: ',
    'scope: ',
    'expires: ',
    '2027-99-99',
    'id: one',
    'value: ',
    'unknown: 1\n',
  ];
  const grammar = { corpus, tokens: [...YAML_TOKENS, ...words], many: MANY_YAML_TOKENS };
  let kept = 0;
  const held = hold(
    (random) => anyText(random, grammar),
    (text) => {
      const parsed = parsePolicy(text as string, 'policy.yml');
      if (!parsed.ok) return checkDiagnostics(parsed.error);
      kept++;
      const { threshold, rootImages, exceptions } = parsed.value;
      const isRight =
        Number.isFinite(threshold) &&
        rootImages.every((image) => typeof image === 'string') &&
        exceptions.every(
          ({ expiresMs, value }) => value !== '' && (expiresMs === undefined || Number.isFinite(expiresMs)),
        );
      if (!isRight) throw new Error(`no policy as it should be: ${JSON.stringify(parsed.value)}`);
    },
    SLOW_CASES,
  );
  expect(held).toBe(SLOW_CASES);
  expect(kept).toBeGreaterThan(SLOW_CASES / 100);
});

describe('configuration', () => {
  const corpus = [
    `listen:
  http: 127.0.0.1:8420
  rmeye: off
rmeye.allow: [10.0.0.0/8, "::1"]
insecure: false
policy: {threshold: 170, hits: all, rootImages: &r [explorer.exe], skipImages: *r}
plugins:
  on: [hello]
  settings: {reputation: {key: abc, nested: {a: [1, 2]}}}
limits.bodyBytes: 67108864
log: {level: info}
`,
  ];
  const words = [
    ...SETTING_NAMES.map((name) => `${name}: `),
    'on:',
    'off',
    '0.0.0.0:99999',
    '[::1]:8420',
    '8420',
    '10.0.0.0/33',
    'settings: *r',
  ];
  const grammar = { corpus, tokens: [...YAML_TOKENS, ...words], many: MANY_YAML_TOKENS };

  test('a file', () => {
    const config = join(folder, 'chainsight.yml');
    let kept = 0;
    const held = hold(
      (random) => anyText(random, grammar),
      (text) => {
        writeFileSync(config, text as string);
        const loaded = loadConfig({ config, environment: {} });
        if (!loaded.ok) return checkDiagnostics(loaded.error);
        kept++;
      },
      SLOW_CASES,
    );
    expect(held).toBe(SLOW_CASES);
    expect(kept).toBeGreaterThan(SLOW_CASES / 1000);
  });

  test('values from the environment and from flags', () => {
    const values = {
      corpus: ['127.0.0.1:8420', '[::1]:1', 'a,b,,c', '10.0.0.0/8,::1', 'true', '170', '{"a":{"b":1}}'],
      tokens: [...words, ',', ':', '/', '.', '{', '}', '"', '-1', '1e9'],
      many: ['['.repeat(50_000), '{"a":'.repeat(20_000)],
    };
    const held = hold(
      (random: Random) => ({
        name: pick(random, SETTING_NAMES),
        text: anyText(random, values),
        raw: randomTree(random, ['a', '__proto__'], 3),
      }),
      (input) => {
        const { name, text, raw } = input as { name: (typeof SETTING_NAMES)[number]; text: string; raw: unknown };
        const read = loadConfig({ data: folder, config: '/dev/null', environment: { [environmentName(name)]: text } });
        if (!read.ok) checkDiagnostics(read.error);
        const flagged = loadConfig({
          data: folder,
          config: '/dev/null',
          environment: {},
          flags: { [name]: { flag: '--x', value: raw } },
        });
        if (!flagged.ok) checkDiagnostics(flagged.error);
        if (isAddressOrNetwork(text)) new AddressList([text]).has('10.0.0.1');
      },
      CASES / 5,
    );
    expect(held).toBe(CASES / 5);
  });
});
